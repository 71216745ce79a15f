-- lua/pipeline/tasks/completion.lua: what of a storyboard is done, told from the
-- artifact alone, and which steps could be taken next.

local M = {}

local function append(list, value)
  local copy = table.move(list, 1, #list, 1, {})
  copy[#copy + 1] = value
  return copy
end

--- The items that a step is repeated for, as far as the artifact has them.
---@param artifact host.tree
---@param step pipeline.BoundStep
---@return { path: (string|integer)[], keys: string[] }[]
---@return boolean known every list that they come from is there
function M.items(artifact, step)
  local found, known = { { path = {}, keys = {} } }, true
  for _, binding in ipairs(step.each) do
    local name = binding.list:match "[^.]+$"
    local inner = {}
    for _, outer in ipairs(found) do
      local list = append(outer.path, name)
      known = known and artifact:has(list)
      for i = 1, artifact:length(list) or 0 do
        local path = append(list, i)
        inner[#inner + 1] = { path = path, keys = append(outer.keys, artifact:get(append(path, "key"))) }
      end
    end
    found = inner
  end
  return found, known
end

--- Whether a value is there, and in a record all that a text step can write.
local function has_all(artifact, path, field, is_item)
  if field.kind == "record" or is_item then
    for _, inner in ipairs(field.fields) do
      if inner.kind ~= "image" and not has_all(artifact, append(path, inner.name), inner) then
        return false
      end
    end
  end
  return artifact:has(path)
end

--- Whether a path is filled: every element that it reaches has a value.
local function is_filled(artifact, path, segments, from)
  for i = from, #segments do
    local segment = segments[i]
    path = append(path, segment.name)
    if segment.all and segment.field.kind == "list" then
      for n = 1, artifact:length(path) or 0 do
        if not is_filled(artifact, append(path, n), segments, i + 1) then
          return false
        end
      end
      break
    end
  end
  local field = segments[#segments].field
  return has_all(artifact, path, field, field.kind == "list" and from > #segments)
end

local function is_done(artifact, step, item)
  local outputs = append(step.writes, step.draws)
  for _, output in ipairs(outputs) do
    local from = output.binding and 2 or 1
    if not is_filled(artifact, output.binding and item.path or {}, output.segments, from) then
      return false
    end
  end
  return true
end

---@class StepCompletion
---@field step string
---@field total integer          how many items (1 for a step that is not repeated)
---@field done integer           how many of them have all that the step writes
---@field complete boolean       all done, and the list that they come from is there
---@field items table<string, boolean> done or not, by item ("" for a step that is not repeated)

--- What is done, per step and item.
---@param graph StepGraph
---@param artifact host.tree
---@return StepCompletion[] in the graph's order
function M.completion(graph, artifact)
  local all = {}
  for i, step in ipairs(graph.steps) do
    local entry = { step = step.name, total = 0, done = 0, items = {} }
    local items, known = M.items(artifact, step)
    for _, item in ipairs(items) do
      local done = is_done(artifact, step, item)
      entry.items[table.concat(item.keys, "/")] = done
      entry.total = entry.total + 1
      entry.done = entry.done + (done and 1 or 0)
    end
    entry.complete = known and entry.done == entry.total
    all[i] = entry
  end
  return all
end

--- The steps that are not complete while all that they need is.
---@param graph StepGraph
---@param artifact host.tree
---@return string[] in the graph's order
function M.next_steps(graph, artifact)
  local complete = {}
  for _, entry in ipairs(M.completion(graph, artifact)) do
    complete[entry.step] = entry.complete
  end
  local ready = {}
  for _, step in ipairs(graph.steps) do
    local open = complete[step.name]
    for _, need in ipairs(step.needs) do
      open = open or not complete[need]
    end
    if not open then
      ready[#ready + 1] = step.name
    end
  end
  return ready
end

return M
