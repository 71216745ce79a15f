-- lua/pipeline/run.lua: a run evaluates the whole DAG of a story, from an empty
-- artifact. Tasks, planted by plant.lua, start when what they read is there; what
-- they come to is patched into the artifact.

local artifact = require "host.artifact"
local dag = require "host.dag"
local fault = require "pipeline.fault"
local fingerprint = require "pipeline.run.fingerprint"
local loop = require "host.loop"
local name = require "host.name"
local perform = require "pipeline.run.perform"
local pictures = require "pipeline.run.pictures"
local plates = require "pipeline.context.plates"
local plant = require "pipeline.run.plant"
local positions = require "pipeline.context.positions"
local turns = require "pipeline.run.turns"
local views = require "pipeline.run.views"

---@class Run
---@field story pipeline.Story
---@field spec pipeline.Spec
---@field graph StepGraph
---@field project Project
---@field calls Calls
---@field outcomes Outcomes
---@field providers fun(model: pipeline.Model): Provider who is asked, for a role's setting
---@field choose fun(step: string, count: integer, key: string, answer: table): integer|"again"|nil
---@field choice_mark fun(step: string): string the same text as long as the same option would be taken
---@field edits Edits                           what the user has set by hand
---@field matches Matches                       the keys of items that live on
---@field report fun(event: table)
---@field lint Lint
---@field artifact host.tree
---@field nodes userdata                        the host.dag graph
---@field instances table<string, table<string, integer>> task nodes by step and item
---@field plants table<string, table<string, integer>>    planting nodes by step and parent item
---@field planted table<string, integer>        how many tasks each step has so far
---@field taken table<string, integer>          how many of them are not looked at, since they are as they were
---@field over table<integer, true>             nodes that have come to an end, good or bad
---@field awaited table<integer, host.loop.event> those whose end some task waits for
---@field ends table<string, integer>           the node that ends each step
---@field whole table<string, true>             steps all of whose tasks are done
---@field intact table<string, integer>         steps that are as the last evaluation left them, and how many tasks
---@field groups Groups?                        finds tasks that are as the last evaluation left them
---@field unsure table<string, true>            steps that went on without something which the next run may get
---@field roots table<pipeline.BoundStep, Roots>
---@field jobs table<integer, Job>
---@field plates Plates
---@field own_pictures table<string, string>    the story's own props' pictures, by key
---@field pictures Pictures                     what lies in the folder of pictures
---@field fingerprints Fingerprints
---@field turns Turns
---@field views Views
---@field private results table<string, table> what each step's tasks came to
---@field private saved table<string, boolean> steps that are written
---@field stopped string? why it was ended early
local Run = {}
Run.__index = Run

--- What a node does, and whatever it needs for that.
---@class Job
---@field label string
---@field run fun(run: Run, job: Job): boolean?
---@field skipped (fun(run: Run, job: Job, cause: integer))?

--- A node that runs: that it has ended is noted whatever ends it.
local Ending = {
  __close = function(ending)
    ending.run:end_node(ending.node)
  end,
}

local M = {}

--
-- Nodes
--

Run.unsettled, Run.task_names, Run.unplanted_places = plant.unsettled, plant.task_names, plant.unplanted_places

--- Adds a node that does a job.
---@param priority number
---@param after table<integer, true> the nodes that it waits for
---@param job Job
---@return integer node
function Run:add(priority, after, job)
  local list = {}
  for node in pairs(after) do
    list[#list + 1] = node
  end
  table.sort(list)
  local node = self.nodes:add(nil, priority, table.unpack(list))
  self.jobs[node] = job
  return node
end

---@param cause integer a node
---@return string
function Run:cause_text(cause)
  return ("'%s' failed"):format(self.jobs[cause].label)
end

--- Waits until nodes have come to any end, or will come to none.
---@param nodes table<integer, true>
function Run:await_over(nodes)
  for node in pairs(nodes) do
    if not self.over[node] and not self.stopped then
      self.awaited[node] = self.awaited[node] or loop.event()
      self.awaited[node]:wait()
    end
  end
end

---@param node integer
function Run:end_node(node)
  self.over[node] = true
  self:notify_over(node)
end

--- Wakes who waits for a node.
---@param node integer
function Run:notify_over(node)
  local event = self.awaited[node]
  if event then
    self.awaited[node] = nil
    event:notify()
  end
end

--- A step's tasks have all come to an end: that is to be seen on disk, once.
---@param step pipeline.BoundStep
function Run:end_step(step)
  if not self.saved[step.name] then
    self.saved[step.name] = true
    self.views:end_step(step)
  end
end

---@param step pipeline.BoundStep
function Run:report_total(step)
  self.report { event = "planted", step = step.name, tasks = self.planted[step.name] }
end

--
-- Tasks
--

---@param task Task
---@param state string
---@param event table? with what else there is to tell
function Run:tell(task, state, event)
  event = event or {}
  event.event, event.step, event.task, event.state = "task", task.step.name, task.name, state
  self.report(event)
end

--- What the user's own pictures are for a step that would draw them.
---@param canonical string
---@param keys string[]
---@return string? path inside the project
function Run:given(canonical, keys)
  return canonical == "props[].image_url" and self.own_pictures[keys[#keys]] or nil
end

---@param task Task
---@return boolean done
function Run:run_task(task)
  self.turns:give_way()
  self:tell(task, "running")
  local started = loop.now()
  local result = perform.perform(self, task)
  if result.entries then
    local patched, message = self.artifact:patch(result.entries)
    if patched then
      self.artifact = patched
      self.results[task.step.name][plant.joined(task.keys)] = result.value
      self.views:touch()
    else
      result = { state = "failed", message = message }
    end
  end
  if result.entries or result.state == "failed" and not result.stops then
    self.outcomes:note_failure(task.name, not result.entries and result.message or nil)
  end
  self:tell(task, result.state, { message = result.message, seconds = loop.now() - started })
  if result.entries then
    self.lint:look(self, task, result.state)
  end
  if result.stops then
    self:stop(result.message, result.stops)
  end
  return result.entries ~= nil
end

--- Sends nothing more and starts nothing more; what is in flight may come in.
---@param reason string
---@param class "stop"|"cost"|"fault"|nil "fault": what the user wrote is wrong
function Run:stop(reason, class)
  if not self.stopped then
    self.stopped = class or "stop"
    self.calls:stop(reason, class == "cost" and class or "stop")
    self.nodes:stop()
    for node in pairs(self.awaited) do
      self:notify_over(node)
    end
    self.report { event = "stopping", message = reason }
  end
end

--- What the story itself puts into the artifact.
---@param story pipeline.Story
local function story_entries(story)
  local entries = {}
  for field, value in pairs(story:given()) do
    if field == "own_props" then
      for _, prop in ipairs(value) do
        prop.key = name.slug(prop.name)
      end
    end
    entries[#entries + 1] = { { field }, value }
  end
  return entries
end

--- Evaluates the story. Waits until every task has ended.
---@return { done: integer, failed: integer, skipped: integer, stopped: "stop"|"cost"|nil, refused: string? }
function Run:evaluate()
  for _, step in ipairs(self.graph.steps) do
    self.results[step.name] = {}
    plant.step(self, step)
    self:report_total(step)
    if self.intact[step.name] then
      self.report { event = "unchanged", step = step.name, tasks = self.planted[step.name] }
    end
  end
  local done, failed, skipped = self.nodes:run()
  for _, step in ipairs(self.graph.steps) do
    if not self.intact[step.name] then
      self:end_step(step)
    end
  end
  self.views:finish()
  self:tell_lost()
  return {
    done = done,
    failed = failed,
    skipped = skipped,
    stopped = self.stopped,
    refused = self.edits.refused,
  }
end

--- Tells which edits have nothing that they could be laid over.
function Run:tell_lost()
  for _, lost in ipairs(self.edits:finish(self.artifact)) do
    self.report { event = "lost", path = lost.path, message = lost.message }
  end
end

--- Takes the fields of a Run that are not its own affair, and `seconds`, what
--- each step took in earlier runs.
---@param options table
---@return Run
function M.new(options)
  local self = setmetatable({}, Run)
  for _, field in ipairs {
    "instances", "plants", "planted", "ends", "roots", "jobs", "results", "saved", "unplanted", "over",
    "awaited", "whole", "intact", "unsure", "taken",
  } do
    self[field] = {}
  end
  for field, value in pairs(options) do
    self[field] = value
  end
  self.report = function(event)
    self.views:hear(event)
    options.report(event)
  end
  self.priority = self.graph:priorities(options.seconds)
  self.pictures = self.pictures or pictures.new(self.project)
  self.edits:begin(self.pictures, self.report)
  self.artifact = artifact.new()
  self.artifact = self.artifact:patch(self.edits:over(nil, {}, story_entries(self.story), self.artifact))
  self.views = views.new(self)
  self.fingerprints = fingerprint.new(self)
  self.turns = turns.new()
  self.plates = plates.new(self)
  positions.forget()
  self.nodes = dag.new {
    run = function(node)
      local ending <close> = setmetatable({ run = self, node = node }, Ending)
      local job = self.jobs[ending.node]
      return job.run(self, job)
    end,
    on_skip = function(node, cause)
      self:end_node(node)
      local job = self.jobs[node]
      if job and job.skipped then
        job.skipped(self, job, cause)
      end
    end,
    on_error = function(node, err, traceback)
      local message = fault.is(err) and tostring(err) or ("%s\n%s"):format(err, traceback or "")
      self.report { event = "fault", task = self.jobs[node].label, message = message }
      self:stop("a fault in the story or its steps", fault.is(err) and "fault" or nil)
    end,
  }
  return self
end

return M
