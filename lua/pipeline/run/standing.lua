-- lua/pipeline/run/standing.lua: how the tasks of a run stand, for those who show what is
-- there: which picture is being drawn, and why one is missing.

local artifact = require "host.artifact"

---@class TaskState
---@field state string
---@field message? string

---@class Standing
---@field graph StepGraph
---@field stopped? string          why the run sends nothing more
---@field private tasks table<string, TaskState> by name, those that something is to be said of
---@field private steps table<string, TaskState> steps that have no tasks, and why
---@field private changes table<string, integer> by the key of the outermost item, "" for all
local Standing = {}
Standing.__index = Standing

local M = {}

---@param graph StepGraph
---@return Standing
function M.new(graph)
  return setmetatable({ graph = graph, tasks = {}, steps = {}, changes = {} }, Standing)
end

-- What says something about a picture that is not there.
local TELLING = { running = true, failed = true, skipped = true, cancelled = true }

--- Takes in an event of the run.
---@param event table
---@return boolean changed
function Standing:hear(event)
  local key = ""
  if event.event == "task" then
    local now = TELLING[event.state] and { state = event.state, message = event.message } or nil
    if not now and not self.tasks[event.task] then
      return false
    end
    self.tasks[event.task] = now
    key = event.task:match "%[([^/%]]*)" or ""
  elseif event.event == "unplanted" then
    self.steps[event.step] = { state = "skipped", message = event.message }
  elseif event.event == "stopping" then
    self.stopped = event.message
  else
    return false
  end
  self.changes[key] = (self.changes[key] or 0) + 1
  return true
end

--- How the task stands that writes a field; nil when it is done, or not begun.
---@param canonical string of the field: "scenes[].shots[].image_url"
---@param keys string[] of the items that it is in
---@return TaskState?
function Standing:of(canonical, keys)
  local step = self.graph.writer[canonical]
  if not step then
    return nil
  end
  local name = step.name
  if #step.each > 0 then
    name = ("%s[%s]"):format(name, table.concat(keys, "/", 1, math.min(#step.each, #keys)))
  end
  return self.tasks[name] or self.steps[step.name]
end

--- Another text whenever something of an outermost item has changed.
---@param key string
---@return string
function Standing:version(key)
  return ("%d.%d"):format(self.changes[""] or 0, self.changes[key] or 0)
end

--- The same text for the same standing, also in another run.
---@return string
function Standing:stamp()
  return artifact.from({ tasks = self.tasks, steps = self.steps, stopped = self.stopped }):hash() --[[@as string]]
end

return M
