-- bench/storm.lua: calls under a rate limit of which a client that heeds nothing
-- would have 30 % refused, in each form that a server may say so; counted at the
-- server. "early" is by how much any request came before the time that it was told,
-- at worst: none may.

package.path = arg[0]:match "^(.*)/bench/" .. "/tests/e2e/?.lua;" .. package.path

local loop = require "host.loop"
local storm = require "storm"

local CALLS, RATE, BURST, SECONDS = 300, 60, 2, 0.2

local function line(name, figures, came_to, seconds)
  local early = figures.early > -math.huge and ("%.3f s"):format(figures.early) or "-"
  print(("%-10s %5d sent for %d answers: %.3f   %3d refused   early %9s   %5.1f s, at best %.1f"):format(
    name, figures.sent, came_to.answered, figures.sent / math.max(1, came_to.answered), figures.refused, early,
    seconds, (CALLS - BURST) / RATE))
  for _, failure in ipairs(came_to.failures) do
    print("           failed: " .. failure.message)
  end
end

local function run(name, forms, lanes)
  local serving = storm.serve { limit = storm.bucket(RATE, BURST), forms = forms, seconds = SECONDS }
  local client = storm.client { url = serving.url, lanes = lanes }
  local began = loop.now()
  local came_to = storm.ask_many(client, CALLS)
  line(name, storm.figures(serving.account), came_to, loop.now() - began)
  client.close()
  serving.close()
end

local heedless = storm.serve { limit = storm.bucket(RATE, BURST), forms = { storm.forms.body } }
print(("a client that heeds nothing: %.0f %% refused"):format(100 * storm.heedless(heedless, 300, RATE / 0.7)))
heedless.close()

local all = {}
for _, name in ipairs { "seconds", "date", "body", "reset", "untold" } do
  run(name, { storm.forms[name] })
  all[#all + 1] = name ~= "untold" and storm.forms[name] or nil
end
run("in turn", all)
run("16 at once", all, { text = 16 })
