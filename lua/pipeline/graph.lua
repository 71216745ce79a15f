-- lua/pipeline/graph.lua: the steps of a story as a DAG, checked before any
-- call: who writes each field, what each step needs, in which order they stand.

local fault = require "pipeline.fault"
local json = require "host.json"
local naming = require "pipeline.names"

---@class StepGraph
---@field spec pipeline.Spec
---@field steps pipeline.BoundStep[]               in an order in which each follows what it needs
---@field by_name table<string, pipeline.BoundStep>
---@field writer table<string, pipeline.BoundStep> the step that writes a leaf, by canonical path
---@field owner table<string, pipeline.BoundStep>  the step that says who is in a list, by canonical path
---@field settlers table<pipeline.ResolvedSegment, pipeline.BoundStep[]> who settles what lies behind it, once asked
---@field private writers_hash string?
---@field private awaited table<pipeline.BoundStep, table<string, true>> all that a step needs, once asked for
local StepGraph = {}
StepGraph.__index = StepGraph

local M = {}

--- Fields that no step writes: the story itself gives them.
local GIVEN = { "user_prompt", "style", "aspect", "counts", "own_props" }

--- Whether it is the story that gives a field, and no step.
---@param canonical string
---@return boolean
local function is_given(canonical)
  for _, name in ipairs(GIVEN) do
    if canonical == name or canonical:find("^" .. name .. "[%.%[]") then
      return true
    end
  end
  return false
end

--- Walks the needs depth first; a step met again on its own path is a cycle,
--- which is shown from the step it begins at.
---@param bound table<string, pipeline.BoundStep>
---@param in_story_order pipeline.BoundStep[]
---@return pipeline.BoundStep[] ordered
local function sort(bound, in_story_order)
  local ordered, state, trail = {}, {}, {}

  local function visit(step)
    if state[step.name] == "done" then
      return
    end
    trail[#trail + 1] = step.name
    if state[step.name] == "open" then
      local from = 1
      while trail[from] ~= step.name do
        from = from + 1
      end
      fault.raise {
        where = step.where,
        message = "the steps need each other in a circle: " .. table.concat(trail, " → ", from),
        hint = "remove one of these from a 'needs'",
      }
    end
    state[step.name] = "open"
    for _, name in ipairs(step.needs) do
      visit(bound[name])
    end
    state[step.name] = "done"
    trail[#trail] = nil
    ordered[#ordered + 1] = step
  end

  for _, step in ipairs(in_story_order) do
    visit(step)
  end
  return ordered
end

---@param step pipeline.BoundStep
---@param by_name table<string, pipeline.BoundStep>
local function check_needs(step, by_name)
  for _, name in ipairs(step.needs) do
    if not by_name[name] then
      local near = naming.nearest(name, naming.keys(by_name))
      fault.raise {
        where = step.step:place("needs", name),
        message = ("step '%s' needs '%s', and there is no such step in this story"):format(step.name, name),
        hint = near and ("did you mean '%s'?"):format(near) or "add it to the story's steps, or remove it from 'needs'",
      }
    end
  end
end

--- Every leaf that a step writes gets that step as its one writer.
---@param step pipeline.BoundStep
function StepGraph:claim_writes(step)
  for _, leaf in ipairs(step.written) do
    local other = self.writer[leaf]
    if other or is_given(leaf) then
      local who = other and ("step '%s' (%s)"):format(other.name, other.where) or "the story itself"
      fault.raise {
        where = step.where,
        message = ("step '%s' writes '%s', which %s writes too"):format(step.name, leaf, who),
        hint = "each field has one writer: change one of the steps",
      }
    end
    self.writer[leaf] = step
  end
  for list in pairs(step.owned) do
    self.owner[list] = step
  end
end

--- The names of all steps that a step follows, near and far.
---@param name string
---@return table<string, true>
function StepGraph:needed(name)
  local all = {}
  local function add(of)
    for _, need in ipairs(self.by_name[of].needs) do
      if not all[need] then
        all[need] = true
        add(need)
      end
    end
  end
  add(name)
  return all
end

--- A field that is read must have been written by a step that is needed.
---@param step pipeline.BoundStep
---@param needed table<string, true>
---@param leaf string
---@param text string
function StepGraph:check_read(step, needed, leaf, text)
  if is_given(leaf) then
    return
  end
  local writer = self.writer[leaf]
  if not writer then
    fault.raise {
      where = step.where,
      message = ("step '%s' reads '%s', which no step of this story writes"):format(step.name, text),
      hint = "add a step that writes it, or do not read it",
    }
  end
  if writer == step then
    fault.raise {
      where = step.where,
      message = ("step '%s' reads '%s', which it writes itself"):format(step.name, text),
      hint = "do not read it: it does not exist yet when the step runs",
    }
  end
  if not needed[writer.name] then
    fault.raise {
      where = step.where,
      message = ("step '%s' reads '%s', which step '%s' writes, but does not need that step"):format(
        step.name,
        text,
        writer.name
      ),
      hint = ("add \"%s\" to its needs"):format(writer.name),
    }
  end
end

--- Calls `visit` with every leaf that a step depends on and the text that says
--- so: what it reads, who is in the lists on the way, what references name.
---@param step pipeline.BoundStep
---@param visit fun(leaf: string, text: string)
function StepGraph:each_read(step, visit)
  for _, path in ipairs(step.reads) do
    for _, leaf in ipairs(self.spec:leaves(path)) do
      visit(leaf, path.text)
    end
    for _, list in ipairs(path.lists) do
      visit(list .. "[].name", path.text)
    end
    for _, reference in ipairs(path.refs) do
      visit(reference, path.text)
    end
  end
  for _, binding in ipairs(step.each) do
    visit(binding.schema .. ".name", "each = " .. binding.list)
  end
end

--- The same text as long as the same steps write the same fields.
---@return string hex
function StepGraph:writers()
  if not self.writers_hash then
    local by_leaf = json.object {}
    for leaf, step in pairs(self.writer) do
      by_leaf[leaf] = step.name
    end
    self.writers_hash = json.hash(by_leaf)
  end
  return self.writers_hash
end

--- Whether a step waits for who is in a list.
---@param step pipeline.BoundStep
---@param list string
---@return boolean
function StepGraph:awaits(step, list)
  local owner = self.owner[list]
  self.awaited[step] = self.awaited[step] or self:needed(step.name)
  return owner ~= nil and self.awaited[step][owner.name] or false
end

---@param step pipeline.BoundStep
function StepGraph:check_reads(step)
  local needed = self:needed(step.name)
  self:each_read(step, function(leaf, text)
    self:check_read(step, needed, leaf, text)
  end)
end

--- Needed steps of which a step reads nothing: it waits for the whole of them.
---@param step pipeline.BoundStep
---@return pipeline.BoundStep[]
function StepGraph:gates(step)
  local read = {}
  self:each_read(step, function(leaf)
    local writer = self.writer[leaf]
    if writer then
      read[writer.name] = true
    end
  end)
  local gates = {}
  for _, name in ipairs(step.needs) do
    if not read[name] then
      gates[#gates + 1] = self.by_name[name]
    end
  end
  return gates
end

--- The longest path from each step to the end, in seconds of the step times
--- given (a step not among them counts as one second). What has more behind it
--- goes first.
---@param seconds table<string, number>
---@return table<string, number>
function StepGraph:priorities(seconds)
  local remaining = {}
  for i = #self.steps, 1, -1 do
    local step = self.steps[i]
    remaining[step.name] = (remaining[step.name] or 0) + (seconds[step.name] or 1)
    for _, need in ipairs(step.needs) do
      remaining[need] = math.max(remaining[need] or 0, remaining[step.name])
    end
  end
  return remaining
end

--- Binds the steps to the spec and checks the whole. Raises a fault with the
--- file and line of the step that is wrong.
---@param spec pipeline.Spec
---@param steps pipeline.Step[] in story order
---@return StepGraph
function M.new(spec, steps)
  local self = setmetatable({
    spec = spec, steps = {}, by_name = {}, writer = {}, owner = {}, awaited = {}, settlers = {},
  }, StepGraph)
  local bound = {}
  for i, step in ipairs(steps) do
    if self.by_name[step.name] then
      fault.raise {
        where = step.where,
        message = ("the story has step '%s' twice"):format(step.name),
        hint = "name it once",
      }
    end
    bound[i] = step:bind(spec)
    self.by_name[step.name] = bound[i]
  end
  for _, step in ipairs(bound) do
    check_needs(step, self.by_name)
  end
  self.steps = sort(self.by_name, bound)
  for i, step in ipairs(self.steps) do
    step.index = i
    self:claim_writes(step)
  end
  for _, step in ipairs(self.steps) do
    self:check_reads(step)
  end
  return self
end

M.is_given = is_given

return M
