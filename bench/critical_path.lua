-- bench/critical_path.lua: how far a run is from the longest path through its
-- tasks. Every call takes at least DELAY, lanes are wide open, so what remains
-- is what sbhost adds: barriers, if there were any, and its own work.

local loop = require "host.loop"
local program = require "host.program"

package.path = program.root .. "/../tests/e2e/?.lua;" .. package.path
local support = require "support"

local DELAY = 0.3
--- lore, narrative, scenes, components, stage_shots, then shots or
--- stage_shot_images, then shot_images.
local LONGEST_PATH = 7
local ROUNDS = 3

local at = support.write {
  ["story.lua"] = [[
local story = require "pipeline.story"
return story {
  project = "bench",
  prompt = "A ferry captain takes on a passenger who was on board yesterday.",
  style = "charcoal",
  counts = { scenes = 8, shots = 6 },
}
]],
}

local ideal = LONGEST_PATH * DELAY
print(("8 scenes x 6 shots, every call %d ms, longest path %d calls: %.2f s"):format(DELAY * 1000, LONGEST_PATH, ideal))
for round = 1, ROUNDS do
  local mock = support.mock { "--delay", tostring(math.tointeger(DELAY * 1000)) }
  local began = loop.now()
  local result = support.run {
    "run", at .. "/story.lua", "--base-url", mock.url, "--data", ("%s/data%d"):format(at, round),
    "--lane", "text=64", "--lane", "image=64", "--quiet",
  }
  local seconds = loop.now() - began
  mock.stop()
  if result.status ~= 0 then
    error("the run ended with status " .. result.status .. "\n" .. result.err)
  end
  print(("run %d: %.2f s, %.2f x the longest path"):format(round, seconds, seconds / ideal))
end
