-- lua/pipeline/tasks/retake.lua: how an earlier outcome of a task is made the current one again.

local dry = require "pipeline.plan.dry"
local dto = require "pipeline.dto"
local fault = require "pipeline.fault"
local locate = require "pipeline.tasks.locate"
local outcomes = require "pipeline.tasks.outcome"
local prompts = require "pipeline.plan.prompts"
local render = require "pipeline.render"

local M = {}

--- The key under which a task's outcomes are looked for now.
---@param forecast Forecast
---@param task string
---@return string? key nil where the request is not known yet
---@return string? message
local function key_of(forecast, task)
  local run = forecast.run
  local at = locate.task(run.graph, run.artifact, task)
  if at and at.step.step.kind == "code" then
    return run.fingerprints:of(at)
  end
  local request, message = prompts.of(forecast, task)
  return request and outcomes.key(request), message
end

--- What keeps an earlier answer from being put in place now: it names items that are
--- gone, or leaves out others. How many items it makes itself is no reason.
---@param run Run
---@param task Task
---@param outcome Outcome
---@return string? message
function M.misfit(run, task, outcome)
  if outcome.picture then
    return nil
  end
  local output = render.output(run, task)
  output.counts = {}
  local _, faults = dto.check(output, outcome.value)
  return faults and dto.faults_text(faults) or nil
end

--- The record with which an outcome stands: its take is asked for again, and where
--- the request is another one by now the outcome is named.
---@param opened Session readonly
---@param task string
---@param outcome StandingOutcome
---@return Take
function M.record(opened, task, outcome)
  opened:outcomes().takes:suppose(task, { take = outcome.take })
  local forecast = dry.evaluate(opened, { despite_file = true })
  local key, message = key_of(forecast, task)
  if not key then
    fault.raise {
      message = ("a take of '%s' cannot be taken back now: %s"):format(task, message),
      hint = "run the story first",
    }
  elseif key == outcome.key then
    return { take = outcome.take }
  end
  local run = forecast.run
  local misfit = M.misfit(run, locate.task(run.graph, run.artifact, task), outcome)
  if misfit then
    fault.raise {
      message = ("take %d of '%s' does not fit what there is now:\n%s"):format(outcome.n, task, misfit),
      hint = "sbhost redo makes another one",
    }
  end
  return { take = outcome.take, back = { key = key, n = outcome.n } }
end

return M
