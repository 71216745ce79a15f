-- lua/rules/repeated_framing.lua: a scene that is seen the same way again and again.

local rule = require "pipeline.rule"

local MOST = 2 -- shots running

return rule "repeated_framing" {
  about = "No three shots running have the same size and angle.",
  check = function(scene, warn)
    local running, last = 0, nil
    for _, shot in ipairs(scene.shots) do
      local framing = shot.size and shot.angle and ("%s, %s"):format(shot.size, shot.angle)
      running = framing and framing == last and running + 1 or 1
      last = framing
      if running == MOST + 1 then
        warn(shot, ("it is the third shot running framed '%s'; change its size or its angle"):format(framing))
      end
    end
  end,
}
