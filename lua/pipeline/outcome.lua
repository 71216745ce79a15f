-- lua/pipeline/outcome.lua: what tasks have come to, kept by task and the key of
-- the task's first request. While that key stands, the outcome stands,
-- whichever model gave it.

local artifact = require "host.artifact"
local call = require "pipeline.call"
local json = require "host.json"
local stored = require "pipeline.stored"

---@class Outcome
---@field value any?      the checked answer of a text task
---@field picture { path: string, sha256: string, width: integer, height: integer }?
---@field ids integer[]   the calls that it took
---@field model string

---@class Outcomes
---@field store host.store.store
---@field known table<string, string>
local Outcomes = {}
Outcomes.__index = Outcomes

local M = {}

---@param store host.store.store
---@return Outcomes
function M.new(store)
  return setmetatable({ store = store, known = stored.read(store:all "outcome") }, Outcomes)
end

---@param request Request
local function name_of(request)
  return request.task .. " " .. json.sha256(call.identity(request))
end

---@param request Request the task's first
---@return Outcome?
function Outcomes:find(request)
  local text = self.known[name_of(request)]
  -- Read as the artifact is, which tells an empty list from an empty record.
  return text and artifact.parse(text):get {} or nil
end

--- Returns once the outcome is on disk.
---@param request Request
---@param outcome Outcome
---@return true?
---@return string? message
function Outcomes:keep(request, outcome)
  local text = json.encode(outcome)
  local name = name_of(request)
  local kept, message = self.store:put("outcome", name, text, { wait = true })
  if kept then
    self.known[name] = text
  end
  return kept, message
end

return M
