-- lua/rules/dialogue_time.lua: lines that take longer to say than their shot is held.

local rule = require "pipeline.rule"
local wording = require "pipeline.wording"

return rule "dialogue_time" {
  about = "What is said in a shot can be said while it is held.",
  check = function(scene, warn)
    for _, shot in ipairs(scene.shots) do
      local seconds = wording.seconds_to_say(shot.dialogue)
      if shot.duration and seconds > shot.duration then
        warn(shot, ("its dialogue takes about %.1f s to say, and it is held for %g s; "):format(seconds, shot.duration)
          .. "hold it longer, or shorten the line")
      end
    end
  end,
}
