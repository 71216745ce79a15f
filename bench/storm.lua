-- bench/storm.lua: calls in storms of 429 in which a client that heeds nothing has
-- 30 % refused, in each form that a server may say so; counted at the server.
--
-- Under a rate limit an answer can be had for one request: "load" is requests for
-- each answer. Under refusals by chance it takes 1 / (1 - 0.3) = 1.43, whoever asks:
-- "load" is the ratio to that, and "retries" the most among 100 requests in a row
-- while first requests were still to come. "early" is by how much any request came
-- before the time that it was told, at worst: none may.

package.path = arg[0]:match "^(.*)/bench/" .. "/tests/e2e/?.lua;" .. package.path

local loop = require "host.loop"
local storm = require "storm"

local CALLS, RATE, BURST, SECONDS = 300, 60, 2, 0.2
local BY_CHANCE = 100 -- calls; each refusal slows all that follow

--- `least` is how many requests each answer takes at least.
local function line(name, account, came_to, least, seconds)
  local figures = storm.figures(account)
  local early = figures.early > -math.huge and ("%.3f s"):format(figures.early) or "-"
  print(("%-10s %4d sent for %d answers: load %.3f   %3d refused   retries %2d   early %9s   %5.1f s"):format(
    name, figures.sent, came_to.answered, figures.sent / math.max(1, came_to.answered) / least, figures.refused,
    storm.most_retries(account, 100), early, seconds))
  for _, failure in ipairs(came_to.failures) do
    print("           failed: " .. failure.message)
  end
end

local function run(name, forms, lanes, by_chance)
  local limit = by_chance and storm.chance(30, 0.3) or storm.bucket(RATE, BURST)
  local serving = storm.serve { limit = limit, forms = forms, seconds = SECONDS }
  local client = storm.client { url = serving.url, lanes = lanes }
  local began = loop.now()
  local came_to = storm.ask_many(client, by_chance and BY_CHANCE or CALLS)
  line(name, serving.account, came_to, by_chance and 1 / 0.7 or 1, loop.now() - began)
  client.close()
  serving.close()
end

local heedless = storm.serve { limit = storm.bucket(RATE, BURST), forms = { storm.forms.body } }
print(("under a limit (a client that heeds nothing: %.0f %% refused; at best %.1f s)"):format(
  100 * storm.heedless(heedless, 300, RATE / 0.7), (CALLS - BURST) / RATE))
heedless.close()

local all = {}
for _, name in ipairs { "seconds", "date", "body", "reset", "untold" } do
  run(name, { storm.forms[name] })
  all[#all + 1] = name ~= "untold" and storm.forms[name] or nil
end
run("in turn", all)
run("16 at once", all, { text = 16 })

print "under refusals by chance"
run("body", { storm.forms.body }, nil, true)
run("untold", { storm.forms.untold }, nil, true)
