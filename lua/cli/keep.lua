-- lua/cli/keep.lua: `sbhost keep STORY TASK...`: makes what tasks wrote edits, so that
-- nothing upstream replaces it.

local by_hand = require "cli.by_hand"
local keep = require "pipeline.edits.keep"

return by_hand.command(
  "keep",
  { message = "which task?", hint = "sbhost keep STORY.lua 'shot_images[the-storm/*]'" },
  keep.keep,
  "kept",
  "nothing to keep: everything is already set by hand"
)
