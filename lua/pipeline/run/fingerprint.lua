-- lua/pipeline/run/fingerprint.lua: a hash of all that decides a task's request: of the
-- values that it reads, its step, the spec, and the settings. A task whose
-- fingerprint is that of its last evaluation is not rendered.

local context_plan = require "pipeline.context.plan"
local file = require "host.file"
local json = require "host.json"
local names = require "pipeline.names"
local positions = require "pipeline.context.positions"
local program = require "host.program"
local render = require "pipeline.render"

---@class Fingerprints
---@field run Run
---@field steps table<pipeline.BoundStep, StepMarks>
local Fingerprints = {}
Fingerprints.__index = Fingerprints

--- What is the same for many tasks of a step.
---@class StepMarks
---@field plan pipeline.ContextPlan
---@field common string                    of what all tasks of the step have in common
---@field inner string[]                   the lists in the task's own item whose names count
---@field outer table<string, string>      the values of an item's parents, by their keys

local M = {}

local NOTHING = "-"

--- Which program it is: one whose scripts were changed may render something else.
---@return string
function M.program()
  M.identity = M.identity or file.scan { program.root .. "/pipeline", program.root .. "/providers" }
  return ("%s %s"):format(program.version, M.identity)
end

---@param run Run
---@return Fingerprints
function M.new(run)
  return setmetatable({ run = run, steps = {} }, Fingerprints)
end

--- Adds the hashes of the values that a context takes out of a part of the artifact.
---@param parts string[]
---@param artifact host.tree
---@param tree host.tree the part
---@param children pipeline.Mirror[]
local function add_values(parts, artifact, tree, children)
  for _, child in ipairs(children) do
    if child.shape == "record" then
      add_values(parts, artifact, tree, child.children)
    elseif child.shape == "leaf" then
      parts[#parts + 1] = tree:hash(child.path) or NOTHING
    elseif child.ref then
      parts[#parts + 1] = tree:hash(child.path) or NOTHING
      local listed = tree:get(child.path)
      for _, name in ipairs(type(listed) == "table" and listed or {}) do
        local at = positions.of(artifact, child.ref, name)
        local item = at and artifact:node { child.ref, at }
        parts[#parts + 1] = at and "item" or NOTHING
        if item then
          add_values(parts, artifact, item, child.children)
        end
      end
    else
      local list = tree:node(child.path)
      local length = list and list:length()
      parts[#parts + 1] = length and tostring(length) or NOTHING
      for i = 1, length or 0 do
        add_values(parts, artifact, list:node { i }, child.children)
      end
    end
  end
end

--- Adds the names of the items of a list.
---@param parts string[]
---@param artifact host.tree
---@param path (string|integer)[]?
local function add_names(parts, artifact, path)
  local length = path and artifact:length(path)
  parts[#parts + 1] = length and tostring(length) or NOTHING
  for i = 1, length or 0 do
    parts[#parts + 1] = artifact:hash(path, i, "name") or NOTHING
  end
end

--- What of the settings a step's requests hold. A step with code may ask any model.
---@param run Run
---@param step pipeline.BoundStep
local function settings_of(run, step)
  local roles = step.step.kind == "code" and names.keys(run.story.models) or { step.step.model }
  local asked = {}
  for _, role in ipairs(roles) do
    local model = run.story.models[role]
    if model then
      local provider = run.providers(model)
      asked[role] = {
        model = model[1],
        effort = model.effort,
        provider = provider.identity,
        most_references = step.step.kind == "picture" and provider.reference_limit(model[1]) or nil,
      }
    end
  end
  local counts = {}
  for list in pairs(step.owned) do
    local name = list:match "[^.]+$"
    counts[name] = run.story.counts[name]
  end
  return json.encode {
    models = asked,
    counts = json.object(counts),
    aspect = step.step.kind == "picture" and run.story.aspect or nil,
  }
end

--- All that decides what a step's tasks ask beside what they read: the program, the step
--- itself, the spec, the settings.
---@param run Run
---@param step pipeline.BoundStep
---@return string
function M.of_settings(run, step)
  return table.concat({ M.program(), step.step.hash, run.spec:hash(), settings_of(run, step) }, "\n")
end

--- A name that lies in the task's own item.
local function is_inner(step, list)
  return step.item ~= nil and list:sub(1, #step.item.schema + 1) == step.item.schema .. "."
end

--- What all tasks of a step have in common: when the first of them can start, all
--- that they read beside their own items is settled.
---@param task Task
---@return StepMarks
function Fingerprints:of_step(task)
  local run, step = self.run, task.step
  local marks = self.steps[step]
  if not marks then
    marks = { plan = context_plan(run.spec, step.context), inner = {}, outer = {} }
    local parts = { M.of_settings(run, step) }
    add_values(parts, run.artifact, run.artifact, marks.plan.children)
    for _, list in ipairs(step.named) do
      if is_inner(step, list) then
        marks.inner[#marks.inner + 1] = list
      elseif step.step.kind ~= "picture" then
        add_names(parts, run.artifact, render.place_of_names(run, task, list))
      end
    end
    marks.common = json.sha256(table.concat(parts, "\n"))
    self.steps[step] = marks
  end
  return marks
end

--- The values of the items that a task is at.
---@param parts string[]
---@param marks StepMarks
---@param task Task
function Fingerprints:add_items(parts, marks, task)
  local artifact = self.run.artifact
  for _, node in ipairs(marks.plan.bound) do
    local element = task.scope[node.name]
    local key = node.name .. " " .. table.concat(element.keys, "/")
    local mark = marks.outer[key]
    if not mark then
      local found = {}
      local item = artifact:node(element.path)
      if item then
        add_values(found, artifact, item, node.children)
      end
      mark = table.concat(found, "\n")
      if node.name ~= task.step.item.name then
        marks.outer[key] = mark
      end
    end
    parts[#parts + 1] = mark
  end
end

--- The fingerprint of a task that can start.
---@param task Task
---@param references Reference[]? the pictures that go with it
---@return string hex
function Fingerprints:of(task, references)
  local run = self.run
  local marks = self:of_step(task)
  local parts = { marks.common, tostring(run.outcomes:take(task.name)) }
  self:add_items(parts, marks, task)
  for _, list in ipairs(marks.inner) do
    add_names(parts, run.artifact, render.place_of_names(run, task, list))
  end
  for _, reference in ipairs(references or {}) do
    parts[#parts + 1] = ("%d %s %s"):format(#reference.label, reference.label, reference.sha256)
  end
  return json.sha256(table.concat(parts, "\n"))
end

M.add_values, M.add_names = add_values, add_names

return M
