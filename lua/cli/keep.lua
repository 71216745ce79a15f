-- lua/cli/keep.lua: `sbhost keep STORY TASK...`: makes what tasks wrote edits, so that
-- nothing upstream replaces it.

local fault = require "pipeline.fault"
local keep = require "pipeline.edits.keep"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

local OPTIONS = { data = { value = "DIR" } }

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("keep", OPTIONS, { ... })
  if #rest == 0 then
    fault.raise { message = "keep what of which task?", hint = "sbhost keep STORY.lua 'shot_images[the-storm/*]'" }
  end
  local opened = session.load(story, chosen)
  opened:open()
  opened.edits:look(function(event)
    say.line(event.message)
  end)
  local kept = keep.keep(opened, rest)
  opened:close()
  for _, path in ipairs(kept) do
    say.line("kept: " .. path)
  end
  if #kept == 0 then
    print "nothing new to keep: all of it is set by hand already"
  end
  return 0
end
