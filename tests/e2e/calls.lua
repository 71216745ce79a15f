-- tests/e2e/calls.lua: calls without a run around them.

local budget = require "pipeline.call.budget"
local call = require "pipeline.call"
local limiter = require "host.limiter"

local M = {}

--- What makes calls, as a run has it.
---@param opened Project
---@param changes table?
---@return Calls
function M.new(opened, changes)
  local options = {
    store = opened.store,
    limiter = limiter.new(),
    budget = budget.new(),
    folder = opened:path "arriving",
    report = function() end,
    resend_budget = 0,
  }
  for name, value in pairs(changes or {}) do
    options[name] = value
  end
  return call.new(options)
end

--- A request for a text.
---@param changes table?
---@return Request
function M.request(changes)
  local request = {
    kind = "text", model = "openai/gpt-5", user = "Name the boat.", refs = {}, step = "naming", task = "naming",
    take = 1, attempt = 1, priority = 1,
  }
  for name, value in pairs(changes or {}) do
    request[name] = value
  end
  return request
end

return M
