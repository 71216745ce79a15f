-- lua/pipeline/run/tally.lua: what a run's events add up to, for the display while it
-- runs and the summary at its end.

---@class StepTally
---@field step string
---@field total integer     tasks known so far
---@field done integer      of them done, reused, given or kept
---@field reused integer
---@field failed integer
---@field skipped integer
---@field planned integer   that would make a call, in an evaluation that makes none
---@field running integer
---@field asking integer    of them those that were sent, and are not told to be over
---@field busy number       seconds that the tasks done took, added up
---@field calls integer
---@field retries integer
---@field repairs integer
---@field fallbacks integer
---@field cost number        USD that answers named
---@field unpriced integer   answers that named no cost
---@field input number       tokens
---@field output number
---@field began number?
---@field ended number?

--- What one model was asked and cost.
---@class ModelTally
---@field model string
---@field calls integer
---@field cost number
---@field unpriced integer
---@field fallbacks integer  how often it was asked because another did not do
---@field in_place_of string? the retired model whose successor it is
---@field answered_by string? another that answered in its name

---@class Tally
---@field steps StepTally[]
---@field models ModelTally[] in the order in which they were first asked
---@field problems { task: string, state: string, message: string }[]
---@field odd { task: string, message: string }[] what was accepted and may not please
---@field resent integer     calls in doubt that were asked again
---@field private by_name table<string, StepTally>
---@field private asking table<string, StepTally> the steps of the tasks counted there
---@field private by_model table<string, ModelTally>
local Tally = {}
Tally.__index = Tally

local M = {}

local COUNTERS = {
  "total", "done", "reused", "failed", "skipped", "planned", "running", "asking", "calls",
  "retries", "repairs", "fallbacks", "cost", "unpriced", "input", "output", "busy",
}

---@param step_names string[]
---@return Tally
function M.new(step_names)
  local self = setmetatable({
    steps = {},
    by_name = {},
    models = {},
    by_model = {},
    problems = {},
    odd = {},
    asking = {},
    resent = 0,
  }, Tally)
  for i, name in ipairs(step_names) do
    local step = { step = name }
    for _, counter in ipairs(COUNTERS) do
      step[counter] = 0
    end
    self.steps[i], self.by_name[name] = step, step
  end
  return self
end

--- Sums over all steps.
---@param counter string
---@return number
function Tally:sum(counter)
  local sum = 0
  for _, step in ipairs(self.steps) do
    sum = sum + step[counter]
  end
  return sum
end

---@param name string
---@return ModelTally
function Tally:model(name)
  local model = self.by_model[name]
  if not model then
    model = { model = name, calls = 0, cost = 0, unpriced = 0, fallbacks = 0 }
    self.by_model[name] = model
    self.models[#self.models + 1] = model
  end
  return model
end

local on = {}

--- The evaluation is begun again: its tasks are counted anew, its calls go on.
function on.again(self)
  for _, step in ipairs(self.steps) do
    for _, counter in ipairs { "total", "done", "reused", "failed", "skipped", "running", "asking" } do
      step[counter] = 0
    end
  end
  self.problems, self.odd, self.asking = {}, {}, {}
end

function on.sent(self, step, event)
  if not self.asking[event.task] then
    self.asking[event.task] = step
    step.asking = step.asking + 1
  end
end

--- A task asks no more, if it did: it has ended, or waits.
local function settle(self, task)
  local step = self.asking[task]
  if step then
    self.asking[task] = nil
    step.asking = step.asking - 1
  end
end

function on.dropped(self, _, event)
  settle(self, event.task)
end

function on.planted(_, step, event)
  step.total = event.tasks
end

on.step = on.planted

--- So many tasks were not looked at, since nothing has changed of what they go by.
function on.unchanged(_, step, event)
  step.done, step.reused = step.done + event.tasks, step.reused + event.tasks
end

local ENDED = { done = true, reused = true, given = true, kept = true }

function on.task(self, step, event, now)
  local state = event.state
  if state == "running" then
    step.running = step.running + 1
    step.began = step.began or now
    return
  end
  if state == "odd" then
    self.odd[#self.odd + 1] = { task = event.task, message = event.message }
    return
  end
  settle(self, event.task)
  if state ~= "skipped" then
    step.running = step.running - 1
  end
  step.ended = now
  if ENDED[state] then
    step.done = step.done + 1
    step.reused = step.reused + (state == "done" and 0 or 1)
    step.busy = step.busy + (state == "done" and event.seconds or 0)
  else
    step[state] = step[state] + 1
  end
  if state == "failed" or state == "skipped" then
    self.problems[#self.problems + 1] = { task = event.task, state = state, message = event.message }
  end
end

--- Tasks that never came to be.
function on.unplanted(self, step, event)
  self.problems[#self.problems + 1] = { task = step.step, state = "skipped", message = event.message }
end

--- Whether an answer came from another model than was asked. Providers name the one
--- that was asked by its date, or without what stands behind a colon.
local function is_other(asked, told)
  asked = asked:match "^[^:]+" or asked
  return told:sub(1, #asked) ~= asked and asked:sub(1, #told) ~= told
end

function on.answered(self, step, event)
  local usage, answered_by = event.read.usage, event.read.model
  local model = self:model(event.model)
  if answered_by and is_other(event.model, answered_by) then
    model.answered_by = answered_by
  end
  model.calls = model.calls + 1
  model.cost = model.cost + (usage.cost or 0)
  model.unpriced = model.unpriced + (usage.cost and 0 or 1)
  step.calls = step.calls + 1
  step.cost = step.cost + (usage.cost or 0)
  step.unpriced = step.unpriced + (usage.cost and 0 or 1)
  step.input = step.input + (usage.input or 0)
  step.output = step.output + (usage.output or 0)
end

--- What an answer cost, told after it came.
function on.priced(self, step, event)
  local usage = event.usage
  for _, counted in ipairs { self:model(event.model), step } do
    counted.cost = counted.cost + usage.cost
    counted.unpriced = counted.unpriced - 1
  end
  step.input = step.input + (usage.input or 0)
  step.output = step.output + (usage.output or 0)
end

--- A retired model's successor is asked.
function on.successor(self, _, event)
  self:model(event.model).in_place_of = event.retired
end

function on.retry(self, step, event)
  settle(self, event.task)
  step.retries = step.retries + 1
end

function on.repair(_, step)
  step.repairs = step.repairs + 1
end

function on.fallback(self, step, event)
  step.fallbacks = step.fallbacks + 1
  local model = self:model(event.model)
  model.fallbacks = model.fallbacks + 1
end

function on.resent(self)
  self.resent = self.resent + 1
end

--- Takes one event of a run in.
---@param event table
---@param now number seconds
function Tally:add(event, now)
  local handler = on[event.event]
  if handler then
    handler(self, self.by_name[event.step], event, now)
  end
end

return M
