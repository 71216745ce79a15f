-- lua/pipeline/plan/dry.lua: stands in for the calls of an evaluation that makes none:
-- what would be asked is taken down.

local call = require "pipeline.call"
local fault = require "pipeline.fault"
local json = require "host.json"
local loop = require "host.loop"
local record = require "pipeline.call.record"
local tasks = require "pipeline.tasks.select"

---@class Dry
---@field requests table<string, Request> what each task would ask first
---@field private store host.store.store
---@field folder string where the pictures of answers are
---@field private since number when it began, seconds since 1970: what is answered later counts as not answered
local Dry = {}
Dry.__index = Dry

local M = {}

---@param project Project
---@param since number?
---@return Dry
function M.new(project, since)
  local folder = project:path "arriving"
  return setmetatable({ store = project.store, folder = folder, requests = {}, since = since or loop.time() }, Dry)
end

--- Answers what the memo answers; what would have to be asked is of the class "dry".
---@param request Request
---@return CallAnswer?
---@return CallFailure?
function Dry:ask(request)
  local known = self.store:answered(json.sha256(call.identity(request)))
  local read = known and known.at <= self.since and record.recall(self, request, known)
  if read and read.failure then
    return nil, { class = "unusable", message = read.failure.message, finish = read.finish }
  elseif read then
    return read
  end
  self.requests[request.task] = self.requests[request.task] or request
  return nil, { class = "dry", message = "it would be asked" }
end

function Dry.tell() end

function Dry.stop() end

--- What is told of each task of an evaluation that makes no call.
---@class Foreseen
---@field task string
---@field step string
---@field state string    "reused", "planned", "waiting" for one that is planned, "failed", …
---@field cause string?   of "waiting": the task or step that it waits for
---@field message string? of "failed"
---@field failed string?  what was said when it failed; nil where it did not when it was last asked

---@class Forecast
---@field dry Dry
---@field tasks Foreseen[]               in the order of the story
---@field by_name table<string, Foreseen>
---@field causes table<string, string>      what the tasks of a step wait for that could not even be named
---@field run Run                        the evaluation, which has ended
---@field doubts table<string, true>     the keys of calls in doubt
local Forecast = {}
Forecast.__index = Forecast

--- The task, or the step, that a task waits for which is not known yet.
---@param task string
---@return string?
function Forecast:cause(task)
  local foreseen = self.by_name[task]
  return foreseen and foreseen.cause or self.causes[tasks.step_of(task)]
end

--- Whether a task, or what of a step could not even be named, waits for one that failed.
---@param name string of the task or the step
---@return boolean
function Forecast:is_skipped(name)
  local cause = self:cause(name)
  local foreseen = cause and self.by_name[cause]
  if not cause then
    return false
  end
  return foreseen and foreseen.failed ~= nil or self:is_skipped(cause)
end

--- The tasks of this evaluation, and those of the artifact as it was.
---@param opened Session
---@return string[]
function Forecast:known_tasks(opened)
  local list, seen = self.run:task_names(), {}
  for _, task in ipairs(list) do
    seen[task] = true
  end
  for _, task in ipairs(opened:known_tasks()) do
    list[#list + 1] = not seen[task] and task or nil
  end
  return list
end

---@param store host.store.store
---@return table<string, true>
local function keys_in_doubt(store)
  local keys = {}
  for _, doubt in ipairs(store:doubts()) do
    keys[doubt.key] = true
  end
  return keys
end

---@class DryOptions
---@field by_step boolean?          tasks of steps that are as the last run left them are neither looked at nor told
---@field only table<string, true>? the steps that a run would make calls of; nil: all
---@field despite_file boolean?     what of artifact.json cannot be used is passed over

--- Evaluates a session's story without a call.
---@param opened Session
---@param options DryOptions?
---@return Forecast
function M.evaluate(opened, options)
  options = options or {}
  local dry = M.new(opened.project, opened.looked_at)
  local forecast = setmetatable({
    dry = dry,
    tasks = {},
    by_name = {},
    causes = {},
    doubts = keys_in_doubt(opened.project.store),
  }, Forecast)
  local wrong
  local result = opened:evaluate {
    calls = dry,
    by_step = options.by_step,
    only = options.only,
    despite_file = options.despite_file,
    report = function(event)
      if event.event == "fault" then
        wrong = event.message
      elseif event.event == "unplanted" then
        forecast.causes[event.step] = event.cause
      elseif event.event == "task" and event.state ~= "running" and event.state ~= "odd" then
        local state = event.state == "skipped" and "waiting" or event.state
        forecast.by_name[event.task] =
          { task = event.task, step = event.step, state = state, cause = event.cause, message = event.message }
        if state == "failed" or state == "planned" then
          forecast.by_name[event.task].failed = event.message or opened:outcomes().failures[event.task]
        end
      end
    end,
  }
  if wrong then
    fault.raise { message = wrong }
  end
  forecast.run = result.run
  for _, task in ipairs(result.run:task_names()) do
    forecast.tasks[#forecast.tasks + 1] = forecast.by_name[task]
  end
  return forecast
end

return M
