-- lua/cli/unedit.lua: `sbhost unedit STORY PATH...`: drops edits; what was generated comes
-- back with the next run.

local by_hand = require "cli.by_hand"
local keep = require "pipeline.edits.keep"

return by_hand.command(
  "unedit",
  { message = "which edit?", hint = "sbhost edits STORY.lua lists them, by path" },
  keep.drop,
  "dropped"
)
