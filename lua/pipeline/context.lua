-- lua/pipeline/context.lua: the values that a step reads for one item, taken out of the
-- artifact. References are followed: the description of a scene's props is that of
-- the props it names.

local json = require "host.json"
local plan_of = require "pipeline.context.plan"
local positions = require "pipeline.context.positions"
local readable = require "pipeline.context.readable"

local M = {}

---@class pipeline.ContextEntry
---@field path string
---@field description string
---@field value any
---@field field pipeline.Field
---@field node pipeline.Mirror

---@class pipeline.Context
---@field data table                       the values, in the shape of the paths
---@field entries pipeline.ContextEntry[]  in the order in which the paths were given
---@field missing string[]                 paths for which the artifact has no value, or not all
---@field private plan pipeline.ContextPlan
local Context = {}
Context.__index = Context
Context.__name = "pipeline.Context"

-- null is what a person may have written for nothing.
---@param tree host.artifact.Tree
---@param path (string|integer)[]
local function get(tree, path)
  local value = tree:get(path)
  if value ~= json.null then return value end
end

local read_record

-- The items that a list of names refers to.
---@param from pipeline.Reading
---@param node pipeline.Mirror
local function read_referred(from, node)
  local listed = get(from.tree, node.path)
  if listed == nil then return nil end
  local elements = {}
  for i, name in ipairs(listed) do
    local at = positions.of(from.artifact, node.ref, name)
    local item = at and from.artifact:node { node.ref, at }
    if item then
      elements[i] = read_record({ artifact = from.artifact, tree = item }, node)
    else
      elements[i] = json.ordered(node.keys, { name = name })
    end
  end
  return json.array(elements)
end

---@param from pipeline.Reading
---@param node pipeline.Mirror
local function read_items(from, node)
  local list = from.tree:node(node.path)
  local length = list and list:length()
  if not length then return nil end
  local elements = {}
  for i = 1, length do
    local inner = { artifact = from.artifact, tree = list:node { i } }
    elements[i] = read_record(inner, node) or json.object {}
  end
  return json.array(elements)
end

---@class pipeline.Reading
---@field artifact host.artifact.Tree
---@field tree host.artifact.Tree the part that paths of the mirror start from

---@param from pipeline.Reading
---@param node { children: pipeline.Mirror[], keys: string[] }
function read_record(from, node)
  local value = {}
  for _, child in ipairs(node.children) do
    if child.shape == "leaf" then
      value[child.name] = get(from.tree, child.path)
    elseif child.shape == "record" then
      value[child.name] = read_record(from, child)
    elseif child.ref then
      value[child.name] = read_referred(from, child)
    else
      value[child.name] = read_items(from, child)
    end
  end
  if next(value) == nil then return nil end
  return json.ordered(node.keys, value)
end

---@param artifact host.artifact.Tree
---@param plan pipeline.ContextPlan
---@param scope table<string, (string|integer)[]>
local function read(artifact, plan, scope)
  local data = read_record({ artifact = artifact, tree = artifact }, plan)
    or json.ordered(plan.keys, {})
  for _, node in ipairs(plan.bound) do
    local path = assert(scope[node.name], "the scope has no " .. node.name)
    local item = artifact:node(path)
    data[node.name] = item and read_record({ artifact = artifact, tree = item }, node)
  end
  return data
end

---@param list (string|table)[]
local function names_of(list)
  local found = {}
  for i, element in ipairs(list) do
    found[i] = type(element) == "table" and element.name or element
  end
  return json.array(found)
end

-- The value that a path has in some data, if it is one value.
---@param data any
---@param reached pipeline.Reached
local function walk(data, reached)
  for _, segment in ipairs(reached.segments) do
    if data == nil then return nil end
    data = data[segment.name]
  end
  if data ~= nil and reached.names_only then return names_of(data) end
  return data
end

-- The values of a path behind [*], one for each item crossed.
---@param data any
---@param reached pipeline.Reached
---@param at integer the segment to go on from
---@param label string
---@param found { value: any, label: string }[]|nil where they go
---@return boolean whole whether none is absent
local function gather(data, reached, at, label, found)
  local segment = reached.segments[at]
  if not segment then
    if data ~= nil and reached.names_only then data = names_of(data) end
    if found then found[#found + 1] = { value = data, label = label } end
    return data ~= nil
  end
  local value = data and data[segment.name]
  if not segment.all then return gather(value, reached, at + 1, label, found) end
  if value == nil then return false end
  local whole = true
  for _, element in ipairs(value) do
    local longer = found and (label == "" and "" or label .. " / ") .. (element.name or "?")
    whole = gather(element, reached, at + 1, longer, found) and whole
  end
  return whole
end

--- The values of the paths. `scope` says which items the step is at:
--- { scene = { "scenes", 2 }, shot = { "scenes", 2, "shots", 1 } }. A list of
--- resolved paths is planned once, so the same one is best passed for all items.
---@param S pipeline.Spec
---@param artifact host.artifact.Tree
---@param resolved pipeline.Resolved[]
---@param scope table<string, (string|integer)[]>
---@return pipeline.Context
function M.extract(S, artifact, resolved, scope)
  local plan = plan_of(S, resolved)
  local data = read(artifact, plan, scope)
  local self = setmetatable({ plan = plan, data = data, entries = {}, missing = {} }, Context)
  for i, heading in ipairs(plan.headings) do
    local value = data
    for _, name in ipairs(heading.names) do value = value and value[name] end
    self.entries[i] = {
      path = heading.path,
      description = heading.description,
      value = value,
      field = heading.node.field,
      node = heading.node,
    }
  end
  for _, reached in ipairs(plan.reached) do
    if not gather(data, reached, 1, "") then self.missing[#self.missing + 1] = reached.text end
  end
  return self
end

---@param path_text string
---@return pipeline.Reached
function Context:reached(path_text)
  return self.plan.by_text[path_text] or error("the context has no " .. path_text, 3)
end

--- The value of one of the paths; behind [*], a list of all values.
---@param path_text string
---@return any
function Context:value(path_text)
  local reached = self:reached(path_text)
  if not reached.crosses then return walk(self.data, reached) end
  local found, values = {}, {}
  gather(self.data, reached, 1, "", found)
  for _, one in ipairs(found) do values[#values + 1] = one.value end
  return json.array(values)
end

--- The value of one of the paths, as text for a prompt.
---@param path_text string
---@return string
function Context:text(path_text)
  local reached = self:reached(path_text)
  if not reached.crosses then return readable.one(reached.node, walk(self.data, reached)) end
  if reached.whole_list then return readable.block(reached.node, walk(self.data, reached)) end
  local found = {}
  gather(self.data, reached, 1, "", found)
  return readable.many(reached.node, found)
end

--- The context block of a prompt: each value under its path and description.
---@return string "" when nothing is read
function Context:block()
  if #self.entries == 0 then return "" end
  local parts = { "<context>" }
  for _, entry in ipairs(self.entries) do
    parts[#parts + 1] = ("## %s: %s"):format(entry.path, entry.description)
    parts[#parts + 1] = readable.block(entry.node, entry.value)
  end
  parts[#parts + 1] = "</context>"
  return table.concat(parts, "\n")
end

return M
