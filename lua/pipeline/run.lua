-- lua/pipeline/run.lua: a run evaluates the whole DAG of a story, from an empty
-- artifact. Steps become tasks as the lists that they are repeated for become
-- known, and a task starts when what it reads is there.

local artifact = require "host.artifact"
local dag = require "host.dag"
local fault = require "pipeline.fault"
local loop = require "host.loop"
local name = require "host.name"
local perform = require "pipeline.perform"
local reach = require "pipeline.reach"
local views = require "pipeline.views"

---@class Run
---@field story pipeline.Story
---@field spec pipeline.Spec
---@field graph StepGraph
---@field project Project
---@field calls Calls
---@field outcomes Outcomes
---@field providers fun(model: pipeline.Model): Provider who is asked, for a role's setting
---@field choose fun(step: string, count: integer): integer
---@field report fun(event: table)
---@field lint Lint
---@field artifact host.tree
---@field nodes userdata                        the host.dag graph
---@field instances table<string, table<string, integer>> task nodes by step and item
---@field plants table<string, table<string, integer>>    planting nodes by step and parent item
---@field planted table<string, integer>        how many tasks each step has so far
---@field over table<integer, true>             nodes that have come to an end, good or bad
---@field awaited table<integer, host.loop.event> those whose end some task waits for
---@field ends table<string, integer>           the node that ends each step
---@field jobs table<integer, { run: fun(): boolean?, skipped: fun(cause: integer)? }>
---@field plates table<string, host.task>       who draws a plate of several pictures, by its path
---@field own_pictures table<string, string>    the story's own props' pictures, by key
local Run = {}
Run.__index = Run

local M = {}

local function joined(keys)
  return table.concat(keys, "/")
end

---@param step string
---@param keys string[]
local function task_name(step, keys)
  return #keys == 0 and step or ("%s[%s]"):format(step, joined(keys))
end

--
-- Nodes
--

--- Adds a node that does a job.
---@param job { run: fun(): boolean?, skipped: fun(cause: integer)?, label: string }
---@param after table<integer, true> the nodes that it waits for
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

--- The node to wait for until a step's task for an item is done; nil when it is.
---@param step pipeline.BoundStep
---@param keys string[] of the item, or of one inside it
function Run:unsettled(step, keys)
  local of = table.move(keys, 1, #step.each, 1, {})
  local node = self.instances[step.name][joined(of)]
  if node then
    return self.nodes:state(node) ~= "done" and node or nil
  end
  -- Its node is still to be made, by the planting that got furthest.
  for depth = #of, 0, -1 do
    local planting = self.plants[step.name][joined(table.move(of, 1, depth, 1, {}))]
    if planting then
      return planting
    end
  end
  return self.ends[step.name]
end

--
-- Planting
--

--- What a step's task has to wait for to be able to say what it waits for: the
--- lists and references on its paths.
---@return table<integer, true> waits
---@return table<integer, true> after the nodes that write what it reads
---@return table<integer, true> tolerated of what may be absent: these may fail
function Run:edges(step, scope)
  local waits, needed, tolerated = {}, {}, {}
  for _, resolved in ipairs(step.reads) do
    local after = resolved.optional and tolerated or needed
    local elements = reach.walk(self, resolved, scope, waits)
    for _, leaf in ipairs(elements and self.spec:leaves(resolved) or {}) do
      local writer = self.graph.writer[leaf]
      for _, element in ipairs(writer and elements or {}) do
        if #element.keys < #writer.each then
          after[self.ends[writer.name]] = true
        else
          local node = self:unsettled(writer, element.keys)
          if node then
            after[node] = true
          end
        end
      end
    end
  end
  for _, gate in ipairs(self.graph:gates(step)) do
    needed[self.ends[gate.name]] = true
  end
  return waits, needed, tolerated
end

--- Makes a step's nodes for the items in scope; where that cannot be said yet,
--- a node that will.
---@param step pipeline.BoundStep
---@param scope table<string, Element>
---@param keys string[]
---@param depth integer how many of the step's lists are bound
---@return integer[] nodes that the step's end waits for
function Run:plant(step, scope, keys, depth)
  local waits, after, tolerated = {}, {}, {}
  local binding = step.each[depth + 1]
  if not binding then
    waits, after, tolerated = self:edges(step, scope)
  else
    local node = self:unsettled(self.graph.owner[binding.list], keys)
    if node then
      waits[node] = true
    end
  end
  if next(waits) then
    return { self:plant_later(step, scope, keys, depth, waits) }
  elseif not binding then
    return { self:plant_task(step, scope, keys, after, tolerated) }
  end
  local nodes = {}
  local outer = depth > 0 and scope[step.each[depth].name].path or {}
  local list = reach.extended(outer, binding.list:match "[^.]+$")
  for i = 1, self.artifact:length(list) or 0 do
    local path = reach.extended(list, i)
    local item_keys = reach.extended(keys, self.artifact:get(reach.extended(path, "key")))
    local inner = setmetatable({ [binding.name] = { path = path, keys = item_keys } }, { __index = scope })
    for _, node in ipairs(self:plant(step, inner, item_keys, depth + 1)) do
      nodes[#nodes + 1] = node
    end
  end
  return nodes
end

---@param cause integer a node
function Run:cause_text(cause)
  return ("'%s' failed"):format(self.jobs[cause].label)
end

function Run:plant_later(step, scope, keys, depth, waits)
  local node
  node = self:add(self.priority[step.name], waits, {
    label = step.name,
    run = function()
      for _, child in ipairs(self:plant(step, scope, keys, depth)) do
        self.nodes:edge(child, self.ends[step.name])
      end
      self:report_total(step)
    end,
    skipped = function(cause)
      if not self.unplanted[step.name] then
        self.unplanted[step.name] = true
        local message = self:cause_text(cause)
        self.report { event = "unplanted", step = step.name, message = message, cause = self.jobs[cause].label }
      end
    end,
  })
  self.plants[step.name][joined(keys)] = node
  return node
end

function Run:plant_task(step, scope, keys, after, tolerated)
  local task = {
    name = task_name(step.name, keys),
    step = step,
    keys = keys,
    scope = scope,
    priority = self.priority[step.name],
  }
  local node = self:add(task.priority, after, {
    label = task.name,
    run = function()
      self:await_over(tolerated)
      return self:run_task(task)
    end,
    skipped = function(cause)
      self:tell(task, "skipped", { message = self:cause_text(cause), cause = self.jobs[cause].label })
    end,
  })
  self.instances[step.name][joined(keys)] = node
  self.planted[step.name] = self.planted[step.name] + 1
  return node
end

--- The names of all tasks made so far, step by step.
---@return string[]
function Run:task_names()
  local list = {}
  for _, step in ipairs(self.graph.steps) do
    local nodes = {}
    for _, node in pairs(self.instances[step.name]) do
      nodes[#nodes + 1] = node
    end
    table.sort(nodes)
    for _, node in ipairs(nodes) do
      list[#list + 1] = self.jobs[node].label
    end
  end
  return list
end

--- Where tasks were not made, since what says which there are did not come.
---@return { step: pipeline.BoundStep, keys: string[] }[] the keys of the item that they are in
function Run:unplanted_places()
  local places = {}
  for _, step in ipairs(self.graph.steps) do
    for item, node in pairs(self.plants[step.name]) do
      if self.nodes:state(node) == "skipped" then
        local keys = {}
        for key in item:gmatch "[^/]+" do
          keys[#keys + 1] = key
        end
        places[#places + 1] = { step = step, keys = keys }
      end
    end
  end
  return places
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
function Run:notify_over(node)
  local event = self.awaited[node]
  if event then
    self.awaited[node] = nil
    event:notify()
  end
end

--- A step's last node: all of its tasks are done.
function Run:plant_end(step, after)
  self.ends[step.name] = self:add(self.priority[step.name], after, {
    label = step.name,
    run = function()
      self:save_step(step)
    end,
  })
end

--- Writes what a step's tasks have come to, once.
function Run:save_step(step)
  if not self.saved[step.name] then
    self.saved[step.name] = true
    self.project:save_step(step.index, step.name, self.results[step.name])
    self.views:touch(true)
  end
end

function Run:report_total(step)
  self.report { event = "planted", step = step.name, tasks = self.planted[step.name] }
end

--
-- Tasks
--

function Run:tell(task, state, details)
  local event = { event = "task", step = task.step.name, task = task.name, state = state }
  for field, value in pairs(details or {}) do
    event[field] = value
  end
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
  self:tell(task, "running")
  local started = loop.now()
  local result = perform.perform(self, task)
  if result.entries then
    local patched, message = self.artifact:patch(result.entries)
    if patched then
      self.artifact = patched
      self.results[task.step.name][joined(task.keys)] = result.value
      self.views:touch()
    else
      result = { state = "failed", message = message }
    end
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
---@return { done: integer, failed: integer, skipped: integer, stopped: "stop"|"cost"|nil }
function Run:evaluate()
  for _, step in ipairs(self.graph.steps) do
    self.instances[step.name], self.plants[step.name], self.results[step.name] = {}, {}, {}
    self.planted[step.name] = 0
  end
  for _, step in ipairs(self.graph.steps) do
    local after = {}
    for _, node in ipairs(self:plant(step, {}, {}, 0)) do
      after[node] = true
    end
    self:plant_end(step, after)
    self:report_total(step)
  end
  local done, failed, skipped = self.nodes:run()
  for _, step in ipairs(self.graph.steps) do
    self:save_step(step)
  end
  self.views:finish()
  return { done = done, failed = failed, skipped = skipped, stopped = self.stopped }
end

--- Takes the fields of a Run that are not its own affair, and `seconds`, what
--- each step took in earlier runs.
---@param options table
---@return Run
function M.new(options)
  local self = setmetatable({}, Run)
  for _, field in ipairs {
    "instances", "plants", "planted", "ends", "jobs", "results", "saved", "unplanted", "plates", "over", "awaited",
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
  self.artifact = artifact.new():patch(story_entries(self.story))
  self.views = views.new(self)
  self.nodes = dag.new {
    run = function(node)
      local over <close> = setmetatable({}, {
        __close = function()
          self:end_node(node)
        end,
      })
      assert(over)
      return self.jobs[node].run()
    end,
    on_skip = function(node, cause)
      self:end_node(node)
      local job = self.jobs[node]
      if job and job.skipped then
        job.skipped(cause)
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
