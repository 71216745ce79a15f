-- tests/e2e/climates.lua: the storms that calls are tried in: limits as providers have
-- them, fast and slow, in each form of being told; and refusals by chance.

local storm = require "storm"

local bucket, window, chance, forms = storm.bucket, storm.window, storm.chance, storm.forms

---@class Climate: StormOptions
---@field name string
---@field calls integer
---@field ideal number?   seconds that the limit takes for all, if it is kept and never missed
---@field most number?    requests for each answer, by `least`; 1.1 unless given
---@field least number?   requests that each answer takes at least; 1 unless given

---@type Climate[]
local climates = {}

--- All calls are there from the beginning.
local function add(name, limit, form, seconds, calls, ideal)
  climates[#climates + 1] = {
    name = name .. ", " .. form,
    limit = limit,
    forms = { forms[form] },
    seconds = seconds,
    calls = calls,
    ideal = ideal,
  }
end

for _, form in ipairs { "body", "seconds", "date", "untold" } do
  add("60/s, burst 2", bucket(60, 2), form, 0.2, 300, 298 / 60)
end
add("60/s, burst 2, 3000 calls", bucket(60, 2), "seconds", 0.2, 3000, 2998 / 60)
add("60/s, burst 60", bucket(60, 60), "seconds", 0.2, 600, 540 / 60)
for _, form in ipairs { "seconds", "untold" } do
  add("5/s, burst 5", bucket(5, 5), form, 1, 300, 295 / 5)
  add("5/s, burst 5, answers of 5 s", bucket(5, 5), form, 5, 1000, 995 / 5)
  add("1/s, burst 20", bucket(1, 20), form, 1, 200, 180)
  add("1/s, burst 20, answers of 5 s", bucket(1, 20), form, 5, 200, 180)
  add("100 a minute", window(100, 60), form, 1, 500, 240)
  add("20 a minute, answers of 10 s", window(20, 60), form, 10, 100, 240)
  add("10 in each second", window(10, 1), form, 0.5, 300, 29)
end
add("1/s, burst 1", bucket(1, 1), "seconds", 1, 200, 199)
add("1/s, burst 20", bucket(1, 20), "body", 1, 200, 180)
add("20 a minute, burst 5, answers of 5 s", bucket(1 / 3, 5), "seconds", 5, 100, 285)
add("500 a minute, answers of 5 s", window(500, 60), "reset", 5, 2000, 180)
add("60 in each second", window(60, 1), "seconds", 0.2, 600, 9)

for _, form in ipairs { "seconds", "untold" } do
  add("8 at once, answers of 5 s", storm.at_once(8, 5), form, 5, 200, 125)
end
add("no limit", function()
  return function() end
end, "untold", 1, 1000)

for _, it in ipairs(climates) do
  if it.name == "20 a minute, answers of 10 s, untold" then
    it.most = 1.13 -- each minute it is found out anew, with a hundred calls in all
  end
end

local limits = #climates
add("30 % by chance", chance(30, 1), "body", 1, 300)
add("30 % by chance, for 0.3 s", chance(30, 0.3), "body", 0.2, 300)
add("30 % by chance", chance(30, 1), "untold", 1, 300)
add("30 % by chance, answers of 10 s", chance(30, 1), "untold", 10, 300)
for i = limits + 1, #climates do
  climates[i].least = 1 / 0.7
end
add("10 % by chance", chance(10, 1), "body", 1, 300)
climates[#climates].least = 1 / 0.9

return climates
