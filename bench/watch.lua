-- bench/watch.lua: from saving a prompt to the first request: a finished story of
-- about 500 tasks under `--watch`, each time another word in a step's prompt.
--
--   build/sbhost lua bench/watch.lua [SAVES]

package.path = "tests/e2e/?.lua;" .. package.path

local file = require "host.file"
local loop = require "host.loop"
local program = require "host.program"
local provider = require "provider"
local support = require "support"

local SAVES = math.tointeger(tonumber((...) or 15))
local SCENES, SHOTS = 24, 17

local arrived = loop.event()
local first
local serving = provider.start {
  reply = function()
    if not first then
      first = loop.now()
      arrived:notify()
    end
  end,
}

local function wait_for(running, text, times)
  support.await(text, function()
    local _, count = running.out():gsub(text, "")
    return count >= times
  end)
end

--- Measures the saves of one step's prompt.
local function measure(step, at, running, done)
  local text = assert(file.read(("%s/steps/%s.lua"):format(program.root, step)))
  local path = ("%s/steps/%s.lua"):format(at, step)
  assert(text:find("prompt = %[%[\n"), "the step has no prompt")
  local times = {}
  for i = 1, SAVES do
    first = nil
    -- As an editor saves: not the disk, the program is measured.
    local handle <close> = assert(io.open(path .. "~", "w"))
    handle:write((text:gsub("prompt = %[%[\n", ("%%0Save %d of %s. "):format(i, step))))
    handle:close()
    local began = loop.now()
    assert(os.rename(path .. "~", path))
    if not first then
      arrived:wait()
    end
    times[i] = (first - began) * 1000
    done = done + 1
    wait_for(running, "waiting for the next save", done)
  end
  table.sort(times)
  local line = "%-18s %6.1f ms median, %.1f least, %.1f most, of %d saves"
  print(line:format(step, times[(#times + 1) // 2], times[1], times[#times], #times))
  return done
end

local at = support.write {
  ["story.lua"] = support.story(("counts = { scenes = %d, shots = %d },"):format(SCENES, SHOTS)):gsub(
    "counts = { scenes = 2, shots = 2 },\n",
    ""
  ),
}
assert(file.mkdir(at .. "/steps"))
local running = support.start {
  "run", at .. "/story.lua", "--watch", "--data", at .. "/data", "--base-url", serving.url, "--lane", "image=32",
}
wait_for(running, "waiting for the next save", 1)
local tasks = running.out():match "\nall +(%d+)"
print(("a finished story of %s tasks; from the save to the first request:"):format(tasks))
local done = measure("stage_shots", at, running, 1)
measure("shot_images", at, running, done)
running.interrupt()
support.await("its end", function()
  return not running.is_running()
end)
serving.close()
