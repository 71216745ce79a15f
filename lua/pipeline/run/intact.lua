-- lua/pipeline/run/intact.lua: steps that are as the last evaluation left them. Where nothing
-- has changed that a step depends on, and nothing that the steps which it needs do, what
-- its tasks wrote is taken over, and none of them is looked at.

local artifact = require "host.artifact"
local groups = require "pipeline.run.groups"
local json = require "host.json"
local marks = require "pipeline.run.marks"
local reach = require "pipeline.context.reach"

--- A step all of whose tasks were done.
---@class IntactStep: StepMark
---@field tasks integer

--- What an evaluation came to.
---@class Evaluated: EditsReach
---@field tree host.artifact.Tree
---@field steps table<string, IntactStep>

local M = {}

--
-- Before an evaluation
--

--- Collects what is to be removed from what was written: all but the work of intact steps.
---@class Strip
---@field steps table<string, any>   the intact ones
---@field graph StepGraph
---@field tree host.artifact.Tree
---@field changes table[]
---@field parts table<string, StripParts> of the records and items, by canonical path

--- The fields of a record, or of a list's items.
---@class StripParts
---@field open pipeline.Field[]   something of these is to go
---@field whole pipeline.Field[]  these stay as they are

--- Whether a field that is not a record is the work of an intact step.
---@param strip Strip
---@param in_item boolean
local function is_kept(strip, field, canonical, in_item)
  local writer = field.kind == "list" and strip.graph.owner[canonical] or strip.graph.writer[canonical]
  -- What nobody writes came with the item that it is in.
  return writer and strip.steps[writer.name] ~= nil or not writer and in_item
end

---@param strip Strip
---@param schema string the canonical path of a record, or of the items of a list
---@return StripParts
local function parts_of(strip, fields, schema, in_item)
  local parts = strip.parts[schema]
  if not parts then
    parts = { open = {}, whole = {} }
    strip.parts[schema] = parts
    for _, field in ipairs(fields) do
      local canonical = schema == "" and field.name or schema .. "." .. field.name
      local open = field.kind ~= "record" and not is_kept(strip, field, canonical, in_item)
      if not open and field.fields then
        local below = field.kind == "list" and canonical .. "[]" or canonical
        open = #parts_of(strip, field.fields, below, in_item or field.kind == "list").open > 0
      end
      table.insert(open and parts.open or parts.whole, field)
    end
  end
  return parts
end

--- Notes what is to go of the fields of an item, or of a record: with nothing left of
--- it, that goes too.
---@param strip Strip
---@param place (string|integer)[]
---@return boolean kept whether anything stays
local function strip_fields(strip, fields, schema, place, in_item)
  local parts, is_record = parts_of(strip, fields, schema, in_item), schema:sub(-2) ~= "[]"
  local before, kept = #strip.changes, not is_record
  for _, field in ipairs(is_record and parts.whole or {}) do
    kept = kept or strip.tree:has(place, field.name)
  end
  for _, field in ipairs(parts.open) do
    local canonical = schema == "" and field.name or schema .. "." .. field.name
    local at = reach.extended(place, field.name)
    if not strip.tree:has(at) then
      goto continue
    elseif field.kind == "record" then
      kept = strip_fields(strip, field.fields, canonical, at, in_item) or kept
    elseif field.kind == "list" and is_kept(strip, field, canonical, in_item) then
      kept = true
      for i = 1, strip.tree:length(at) do
        strip_fields(strip, field.fields, canonical .. "[]", reach.extended(at, i), true)
      end
    else
      strip.changes[#strip.changes + 1] = { at }
    end
    ::continue::
  end
  if not kept and schema ~= "" then
    for i = #strip.changes, before + 1, -1 do
      strip.changes[i] = nil
    end
    strip.changes[before + 1] = { place }
  end
  return kept
end

--- What the intact steps wrote, alone.
---@param run Run
---@param tree host.artifact.Tree
---@param steps table<string, any>
---@return host.artifact.Tree
local function stripped(run, tree, steps)
  local strip = { steps = steps, graph = run.graph, tree = tree, changes = {}, parts = {} }
  strip_fields(strip, run.spec.root.fields, "", {}, false)
  return assert(tree:patch(strip.changes))
end

--- Puts what the story gives beside what the intact steps wrote.
---@return host.artifact.Tree? nil where both have something to say of a field
local function joined(given, tree)
  local changes = {}
  for name in pairs(given:get {}) do
    if tree:has { name } then
      return nil
    end
    changes[#changes + 1] = { { name }, given:node { name } }
  end
  return tree:patch(changes)
end

--- Takes over what steps have written that are as the last evaluation left them; of the
--- others, what `groups` finds to be so while the evaluation goes on.
---@param run Run that is to begin
---@param last Evaluated
---@param is_seen fun(step: pipeline.BoundStep): boolean? whether all tasks of a step are to be looked at
---@return Evaluated left what the evaluation begins with
function M.take_over(run, last, is_seen)
  local disk, hands = marks.on_disk(run.project, run.pictures.seen), marks.hands(run)
  run.groups = groups.new(run, last, hands, disk)
  local is_near = not (hands.renames or hands.brings or last.renames or last.brings)
  local steps, counts = {}, {}
  for _, step in ipairs(is_near and run.graph.steps or {}) do
    local stands = not is_seen(step) and last.steps[step.name]
    for _, need in ipairs(step.needs) do
      stands = steps[need] and stands
    end
    if stands and marks.same(stands, marks.of(run, step, hands, disk)) then
      steps[step.name], counts[step.name] = stands, stands.tasks
    end
  end
  local tree = next(steps) and joined(run.artifact, stripped(run, last.tree, steps))
  if not tree then
    return { tree = artifact.new(), steps = {} }
  end
  run.artifact, run.intact = tree, counts
  run.edits:suppose_laid(function(task)
    return counts[task:match "^[^%[]*"] ~= nil
  end)
  return { tree = tree, steps = steps }
end

--
-- After it
--

--- What an evaluation has come to that has ended.
---@param run Run
---@param told table<string, true> steps of which something was told that is to be told again
---@param pictures string? what the pictures are now
---@return Evaluated
function M.evaluated(run, told, pictures)
  local disk, hands = marks.on_disk(run.project, pictures), marks.hands(run)
  local evaluated = { tree = run.artifact, steps = {}, renames = hands.renames, brings = hands.brings }
  for _, step in ipairs(run.edits.waiting and {} or run.graph.steps) do
    local name = step.name
    local is_whole = run.nodes:state(run.ends[name]) == "done" and not run.unsure[name]
    local is_settled = is_whole and not told[name] and not run.edits.lost_steps[name]
    local mark = is_settled and marks.of(run, step, hands, disk) or nil
    if mark then
      mark.tasks = run.planted[name]
      evaluated.steps[name] = mark
    end
  end
  return evaluated
end

--
-- From one run to the next
--

--- What the last run came to, as far as it is known to be what was published last.
---@param project Project
---@return Evaluated?
function M.read(project)
  local text = project.store:get("view", "evaluated")
  local record = text and artifact.parse(text):get {}
  local tree = record and project.published:current():patch { { { "revision" } } }
  if not tree or tree:hash() ~= record.tree then
    return nil
  end
  record.tree = tree
  return record
end

--- Leaves it for the next run.
---@param project Project
---@param evaluated Evaluated
function M.put(project, evaluated)
  local record = json.encode {
    tree = evaluated.tree:hash(),
    steps = json.object(evaluated.steps),
    renames = evaluated.renames,
    brings = evaluated.brings,
  }
  if project.store:get("view", "evaluated") ~= record then
    project.store:put("view", "evaluated", record)
  end
end

--- Something is evaluated: until that has ended, the next run has nothing to go by.
---@param project Project
function M.drop(project)
  if project.store:get("view", "evaluated") then
    project.store:remove("view", "evaluated")
  end
end

return M
