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

--- A list with one or two values more. Most are short: these are made in one piece.
---@param list table
---@param value any
---@param second any?
---@return table
local function extended(list, value, second)
  local count = #list
  local longer
  if count == 0 then
    longer = { value }
  elseif count == 1 then
    longer = { list[1], value }
  elseif count == 2 then
    longer = { list[1], list[2], value }
  elseif count == 4 then
    longer = { list[1], list[2], list[3], list[4], value }
  else
    longer = table.move(list, 1, count, 1, {})
    longer[count + 1] = value
  end
  longer[count + 2] = second
  return longer
end

---@param element Element
local function step_into(element, name)
  return { path = extended(element.path, name), keys = element.keys }
end

--- Adds the items of the list that lies under an element.
---@param found Element[]
local function add_items(ground, element, name, found)
  local list = extended(element.path, name)
  for i = 1, ground.artifact:length(list) or 0 do
    local key = ground.artifact:get(list, i, "key")
    found[#found + 1] = { path = extended(list, i), keys = extended(element.keys, key) }
  end
end

--- Adds the items that a field of references names, in the order of their list.
---@param found Element[]
local function add_referred(ground, element, segment, found)
  local places, seen = {}, {}
  local listed = ground.artifact:get(element.path, segment.name)
  for _, name in ipairs(type(listed) == "table" and listed or {}) do
    local at = positions.of(ground.artifact, segment.ref, name)
    if at and not seen[at] then
      places[#places + 1], seen[at] = at, true
    end
  end
  table.sort(places)
  for _, at in ipairs(places) do
    found[#found + 1] = positions.element(ground.artifact, segment.ref, at)
  end
end

--- The steps that settle what lies behind a segment: who is in a list, which
--- items a reference names.
---@param graph StepGraph
---@param segment pipeline.ResolvedSegment of a list or a reference
---@return pipeline.BoundStep[]
local function settlers(graph, segment)
  local steps = graph.settlers[segment]
  if not steps then
    steps = {}
    if segment.field.kind == "list" then
      steps[1] = graph.owner[segment.schema:sub(1, -3)]
    else
      steps[1] = graph.writer[segment.schema]
      steps[#steps + 1] = graph.owner[segment.ref]
    end
    graph.settlers[segment] = steps
  end
  return steps
end

--- Whether it is settled what lies behind a segment of all of these elements; if not,
--- `waits` gets the nodes to wait for.
local function is_settled(ground, elements, segment, waits)
  local settled = true
  for _, step in ipairs(settlers(ground.graph, segment)) do
    for _, element in ipairs(elements) do
      local node = ground:unsettled(step, element.keys)
      if node then
        waits[node], settled = true, false
      end
    end
  end
  return settled
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
    local segment, further = resolved.segments[i], {}
    local is_list = segment.field.kind == "list"
    local crosses = is_list or segment.ref and segment.all
    if crosses and not is_settled(ground, elements, segment, waits) then
      return nil
    end
    for j, element in ipairs(elements) do
      if is_list then
        add_items(ground, element, segment.name, further)
      elseif crosses then
        add_referred(ground, element, segment, further)
      else
        further[j] = step_into(element, segment.name)
      end
    end
    elements = further
  end
  return elements
end

M.extended, M.settlers = extended, settlers

return M
