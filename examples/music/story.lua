-- examples/music/story.lua: a story with a step of its own (steps/music_cues.lua)
-- that fills a field of its own.

local field = require "pipeline.field"
local story = require "pipeline.story"

return story {
  project = "music",
  prompt = "Two piano tuners are sent, each without knowing of the other, to the same house.",
  style = "soft pencil, warm greys, late afternoon light",
  counts = { scenes = 3, shots = 3 },
  extend = {
    ["scenes[]"] = {
      field.text "music" "The cue under the scene: instruments, tempo, and where it enters and ends.",
    },
  },
  steps = { "music_cues" },
}
