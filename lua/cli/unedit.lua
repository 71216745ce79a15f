-- lua/cli/unedit.lua: `sbhost unedit STORY PATH...`: drops edits; what was generated comes
-- back with the next run.

local fault = require "pipeline.fault"
local keep = require "pipeline.edits.keep"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

local OPTIONS = { data = { value = "DIR" } }

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("unedit", OPTIONS, { ... })
  if #rest == 0 then
    fault.raise { message = "drop which edit?", hint = "sbhost edits STORY.lua lists them, by path" }
  end
  local opened = session.load(story, chosen)
  opened:open()
  opened.edits:look(function(event)
    say.line(event.message)
  end)
  local dropped = keep.drop(opened, rest)
  opened:close()
  for _, path in ipairs(dropped) do
    say.line("dropped: " .. path)
  end
  return 0
end
