-- lua/pipeline/tasks/within.lua: which part of a story a run, or the plan of one, is about:
-- calls of other steps are not made, and what can be reused of them is.

local dry = require "pipeline.plan.dry"
local fault = require "pipeline.fault"
local names = require "pipeline.names"
local reasons = require "pipeline.plan.reasons"
local session = require "pipeline.session"
local tasks = require "pipeline.tasks.select"

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

--- The steps that calls are made of.
---@param graph StepGraph
---@param chosen { from: string?, until: string?, only: string? }
---@return table<string, true>? steps nil: all of them
local function steps(graph, chosen)
  for _, option in ipairs { "from", "until", "only" } do
    if chosen[option] then
      check(graph, option, chosen[option])
    end
  end
  if chosen.only and chosen["until"] then
    local hint = "use --until STEP to make what it needs as well"
    fault.raise { message = "--only and --until cannot be used together", hint = hint }
  elseif chosen.only then
    return { [chosen.only] = true }
  elseif chosen["until"] then
    local needed = graph:needed(chosen["until"])
    needed[chosen["until"]] = true
    return needed
  end
end

--- That one step alone can be run: a fault that names what it needs first.
---@param opened Session readonly
---@param step string
local function check_only(opened, step)
  local forecast, needed = dry.evaluate(opened), opened.graph:needed(step)
  for _, foreseen in ipairs(forecast.tasks) do
    local request = needed[foreseen.step] and forecast.dry.requests[foreseen.task]
    if request then
      local reason = reasons.of(opened:outcomes(), forecast.doubts, request)
      fault.raise {
        message = ("--only %s makes no calls of other steps, but '%s' has to be done first: %s"):format(
          step,
          foreseen.task,
          reason.text
        ),
        hint = ("use --until %s to make what it needs as well"):format(step),
      }
    end
  end
end

--- Loads a story, to be run or planned as the command line says.
---@param story string the file
---@param chosen Chosen with `from`, `until` and `only`
---@return Session
---@return table<string, true>? only the steps that calls are made of; nil: all
function M.load(story, chosen)
  local opened = session.load(story, chosen)
  local only = steps(opened.graph, chosen)
  if chosen.only then
    local looked <close> = session.load(story, chosen)
    looked:open { readonly = true }
    check_only(looked, chosen.only)
  end
  return opened, only
end

--- Wishes for another take of the tasks of the step that `--from` names, if it does.
---@param opened Session
function M.wish(opened)
  local step, anew = opened.chosen.from, 0
  for _, task in ipairs(step and opened:known_tasks() or {}) do
    if tasks.step_of(task) == step and opened:outcomes().takes:wish(task, opened:outcomes():of(task)) then
      anew = anew + 1
    end
  end
  if anew > 0 and not opened.project.readonly then
    opened.project:unfinish()
  end
end

return M
