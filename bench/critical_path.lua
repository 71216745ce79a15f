-- bench/critical_path.lua: how far a run is from the longest path through its
-- tasks. Every call takes at least DELAY and lanes are wide open, so that what
-- remains is what sbhost adds: barriers, if there were any, and its own work.
--
-- Twice: against a provider whose pictures cost it nothing, and against `sbhost
-- mock`, which draws them on the same processors, so that its calls take longer
-- than DELAY when 48 are asked for at once. The median is what to go by: a disk that
-- is slow to flush at times delays single runs.

local image = require "host.image"
local loop = require "host.loop"
local program = require "host.program"

package.path = program.root .. "/../tests/e2e/?.lua;" .. package.path
local provider = require "provider"
local support = require "support"

local DELAY = 0.3
--- lore, narrative, scenes, components, stage_shots, then shots or
--- stage_shot_images, then shot_images.
local LONGEST_PATH = 7
local ROUNDS = 5

local at = support.write {
  ["story.lua"] = [[
local story = require "pipeline.story"
return story {
  project = "bench",
  prompt = "A ferry captain takes on a passenger who was on board yesterday.",
  style = "clean line and flat colour",
  counts = { scenes = 8, shots = 6 },
}
]],
}

--- Seconds that a whole run takes.
local function timed_run(url, round)
  local began = loop.now()
  local result = support.run {
    "run", at .. "/story.lua", "--base-url", url, "--data", ("%s/data-%s"):format(at, round),
    "--lane", "text=64", "--lane", "image=64", "--quiet",
  }
  local seconds = loop.now() - began
  if result.status ~= 0 then
    error("the run ended with status " .. result.status .. "\n" .. result.err)
  end
  return seconds
end

local function a_picture()
  local path = support.folder() .. "/picture.png"
  local shapes = { { "ellipse", cx = 600, cy = 400, rx = 200, ry = 300, colour = 0x335577 } }
  assert(image.draw { path = path, width = 1344, height = 768, shapes = shapes })
  return path
end

local ideal = LONGEST_PATH * DELAY

--- Runs it a few times, and prints the times and their median.
---@param whose string
---@param run fun(round: integer): number seconds
local function report(whose, run)
  local times = {}
  for round = 1, ROUNDS do
    times[round] = run(round)
    print(("%s, run %d: %.2f s, %.2f x the longest path"):format(whose, round, times[round], times[round] / ideal))
  end
  table.sort(times)
  print(("%s, median: %.2f x the longest path"):format(whose, times[ROUNDS // 2 + 1] / ideal))
end

print(("8 scenes x 6 shots, every call %d ms, longest path %d calls: %.2f s"):format(DELAY * 1000, LONGEST_PATH, ideal))

local picture = a_picture()
report("a provider whose pictures cost nothing", function(round)
  local serving = provider.start {
    reply = function()
      loop.sleep(DELAY)
    end,
    picture = function()
      return picture
    end,
  }
  local seconds = timed_run(serving.url, "plain" .. round)
  serving.close()
  return seconds
end)

report("sbhost mock", function(round)
  local mock = support.mock { "--delay", tostring(math.tointeger(DELAY * 1000)) }
  local seconds = timed_run(mock.url, "mock" .. round)
  mock.stop()
  return seconds
end)
