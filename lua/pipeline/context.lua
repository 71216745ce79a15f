-- pipeline/context.lua: the values that a step reads for one item, taken out of the
-- artifact. References are followed: the description of a scene's props is that of
-- the props it names.

local json = require "host.json"
local mirror = require "pipeline.mirror"
local names = require "pipeline.names"
local readable = require "pipeline.readable"

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

-- What depends on the paths alone: a step's, the same for all its items.
---@class pipeline.ContextPlan
---@field tree pipeline.Mirror
---@field by_text table<string, pipeline.Resolved>
---@field nodes table<string, pipeline.Mirror>    the node that a path ends in
---@field resolved pipeline.Resolved[]            without duplicates
---@field entries { path: string, description: string, segments: integer, of: pipeline.Resolved }[]

---@type table<pipeline.Resolved[], pipeline.ContextPlan>
local plans = setmetatable({}, { __mode = "k" })

-- The part of a path that is one heading: up to the first list crossed.
---@param R pipeline.Resolved
---@return string path
---@return integer segments
local function heading(R)
  local parts = {}
  for i, segment in ipairs(R.segments) do
    parts[i] = segment.name
    if segment.all then break end
  end
  return table.concat(parts, "."), #parts
end

---@param node pipeline.Mirror
---@return string
local function description(node)
  if node.bound then return "The " .. node.name .. " that this is about." end
  return node.field.description
end

---@param tree pipeline.Mirror
---@param R pipeline.Resolved
---@param segments integer
---@return pipeline.Mirror
local function node_at(tree, R, segments)
  for i = 1, segments do tree = tree.by_name[R.segments[i].name] end
  return tree
end

-- A path to the names themselves, even where others look behind them.
---@param R pipeline.Resolved
local function names_only(R)
  return R.field.kind == "refs" and not R.segments[#R.segments].all
end

---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]
---@return pipeline.ContextPlan
local function make_plan(S, resolved)
  local tree = mirror.build(S, resolved)
  local plan = { tree = tree, by_text = {}, nodes = {}, resolved = {}, entries = {} }
  local headings, candidates = {}, {}
  for _, R in ipairs(resolved) do
    if not plan.by_text[R.text] then
      plan.by_text[R.text] = R
      plan.nodes[R.text] = names_only(R) and { shape = "leaf", field = R.field }
        or node_at(tree, R, #R.segments)
      plan.resolved[#plan.resolved + 1] = R
      local path, segments = heading(R)
      if not headings[path] then
        headings[path] = true
        local text = description(node_at(tree, R, segments))
        candidates[#candidates + 1] = {
          path = path, description = text, segments = segments, of = R,
        }
      end
    end
  end
  for _, entry in ipairs(candidates) do
    local covered = false
    for parent in entry.path:gmatch "()%." do
      covered = covered or headings[entry.path:sub(1, parent - 1)]
    end
    if not covered then plan.entries[#plan.entries + 1] = entry end
  end
  return plan
end

-- Where each name of a list is. Kept for as long as the list stays as it is.
---@type table<string, { hash: string, positions: table<string, integer> }>
local indexes = {}

---@param artifact host.artifact.Tree
---@param list string
---@return table<string, integer>
local function positions_in(artifact, list)
  local hash = artifact:hash { list }
  local known = indexes[list]
  if known and known.hash == hash then return known.positions end
  local positions, loosely = {}, {}
  for i = 1, artifact:length { list } or 0 do
    local name = artifact:get { list, i, "name" }
    if name then
      positions[name] = positions[name] or i
      loosely[names.loose(name)] = loosely[names.loose(name)] or i
    end
  end
  for loose, i in pairs(loosely) do positions[loose] = positions[loose] or i end
  indexes[list] = { hash = hash, positions = positions }
  return positions
end

---@param path (string|integer)[]
---@param ... string|integer
---@return (string|integer)[]
local function below(path, ...)
  local longer = table.move(path, 1, #path, 1, {})
  for i = 1, select("#", ...) do longer[#longer + 1] = (select(i, ...)) end
  return longer
end

-- null is what a person may have written for nothing.
---@param artifact host.artifact.Tree
---@param path (string|integer)[]
local function get(artifact, path)
  local value = artifact:get(path)
  if value ~= json.null then return value end
end

local read

---@param artifact host.artifact.Tree
---@param node pipeline.Mirror
---@param path (string|integer)[]|nil where the record is, nil: nowhere
---@param name? string                of an item that may be nowhere
local function read_record(artifact, node, path, name)
  local value = { name = name }
  if path then
    for _, child in ipairs(node.children) do
      value[child.name] = read(artifact, child, below(path, child.name))
    end
  end
  if next(value) == nil then return nil end
  return json.ordered(node.keys, value)
end

-- The items that a list of names refers to.
local function read_referred(artifact, node, path)
  local listed = get(artifact, path)
  if listed == nil then return nil end
  local positions = positions_in(artifact, node.ref)
  local elements = {}
  for i, name in ipairs(listed) do
    local at = positions[name] or positions[names.loose(name)]
    elements[i] = read_record(artifact, node, at and { node.ref, at }, name)
  end
  return json.array(elements)
end

---@param artifact host.artifact.Tree
---@param node pipeline.Mirror
---@param path (string|integer)[] where the value is
function read(artifact, node, path)
  if node.shape == "leaf" then return get(artifact, path) end
  if node.shape == "record" then return read_record(artifact, node, path) end
  if node.ref then return read_referred(artifact, node, path) end
  local length = artifact:length(path)
  if not length then return nil end
  local elements = {}
  for i = 1, length do
    elements[i] = read_record(artifact, node, below(path, i)) or json.object {}
  end
  return json.array(elements)
end

---@param list (string|table)[]
local function names_of(list)
  local found = {}
  for i, element in ipairs(list) do
    found[i] = type(element) == "table" and element.name or element
  end
  return json.array(found)
end

-- All values that a path has in some data: one, or one for each item crossed.
---@param data any
---@param R pipeline.Resolved
---@param at integer
---@param label string
---@param found { value: any, label: string }[]
---@return boolean whole whether none is absent
local function gather(data, R, at, label, found)
  local segment = R.segments[at]
  if not segment then
    if data and names_only(R) then data = names_of(data) end
    found[#found + 1] = { value = data, label = label }
    return data ~= nil
  end
  local value = data and data[segment.name]
  if not segment.all then return gather(value, R, at + 1, label, found) end
  if value == nil then return false end
  local whole = true
  for _, element in ipairs(value) do
    local longer = (label == "" and "" or label .. " / ") .. (element.name or "?")
    whole = gather(element, R, at + 1, longer, found) and whole
  end
  return whole
end

---@param R pipeline.Resolved
local function crosses(R)
  return #R.lists + #R.refs > 0
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
  local plan = plans[resolved]
  if not plan then
    plan = make_plan(S, resolved)
    plans[resolved] = plan
  end
  local data = {}
  for _, node in ipairs(plan.tree.children) do
    local path = { node.name }
    if node.bound then path = assert(scope[node.name], "the scope has no " .. node.name) end
    data[node.name] = read(artifact, node, path)
  end
  local self = setmetatable({ plan = plan, entries = {}, missing = {} }, Context)
  self.data = json.ordered(plan.tree.keys, data)
  for i, entry in ipairs(plan.entries) do
    local value = data
    for at = 1, entry.segments do value = value and value[entry.of.segments[at].name] end
    local node = node_at(plan.tree, entry.of, entry.segments)
    self.entries[i] = {
      path = entry.path, description = entry.description, value = value,
      field = node.field, node = node,
    }
  end
  for _, R in ipairs(plan.resolved) do
    if not gather(data, R, 1, "", {}) then self.missing[#self.missing + 1] = R.text end
  end
  return self
end

--- The value of one of the paths; behind [*], a list of all values.
---@param path_text string
---@return any
function Context:value(path_text)
  local R = assert(self.plan.by_text[path_text], "the context has no " .. path_text)
  local found = {}
  gather(self.data, R, 1, "", found)
  if not crosses(R) then return found[1] and found[1].value end
  local values = {}
  for _, one in ipairs(found) do values[#values + 1] = one.value end
  return json.array(values)
end

--- The value of one of the paths, as text for a prompt.
---@param path_text string
---@return string
function Context:text(path_text)
  local R = assert(self.plan.by_text[path_text], "the context has no " .. path_text)
  local node = self.plan.nodes[path_text]
  local last = R.segments[#R.segments]
  if not crosses(R) then return readable.one(node, self:value(path_text)) end
  if last.all and #R.lists + #R.refs == 1 then
    local value = self.data
    for _, segment in ipairs(R.segments) do value = value and value[segment.name] end
    return readable.block(node, value)
  end
  local found = {}
  gather(self.data, R, 1, "", found)
  return readable.many(node, found)
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
