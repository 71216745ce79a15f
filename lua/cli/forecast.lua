-- lua/cli/forecast.lua: what a change comes to, in a line: which tasks are done anew,
-- and what that costs.

local names = require "pipeline.names"
local plan = require "pipeline.plan"
local samples = require "pipeline.plan.samples"

local M = {}

local MOST_FILES = 3

--- How many tasks of each step there are, and are to be done; in the order of the
--- story.
---@param opened Session
---@param forecast Forecast
---@return { step: string, todo: integer, total: integer }[] steps those with something to do
---@return boolean waiting more may follow
local function counted(opened, forecast)
  local by_step, steps, waiting = {}, {}, next(forecast.causes) ~= nil
  for _, task in ipairs(forecast.tasks) do
    -- Some are not looked at, since nothing has changed of what they go by.
    local total = forecast.run.planted[task.step]
    local step = by_step[task.step] or { step = task.step, todo = 0, total = total }
    by_step[task.step] = step
    step.todo = step.todo + (task.state == "planned" and 1 or 0)
    waiting = waiting or task.state == "waiting"
  end
  for _, step in ipairs(opened.graph.steps) do
    local of = by_step[step.name]
    if of and of.todo > 0 then
      steps[#steps + 1] = of
    end
  end
  return steps, waiting
end

--- What the tasks that are to be done cost; nil when nobody knows.
---@param opened Session
---@param forecast Forecast
---@return Range?
local function cost(opened, forecast)
  local known, sum = samples.read(opened.project.store), { low = 0, high = 0 }
  for _, task in ipairs(forecast.tasks) do
    if task.state == "planned" then
      local one = plan.cost_of(known, forecast.dry.requests[task.task])
      if not one then
        return nil
      end
      sum.low, sum.high = sum.low + one.low, sum.high + one.high
    end
  end
  return sum
end

---@param range Range?
local function money(range)
  if not range then
    return "cost unknown"
  end
  local low, high = ("%.2f"):format(range.low), ("%.2f"):format(range.high)
  return low == high and "about $" .. low or ("about $%s–%s"):format(low, high)
end

---@param files string[]
local function files_text(files)
  local shown = table.move(files, 1, math.min(#files, MOST_FILES), 1, {})
  if #files > #shown then
    shown[#shown + 1] = ("%d more"):format(#files - #shown)
  end
  return names.sentence(shown)
end

--- The event that tells it.
---@param opened Session
---@param forecast Forecast
---@param files string[] that changed
---@return table
function M.event(opened, forecast, files)
  local steps, waiting = counted(opened, forecast)
  local event = { event = "changed", files = files, steps = steps, follows = waiting }
  if #steps == 0 then
    event.message = ("%s: nothing to do"):format(files_text(files))
    return event
  end
  local parts = {}
  for i, step in ipairs(steps) do
    parts[i] = ("%d of %d %s"):format(step.todo, step.total, step.step)
  end
  event.cost = cost(opened, forecast)
  event.message = ("%s: %s, %s%s"):format(
    files_text(files),
    names.sentence(parts),
    money(event.cost),
    waiting and "; more may follow" or ""
  )
  return event
end

return M
