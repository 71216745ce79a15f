-- lua/rules/establishing.lua: a scene whose place is never seen as a whole.

local rule = require "pipeline.rule"

local WIDE = { ["extreme wide"] = true, wide = true, full = true }
local OPENING = 2 -- shots

return rule "establishing" {
  about = "A scene shows where it is before it goes close.",
  check = function(scene, warn)
    local stage = scene.stage_setting_shot
    local established = stage and WIDE[stage.size] or #scene.shots == 0
    for i = 1, math.min(OPENING, #scene.shots) do
      established = established or WIDE[scene.shots[i].size]
    end
    if not established then
      warn(nil, "neither its stage-setting shot nor its first two shots are wide; open on the place")
    end
  end,
}
