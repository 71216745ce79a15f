-- lua/pipeline/tasks/within.lua: a run that is kept to some of a story's steps: calls of others
-- are not made, and what can be reused of them is.

local dry = require "pipeline.plan.dry"
local fault = require "pipeline.fault"
local names = require "pipeline.names"
local reasons = require "pipeline.plan.reasons"

local M = {}

---@param graph StepGraph
---@param option string
---@param step string
local function check(graph, option, step)
  if not graph.by_name[step] then
    local about = { where = "--" .. option, message = ("there is no step '%s'"):format(step) }
    fault.unknown(about, step, names.keys(graph.by_name), "the steps are")
  end
end

--- The steps that calls are made of, by the options of a run.
---@param graph StepGraph
---@param chosen { from: string?, until: string?, only: string? }
---@return table<string, true>? steps nil: all of them
function M.steps(graph, chosen)
  for _, option in ipairs { "from", "until", "only" } do
    if chosen[option] then
      check(graph, option, chosen[option])
    end
  end
  if chosen.only and chosen["until"] then
    local hint = "--until makes what the step needs as well"
    fault.raise { message = "--only and --until do not go together", hint = hint }
  elseif chosen.only then
    return { [chosen.only] = true }
  elseif chosen["until"] then
    local steps = graph:needed(chosen["until"])
    steps[chosen["until"]] = true
    return steps
  end
end

--- That one step alone can be run: a fault that names what it needs first.
---@param opened Session readonly
---@param step string
function M.check_only(opened, step)
  local forecast, needed = dry.evaluate(opened), opened.graph:needed(step)
  for _, foreseen in ipairs(forecast.tasks) do
    local request = needed[foreseen.step] and forecast.dry.requests[foreseen.task]
    if request then
      local reason = reasons.of(opened:outcomes(), forecast.doubts, request)
      fault.raise {
        message = ("--only %s makes no call of another step, and '%s' is to be done first: %s"):format(
          step,
          foreseen.task,
          reason.text
        ),
        hint = ("--until %s makes what it needs as well"):format(step),
      }
    end
  end
end

return M
