-- lua/pipeline/run/plant.lua: steps become tasks. A step's nodes are made as soon as the
-- lists and references on its paths are settled, and each gets, once, just the edges
-- to the tasks that write what it reads.

local reach = require "pipeline.context.reach"

local M = {}

---@param keys string[]
---@param count integer? of them
local function joined(keys, count)
  return table.concat(keys, "/", 1, count)
end

---@param step string
---@param keys string[]
local function task_name(step, keys)
  return #keys == 0 and step or ("%s[%s]"):format(step, joined(keys))
end

--- A path with more than one end.
---@class WalkedPath
---@field resolved pipeline.Resolved
---@field leaves string[]             what it covers at each end
---@field steps pipeline.BoundStep[]  all that settle or write something on it

--- What all tasks of a step wait for, and what is to be looked for for each.
---@class Roots
---@field needed table<integer, true>                                 nodes that all of them wait for
---@field direct { binding: string, writer: pipeline.BoundStep }[]    who writes fields of the items that they are at
---@field walked WalkedPath[]                                         paths with more than one end
---@field inner pipeline.BoundStep[]                                  who makes lists in the item whose names count
---@field found table<pipeline.Resolved, Edges>                       behind paths that are the same for all
---@field behind table<string, true>                                  the names of all steps that it follows

--- The steps that settle where a path leads, and those that write what lies there.
---@param graph StepGraph
---@param resolved pipeline.Resolved
---@param leaves string[]
---@return pipeline.BoundStep[]
local function steps_behind(graph, resolved, leaves)
  local steps = {}
  for _, segment in ipairs(resolved.segments) do
    if segment.field.kind == "list" or segment.ref then
      table.move(reach.settlers(graph, segment), 1, 2, #steps + 1, steps)
    end
  end
  for _, leaf in ipairs(leaves) do
    steps[#steps + 1] = graph.writer[leaf]
  end
  return steps
end

--- Where a path leads is said at once when it crosses no list and no reference, or
--- every list from the top: then it is all that a step writes.
local function add_path(run, roots, pairs_seen, resolved)
  local graph, leaves = run.graph, run.spec:leaves(resolved)
  local from_item = resolved.binding ~= nil
  if #resolved.refs > 0 or (from_item and #resolved.lists > 0) or resolved.optional then
    roots.walked[#roots.walked + 1] =
      { resolved = resolved, leaves = leaves, steps = steps_behind(graph, resolved, leaves) }
    return
  end
  for _, list in ipairs(resolved.lists) do
    local owner = graph.owner[list] -- none of what the story gives
    if owner then
      roots.needed[run.ends[owner.name]] = true
    end
  end
  for _, leaf in ipairs(leaves) do
    local writer = graph.writer[leaf]
    local pair = writer and from_item and resolved.binding .. " " .. writer.name
    if writer and not from_item then
      roots.needed[run.ends[writer.name]] = true
    elseif pair and not pairs_seen[pair] then
      pairs_seen[pair] = true
      roots.direct[#roots.direct + 1] = { binding = resolved.binding, writer = writer }
    end
  end
end

---@param run Run
---@param step pipeline.BoundStep
---@return Roots
local function find_roots(run, step)
  local roots = {
    needed = {}, direct = {}, walked = {}, inner = {}, found = {}, behind = run.graph:needed(step.name),
  }
  local pairs_seen = {}
  for _, resolved in ipairs(step.reads) do
    add_path(run, roots, pairs_seen, resolved)
  end
  for _, gate in ipairs(run.graph:gates(step)) do
    roots.needed[run.ends[gate.name]] = true
  end
  for _, list in ipairs(step.named) do
    local owner = run.graph.owner[list]
    if run.graph:awaits(step, list) then
      if step.item and list:sub(1, #step.item.schema + 1) == step.item.schema .. "." then
        roots.inner[#roots.inner + 1] = owner
      else
        roots.needed[run.ends[owner.name]] = true
      end
    end
  end
  return roots
end

---@param run Run
---@param step pipeline.BoundStep
---@return Roots
local function roots_of(run, step)
  local roots = run.roots[step]
  if not roots then
    roots = find_roots(run, step)
    run.roots[step] = roots
  end
  return roots
end

--- The node to wait for until a step's task for an item is done; nil when it is.
---@param run Run
---@param step pipeline.BoundStep
---@param keys string[] of the item, or of one inside it
---@return integer? node
---@return boolean? planting the task's own node is still to be made, by this one
function M.unsettled(run, step, keys)
  if run.whole[step.name] then
    return nil
  end
  local count = math.min(#step.each, #keys)
  local node = run.instances[step.name][joined(keys, count)]
  if node then
    return run.nodes:state(node) ~= "done" and node or nil
  end
  for depth = count, 0, -1 do
    local item = joined(keys, depth)
    local planting = run.plants[step.name][item]
    if planting then
      local is_kept = run.groups and run.groups:is_kept(step, item)
      return not is_kept and planting or nil, not is_kept
    end
  end
  return run.ends[step.name]
end

--- What a task waits for.
---@class Edges
---@field waits table<integer, true>     to be able to say what it waits for
---@field open table<integer, true>      likewise, for what may be absent: these may fail
---@field needed table<integer, true>    the nodes that write what it reads
---@field tolerated table<integer, true> of what may be absent: these may fail

--- Adds the task of a step that writes something for an item.
---@param run Run
---@param found Edges
---@param writer pipeline.BoundStep
---@param keys string[]
---@param optional boolean?
local function add_writer(run, found, writer, keys, optional)
  local node, planting
  if #keys < #writer.each then
    node = run.ends[writer.name]
  else
    node, planting = M.unsettled(run, writer, keys)
  end
  if not node then
    return
  elseif not planting then
    found[optional and "tolerated" or "needed"][node] = true
  elseif not optional then
    found.waits[node] = true
  elseif not run.over[node] then
    found.open[node] = true
  end
end

--- Whether there is nothing left on a path to wait for.
---@param run Run
---@param path WalkedPath
local function is_whole(run, path)
  for _, step in ipairs(path.steps) do
    if not run.whole[step.name] then
      return false
    end
  end
  return true
end

--- Adds those who write what a path reaches, once its lists and references are settled.
local function add_walked(run, found, path, scope)
  if is_whole(run, path) then
    return
  end
  local elements = reach.walk(run, path.resolved, scope, found.waits)
  for _, leaf in ipairs(elements and path.leaves or {}) do
    local writer = run.graph.writer[leaf]
    for _, element in ipairs(writer and elements or {}) do
      add_writer(run, found, writer, element.keys, path.resolved.optional)
    end
  end
end

---@return Edges
local function no_edges()
  return { waits = {}, open = {}, needed = {}, tolerated = {} }
end

local function is_settled(found)
  return not next(found.waits) and not next(found.open)
end

--- Adds those behind a path that is the same for all tasks of a step.
local function add_shared(run, roots, found, path)
  local shared = roots.found[path.resolved]
  if not shared then
    shared = no_edges()
    add_walked(run, shared, path, {})
    roots.found[path.resolved] = is_settled(shared) and shared or nil
  end
  for kind, nodes in pairs(shared) do
    for node in pairs(nodes) do
      found[kind][node] = true
    end
  end
end

--- What a step's task waits for.
---@return Edges
local function edges(run, step, scope)
  local roots, found = roots_of(run, step), no_edges()
  for node in pairs(roots.needed) do
    found.needed[node] = true
  end
  for _, direct in ipairs(roots.direct) do
    add_writer(run, found, direct.writer, scope[direct.binding].keys)
  end
  for _, owner in ipairs(roots.inner) do
    add_writer(run, found, owner, scope[step.item.name].keys)
  end
  for _, path in ipairs(roots.walked) do
    if path.resolved.binding then
      add_walked(run, found, path, scope)
    else
      add_shared(run, roots, found, path)
    end
  end
  return found
end

local plant

--- What is ready goes before what is still to be planted of the same step, so that the
--- first request leaves while others are planted. Less than any difference between the
--- priorities of two steps.
local BEHIND = 1e-9

---@class PlantingJob: Job
---@field step pipeline.BoundStep
---@field scope table<string, Element>
---@field keys string[]
---@field depth integer
---@field open table<integer, true>

--- The items that a step's next list has for the items in scope.
---@param run Run
---@param step pipeline.BoundStep
---@param scope table<string, Element>
---@param keys string[]
---@param depth integer how many of the step's lists are bound
---@return { scope: table<string, Element>, keys: string[] }[]
local function items_in(run, step, scope, keys, depth)
  local binding, items = step.each[depth + 1], {}
  local outer = depth > 0 and scope[step.each[depth].name].path or {}
  local list = reach.extended(outer, binding.list:match "[^.]+$")
  for i = 1, run.artifact:length(list) or 0 do
    local path = reach.extended(list, i)
    local item_keys = reach.extended(keys, run.artifact:get(path, "key"))
    local element = { path = path, keys = item_keys }
    items[i] = { scope = setmetatable({ [binding.name] = element }, { __index = scope }), keys = item_keys }
  end
  return items
end

--- Whether all that a task of a step waits for is done.
---@param run Run
---@param step pipeline.BoundStep
---@param scope table<string, Element>
local function is_fed(run, step, scope)
  local found = edges(run, step, scope)
  local done = is_settled(found)
  for _, nodes in ipairs { found.needed, found.tolerated } do
    for node in pairs(nodes) do
      done = done and run.nodes:state(node) == "done"
    end
  end
  return done
end

--- Whether all that a step follows is done.
---@param run Run
---@param step pipeline.BoundStep
local function follows_all(run, step)
  for name in pairs(roots_of(run, step).behind) do
    if not run.whole[name] then
      return false
    end
  end
  return true
end

--- Takes over what the tasks of an inner list have come to, where all that they read is
--- there already and is what it was.
---@param run Run
---@param job PlantingJob
---@return integer? tasks nil when they are to be looked at
local function take_over(run, job)
  local step, groups = job.step, run.groups
  if not groups or not groups:has(step) or job.depth + 1 ~= #step.each then
    return nil
  elseif M.unsettled(run, run.graph.owner[step.each[#step.each].list], job.keys) then
    return nil
  elseif not follows_all(run, step) then
    for _, item in ipairs(items_in(run, step, job.scope, job.keys, job.depth)) do
      if not is_fed(run, step, item.scope) then
        return nil
      end
    end
  end
  return groups:take(step, job.keys, job.scope[step.each[job.depth].name].path)
end

---@param run Run
---@param job PlantingJob
local function run_planting(run, job)
  local step = job.step
  run:await_over(job.open)
  run.turns:give_way()
  local taken = take_over(run, job)
  run.planted[step.name] = run.planted[step.name] + (taken or 0)
  run.taken[step.name] = run.taken[step.name] + (taken or 0)
  for _, child in ipairs(taken and {} or plant(run, step, job.scope, job.keys, job.depth, true)) do
    run.nodes:edge(child, run.ends[step.name])
  end
  run:report_total(step)
  if taken then
    run.views:touch()
    run.report { event = "unchanged", step = step.name, tasks = taken }
  end
end

---@param run Run
---@param job PlantingJob
local function skip_planting(run, job, cause)
  local name = job.step.name
  if not run.unplanted[name] then
    run.unplanted[name] = true
    local message = run:cause_text(cause)
    run.report { event = "unplanted", step = name, message = message, cause = run.jobs[cause].label }
  end
end

local function plant_later(run, step, scope, keys, depth, found)
  local node = run:add(run.priority[step.name] - BEHIND, found.waits, {
    label = step.name,
    run = run_planting,
    skipped = skip_planting,
    step = step,
    scope = scope,
    keys = keys,
    depth = depth,
    open = found.open,
  })
  run.plants[step.name][joined(keys)] = node
  return node
end

---@param run Run
---@param task Task
local function run_task(run, task)
  if task.tolerated then
    run:await_over(task.tolerated)
  end
  return run:run_task(task)
end

---@param run Run
---@param task Task
local function skip_task(run, task, cause)
  run:tell(task, "skipped", { message = run:cause_text(cause), cause = run.jobs[cause].label })
end

local function plant_task(run, step, scope, keys, found)
  local name = task_name(step.name, keys)
  local node = run:add(run.priority[step.name], found.needed, {
    label = name,
    run = run_task,
    skipped = skip_task,
    name = name,
    step = step,
    keys = keys,
    scope = scope,
    priority = run.priority[step.name],
    tolerated = next(found.tolerated) and found.tolerated or nil,
  })
  run.instances[step.name][joined(keys)] = node
  run.planted[step.name] = run.planted[step.name] + 1
  return node
end

--- Makes a step's nodes for the items in scope; where that cannot be said yet,
--- a node that will.
---@param run Run
---@param step pipeline.BoundStep
---@param scope table<string, Element>
---@param keys string[]
---@param depth integer how many of the step's lists are bound
---@param is_due boolean? it is the turn of these items
---@return integer[] nodes that the step's end waits for
function plant(run, step, scope, keys, depth, is_due)
  local binding = step.each[depth + 1]
  local found
  if not binding then
    found = edges(run, step, scope)
  else
    local node = M.unsettled(run, run.graph.owner[binding.list], keys)
    found = no_edges()
    found.waits[node or 0] = node and true
  end
  -- Lists in lists are planted item by item, and not all in one go.
  local is_inner = binding and depth > 0 and not is_due
  if is_inner or not is_settled(found) then
    return { plant_later(run, step, scope, keys, depth, found) }
  elseif not binding then
    return { plant_task(run, step, scope, keys, found) }
  end
  local nodes = {}
  for _, item in ipairs(items_in(run, step, scope, keys, depth)) do
    for _, node in ipairs(plant(run, step, item.scope, item.keys, depth + 1)) do
      nodes[#nodes + 1] = node
    end
  end
  return nodes
end

local function end_step(run, job)
  run:end_step(job.step)
end

local function note_whole(run, job)
  run.whole[job.step.name] = true
end

--- Makes a step's nodes, as far as they can be made now, and the one that ends it.
---@param run Run
---@param step pipeline.BoundStep
function M.step(run, step)
  local intact = run.intact[step.name]
  run.instances[step.name], run.plants[step.name] = {}, {}
  run.planted[step.name], run.taken[step.name] = intact or 0, intact or 0
  local after = {}
  for _, node in ipairs(intact and {} or plant(run, step, {}, {}, 0)) do
    after[node] = true
  end
  local ended = run:add(run.priority[step.name], after, { label = step.name, run = note_whole, step = step })
  run.ends[step.name] = ended
  if intact then
    run.whole[step.name] = true
    return
  end
  -- Others wait for the step's end, and nobody for its file.
  run:add(-math.huge, { [ended] = true }, {
    label = step.name,
    run = end_step,
    step = step,
  })
end

--- The names of all tasks made so far, step by step.
---@param run Run
---@return string[]
function M.task_names(run)
  local list = {}
  for _, step in ipairs(run.graph.steps) do
    local nodes = {}
    for _, node in pairs(run.instances[step.name]) do
      nodes[#nodes + 1] = node
    end
    table.sort(nodes)
    for _, node in ipairs(nodes) do
      list[#list + 1] = run.jobs[node].label
    end
  end
  return list
end

--- Where tasks were not made, since what says which there are did not come.
---@param run Run
---@return { step: pipeline.BoundStep, keys: string[] }[] the keys of the item that they are in
function M.unplanted_places(run)
  local places = {}
  for _, step in ipairs(run.graph.steps) do
    for item, node in pairs(run.plants[step.name]) do
      if run.nodes:state(node) == "skipped" then
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

M.joined = joined

return M
