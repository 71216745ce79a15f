-- bench/board_page.lua PROJECT: makes the board of a project one of 500 shots, each with
-- a picture file of its own.

local artifact = require "host.artifact"
local board = require "pipeline.board"
local file = require "host.file"

local project = ...
local tree = assert(artifact.parse(assert(file.read(project .. "/artifact.json"))))

--- A picture of the same content under another name, so that the browser reads it anew.
local function copy(path, i, j)
  local other = ("images/copy_%d_%d.png"):format(i, j)
  assert(file.copy(project .. "/" .. path, project .. "/" .. other))
  return other
end

local scenes = {}
for i = 1, 50 do
  local scene = tree:get { "scenes", (i - 1) % 5 + 1 }
  local shots = {}
  for j = 1, 10 do
    local shot = tree:get { "scenes", (i + j) % 5 + 1, "shots", j % 4 + 1 }
    shot.key, shot.image_url = "shot" .. j, copy(shot.image_url, i, j)
    shots[j] = shot
  end
  scene.key, scene.shots = "scene" .. i, shots
  scene.stage_setting_shot.image_url = copy(scene.stage_setting_shot.image_url, i, 0)
  scenes[i] = scene
end
local large = assert(tree:patch { { { "scenes" }, scenes } })
assert(file.write(project .. "/storyboard.html", board.new("bench"):render(large)))
