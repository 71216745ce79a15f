-- lua/pipeline/fault.lua: what is wrong with a story, a step or a command line, told
-- to the person who wrote it: what, where, and what to do about it.

local names = require "pipeline.names"

local M = {}

---@class pipeline.Fault
---@field message string    what is wrong
---@field where? string     "file:line", or a file, or a place in the story
---@field hint? string      what to do
---@field traceback? string for an error inside the user's own code
local Fault = {}
Fault.__index = Fault
Fault.__name = "pipeline.Fault"

---@return string
function Fault:__tostring()
  local text = self.where and self.where .. ": " .. self.message or self.message
  if self.hint then text = text .. "\n  " .. self.hint end
  if self.traceback then text = text .. "\n" .. self.traceback end
  return text
end

--- A place, or what finds it: looking for a line in a script costs more than all else that
--- is done with a sound one.
---@alias pipeline.Place string|fun(): string

--- Raises a fault.
---@param about { message: string, where?: pipeline.Place, hint?: string, traceback?: string }
function M.raise(about)
  local where = about.where
  error(setmetatable({
    message = about.message,
    where = type(where) == "function" and where() or where,
    hint = about.hint,
    traceback = about.traceback,
  }, Fault), 0)
end

--- Whether an error is a fault, and so the user's to mend.
---@param err any
---@return boolean
function M.is(err)
  return getmetatable(err) == Fault
end

--- Raises a fault for a name that there is not: with the name that is nearest,
--- else with all that there are.
---@param about { message: string, where?: pipeline.Place }
---@param word string    what was written
---@param known string[] what could have been
---@param what? string   what the known ones are called: "the steps are"
function M.unknown(about, word, known, what)
  local near = names.nearest(word, known)
  local hint
  if near then
    hint = "did you mean '" .. near .. "'?"
  elseif #known > 0 then
    hint = (what or #known == 1 and "there is" or "there are") .. " " .. names.sentence(known)
  end
  M.raise { message = about.message, where = about.where, hint = hint }
end

return M
