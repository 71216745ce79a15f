-- lua/pipeline/stored.lua: what a project's store holds, or a fault: what cannot be read
-- must not be taken for something that is not there, and be paid for again.

local fault = require "pipeline.fault"

local M = {}

--- What a failed read is told as.
---@param message string
---@return string
function M.unread(message)
  return "the project cannot be read: " .. message
end

--- Takes the results of a read of host.store.
---@generic T
---@param value T?
---@param message string?
---@param code string?
---@return T?
function M.read(value, message, code)
  if code then
    fault.raise { message = M.unread(message), hint = "what was answered is kept: run it again when that is mended" }
  end
  return value
end

return M
