-- examples/lighthouse.lua: a story. Run it with: sbhost run examples/lighthouse.lua

local story = require "pipeline.story"

return story {
  project = "lighthouse",
  prompt = "A lighthouse keeper finds that her light is calling something up from the sea.",
  style = "ink wash on rough paper, cold blues, one warm lamp",
  aspect = "16:9",
  counts = { scenes = 5, shots = 4 },
}
