-- lua/pipeline/tasks/locate.lua: the tasks of a story by name: which there are, and a task with
-- its place in an artifact.

local completion = require "pipeline.tasks.completion"
local reach = require "pipeline.context.reach"
local tasks = require "pipeline.tasks.select"

local M = {}

--- The names of the tasks of the items that an artifact has, in the order of the
--- story.
---@param graph StepGraph
---@param tree host.tree
---@return string[]
function M.names(graph, tree)
  local list = {}
  for _, step in ipairs(graph.steps) do
    for _, item in ipairs(completion.items(tree, step)) do
      list[#list + 1] = tasks.name(step.name, item.keys)
    end
  end
  return list
end

---@param step pipeline.BoundStep
---@param item { path: (string|integer)[], keys: string[] }
---@return Task
local function task_at(step, item)
  local scope, path = {}, {}
  for i, binding in ipairs(step.each) do
    path = reach.extended(path, item.path[2 * i - 1], item.path[2 * i])
    scope[binding.name] = { path = path, keys = table.move(item.keys, 1, i, 1, {}) }
  end
  return { name = tasks.name(step.name, item.keys), step = step, keys = item.keys, scope = scope, priority = 0 }
end

--- The tasks of a step for the items that an artifact has.
---@param tree host.tree
---@param step pipeline.BoundStep
---@return Task[]
function M.tasks(tree, step)
  local list = completion.items(tree, step)
  for i, item in ipairs(list) do
    list[i] = task_at(step, item)
  end
  return list
end

--- A task in an artifact that has its item.
---@param graph StepGraph
---@param tree host.tree
---@param task string
---@return Task? nil when the item is not there
function M.task(graph, tree, task)
  local step = graph.by_name[tasks.step_of(task)]
  for _, item in ipairs(step and completion.items(tree, step) or {}) do
    if tasks.name(step.name, item.keys) == task then
      return task_at(step, item)
    end
  end
end

return M
