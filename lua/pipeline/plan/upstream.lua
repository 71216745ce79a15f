-- lua/pipeline/plan/upstream.lua: what a task reads from others, and what of it is another
-- value than at an earlier time.

local locate = require "pipeline.tasks.locate"
local patch = require "pipeline.run.patch"
local reach = require "pipeline.context.reach"
local tasks = require "pipeline.tasks.select"

--- A value that a task reads and that was another one before.
---@class ChangedValue
---@field path string    "scenes[the-storm].description"
---@field old any        nil: there was none
---@field new any        nil: there is none
---@field task string    who writes it

local M = {}

--- The elements that a task's paths reach, by the task that writes them.
---@param run Run
---@param task Task
---@return table<string, (string|integer)[][]> paths by the writer's name
---@return table<string, true> open the steps that write what cannot be said yet
local function sources(run, task)
  local by_writer, open = {}, {}
  for _, resolved in ipairs(task.step.reads) do
    local elements = reach.walk(run, resolved, task.scope, {})
    for _, leaf in ipairs(run.spec:leaves(resolved)) do
      local writer = run.graph.writer[leaf]
      if writer and not elements then
        open[writer.name] = true
      elseif writer then
        for _, element in ipairs(elements) do
          local keys = table.move(element.keys, 1, #writer.each, 1, {})
          local name = tasks.name(writer.name, keys)
          by_writer[name] = by_writer[name] or {}
          table.insert(by_writer[name], element.path)
        end
      end
    end
  end
  return by_writer, open
end

M.sources = sources

---@param path (string|integer)[]
---@param beginnings (string|integer)[][]
local function begins_with(path, beginnings)
  for _, beginning in ipairs(beginnings) do
    local same = #beginning <= #path
    for i = 1, same and #beginning or 0 do
      same = same and beginning[i] == path[i]
    end
    if same then
      return true
    end
  end
  return false
end

--- A path in an artifact by the keys of its items.
---@param tree host.tree
---@param path (string|integer)[]
---@return string
local function named(tree, path)
  local text, at = "", {}
  for i, part in ipairs(path) do
    at[i] = part
    if math.type(part) == "integer" then
      text = ("%s[%s]"):format(text, tree:get(at, "key") or part)
    else
      text = text == "" and part or text .. "." .. part
    end
  end
  return text
end

--- The option that is taken of an outcome; nil where there is none to take.
---@param run Run
---@param task Task
---@param outcome StandingOutcome
---@return integer?
local function option_of(run, task, outcome)
  local step = task.step
  return step.step.options > 1 and run.choose(step.name, step.step.options, outcome.key, outcome.value) or nil
end

--- The artifact as it is, with an outcome of one task laid over it.
---@param run Run
---@param task Task
---@param outcome StandingOutcome
---@param option integer?
---@return host.tree?
local function laid_over(run, task, outcome, option)
  if outcome.picture then
    return run.artifact:patch { { patch.place(task.step.draws, task.scope), outcome.picture.path } }
  end
  local value = option and outcome.value["option_" .. option] or outcome.value
  local ok, entries = pcall(patch.entries, run.spec, task.step, run.artifact, task.scope, value, function() end)
  return ok and run.artifact:patch(entries) or nil
end

--- What a task reads of another one and is not the same in two artifacts.
---@param writer string    the other's name
---@param places (string|integer)[][] what is read of it
---@param old host.tree?
---@param new host.tree?
---@return ChangedValue[]
local function changed_values(writer, places, old, new)
  local found = {}
  for _, difference in ipairs(old and new and old:diff(new) or {}) do
    if begins_with(difference.path, places) then
      found[#found + 1] = {
        path = named(new, difference.path),
        old = difference.old,
        new = difference.new,
        task = writer,
      }
    end
  end
  return found
end

--- What a task reads of another one that came to something else since.
---@param run Run
---@param writer string
---@param places (string|integer)[][]
---@param before StandingOutcome
---@param after StandingOutcome
---@return ChangedValue[]
local function values_since(run, writer, places, before, after)
  local task = locate.task(run.graph, run.artifact, writer)
  if not task then
    return {}
  end
  local option = option_of(run, task, after)
  local old, new = laid_over(run, task, before, option), laid_over(run, task, after, option)
  return changed_values(writer, places, old, new)
end

--- When an outcome came to be, in an order that no clock changes.
---@param outcome Outcome
local function moment(outcome)
  local ids = outcome.ids or {}
  return ids[#ids] or 0
end

--- What stood for a task when another outcome was asked for.
---@param outcomes Outcomes
---@param writer string
---@param when integer
---@return StandingOutcome?
local function standing_before(outcomes, writer, when)
  local found
  for _, outcome in ipairs(outcomes:of(writer)) do
    found = moment(outcome) < when and outcome or found
  end
  return found
end

---@class Cause
---@field values ChangedValue[]
---@field task string     who wrote them
---@field before StandingOutcome what that task had come to
---@field after StandingOutcome  what it has come to since

--- The tasks whose values a task reads and that came to something else since.
---@param run Run
---@param task Task
---@param since integer  the first call of the earlier outcome
---@param now integer?   the first call of the later one; nil: as it is now
---@return Cause[]
function M.causes(run, task, since, now)
  local causes = {}
  for writer, places in pairs(sources(run, task)) do
    local before = standing_before(run.outcomes, writer, since)
    local after = now and standing_before(run.outcomes, writer, now) or not now and run.outcomes:standing(writer)
    if before and after and before.key ~= after.key then
      local values = values_since(run, writer, places, before, after)
      if #values > 0 then
        causes[#causes + 1] = { values = values, task = writer, before = before, after = after }
      end
    end
  end
  table.sort(causes, function(one, other)
    return one.task < other.task
  end)
  return causes
end

--- Whether a text holds all that was one way before a change.
---@param text string
---@param values ChangedValue[]
local function holds_old(text, values)
  for _, value in ipairs(values) do
    if type(value.old) == "string" and not text:find(value.old, 1, true) then
      return false
    end
  end
  return #values > 0
end

--- The options that a task was made from and that are not taken any more.
---@param run Run
---@param task Task
---@param prompt string of the earlier request
---@return { values: ChangedValue[], task: string, option: integer, now: integer }[]
function M.choices(run, task, prompt)
  local found = {}
  for writer, places in pairs(sources(run, task)) do
    local other, standing = locate.task(run.graph, run.artifact, writer), run.outcomes:standing(writer)
    local now = other and standing and option_of(run, other, standing)
    for option = 1, now and other.step.step.options or 0 do
      local old = option ~= now and laid_over(run, other, standing, option) or nil
      local values = old and changed_values(writer, places, old, laid_over(run, other, standing, now)) or {}
      if holds_old(prompt, values) then
        found[#found + 1] = { values = values, task = writer, option = option, now = now }
      end
    end
  end
  return found
end

--- What a person set by hand between two times of what a task reads.
---@param run Run
---@param task Task
---@param since number seconds since 1970
---@param till number
---@return { path: string, at: number }[] the oldest first
function M.edits(run, task, since, till)
  local found, by_writer = {}, sources(run, task)
  for _, entry in ipairs(run.edits and run.edits:list() or {}) do
    local path, is_read = entry.path.text, false
    for _, place in ipairs(by_writer[entry.task] or {}) do
      local read = named(run.artifact, place)
      is_read = is_read or path:sub(1, #read) == read or read:sub(1, #path) == path
    end
    if is_read and entry.record.at >= since and entry.record.at <= till then
      found[#found + 1] = { path = path, at = entry.record.at }
    end
  end
  return found
end

return M
