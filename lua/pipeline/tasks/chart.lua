-- lua/pipeline/tasks/chart.lua: a story's steps, or its tasks, as a graph to look at: what each
-- follows and where each stands, from an evaluation that makes no call.

local locate = require "pipeline.tasks.locate"
local tasks = require "pipeline.tasks.select"
local upstream = require "pipeline.plan.upstream"

---@alias ChartState "done"|"todo"|"waits"|"failed"|"skipped"

---@class ChartNode
---@field name string        of the step or the task; "shots[*]" where the tasks are not known yet
---@field step string
---@field state ChartState
---@field message string?    of a task that failed: what was said
---@field done integer?      of a step: how many of its tasks are done
---@field total integer?     of a step: how many tasks it has; nil: not known yet
---@field parents integer[]  what it follows, by position, the nearest first; none that another one of them follows too
---@field private keys string[]
---@field private is_open boolean? its tasks are not known yet

local M = {}

--- Where a task stands. One that failed has failed until it is done, though a run would ask it
--- again; what waits for it was skipped.
---@param forecast Forecast
---@param foreseen Foreseen
---@return ChartState
local function state_of(forecast, foreseen)
  if foreseen.failed then
    return "failed"
  elseif foreseen.state == "waiting" then
    return forecast:is_skipped(foreseen.task) and "skipped" or "waits"
  end
  return foreseen.state == "planned" and "todo" or "done"
end

--- Leaves out of what each node follows what the rest of it follows already.
---@param nodes ChartNode[] each behind what it follows
local function reduce(nodes)
  local behind = {} -- all that a node follows, near and far
  for i, node in ipairs(nodes) do
    local all, kept = {}, {}
    table.sort(node.parents, function(one, other)
      return one > other
    end)
    for _, parent in ipairs(node.parents) do
      if not all[parent] then
        kept[#kept + 1] = parent
        all[parent] = true
        for further in pairs(behind[parent]) do
          all[further] = true
        end
      end
    end
    node.parents, behind[i] = kept, all
  end
end

--- The steps whose tasks are not all known yet.
---@param forecast Forecast
---@return table<string, string[][]> the keys of the items that they are in
local function open_places(forecast)
  local open = {}
  for _, place in ipairs(forecast.run:unplanted_places()) do
    local name = place.step.name
    open[name] = open[name] or {}
    table.insert(open[name], place.keys)
  end
  return open
end

--- The state of those tasks of a step that are not known yet.
---@param forecast Forecast
---@param step string
---@return ChartState
local function state_of_rest(forecast, step)
  return forecast:is_skipped(step) and "skipped" or "waits"
end

---@param counts table<ChartState, integer>
---@param rest ChartState? of those that are not known yet
---@return ChartState
local function state_of_step(counts, rest)
  for _, state in ipairs { "failed", "todo", "waits", "skipped" } do
    if counts[state] > 0 or rest == state then
      return state
    end
  end
  return "done"
end

--- The steps of a story.
---@param forecast Forecast
---@return ChartNode[] each behind what it follows
function M.steps(forecast)
  local graph, open = forecast.run.graph, open_places(forecast)
  local counts, nodes, at = {}, {}, {}
  for _, step in ipairs(graph.steps) do
    counts[step.name] = { done = 0, todo = 0, waits = 0, failed = 0, skipped = 0, total = 0 }
  end
  for _, task in ipairs(forecast.tasks) do
    local of_step, state = counts[task.step], state_of(forecast, task)
    of_step[state] = of_step[state] + 1
    of_step.total = of_step.total + 1
  end
  for i, step in ipairs(graph.steps) do
    local of_step = counts[step.name]
    local rest = open[step.name] and state_of_rest(forecast, step.name)
    local node = { name = step.name, step = step.name, state = state_of_step(of_step, rest), parents = {} }
    node.done, node.total = of_step.done, not rest and of_step.total or nil
    for _, need in ipairs(step.needs) do
      node.parents[#node.parents + 1] = at[need]
    end
    nodes[i], at[step.name] = node, i
  end
  reduce(nodes)
  return nodes
end

--- Whether two nodes can belong together: where both are in items of one list, in the
--- same one.
---@param graph StepGraph
---@param one ChartNode
---@param other ChartNode
local function is_akin(graph, one, other)
  local each, each_other = graph.by_name[one.step].each, graph.by_name[other.step].each
  for i = 1, math.min(#one.keys, #other.keys) do
    if each[i].list == each_other[i].list and one.keys[i] ~= other.keys[i] then
      return false
    end
  end
  return true
end

--- The nodes of one step: its tasks, and one for those that are not known yet, for each
--- item that they are in.
---@param forecast Forecast
---@param step pipeline.BoundStep
---@param places string[][]? where tasks are not known yet
---@return ChartNode[]
---@return table<ChartNode, Task>
local function nodes_of(forecast, step, places)
  local nodes, task_of = {}, {}
  for _, task in ipairs(locate.tasks(forecast.run.artifact, step)) do
    local foreseen = forecast.by_name[task.name]
    if foreseen then
      local node = { name = task.name, step = step.name, keys = task.keys, parents = {} }
      node.state, node.message = state_of(forecast, foreseen), foreseen.failed
      nodes[#nodes + 1], task_of[node] = node, task
    end
  end
  for _, keys in ipairs(places or {}) do
    local shown = table.move(keys, 1, #keys, 1, {})
    shown[#shown + 1] = #step.each > 0 and "*" or nil
    local name = tasks.name(step.name, shown)
    local state = state_of_rest(forecast, step.name)
    nodes[#nodes + 1] = { name = name, step = step.name, keys = keys, state = state, is_open = true, parents = {} }
  end
  return nodes, task_of
end

--- The steps of which a node follows every task that it can belong with.
---@param graph StepGraph
---@param node ChartNode
---@param open table<string, true>? the steps that write what cannot be said yet
---@return string[]
local function followed_whole(graph, node, open)
  local step, names = graph.by_name[node.step], {}
  if node.is_open then
    return step.needs
  end
  for _, gate in ipairs(graph:gates(step)) do
    names[#names + 1] = gate.name
  end
  for name in pairs(open or {}) do
    names[#names + 1] = name
  end
  return names
end

--- The tasks of a story, as far as they are known, and one node for each place where
--- they are not.
---@param forecast Forecast
---@return ChartNode[] each behind what it follows
function M.tasks(forecast)
  local run, open = forecast.run, open_places(forecast)
  local graph = run.graph
  local nodes, at, of_step = {}, {}, {}
  for _, step in ipairs(graph.steps) do
    local own, task_of = nodes_of(forecast, step, open[step.name])
    of_step[step.name] = {}
    for _, node in ipairs(own) do
      local seen = {}
      local by_writer, unsaid = {}, nil
      if task_of[node] then
        by_writer, unsaid = upstream.sources(run, task_of[node])
      end
      for name in pairs(by_writer) do
        seen[at[name] or 0] = true
      end
      for _, name in ipairs(followed_whole(graph, node, unsaid)) do
        for _, other in ipairs(of_step[name]) do
          seen[is_akin(graph, node, nodes[other]) and other or 0] = true
        end
      end
      seen[0] = nil
      for parent in pairs(seen) do
        node.parents[#node.parents + 1] = parent
      end
      nodes[#nodes + 1] = node
      at[node.name] = #nodes
    end
    for i = #nodes - #own + 1, #nodes do
      table.insert(of_step[step.name], i)
    end
  end
  reduce(nodes)
  return nodes
end

return M
