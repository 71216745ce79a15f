-- lua/pipeline/outcome.lua: what tasks have come to, kept by task and the key of
-- the task's first request. While that key stands, the outcome stands,
-- whichever model gave it.

local json = require "host.json"

---@class Outcome
---@field value any?      the checked answer of a text task
---@field picture { path: string, sha256: string, width: integer, height: integer }?
---@field ids integer[]   the calls that it took
---@field model string

---@class Outcomes
---@field store userdata
---@field calls Calls
---@field known table<string, string>
local Outcomes = {}
Outcomes.__index = Outcomes

local M = {}

---@param store userdata
---@param calls Calls
---@return Outcomes
function M.new(store, calls)
  return setmetatable({ store = store, calls = calls, known = store:all "outcome" }, Outcomes)
end

function Outcomes:name_of(request)
  return request.task .. " " .. json.sha256(self.calls:identity(request))
end

---@param request Request the task's first
---@return Outcome?
function Outcomes:find(request)
  local text = self.known[self:name_of(request)]
  return text and json.decode(text) or nil
end

--- Returns once the outcome is on disk.
---@param request Request
---@param outcome Outcome
function Outcomes:keep(request, outcome)
  local text = json.encode(outcome)
  local name = self:name_of(request)
  self.known[name] = text
  self.store:put("outcome", name, text, { wait = true })
end

return M
