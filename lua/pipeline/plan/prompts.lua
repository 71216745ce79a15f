-- lua/pipeline/plan/prompts.lua: the request of one task, rendered and not sent.

local code = require "pipeline.run.code"
local locate = require "pipeline.tasks.locate"
local perform = require "pipeline.run.perform"
local references = require "pipeline.context.references"
local render = require "pipeline.render"

local M = {}

local kinds = {}

function kinds.text(run, task)
  return (render.text(run, task))
end

function kinds.picture(run, task)
  local reached, missing = references.reached(run, task)
  if not reached then
    return nil, missing
  end
  return render.picture(run, task, reached)
end

--- A step with code of its own may ask several times: this is the first time that
--- nobody has answered yet, else the first of all.
function kinds.code(run, task)
  local first
  local asker = setmetatable({
    ask = function(_, request)
      first = first or request
      return nil, { class = "dry", message = "it would be asked" }
    end,
  }, { __index = run.calls })
  local watched = setmetatable({ calls = asker }, { __index = run })
  code.run(watched, task, perform.judge_of)
  return first or nil, "its code asks nothing"
end

--- What a task asks, as far as what it reads is there.
---@param forecast Forecast
---@param name string
---@return Request? nil where it is not known yet, or there is none
---@return string? message
function M.of(forecast, name)
  local run = forecast.run
  local task = locate.task(run.graph, run.artifact, name)
  if not task or (forecast.by_name[name] or {}).state == "waiting" then
    return nil, ("it is not known yet: it waits for %s"):format(forecast:cause(name) or "the steps before it")
  end
  return kinds[task.step.step.kind](run, task)
end

return M
