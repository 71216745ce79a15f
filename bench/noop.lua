-- bench/noop.lua: a finished story run again: with nothing to do; evaluated, with no step
-- that anything has changed for; after one step was said to be about something else, so
-- that each of its tasks is rendered; and after one value was set by hand, so that its own
-- step is looked at, and the shots of the scene that it lies in. The calls are answered by
-- a provider of the bench's own; its pictures are small.
--
--   sbhost lua bench/noop.lua FOLDER SCENES   about 20 tasks a scene

local file = require "host.file"
local image = require "host.image"
local loop = require "host.loop"
local program = require "host.program"

package.path = program.root .. "/../tests/e2e/?.lua;" .. package.path
local provider = require "provider"
local support = require "support"

local SHOTS = 17
local ROUNDS = 5

local folder, scenes = arg[1], math.tointeger(arg[2])

local function small_picture()
  local shapes = { { "text", x = 10, y = 50, size = 24, text = "sbhost", colour = 0xFFFFFF } }
  for i = 2, 4 do
    shapes[i] = { "ellipse", cx = i * 30, cy = 40, rx = 20, ry = 30, colour = 0x123456 * i }
  end
  local path = folder .. "/picture.png"
  assert(image.draw { path = path, width = 160, height = 90, background = 0x335577, shapes = shapes })
  return path
end

assert(file.mkdir(folder .. "/steps"))
assert(file.write(folder .. "/story.lua", ([[
local story = require "pipeline.story"
return story { project = "bench", prompt = "A ferry captain.", counts = { scenes = %d, shots = %d } }
]]):format(scenes, SHOTS)))
local step = assert(file.read(program.root .. "/steps/shot_images.lua"))
assert(file.write(folder .. "/steps/shot_images.lua", step))

local picture = small_picture()
local serving = provider.start {
  picture = function()
    return picture
  end,
}

--- Runs the story: wall seconds, and the most memory that it had, KiB.
local function run()
  local began = loop.now()
  local result = support.shell(
    ("/usr/bin/time -f %%M %s run %s/story.lua --data %s/data --base-url %s "
      .. "--lane text=64 --lane image=64 --json"):format(
      support.quote(support.sbhost), folder, folder, serving.url
    )
  )
  local seconds = loop.now() - began
  assert(result.status == 0, result.err)
  return seconds, tonumber(result.err:match "%d+%s*$"), result.out
end

--- The median of some runs, each after `prepare`.
local function median(prepare)
  local times, memory = {}, 0
  for i = 1, ROUNDS do
    prepare(i)
    local seconds, kib = run()
    times[i], memory = seconds, math.max(memory, kib)
  end
  table.sort(times)
  return times[ROUNDS // 2 + 1], memory
end

run()
local _, _, out = run()
local tasks = 0
for count in out:gmatch '"unchanged"[^\n]*"tasks":(%d+)' do
  tasks = tasks + math.tointeger(count)
end
--- Prints what it takes to run it after each of some changes.
local function measure(what, prepare)
  local seconds, memory = median(prepare)
  local said = "%d tasks, %s: %.0f ms, %.0f us a task, %.1f MiB"
  print(said:format(tasks, what, seconds * 1000, seconds * 1e6 / tasks, memory / 1024))
end

local artifact = folder .. "/data/bench/artifact.json"

measure("nothing to do", function() end)
measure("evaluated", function()
  assert(file.write(artifact, assert(file.read(artifact))))
end)
measure("one step changed", function(i)
  assert(file.write(folder .. "/steps/shot_images.lua", (step:gsub("Draw every shot", "%0 " .. i))))
end)
measure("one value set by hand", function(i)
  local text, count = assert(file.read(artifact)):gsub('("duration": )[%d.]+', "%1" .. i, 1)
  assert(count == 1)
  assert(file.write(artifact, text))
end)
serving.close()
