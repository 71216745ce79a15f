-- lua/pipeline/context/reach.lua: which elements of the artifact a step's path reaches
-- from where it stands, and which tasks must be done before that can be said.

local positions = require "pipeline.context.positions"

local M = {}

--- One element of the artifact: where it lies, and the keys of the list items
--- on the way to it (through a reference they begin anew in the list referred
--- to).
---@class Element
---@field path (string|integer)[]
---@field keys string[]

--- What a walk asks of a run.
---@class Ground
---@field graph StepGraph
---@field artifact host.tree
---@field unsettled fun(self, step: pipeline.BoundStep, keys: string[]): integer? the node to wait
---       for until the step's task for the item, or the one that holds it, is done

---@param list table
local function extended(list, ...)
  local copy = table.move(list, 1, #list, 1, {})
  for _, value in ipairs { ... } do
    copy[#copy + 1] = value
  end
  return copy
end

---@param element Element
local function step_into(element, name)
  return { path = extended(element.path, name), keys = element.keys }
end

--- The items of the list that lies under an element.
local function items(ground, element, name)
  local list = step_into(element, name)
  local found = {}
  for i = 1, ground.artifact:length(list.path) or 0 do
    local path = extended(list.path, i)
    found[i] = { path = path, keys = extended(element.keys, ground.artifact:get(extended(path, "key"))) }
  end
  return found
end

--- The items that a field of references names, in the order of their list.
local function referred(ground, element, segment)
  local places, seen = {}, {}
  local listed = ground.artifact:get(extended(element.path, segment.name))
  for _, name in ipairs(type(listed) == "table" and listed or {}) do
    local at = positions.of(ground.artifact, segment.ref, name)
    if at and not seen[at] then
      places[#places + 1], seen[at] = at, true
    end
  end
  table.sort(places)
  local found = {}
  for i, at in ipairs(places) do
    local path = { segment.ref, at }
    found[i] = { path = path, keys = { ground.artifact:get { segment.ref, at, "key" } } }
  end
  return found
end

--- The steps that settle what lies behind a segment: who is in a list, which
--- items a reference names.
local function settlers(graph, segment)
  if segment.field.kind == "list" then
    return { graph.owner[segment.schema:sub(1, -3)] }
  elseif segment.ref and segment.all then
    return { graph.writer[segment.schema], graph.owner[segment.ref] }
  end
  return {}
end

local function behind(ground, element, segment)
  if segment.field.kind == "list" then
    return items(ground, element, segment.name)
  elseif segment.ref and segment.all then
    return referred(ground, element, segment)
  end
  return { step_into(element, segment.name) }
end

--- Walks one path. Where a list or a reference on it is not settled yet, the
--- nodes to wait for are added to `waits` and nothing is returned.
---@param ground Ground
---@param resolved pipeline.Resolved
---@param scope table<string, Element> the bound items by name
---@param waits table<integer, true>
---@return Element[]?
function M.walk(ground, resolved, scope, waits)
  local elements = { resolved.binding and scope[resolved.binding] or { path = {}, keys = {} } }
  for i = resolved.binding and 2 or 1, #resolved.segments do
    local segment = resolved.segments[i]
    local further, open = {}, false
    for _, element in ipairs(elements) do
      for _, step in pairs(settlers(ground.graph, segment)) do
        local node = ground:unsettled(step, element.keys)
        if node then
          waits[node], open = true, true
        end
      end
      if not open then
        for _, found in ipairs(behind(ground, element, segment)) do
          further[#further + 1] = found
        end
      end
    end
    if open then
      return nil
    end
    elements = further
  end
  return elements
end

M.extended = extended

return M
