-- lua/pipeline/tasks/takes.lua: which take of a task is the current one: the number that
-- its requests carry, and an earlier outcome that was taken back.

local json = require "host.json"

--- The record of a task.
---@class Take
---@field take integer the number that requests carry; 1 where there is no record
---@field back { key: string, n: integer }? outcome n stands while the request has that key

---@class Takes
---@field private store host.store.store
---@field private records table<string, Take>
---@field private readonly boolean? records are gone by, and not kept
local Takes = {}
Takes.__index = Takes

local M = {}

local KIND = "take"

---@param store host.store.store
---@param readonly boolean? nothing is written to the store
---@return Takes
function M.new(store, readonly)
  local records = {}
  for task, text in pairs(store:all(KIND)) do
    local record = json.decode(text)
    local back = record.back
    records[task] = {
      take = math.tointeger(record.take),
      back = back and { key = back.key, n = math.tointeger(back.n) },
    }
  end
  return setmetatable({ store = store, records = records, readonly = readonly }, Takes)
end

--- The number that a task's requests carry.
---@param task string
---@return integer
function Takes:number(task)
  local record = self.records[task]
  return record and record.take or 1
end

--- The outcome that was taken back, as long as the task's request is what it was
--- then.
---@param task string
---@param key string of the task's first request
---@return integer? n
function Takes:back(task, key)
  local record = self.records[task]
  return record and record.back and record.back.key == key and record.back.n or nil
end

--- The outcome that was taken back, whatever became of the request since.
---@param task string
---@return integer? n
function Takes:back_to(task)
  local record = self.records[task]
  return record and record.back and record.back.n
end

--- All records.
---@return table<string, Take> by task; nobody may change it
function Takes:all()
  return self.records
end

--- Goes by a record without keeping it.
---@param task string
---@param record Take
function Takes:suppose(task, record)
  self.records[task] = record
end

---@param task string
---@param record Take
function Takes:put(task, record)
  self:suppose(task, record)
  if not self.readonly then
    self.store:put(KIND, task, json.encode(record))
  end
end

--- Whether no outcome has come yet of the take that requests ask for.
---@param task string
---@param outcomes { take: integer }[] all that the task has come to
---@return boolean open
---@return integer highest take of those that have come
function Takes:is_open(task, outcomes)
  local highest = 0
  for _, outcome in ipairs(outcomes) do
    highest = math.max(highest, outcome.take)
  end
  return highest < self:number(task), highest
end

--- Wishes for another take of a task. A wish that no outcome has fulfilled yet is
--- not doubled, and a task that has none needs no wish to run.
---@param task string
---@param outcomes { take: integer }[] all that the task has come to
---@return boolean anew whether this is a new wish
function Takes:wish(task, outcomes)
  local open, highest = self:is_open(task, outcomes)
  if not open then
    self:put(task, { take = highest + 1 })
  end
  return not open
end

return M
