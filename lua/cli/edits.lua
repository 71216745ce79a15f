-- lua/cli/edits.lua: `sbhost edits STORY`: what was set by hand, and what of it has lost
-- the item that it belongs to. It takes no lock.

local edits_text = require "pipeline.edits.text"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

local OPTIONS = { data = { value = "DIR" } }

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("edits", OPTIONS, { ... })
  options.just_one("edits", rest)
  local opened = session.load(story, chosen)
  opened:open { readonly = true }
  local kept, refused = opened.edits, nil
  local before = kept:records()
  kept:may_replace(function(event)
    refused = event.event == "refused" and event.message or refused
  end)
  local lost = kept:lost()
  for _, entry in ipairs(kept:list()) do
    local text = entry.path.text
    local mark = lost[text] and (" (not in use: %s)"):format(lost[text])
      or not before[text] and " (new: the next run takes it in)"
      or ""
    say.line(edits_text.line(text, entry.record) .. mark)
  end
  if not next(kept.entries) then
    print "no edits"
  end
  opened:close()
  if refused then
    say.line(refused)
    return 2
  end
  return 0
end
