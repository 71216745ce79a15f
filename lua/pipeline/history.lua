-- lua/pipeline/history.lua: what the tasks of a project came to so far, take by take.

local artifact = require "host.artifact"

--- An outcome with what it is kept under.
---@class PastOutcome: Outcome
---@field key string  of the task's first request
---@field n integer   of the task's outcomes, from 1

---@class History
---@field private store host.store.store
---@field private texts table<string, string>
---@field private names table<string, string[]> of its outcomes, by task
local History = {}
History.__index = History

local M = {}

---@param store host.store.store
---@return History
function M.new(store)
  local self = setmetatable({ store = store, texts = store:all "outcome" or {}, names = {} }, History)
  for name in pairs(self.texts) do
    local task = name:match "^(.*) %x+$"
    self.names[task] = self.names[task] or {}
    table.insert(self.names[task], name)
  end
  return self
end

--- The tasks that have come to something.
---@return string[] sorted
function History:tasks()
  local list = {}
  for task in pairs(self.names) do
    list[#list + 1] = task
  end
  table.sort(list)
  return list
end

--- All that a task came to, the oldest first.
---@param task string
---@return PastOutcome[]
function History:outcomes(task)
  local list = {}
  for i, name in ipairs(self.names[task] or {}) do
    local outcome = artifact.parse(self.texts[name]):get {}
    outcome.key = name:match "%x+$"
    outcome.take = outcome.take or 1
    list[i] = outcome
  end
  table.sort(list, function(one, other)
    return (one.n or one.ids[1] or 0) < (other.n or other.ids[1] or 0)
  end)
  for i, outcome in ipairs(list) do
    outcome.n = outcome.n or i
  end
  return list
end

--- The last that a task came to.
---@param task string
---@return PastOutcome?
function History:last(task)
  local list = self:outcomes(task)
  return list[#list]
end

--- What was asked for an outcome, as it is recorded; nil for one that took no call.
---@param outcome PastOutcome
---@return string?
function History:request(outcome)
  local call = outcome.ids and outcome.ids[1] and self.store:call(outcome.ids[1])
  return call and call.request or nil
end

return M
