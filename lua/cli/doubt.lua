-- lua/cli/doubt.lua: `sbhost doubt STORY`: the calls of which nobody knows whether they
-- were paid for. It takes no lock.

local doubts = require "pipeline.call.doubts"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

---@type table<string, Option>
local OPTIONS = { data = { value = "DIR" } }

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("doubt", OPTIONS, { ... })
  options.just_one("doubt", rest)
  local opened = session.load(story, chosen)
  opened:open { readonly = true }
  say.line(table.concat(doubts.lines(opened.project.store), "\n"))
  opened:close()
  return 0
end
