-- lua/offline/account.lua: what was asked, what was answered whole, and what would
-- have been billed. With a file, each event is a line of it as soon as it happens,
-- so that whoever kills a client can count afterwards.

local json = require "host.json"
local loop = require "host.loop"

local M = {}

local order = { "event", "number", "task", "model", "status", "whole", "billed", "hash" }

---@class offline.Entry
---@field number integer
---@field hash string of the request's body
---@field model? string
---@field task? string
---@field status? integer once it was answered
---@field whole? boolean  the answer has left, all of it
---@field billed number   USD
---@field case? string     of the faults, when it was answered badly
---@field violations? string[] what a good client would not have sent

---@class offline.Account
---@field private entries offline.Entry[]
---@field private file? file*
local Account = {}
Account.__index = Account

--- Opens an account, and the file to append to.
---@param path? string
---@return offline.Account? account
---@return string? message
function M.open(path)
  local file, message
  if path then
    file, message = io.open(path, "a")
    if not file then return nil, message end
  end
  return setmetatable({ entries = {}, file = file }, Account)
end

--- The file is short and its lines are: this blocks for microseconds.
---@param event table
function Account:write(event)
  if not self.file then return end
  event.at = loop.time()
  self.file:write(json.encode(json.ordered(order, event)), "\n")
  self.file:flush()
end

--- A request for an answer that costs something has arrived.
---@param hash string
---@param model? string
---@param task? string
---@return offline.Entry
function Account:asked(hash, model, task)
  local entry = { number = #self.entries + 1, hash = hash, model = model, task = task, billed = 0 }
  self.entries[entry.number] = entry
  self:write { event = "asked", number = entry.number, hash = hash, model = model, task = task }
  return entry
end

--- It is not what a good client sends.
---@param entry offline.Entry
---@param violations string[]
function Account:violated(entry, violations)
  entry.violations = json.array(violations)
  for _, violation in ipairs(violations) do
    self:write { event = "violation", number = entry.number, hash = entry.hash, violation = violation }
  end
end

--- Its answer was made; a provider bills from here on, received or not.
---@param entry offline.Entry
---@param status integer
---@param cost number USD
function Account.billed(_, entry, status, cost)
  entry.status, entry.billed = status, cost
end

--- Its answer has left, whole or not.
---@param entry offline.Entry
---@param whole boolean
function Account:answered(entry, whole)
  entry.whole = whole
  self:write {
    event = "answered", number = entry.number, hash = entry.hash, task = entry.task,
    status = entry.status, whole = whole, billed = entry.billed, case = entry.case,
  }
end

--- All of it, and the sums.
---@return table
function Account:report()
  local whole, billed, violations = 0, 0, json.array {}
  for _, entry in ipairs(self.entries) do
    if entry.whole then whole = whole + 1 end
    billed = billed + entry.billed
    for _, violation in ipairs(entry.violations or {}) do
      violations[#violations + 1] = { number = entry.number, violation = violation }
    end
  end
  return {
    asked = #self.entries, answered_whole = whole, billed = billed, violations = violations,
    requests = json.array(table.move(self.entries, 1, #self.entries, 1, {})),
  }
end

function Account:close()
  if self.file then self.file:close() end
  self.file = nil
end

return M
