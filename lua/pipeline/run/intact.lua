-- lua/pipeline/run/intact.lua: steps that are as the last evaluation left them. Where nothing
-- has changed that a step depends on, and nothing that the steps which it needs do, what
-- its tasks wrote is taken over, and none of them is looked at.

local artifact = require "host.artifact"
local file = require "host.file"
local fingerprint = require "pipeline.run.fingerprint"
local graph = require "pipeline.graph"
local inputs = require "pipeline.project.inputs"
local json = require "host.json"
local reach = require "pipeline.context.reach"

--- A step all of whose tasks were done.
---@class IntactStep
---@field mark string    of all that decides what they come to, but for what they read of other steps
---@field tasks integer

--- What an evaluation came to.
---@class Evaluated
---@field tree host.artifact.Tree
---@field steps table<string, IntactStep>

--- What lies on disk.
---@class OnDisk
---@field pictures string?               the same text as long as no picture is another one
---@field inputs string?                 the same for what scripts have read by themselves
---@field steps table<string, string>    what each file of steps/ is, by full path

local M = {}

local NOTHING = "-"

--- Looks at what the steps have left on disk. Waits.
---@param project Project
---@param pictures string?
---@return OnDisk
function M.on_disk(project, pictures)
  local _, states = file.scan({ project:path "steps" }, true)
  return { pictures = pictures, inputs = inputs.seen(project), steps = type(states) == "table" and states or {} }
end

--- Whether a picture lies with those that are drawn.
---@param path string inside the project
local function is_drawn(path)
  return path:find "^images/" ~= nil
end

--- Whether an edit sets a field and does nothing else: it changes no list, no name that
--- others may refer to, and brings no file but one that lies with those that are drawn.
---@param entry EditEntry
---@param step pipeline.BoundStep? the one whose work it changes
local function is_plain(entry, step)
  local record, is_name = entry.record, entry.path.schema:find "%[%]%.name$" ~= nil
  local lies_there = record.sha256 and is_drawn(record.value) and is_drawn(record.was or record.value)
  if record.sha256 and not (lies_there and step and step.draws) then
    return false
  end
  return not (entry.path.is_item or entry.is_list or is_name or record.refs)
end

--- The edits of each step, as texts. What others do to names is followed wherever these
--- are, so that with such edits every task is looked at.
---@param run Run
---@return table<string, string[]>?
local function edits_by_step(run)
  local by_step = {}
  for _, entry in ipairs(run.edits:list()) do
    local step = (entry.task or ""):match "^[^%[]+"
    if not is_plain(entry, run.graph.by_name[step or ""]) then
      return nil
    elseif step then
      by_step[step] = by_step[step] or {}
      table.insert(by_step[step], entry.path.text .. json.encode(entry.record))
    end
  end
  return by_step
end

--- What the story gives of what a step reads.
local function given_of(run, step)
  local given = {}
  for _, resolved in ipairs(step.reads) do
    local name = resolved.segments[1].name
    if not resolved.binding and graph.is_given(name) then
      given[name] = run.artifact:hash { name } or NOTHING
    end
  end
  return json.object(given)
end

--- The mark of a step as things are now.
---@param run Run
---@param step pipeline.BoundStep
---@param edits string[]?
---@param disk OnDisk
---@return string? hex nil when it cannot be told
local function mark_of(run, step, edits, disk)
  local draws = step.draws ~= nil
  local written = disk.steps[run.project:step_path(step)]
  if not written or (draws and not disk.pictures) then
    return nil
  end
  return json.hash {
    settings = fingerprint.of_settings(run, step),
    writers = run.graph:writers(),
    given = given_of(run, step),
    own = step.owned.props and run.artifact:hash { "own_props" },
    own_pictures = draws and json.object(run.own_pictures),
    choice = step.step.options > 1 and run.choice_mark(step.name),
    takes = run.outcomes.takes:of_step(step.name),
    edits = json.array(edits or {}),
    pictures = draws and disk.pictures,
    inputs = step.step.kind == "code" and disk.inputs,
    written = written,
  }
end

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

--- Takes over what steps have written that are as the last evaluation left them.
---@param run Run that is to begin
---@param last Evaluated
---@return Evaluated left what the evaluation begins with
function M.take_over(run, last)
  local disk = M.on_disk(run.project, run.pictures.seen)
  local edits, steps, counts = edits_by_step(run), {}, {}
  for _, step in ipairs(edits and run.graph.steps or {}) do
    local stands = last.steps[step.name]
    for _, need in ipairs(step.needs) do
      stands = steps[need] and stands
    end
    if stands and stands.mark == mark_of(run, step, edits[step.name], disk) then
      steps[step.name], counts[step.name] = stands, stands.tasks
    end
  end
  local tree = next(steps) and joined(run.artifact, stripped(run, last.tree, steps))
  if not tree then
    return { tree = artifact.new(), steps = {} }
  end
  run.artifact, run.intact = tree, counts
  run.edits:suppose_laid(counts)
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
  local disk = M.on_disk(run.project, pictures)
  local edits, steps = edits_by_step(run), {}
  for _, step in ipairs(edits and not run.edits.waiting and run.graph.steps or {}) do
    local name = step.name
    local is_whole = run.nodes:state(run.ends[name]) == "done" and not run.unsure[name]
    local is_settled = is_whole and not told[name] and not run.edits.lost_steps[name]
    local mark = is_settled and mark_of(run, step, edits[name], disk)
    steps[name] = mark and { mark = mark, tasks = run.planted[name] } or nil
  end
  return { tree = run.artifact, steps = steps }
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
  return { tree = tree, steps = record.steps }
end

--- Leaves it for the next run.
---@param project Project
---@param evaluated Evaluated
function M.put(project, evaluated)
  local record = json.encode { tree = evaluated.tree:hash(), steps = json.object(evaluated.steps) }
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
