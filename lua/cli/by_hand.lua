-- lua/cli/by_hand.lua: what the commands share that change what was set by hand.

local fault = require "pipeline.fault"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

local M = {}

local OPTIONS = { data = { value = "DIR" } }

--- A command that changes edits of a project. What a person has saved in artifact.json
--- since the last run is taken in before.
---@param name string of the command
---@param question { message: string, hint: string } when nothing is named
---@param change fun(opened: Session, words: string[]): string[] the paths that it changed
---@param did string what it says of each of them
---@param nothing string? what it says of none
---@return fun(...: string): integer
function M.command(name, question, change, did, nothing)
  return function(...)
    local chosen, story, rest = options.of_story(name, OPTIONS, { ... })
    if #rest == 0 then
      fault.raise(question)
    end
    local opened <close> = session.load(story, chosen)
    opened:open()
    opened.edits:look(function(event)
      say.line(event.message)
    end)
    local paths = change(opened, rest)
    for _, path in ipairs(paths) do
      say.line(("%s: %s"):format(did, path))
    end
    if #paths == 0 and nothing then
      say.line(nothing)
    end
    return 0
  end
end

return M
