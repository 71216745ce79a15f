-- lua/pipeline/run/groups.lua: tasks of one inner list, as the shots of a scene, of which
-- nothing has changed since the last evaluation. All that they read lies in their scene, at
-- the top, or behind references; where it is what it was, what they wrote is taken over,
-- and none of them is looked at. What is compared are values, so that an edit somewhere
-- before costs a look at just what it changes.

local artifact = require "host.artifact"
local context_plan = require "pipeline.context.plan"
local file = require "host.file"
local fingerprint = require "pipeline.run.fingerprint"
local marks = require "pipeline.run.marks"
local names = require "pipeline.names"
local positions = require "pipeline.context.positions"
local reach = require "pipeline.context.reach"
local render = require "pipeline.render"

local extended = reach.extended

--- A step whose tasks may be taken over.
---@class GroupedStep
---@field plan pipeline.ContextPlan      of all that it reads, its pictures too
---@field leaves string[][]              the fields that it writes, as paths from its item on
---@field bound table<string, pipeline.Mirror> the plan's items, by name
---@field referred string[]              the lists that they read of by way of their own items' references
---@field touched table<string, true>    the items whose inner list people have done something new to
---@field handled table<string, table<string, true>> the tasks that people had done something to, by such items
---@field removals table<integer, table[]> what takes their work out of a list of so many items
---@field results host.artifact.Tree     of its tasks, as they were written after the last evaluation
---@field is_same boolean?               whether all is what it was that is the same for all tasks
---@field kept table<string, true>       the items whose inner list was taken over, by their keys

---@class Groups
---@field private run Run
---@field private last Evaluated
---@field private steps table<string, GroupedStep>
---@field private indexes table          where names are in the last artifact
---@field private places table<string, table<string, integer>> where keys are in lists of the last artifact
local Groups = {}
Groups.__index = Groups

local M = {}

--- The fields that a step writes, from its item on; nothing for one that makes or fills
--- in lists.
---@param step pipeline.BoundStep
---@return string[][]?
local function leaves_of(step)
  local leaves = {}
  for i, leaf in ipairs(step.written) do
    local inner, path = leaf:sub(#step.item.schema + 2), {}
    if inner:find("[]", 1, true) then
      return nil
    end
    for part in inner:gmatch "[^.]+" do
      path[#path + 1] = part
    end
    leaves[i] = path
  end
  return leaves
end

--- Whether the edits of now and of then may reach into a step's work from elsewhere.
---@param run Run
---@param step pipeline.BoundStep
---@param edits EditsReach
local function is_reached(run, step, edits)
  return edits.renames and run.edits:has_references(step) or edits.brings and step.draws ~= nil
end

--- What people have done to the tasks of a step: to those of which inner lists another thing
--- than before, and to which tasks the same.
---@param was table<string, string>
---@param is table<string, string>
---@param step pipeline.BoundStep
---@return table<string, true> touched by the keys of the items that the lists are in
---@return table<string, table<string, true>> handled tasks by the same
local function compared(was, is, step)
  local touched, handled = {}, {}
  for _, hands in ipairs { was, is } do
    for item in pairs(hands) do
      local outer = item:match "^(.*)/[^/]*$" or item
      touched[outer] = touched[outer] or was[item] ~= is[item] or nil
      handled[outer] = handled[outer] or {}
      handled[outer][("%s[%s]"):format(step.name, item)] = true
    end
  end
  return touched, handled
end

--- Adds the lists whose items a part of a context refers to.
---@param lists table<string, true>
---@param node pipeline.Mirror
local function add_referred(lists, node)
  lists[node.ref or ""] = true
  for _, child in ipairs(node.children) do
    add_referred(lists, child)
  end
end

---@param run Run
---@param last Evaluated
---@param step pipeline.BoundStep
---@param hands Hands
---@param disk OnDisk
---@return GroupedStep?
local function grouped(run, last, step, hands, disk)
  local was, leaves = last.steps[step.name], #step.each > 1 and leaves_of(step)
  if not was or not leaves or is_reached(run, step, hands) or is_reached(run, step, last) then
    return nil
  end
  local is = marks.of(run, step, hands, disk)
  local text = is and is.common == was.common and file.read(run.project:step_path(step))
  local results = text and artifact.parse(text)
  if not results then
    return nil
  end
  local of = { plan = context_plan(run.spec, step.reads), leaves = leaves, results = results, kept = {}, removals = {} }
  of.touched, of.handled = compared(was.hands, is.hands, step)
  of.bound = {}
  for _, node in ipairs(of.plan.bound) do
    of.bound[node.name] = node
  end
  local lists, own = {}, of.bound[step.item.name]
  if own then
    add_referred(lists, own)
  end
  lists[""] = nil
  of.referred = names.keys(lists)
  return of
end

--- What may be taken over in an evaluation that is to begin.
---@param run Run
---@param last Evaluated
---@param hands Hands
---@param disk OnDisk
---@return Groups
function M.new(run, last, hands, disk)
  local self = setmetatable({ run = run, last = last, steps = {}, indexes = {}, places = {} }, Groups)
  for _, step in ipairs(run.graph.steps) do
    self.steps[step.name] = grouped(run, last, step, hands, disk)
  end
  return self
end

--- Whether the tasks of a step may be taken over at all.
---@param step pipeline.BoundStep
---@return boolean
function Groups:has(step)
  return self.steps[step.name] ~= nil
end

--- Whether those of an item's inner list were.
---@param step pipeline.BoundStep
---@param item string its keys
---@return boolean
function Groups:is_kept(step, item)
  local of = self.steps[step.name]
  return of ~= nil and of.kept[item] == true
end

--- Where an item lay in the last artifact.
---@param step pipeline.BoundStep
---@param keys string[]
---@return (string|integer)[]?
function Groups:place(step, keys)
  local place = {}
  for i, key in ipairs(keys) do
    local list = extended(place, step.each[i].list:match "[^.]+$")
    local id = table.concat(list, "\0")
    local index = self.places[id]
    if not index then
      index = {}
      for at = 1, self.last.tree:length(list) or 0 do
        index[self.last.tree:get(list, at, "key")] = at
      end
      self.places[id] = index
    end
    if not index[key] then
      return nil
    end
    place = extended(list, index[key])
  end
  return place
end

--- All that the tasks of a step read that is the same for all of them.
---@param of GroupedStep
---@param step pipeline.BoundStep
---@param tree host.artifact.Tree
---@return string
function Groups:shared(of, step, tree)
  local parts = {}
  fingerprint.add_values(parts, tree, tree, of.plan.children)
  for _, list in ipairs(step.named) do
    fingerprint.add_names(parts, tree, render.place_of_names(self.run, { step = step, scope = {} }, list))
  end
  return table.concat(parts, "\n")
end

--- Adds all that tasks read of an item that they are at.
---@param parts string[]
---@param of GroupedStep
---@param name string of the binding
---@param tree host.artifact.Tree
---@param place (string|integer)[]
local function add_item(parts, of, name, tree, place)
  parts[#parts + 1] = tree:get(place, "key")
  parts[#parts + 1] = tree:hash(place, "name") or ""
  if of.bound[name] then
    fingerprint.add_values(parts, tree, tree:node(place), of.bound[name].children)
  end
end

--- All that the tasks of an inner list read of the items that the list is in.
---@param of GroupedStep
---@param step pipeline.BoundStep
---@param tree host.artifact.Tree
---@param place (string|integer)[] of the innermost of these
---@return string
local function outer_values(of, step, tree, place)
  local parts = {}
  for depth = 1, #step.each - 1 do
    add_item(parts, of, step.each[depth].name, tree, table.move(place, 1, 2 * depth, 1, {}))
  end
  return table.concat(parts, "\n")
end

--- All that they read of their own items.
---@param of GroupedStep
---@param step pipeline.BoundStep
---@param tree host.artifact.Tree
---@param list (string|integer)[]
---@return string
local function inner_values(of, step, tree, list)
  local parts = {}
  for i = 1, tree:length(list) do
    add_item(parts, of, step.item.name, tree, extended(list, i))
  end
  return table.concat(parts, "\n")
end

--- The items of a list without what the tasks of a step have written into them.
---@param of GroupedStep
---@param items host.artifact.Tree a list
---@return string hash
local function hash_without(of, items)
  local count = items:length()
  local changes = of.removals[count]
  if not changes then
    changes = {}
    for i = 1, count do
      for _, leaf in ipairs(of.leaves) do
        changes[#changes + 1] = { { i, table.unpack(leaf) } }
      end
    end
    of.removals[count] = changes
  end
  return assert(items:patch(changes)):hash()
end

--- Whether nothing at all has changed, of what there is by now, in the items of an inner list
--- and in the lists that they refer to.
---@param of GroupedStep
---@param from (string|integer)[] the list in the last artifact
---@param list (string|integer)[] the list as it is now
---@return boolean
function Groups:is_whole(of, from, list)
  local tree, last = self.run.artifact, self.last.tree
  for _, name in ipairs(of.referred) do
    if tree:hash { name } ~= last:hash { name } then
      return false
    end
  end
  return tree:hash(list) == hash_without(of, last:node(from))
end

--- What the tasks of a list wrote, as changes of the artifact.
---@param of GroupedStep
---@param from (string|integer)[] the list in the last artifact
---@param to (string|integer)[] the list as it is now
---@return table[]
function Groups:written(of, from, to)
  local changes = {}
  for i = 1, self.last.tree:length(from) do
    local source = extended(from, i)
    for _, leaf in ipairs(of.leaves) do
      local value = self.last.tree:node(source, table.unpack(leaf))
      if value then
        changes[#changes + 1] = { table.move(leaf, 1, #leaf, #to + 2, extended(to, i)), value }
      end
    end
  end
  return changes
end

--- What the tasks of an inner list wrote, if nothing has changed of all that they go by.
---@param of GroupedStep
---@param step pipeline.BoundStep
---@param keys string[]
---@param place (string|integer)[]
---@param list (string|integer)[]
---@return table[]? changes
function Groups:standing(of, step, keys, place, list)
  local tree, last, own = self.run.artifact, self.last.tree, self.indexes
  local source = self:place(step, keys)
  local from = source and extended(source, list[#list])
  if not from or of.touched[table.concat(keys, "/")] or last:length(from) ~= tree:length(list) then
    return nil
  elseif of.is_same == nil then
    of.is_same = positions.aside(own, self.shared, self, of, step, last) == self:shared(of, step, tree)
  end
  local is_same = of.is_same
    and positions.aside(own, outer_values, of, step, last, source) == outer_values(of, step, tree, place)
  if is_same and self:is_whole(of, from, list) then
    return { { list, last:node(from) } }
  elseif is_same and positions.aside(own, inner_values, of, step, last, from) == inner_values(of, step, tree, list) then
    return self:written(of, from, list)
  end
end

--- Takes over what the tasks of an inner list have written, if nothing has changed of all
--- that they go by; all that they read must be settled.
---@param step pipeline.BoundStep
---@param keys string[] of the item that the list is in
---@param place (string|integer)[] where that is
---@return integer? tasks nil when they are to be looked at
function Groups:take(step, keys, place)
  local of, run = self.steps[step.name], self.run
  local list = extended(place, step.each[#step.each].list:match "[^.]+$")
  local changes = self:standing(of, step, keys, place, list)
  local patched = changes and run.artifact:patch(changes)
  if not patched then
    return nil
  end
  run.artifact = patched
  local item = table.concat(keys, "/")
  of.kept[item] = true
  if of.handled[item] then
    run.edits:suppose_laid(function(task)
      return of.handled[item][task]
    end)
  end
  return patched:length(list)
end

--- What the tasks of a step have come to, those that were taken over too.
---@param step pipeline.BoundStep
---@param results table<string, any> of those that were looked at
---@return table<string, any>
function Groups:results(step, results)
  local of = self.steps[step.name]
  if not of or not next(of.kept) then
    return results
  end
  local all = {}
  for item, value in pairs(of.results:get { "items" } or {}) do
    all[item] = of.kept[item:match "^(.*)/[^/]*$"] and value or nil
  end
  for item, value in pairs(results) do
    all[item] = value
  end
  return all
end

return M
