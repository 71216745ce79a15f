-- lua/rules/duration.lua: how long a shot is held.

local rule = require "pipeline.rule"

local SHORTEST, LONGEST = 1, 15 -- seconds

return rule "duration" {
  about = "A shot is held long enough to be read, and not so long that it should be two.",
  check = function(scene, warn)
    for _, shot in ipairs(scene.shots) do
      local seconds = shot.duration
      if seconds and seconds < SHORTEST then
        warn(shot, ("%g s is too short to read a frame; give it %g s, or cut it"):format(seconds, SHORTEST))
      elseif seconds and seconds > LONGEST then
        warn(shot, ("%g s is long for one frame; shorten it, or make two shots of it"):format(seconds))
      end
    end
  end,
}
