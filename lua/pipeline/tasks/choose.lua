-- lua/pipeline/tasks/choose.lua: which of a step's options goes into the artifact. What the
-- command line says comes first, then what was chosen before, then the story, then
-- it is option 1. A choice is bound to the answers that it was made from: options
-- that are new are nobody's choice.

local fault = require "pipeline.fault"
local json = require "host.json"
local names = require "pipeline.names"

--- What is kept of a step's choice.
---@class Choice
---@field option integer
---@field answers string[]  the keys of the outcomes that it is a choice from
---@field told string?      the key of the options for which it was said that they are new

---@class Choices
---@field private store host.store.store
---@field private readonly boolean?
---@field private told table<string, integer>    what the command line says
---@field private story { where: string, choices: table<string, integer> }
---@field private records table<string, Choice>
---@field private report fun(event: table)
---@field private ask { ask: fun(self, step: string, count: integer, answer: table): integer|"again"|nil }?
local Choices = {}
Choices.__index = Choices

local M = {}

local KIND = "choice"

--- Raises a fault for an option that a step does not have.
---@param where string?  who chose it
---@param step string
---@param choice number
---@param count integer  how many options the step has
---@return integer choice
function M.check(where, step, choice, count)
  if count == 1 then
    fault.raise { where = where, message = ("step '%s' has no options"):format(step) }
  elseif math.type(choice) ~= "integer" or choice < 1 or choice > count then
    fault.raise {
      where = where,
      message = ("option %s of step '%s' was chosen, which has the options 1 to %d"):format(choice, step, count),
      hint = "choose one of these",
    }
  end
  return choice
end

---@param record Choice?
---@param key string
local function is_of(record, key)
  for _, answer in ipairs(record and record.answers or {}) do
    if answer == key then
      return true
    end
  end
  return false
end

--- Makes the record of a choice from an answer: of the same option, it holds for the
--- answers before as well.
---@param former Choice?
---@param option integer
---@param key string
---@return Choice
local function made(former, option, key)
  local record = { option = option, answers = {} }
  if former and former.option == option then
    table.move(former.answers, 1, #former.answers, 1, record.answers)
  end
  if not is_of(record, key) then
    record.answers[#record.answers + 1] = key
  end
  return record
end

---@param store host.store.store
---@return table<string, Choice> by step
function M.records(store)
  local records = {}
  for step, text in pairs(store:all(KIND)) do
    local record = json.decode(text)
    record.option = math.tointeger(record.option)
    records[step] = record
  end
  return records
end

--- Keeps a choice of options that were answered.
---@param store host.store.store
---@param step string
---@param option integer
---@param keys string[] of the outcomes that it is a choice from
function M.keep(store, step, option, keys)
  local record = M.records(store)[step]
  for _, key in ipairs(keys) do
    record = made(record, option, key)
  end
  store:put(KIND, step, json.encode(record))
end

---@param options table store, readonly, told, story, report and ask, as the fields of Choices
---@return Choices
function M.new(options)
  local self = setmetatable({}, Choices)
  for field, value in pairs(options) do
    self[field] = value
  end
  self.records = M.records(self.store)
  return self
end

--- The choices of a session that is open.
---@param opened Session
---@param report fun(event: table)
---@param ask Asker?
---@return Choices
function M.of(opened, report, ask)
  return M.new {
    store = opened.project.store,
    readonly = opened.project.readonly,
    told = opened.chosen.choose or {},
    story = { where = opened.story.where, choices = opened.story.choices },
    report = report,
    ask = ask,
  }
end

---@param step string
---@param record Choice
function Choices:put(step, record)
  self.records[step] = record
  if not self.readonly then
    self.store:put(KIND, step, json.encode(record))
  end
end

--- The same text as long as the same option of the same answer would be taken.
---@param step string
---@return string
function Choices:mark(step)
  return json.encode(json.object {
    told = self.told[step],
    story = self.story.choices[step],
    record = self.records[step],
  })
end

local FALLEN = "its options are new: option %d was chosen from earlier ones, so option %d is used now"

--- The option of an answer. May wait for somebody to choose.
---@param step string
---@param count integer how many options the step has
---@param key string    of the outcome
---@param answer table  all of its options
---@return integer|"again"|nil option "again": another take is wanted; nil: nobody can choose
function Choices:option(step, count, key, answer)
  local record = self.records[step]
  local told = self.told[step]
  if told then
    M.check("--choose", step, told, count)
    if not (record and record.option == told and is_of(record, key)) then
      self:put(step, made(record, told, key))
    end
    return told
  elseif is_of(record, key) and record.option <= count then
    return record.option
  elseif self.ask then
    local asked = self.ask:ask(step, count, answer)
    if math.type(asked) then
      self:put(step, made(self.records[step], asked, key))
    end
    return asked
  end
  local option = M.check(self.story.where, step, self.story.choices[step] or 1, count)
  if record and record.told ~= key then
    self.report { event = "choice", step = step, task = step, message = FALLEN:format(record.option, option) }
    self:put(step, { option = record.option, answers = record.answers, told = key })
  end
  return option
end

--- What the choices of a command line name must be there.
---@param steps StepGraph
---@param where string?
---@param step string
---@param choice number
---@return pipeline.BoundStep
function M.check_step(steps, where, step, choice)
  local bound = steps.by_name[step]
  if not bound then
    fault.unknown({ where = where, message = ("there is no step '%s'"):format(step) }, step, names.keys(steps.by_name))
  end
  M.check(where, step, choice, bound.step.options)
  return bound
end

return M
