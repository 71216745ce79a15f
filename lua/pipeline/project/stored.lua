-- lua/pipeline/project/stored.lua: a project's store whose failed reads are faults: what cannot
-- be read must not be taken for something that is not there, and be paid for again.

local fault = require "pipeline.fault"

local M = {}

--- What helps when the store is damaged, or no store.
M.DAMAGED = "restore a copy of project.db; or, to start over and pay again, move the project's folder away"

--- What a failed read is told as.
---@param message string
---@return string
function M.unread(message)
  return "the project cannot be read: " .. message
end

local function checked(value, message, code)
  if code == "EFTYPE" then
    fault.raise { message = M.unread "project.db is damaged", hint = M.DAMAGED }
  elseif code then
    fault.raise { message = M.unread(message), hint = "all answers are kept: fix this and run again" }
  end
  return value
end

local READS = { "get", "all", "call", "answered", "doubts" }
local OTHERS = { "intend", "accept", "answer", "refuse", "doubt", "forgive", "put", "remove", "flush", "close" }

--- The same store, to be used in its place.
---@param store host.store.store
---@return host.store.store
function M.guard(store)
  local guarded = {}
  for _, name in ipairs(READS) do
    guarded[name] = function(_, ...)
      return checked(store[name](store, ...))
    end
  end
  for _, name in ipairs(OTHERS) do
    guarded[name] = function(_, ...)
      return store[name](store, ...)
    end
  end
  return guarded
end

return M
