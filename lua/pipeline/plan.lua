-- lua/pipeline/plan.lua: what a run would do and cost, step by step, without a call.

local counts = require "pipeline.plan.counts"
local dry = require "pipeline.plan.dry"
local estimate = require "pipeline.plan.estimate"
local reasons = require "pipeline.plan.reasons"
local samples = require "pipeline.plan.samples"
local tasks = require "pipeline.tasks.select"

--- What a run would do of one step.
---@class StepPlan
---@field step string
---@field reused integer   nothing is to be done for these
---@field todo integer     these will be asked for
---@field failed integer   these cannot be asked for
---@field waiting Range?   these are not known yet; nil: nobody knows how many
---@field calls Range?     nil: nobody knows
---@field cost Range?      USD; nil: nobody knows

---@class Plan
---@field steps StepPlan[]               of which calls may be made
---@field tasks Foreseen[]                in the order of the story, but for those of steps that are as they were
---@field reasons table<string, Reason>   of those that are planned, by task
---@field waits table<string, string>     what the tasks of a step that are not known yet wait for
---@field calls Range
---@field cost Range
---@field unknown boolean                 the sums leave something out that nobody knows

local M = {}

--- What may be asked anew, when nothing tells of the step's own answers.
local AGAIN = 1.25

--- What a prompt may come to when its values are in it, bytes.
local FILLED = 24000

---@class Planner
---@field opened Session
---@field forecast Forecast
---@field samples Samples
---@field counts Counts
---@field answered table<string, true> the steps that have come to something before
local Planner = {}
Planner.__index = Planner

---@param range Range
---@param other Range
---@param times number?
local function add(range, other, times)
  range.low = range.low + other.low * (times or 1)
  range.high = range.high + other.high * (times or 1)
end

local function none()
  return { low = 0, high = 0 }
end

--- How many calls a task of a step takes, at most on the average.
---@param step pipeline.BoundStep
---@param foreseen { task: string }[]
---@return { low: number, high: number }?
function Planner:calls_each(step, foreseen)
  local calls, outcomes = 0, 0
  for _, task in ipairs(foreseen) do
    for _, outcome in ipairs(self.opened:outcomes():of(task.task)) do
      calls = calls + #(outcome.ids or {})
      outcomes = outcomes + 1
    end
  end
  if step.step.kind == "code" then
    return outcomes > 0 and { low = calls / outcomes / 2, high = calls / outcomes * 2 } or nil
  end
  return { low = 1, high = math.max(AGAIN, outcomes > 0 and calls / outcomes * AGAIN or 0) }
end

--- What is known of the calls of a step that cannot be rendered yet.
---@param step pipeline.BoundStep
---@return Expected
function Planner:expected(step)
  local model = self.opened.story.models[step.step.model]
  local kind = step.step.kind == "picture" and "picture" or "text"
  local template = #(step.step.prompt or "")
  local bytes
  for _, request in pairs(self.forecast.dry.requests) do
    bytes = request.step == step.name and counts.widened(bytes, samples.size(request)) or bytes
  end
  for _, sample in ipairs(self.samples:of(step.name, kind, model[1])) do
    bytes = counts.widened(bytes, sample.bytes)
  end
  return {
    step = step.name,
    kind = kind,
    provider = self.opened:providers().of(model),
    model = model[1],
    effort = model.effort,
    bytes = bytes and { low = bytes.low / 2, high = bytes.high * 2 } or { low = template, high = template + FILLED },
    refs = { low = 0, high = #step.refs > 0 and 16 or 0 },
  }
end

--- What a rendered request will cost.
---@param known Samples
---@param request Request
---@return Range?
function M.cost_of(known, request)
  local bytes = samples.size(request)
  return estimate.call(known, {
    step = request.step,
    kind = request.kind,
    provider = request.provider,
    model = request.model,
    effort = request.effort,
    bytes = { low = bytes, high = bytes },
    refs = { low = #request.refs, high = #request.refs },
  })
end

--- The names of the steps that have come to something before.
---@return table<string, true>
function Planner:answered_steps()
  local steps = {}
  for _, task in ipairs(self.opened:outcomes():tasks()) do
    steps[tasks.step_of(task)] = true
  end
  return steps
end

--- How many tasks of each step are not known yet. False where nobody knows.
---@return table<string, Range|false>
function Planner:waiting()
  local waiting = {}
  for _, step in ipairs(self.opened.graph.steps) do
    waiting[step.name] = none()
  end
  for _, task in ipairs(self.forecast.tasks) do
    if task.state == "waiting" then
      add(waiting[task.step], { low = 1, high = 1 })
    end
  end
  for _, place in ipairs(self.forecast.run:unplanted_places()) do
    local name = place.step.name
    local more = self.counts:tasks(place.step, #place.keys)
    if more and waiting[name] then
      add(waiting[name], more)
    else
      waiting[name] = false
    end
  end
  return waiting
end

local DONE = { reused = true, given = true, kept = true }

---@param step pipeline.BoundStep
---@param foreseen Foreseen[] its own
---@param waiting Range|false
---@return StepPlan
function Planner:step(step, foreseen, waiting)
  local reused = self.forecast.run.taken[step.name]
  local plan = { step = step.name, reused = reused, todo = 0, failed = 0, waiting = waiting or nil, cost = none() }
  local each = self:calls_each(step, foreseen)
  local cost, known = none(), waiting ~= false and each ~= nil
  for _, task in ipairs(foreseen) do
    if DONE[task.state] then
      plan.reused = plan.reused + 1
    elseif task.state == "failed" then
      plan.failed = plan.failed + 1
    elseif task.state == "planned" then
      plan.todo = plan.todo + 1
      local one = M.cost_of(self.samples, self.forecast.dry.requests[task.task])
      known = known and one ~= nil
      add(cost, one or none())
    end
  end
  if plan.todo == 0 and waiting and waiting.high == 0 then
    plan.calls = none()
    return plan
  end
  local least = 0 -- of those that are not known yet
  if not waiting or waiting.high > 0 then
    local one = estimate.call(self.samples, self:expected(step))
    known = known and one ~= nil or one ~= nil and one.high == 0
    waiting = waiting or none()
    -- What came before may come again, and then what follows from it is reused.
    least = self.answered[step.name] and 0 or waiting.low
    cost.low = cost.low + (one and one.low or 0) * least
    cost.high = cost.high + (one and one.high or 0) * waiting.high
  end
  plan.calls = plan.waiting and each and {
    low = math.floor((plan.todo + least) * each.low),
    high = math.ceil((plan.todo + waiting.high) * each.high),
  } or nil
  each = each or none()
  plan.cost = known and { low = cost.low * math.min(1, each.low), high = cost.high * each.high } or nil
  plan.least = cost.low
  return plan
end

--- What the tasks of each step that are not known yet wait for.
---@return table<string, string>
function Planner:causes()
  local waits = {}
  for _, task in ipairs(self.forecast.tasks) do
    if task.state == "waiting" then
      waits[task.step] = waits[task.step] or task.cause
    end
  end
  for step, cause in pairs(self.forecast.causes) do
    waits[step] = waits[step] or cause
  end
  return waits
end

--- What a run of a session that was opened would do. Makes no call.
---@param opened Session
---@param only table<string, true>? the steps that it would make calls of; nil: all
---@return Plan
function M.of(opened, only)
  local self = setmetatable({
    opened = opened,
    forecast = dry.evaluate(opened, { by_step = true, only = only }),
    samples = samples.read(opened.project.store),
    counts = counts.new(opened),
  }, Planner)
  self.answered = self:answered_steps()
  local plan = {
    steps = {},
    tasks = self.forecast.tasks,
    reasons = {},
    waits = self:causes(),
    calls = none(),
    cost = none(),
    unknown = false,
  }
  local by_step = {}
  for _, task in ipairs(plan.tasks) do
    by_step[task.step] = by_step[task.step] or {}
    table.insert(by_step[task.step], task)
    if task.state == "planned" then
      local request = self.forecast.dry.requests[task.task]
      plan.reasons[task.task] = reasons.of(opened:outcomes(), self.forecast.doubts, request)
    end
  end
  local waiting = self:waiting()
  for _, step in ipairs(opened.graph.steps) do
    if not only or only[step.name] then
      local of = self:step(step, by_step[step.name] or {}, waiting[step.name])
      plan.steps[#plan.steps + 1] = of
      plan.unknown = plan.unknown or not of.cost or not of.calls
      add(plan.calls, of.calls or none())
      add(plan.cost, of.cost or { low = of.least, high = of.least })
    end
  end
  return plan
end

return M
