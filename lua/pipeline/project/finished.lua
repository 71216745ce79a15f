-- lua/pipeline/project/finished.lua: what a run that did everything was made from. While all of
-- it is as it was, there is nothing to do, and nothing is evaluated.

local file = require "host.file"
local fingerprint = require "pipeline.run.fingerprint"
local inputs = require "pipeline.project.inputs"
local json = require "host.json"

local M = {}

--- Settings of a story that decide what comes of it.
local SETTINGS = { "project", "prompt", "style", "aspect", "counts", "models", "choices", "numbers", "rules", "waive" }

--- What lies on disk: that nothing was written to what went in, nor to what came out.
---@param opened Session
---@return string? hex
local function files_of(opened)
  local story = opened.story
  local paths = {}
  for _, part in ipairs { "images", "steps", "artifact.json", "storyboard.html" } do
    paths[#paths + 1] = opened.project:path(part)
  end
  for _, list in ipairs { story.files, story.rule_dirs, inputs.of(opened) } do
    table.move(list, 1, #list, #paths + 1, paths)
  end
  for _, prop in ipairs(story.props) do
    paths[#paths + 1] = prop.image
  end
  for _, path in ipairs(opened.edits:pictures()) do
    paths[#paths + 1] = opened.project:path(path)
  end
  return (file.scan(paths))
end

--- A value as JSON has it: a table of a model has both numbers and names for keys.
local function plain(value)
  if type(value) ~= "table" then
    return value
  end
  local copy = json.object {}
  for key, inner in pairs(value) do
    copy[tostring(key)] = plain(inner)
  end
  return copy
end

--- All that a run's result depends on, but for the records that people make with
--- commands: these take a finished run's stamp away. Waits.
---@param opened Session
---@return string? hex nil when it cannot be told
function M.stamp(opened)
  local files = files_of(opened)
  if not files then
    return nil
  end
  local made_from = { files = files, program = fingerprint.program(), spec = opened.spec:hash() }
  for _, name in ipairs(SETTINGS) do
    made_from[name] = opened.story[name]
  end
  made_from.props, made_from.steps, made_from.providers = opened.story.props, {}, {}
  for i, step in ipairs(opened.graph.steps) do
    made_from.steps[i] = { step.name, step.step.hash }
  end
  for role, model in pairs(opened.story.models) do
    made_from.providers[role] = opened:providers().of(model).identity
  end
  made_from.choose, made_from.strict = opened.chosen.choose, opened.chosen.strict
  return json.hash(plain(made_from))
end

--- The steps of a finished run that was made from just this, with the number of
--- their tasks.
---@param project Project
---@param stamp string?
---@return table<string, integer>?
function M.tasks(project, stamp)
  local record = json.decode(project.store:get("view", "finished") or "{}")
  if not stamp or record.stamp ~= stamp then
    return nil
  end
  local tasks = {}
  for step, count in pairs(record.tasks) do
    tasks[step] = math.tointeger(count)
  end
  return tasks
end

--- Leaves the stamp of a run that did everything.
---@param project Project
---@param stamp string?
---@param totals Tally
function M.put(project, stamp, totals)
  local tasks = {}
  for _, step in ipairs(totals.steps) do
    tasks[step.step] = step.total
  end
  local record = stamp and json.encode { stamp = stamp, tasks = json.object(tasks) }
  if record and project.store:get("view", "finished") ~= record then
    project.store:put("view", "finished", record)
  end
end

return M
