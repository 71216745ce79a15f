-- lua/pipeline/run/marks.lua: what decides the work of a step's tasks beside what they read
-- of other steps, as marks: one that is the same as after the last evaluation says that
-- nothing of it has changed.

local file = require "host.file"
local fingerprint = require "pipeline.run.fingerprint"
local graph = require "pipeline.graph"
local inputs = require "pipeline.project.inputs"
local json = require "host.json"

--- What lies on disk.
---@class OnDisk
---@field pictures string?               the same text as long as no picture is another one
---@field inputs string?                 the same for what scripts have read by themselves
---@field steps table<string, string>    what each file of steps/ is, by full path

--- How far what people have set by hand reaches beyond the fields that it sets.
---@class EditsReach
---@field renames boolean? into references: it changes lists or names, or names others itself
---@field brings boolean?  to files that do not lie with the pictures that are drawn

--- What people have done to the tasks of each step.
---@class Hands: EditsReach
---@field by_step table<string, table<string, any[]>> edits and takes by the tasks' items, "" for a step that is not repeated

---@class StepMark
---@field common string             of all that is the same for all tasks
---@field given string              of what the story gives of what they read
---@field hands table<string, string> of what people have done to single tasks, by their items

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

--- Whether an edit changes a list, or a name that others may refer to, or names others.
---@param entry EditEntry
local function is_renaming(entry)
  local is_name = entry.path.schema:find "%[%]%.name$" ~= nil
  return entry.path.is_item or entry.is_list or is_name or entry.record.refs ~= nil
end

--- Whether an edit brings a file that does not lie with those that are drawn.
---@param entry EditEntry
---@param step pipeline.BoundStep? the one whose work it changes
local function is_bringing(entry, step)
  local record = entry.record
  local lies_there = record.sha256 and is_drawn(record.value) and is_drawn(record.was or record.value)
  return record.sha256 ~= nil and not (lies_there and step and step.draws)
end

---@param hands Hands
---@param task string
---@param value any
local function add(hands, task, value)
  local step, item = task:match "^([^%[]*)%[?(.-)%]?$"
  hands.by_step[step] = hands.by_step[step] or {}
  local of = hands.by_step[step][item] or {}
  hands.by_step[step][item] = of
  of[#of + 1] = value
end

--- What people have done, as things are now.
---@param run Run
---@return Hands
function M.hands(run)
  local hands = { by_step = {}, renames = false, brings = false }
  for _, entry in ipairs(run.edits:list()) do
    local task = entry.task or ""
    hands.renames = hands.renames or is_renaming(entry)
    hands.brings = hands.brings or is_bringing(entry, run.graph.by_name[task:match "^[^%[]*"])
    add(hands, task, entry.path.text .. json.encode(entry.record))
  end
  for task, take in pairs(run.outcomes.takes:all()) do
    add(hands, task, take)
  end
  return hands
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
  return json.hash(json.object(given))
end

--- The mark of a step as things are now.
---@param run Run
---@param step pipeline.BoundStep
---@param hands Hands
---@param disk OnDisk
---@return StepMark? nil when it cannot be told
function M.of(run, step, hands, disk)
  local draws = step.draws ~= nil
  local written = disk.steps[run.project:step_path(step)]
  if not written or (draws and not disk.pictures) then
    return nil
  end
  local by_item = json.object {}
  for item, done in pairs(hands.by_step[step.name] or {}) do
    by_item[item] = json.hash(json.array(done))
  end
  return {
    common = json.hash {
      settings = fingerprint.of_settings(run, step),
      writers = run.graph:writers(),
      own = step.owned.props and run.artifact:hash { "own_props" },
      own_pictures = draws and json.object(run.own_pictures),
      choice = step.step.options > 1 and run.choice_mark(step.name),
      pictures = draws and disk.pictures,
      inputs = step.step.kind == "code" and disk.inputs,
      written = written,
    },
    given = given_of(run, step),
    hands = by_item,
  }
end

--- Whether two marks of a step are the same, and so all of its work that hangs on no
--- other step.
---@param a StepMark
---@param b StepMark?
---@return boolean
function M.same(a, b)
  return b ~= nil and a.common == b.common and a.given == b.given
    and json.hash(json.object(a.hands)) == json.hash(json.object(b.hands))
end

return M
