-- bench/board.lua: what rendering storyboard.html costs the loop: whole, again when one
-- picture has come, and the longest time that nothing else could run.

local artifact = require "host.artifact"
local board = require "pipeline.board"
local loop = require "host.loop"

local WORDS = "The keeper turns to the left, and the light goes with her over the wet stones. "

local function film(scenes, shots)
  local list = {}
  for i = 1, scenes do
    local inner = {}
    for j = 1, shots do
      inner[j] = {
        key = "shot" .. j, name = "What the hand does", description = WORDS:rep(3), size = "wide", angle = "high",
        movement = "static", lens = "28 mm, deep focus", action = WORDS, dialogue = "KEEPER: Who is there?",
        sound = "The tide.", duration = 3, props = { "The keeper", "The light" },
        image_url = ("images/shot_%d_%d.png"):format(i, j),
      }
    end
    list[i] = {
      key = "scene" .. i, name = "The last hour", description = WORDS:rep(4), props = { "The keeper", "The light" },
      stage_setting_shot = { name = "The sea", description = WORDS:rep(3), image_url = "images/stage.png" },
      shots = inner,
    }
  end
  local props = {
    { key = "keeper", name = "The keeper", kind = "character", description = WORDS },
    { key = "light", name = "The light", kind = "object", description = WORDS },
  }
  return artifact.from { lore = { world = WORDS }, narrative = { title = "T" }, props = props, scenes = list }
end

--- Milliseconds that a function took, and the longest that others had to wait.
local function measure(run)
  local longest, over = 0, false
  local before = loop.now()
  local other = loop.spawn(function()
    while not over do
      longest, before = math.max(longest, loop.now() - before), loop.now()
      loop.sleep(0)
    end
  end)
  loop.sleep(0)
  collectgarbage()
  before = loop.now()
  local from = loop.now()
  run()
  local took = loop.now() - from
  loop.sleep(0)
  over = true
  other:await()
  return took * 1000, longest * 1000
end

print "shots   render ms   longest ms   again ms   longest ms"
for _, size in ipairs { { 6, 8 }, { 50, 10 }, { 1000, 10 } } do
  local tree = film(size[1], size[2])
  tree:hash()
  local pages = board.new "bench"
  local first, first_longest = measure(function()
    pages:render(tree)
  end)
  local changed = assert(tree:patch { { { "scenes", 3, "shots", 2, "image_url" }, "images/new.png" } })
  local again, again_longest = measure(function()
    pages:render(changed)
  end)
  print(("%5d   %9.2f   %10.2f   %8.2f   %10.2f"):format(size[1] * size[2], first, first_longest, again, again_longest))
end
