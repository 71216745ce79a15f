-- lua/pipeline/tasks/completion.lua: what of a storyboard is done, told from the
-- artifact alone, and which steps could be taken next.

local tasks = require "pipeline.tasks.select"

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

--- The pictures that a step has drawn, or that stand where it would.
---@param artifact host.tree
---@param step pipeline.BoundStep
---@return string[] paths inside the project
function M.pictures(artifact, step)
  local found, segments = {}, step.draws and step.draws.segments or {}
  for _, item in ipairs(step.draws and M.items(artifact, step) or {}) do
    local path = step.draws.binding and item.path or {}
    for i = step.draws.binding and 2 or 1, #segments do
      path = append(path, segments[i].name)
    end
    found[#found + 1] = artifact:get(path)
  end
  return found
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
---@field state ChartState
---@field failed string[]        its tasks that failed and have not been done since

---@param entry StepCompletion
---@param step pipeline.BoundStep
---@param states table<string, ChartState> of the steps before it
---@return ChartState
local function state_of(entry, step, states)
  if entry.complete then
    return "done"
  elseif #entry.failed > 0 then
    return "failed"
  end
  local state = "todo"
  for _, need in ipairs(step.needs) do
    if states[need] == "failed" or states[need] == "skipped" then
      return "skipped"
    elseif states[need] ~= "done" then
      state = "waits"
    end
  end
  return state
end

--- What is done, per step. A step is to do where all that it needs is done.
---@param graph StepGraph
---@param artifact host.tree
---@param failures table<string, string> what was said of tasks that failed
---@return StepCompletion[] in the graph's order
function M.completion(graph, artifact, failures)
  local all, states = {}, {}
  for i, step in ipairs(graph.steps) do
    local entry = { step = step.name, total = 0, done = 0, failed = {} }
    local items, known = M.items(artifact, step)
    for _, item in ipairs(items) do
      local name = tasks.name(step.name, item.keys)
      entry.total = entry.total + 1
      if is_done(artifact, step, item) then
        entry.done = entry.done + 1
      elseif failures[name] then
        entry.failed[#entry.failed + 1] = name
      end
    end
    entry.complete = known and entry.done == entry.total
    entry.state = state_of(entry, step, states)
    all[i], states[step.name] = entry, entry.state
  end
  return all
end

return M
