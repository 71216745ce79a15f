-- lua/rules/jump_cut.lua: two shots of the same subject that differ too little.

local rule = require "pipeline.rule"

--- From far to near.
local SIZES = {
  "extreme wide", "wide", "full", "medium wide", "medium", "medium close-up", "close-up", "extreme close-up",
}

local place = {}
for i, size in ipairs(SIZES) do
  place[size] = i
end

--- Who and what is seen, whatever the order.
local function subject(shot)
  local seen = table.move(shot.props or {}, 1, #(shot.props or {}), 1, {})
  table.sort(seen)
  return table.concat(seen, "\0")
end

return rule "jump_cut" {
  about = "From one shot of a subject to the next, the size changes by two steps or the angle changes.",
  check = function(scene, warn)
    local last
    for _, shot in ipairs(scene.shots) do
      local near, far = place[shot.size], last and place[last.size]
      local is_same = last and subject(shot) ~= "" and subject(shot) == subject(last) and shot.angle == last.angle
      if is_same and near and far and math.abs(near - far) < 2 then
        warn(shot, ("it cuts from '%s' (%s) to %s at the same angle on the same subject, which jumps; "):format(
          last.name, last.size, shot.size) .. "change the size by two steps, or the angle")
      end
      last = shot
    end
  end,
}
