-- bench/storm.lua: calls in storms of 429: under limits, in each form that a server may
-- say so, and under refusals by chance. In simulated time (bench/storm.sh sees to it),
-- and counted at the server.
--
-- Under a limit an answer can be had for one request: "load" is requests for each
-- answer. Under refusals of 30 % by chance it takes 1 / (1 - 0.3) = 1.43, whoever asks:
-- "load" is the ratio to that. "retries" are the most among 100 requests in a row while
-- first requests were still to come; "early" is by how much any request came before the
-- time that it was told, at worst: none may. "ideal" is what the limit takes for all if
-- it is kept and never missed.

package.path = arg[0]:match "^(.*)/bench/" .. "/tests/e2e/?.lua;" .. package.path

local weather = require "weather"

local SEEDS = 3

local ROW = "%-46s %6s %9s %9s %8s %9s"

--- A number, if there is one.
local function number(format, value)
  return value and value > -math.huge and format:format(value) or "-"
end

print(ROW:format("", "load", "seconds", "ideal", "retries", "early"))
for _, climate in ipairs(require "climates") do
  local load, seconds, retries, early = 0, 0, 0, -math.huge
  for seed = 1, SEEDS do
    math.randomseed(seed)
    local result = weather.run(climate)
    assert(#result.failures == 0, result.failures[1] and result.failures[1].message)
    load, seconds = load + result.load / SEEDS, seconds + result.seconds / SEEDS
    retries, early = math.max(retries, result.retries), math.max(early, result.early)
  end
  print(ROW:format(climate.name, number("%.3f", load / (climate.least or 1)), number("%.1f", seconds),
    number("%.1f", climate.ideal), retries, number("%.3f", early)))
end
