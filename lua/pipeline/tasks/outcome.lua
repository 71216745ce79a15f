-- lua/pipeline/tasks/outcome.lua: what tasks have come to, kept by task and the key of
-- the task's first request. While that key stands, the outcome stands,
-- whichever model gave it. Beside it stands what each task was evaluated from,
-- so that one of which nothing changed is not even rendered.

local artifact = require "host.artifact"
local call = require "pipeline.call"
local json = require "host.json"
local loop = require "host.loop"
local names = require "pipeline.names"
local takes = require "pipeline.tasks.takes"

---@class Outcome
---@field n integer       the how manieth of its task
---@field take integer    that was asked for
---@field at number       seconds since 1970
---@field value any?      the checked answer of a text task
---@field picture { path: string, sha256: string, width: integer, height: integer }?
---@field ids integer[]   the calls that it took
---@field model string?   that gave it
---@field files table<string, string|false>? SHA-256 of what a step's code has read by itself

--- An outcome that stands for a task, and the key that it stands under.
---@class StandingOutcome: Outcome
---@field key string

---@class Outcomes
---@field store host.store.store
---@field known table<string, string>        the outcomes, as texts, by task and key
---@field marks table<string, string>        the tasks' fingerprints and keys, as texts
---@field failures table<string, string>     what was said when tasks failed that have not been done since
---@field takes Takes
---@field keys table<string, string[]>?      of the outcomes of each task, once asked for
---@field readonly boolean?                  nothing is written
local Outcomes = {}

--- What is read once somebody asks for it, by kind of record.
local READ = { known = "outcome", marks = "task", failures = "failure" }

---@param field string
---@return any
function Outcomes:__index(field)
  local kind = READ[field]
  if kind then
    self[field] = self.store:all(kind)
    return self[field]
  end
  return Outcomes[field]
end

local M = {}

---@param store host.store.store
---@param options { readonly: boolean? }? readonly: nothing is written to the store
---@return Outcomes
function M.new(store, options)
  local readonly = options and options.readonly
  return setmetatable({ store = store, takes = takes.new(store, readonly), readonly = readonly }, Outcomes)
end

local function copied(list)
  local copy = {}
  for name, text in pairs(list) do
    copy[name] = text
  end
  return copy
end

--- The same as they are now, to be looked at while a run goes on.
---@return Outcomes
function Outcomes:as_now()
  return setmetatable({
    store = self.store,
    known = copied(self.known),
    marks = copied(self.marks),
    failures = copied(self.failures),
    takes = self.takes,
    readonly = true,
  }, Outcomes)
end

--- The key of a task's first request.
---@param request Request
---@return string
function M.key(request)
  return json.sha256(call.identity(request))
end

---@param task string
---@param key string
local function name_of(task, key)
  return task .. " " .. key
end

--- Read as the artifact is, which tells an empty list from an empty record.
---@return Outcome
local function read(text)
  return artifact.parse(text):get {}
end

--- The number of the take that a task's requests ask for.
---@param task string
---@return integer
function Outcomes:take(task)
  return self.takes:number(task)
end

--- The outcome that stands while a task's request has this key.
---@param task string
---@param key string
---@return StandingOutcome?
function Outcomes:find(task, key)
  local back = self.takes:back(task, key)
  if back then
    for _, outcome in ipairs(self:of(task)) do
      if outcome.n == back then
        return outcome
      end
    end
  end
  local text = self.known[name_of(task, key)]
  if not text then
    return nil
  end
  local outcome = read(text)
  outcome.key = key
  return outcome
end

local MARK = '{"fingerprint":"%s","key":"%s"}'
local MARK_BEGINS = #'{"fingerprint":"'

--- The outcome of a task that was last evaluated from the same.
---@param task string
---@param fingerprint string
---@return StandingOutcome?
function Outcomes:unchanged(task, fingerprint)
  local mark = self.marks[task]
  if not mark or mark:sub(MARK_BEGINS + 1, MARK_BEGINS + #fingerprint) ~= fingerprint then
    return nil
  end
  return self:find(task, mark:match '"key":"(%x+)"')
end

--- The outcome that a task came to when it was last evaluated.
---@param task string
---@return StandingOutcome?
function Outcomes:last(task)
  local mark = self.marks[task]
  return mark and self:find(task, mark:match '"key":"(%x+)"')
end

--- Notes what a task was evaluated from, and the key that this came to.
---@param task string
---@param fingerprint string
---@param key string
function Outcomes:mark(task, fingerprint, key)
  local mark = MARK:format(fingerprint, key)
  if self.marks[task] ~= mark then
    self.marks[task] = mark
    if not self.readonly then
      self.store:put("task", task, mark)
    end
  end
end

--- Notes that a task failed, or with no message that it did not.
---@param task string
---@param message string?
function Outcomes:note_failure(task, message)
  if self.readonly or self.failures[task] == message then
    return
  end
  self.failures[task] = message
  if message then
    self.store:put("failure", task, message)
  else
    self.store:remove("failure", task)
  end
end

--- The outcome that a task stood at when it was last evaluated.
---@param task string
---@return StandingOutcome?
function Outcomes:standing(task)
  local key = (self.marks[task] or ""):match '"key":"(%x+)"'
  return key and self:find(task, key)
end

--- What was asked for an outcome, as it is recorded; nil for one that took no call.
---@param outcome Outcome
---@return string?
function Outcomes:request(outcome)
  local id = outcome.ids and outcome.ids[1]
  local recorded = id and self.store:call(id)
  return recorded and recorded.request or nil
end

--- The keys under which tasks have outcomes, in no order.
---@return table<string, string[]> by task
local function keys_by_task(self)
  if not self.keys then
    self.keys = {}
    for name in pairs(self.known) do
      local of, key = name:match "^(.*) (%x+)$"
      local list = self.keys[of] or {}
      self.keys[of] = list
      list[#list + 1] = key
    end
  end
  return self.keys
end

local function keys_of(self, task)
  return keys_by_task(self)[task] or {}
end

--- The tasks that have come to something.
---@return string[] sorted
function Outcomes:tasks()
  return names.keys(keys_by_task(self))
end

--- All outcomes of a task, the first that it had first.
---@param task string
---@return StandingOutcome[]
function Outcomes:of(task)
  local list = {}
  for i, key in ipairs(keys_of(self, task)) do
    list[i] = read(self.known[name_of(task, key)])
    list[i].key = key
  end
  -- Those without a number are older than numbers are.
  table.sort(list, function(a, b)
    if (a.n or 0) ~= (b.n or 0) then
      return (a.n or 0) < (b.n or 0)
    end
    return (a.ids[1] or 0) < (b.ids[1] or 0)
  end)
  for i, outcome in ipairs(list) do
    outcome.n, outcome.take = outcome.n or i, outcome.take or 1
  end
  return list
end

--- The number of an outcome under a key: that of the one in whose place it comes, or
--- the next.
---@param earlier StandingOutcome[]
---@param key string
local function number_for(earlier, key)
  for _, outcome in ipairs(earlier) do
    if outcome.key == key then
      return outcome.n
    end
  end
  return #earlier > 0 and earlier[#earlier].n + 1 or 1
end

--- Its number, take and time are added, unless it has them. It is on disk before any
--- call that is intended after it.
---@param task string
---@param key string
---@param outcome Outcome
---@return StandingOutcome
function Outcomes:keep(task, key, outcome)
  local name, keys = name_of(task, key), keys_of(self, task)
  outcome.key = nil
  outcome.n = outcome.n or number_for(self:of(task), key)
  outcome.take, outcome.at = outcome.take or self:take(task), outcome.at or loop.time()
  local text = json.encode(outcome)
  if not self.readonly then
    self.store:put("outcome", name, text)
  end
  if not self.known[name] then
    keys[#keys + 1] = key
    self.keys[task] = keys
  end
  self.known[name] = text
  outcome.key = key
  return outcome
end

return M
