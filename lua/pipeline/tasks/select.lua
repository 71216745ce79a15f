-- lua/pipeline/tasks/select.lua: tasks by the names that people write: "step",
-- "step[item]", "step[scene/shot]", with * for any letters and ? for one.

local fault = require "pipeline.fault"
local names = require "pipeline.names"

local M = {}

--- The name of a step's task for an item.
---@param step string
---@param keys string[] of the item and those that it is in; none for a step that is not repeated
---@return string
function M.name(step, keys)
  return #keys == 0 and step or ("%s[%s]"):format(step, table.concat(keys, "/"))
end

---@param task string
---@return string step
function M.step_of(task)
  return task:match "^[^%[]*"
end

--- A glob as a Lua pattern for the whole of a name.
---@param glob string
---@return string
local function pattern_of(glob)
  local escaped = glob:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0")
  local pattern = escaped:gsub("%*+", ".*"):gsub("%?", (utf8.charpattern:gsub("%%", "%%%%")))
  return "^" .. pattern .. "$"
end

--- Tells what there is instead of a task that there is not.
local function unknown(word, known)
  local steps, listed, items = {}, {}, {}
  local wanted = M.step_of(word)
  for _, task in ipairs(known) do
    local step = M.step_of(task)
    if not listed[step] then
      listed[step] = true
      steps[#steps + 1] = step
    end
    items[#items + 1] = step == wanted and task or nil
  end
  local about = { message = ("there is no task '%s'"):format(word) }
  if not listed[wanted] then
    local near = names.nearest(wanted, steps)
    about.hint = near and ("did you mean '%s%s'?"):format(near, word:sub(#wanted + 1))
      or #steps > 0 and "the steps are " .. names.sentence(steps)
      or "the tasks of this story are not known yet: run it first"
  else
    local near = names.nearest(word, items)
    about.hint = near and ("did you mean '%s'?"):format(near)
      or ("there are %d tasks of that step, such as '%s'"):format(#items, items[1])
  end
  fault.raise(about)
end

--- Makes the test whether a word means a task: a step's name means all of its tasks.
---@param word string
---@return fun(task: string): boolean
function M.matcher(word)
  local pattern = pattern_of(word)
  local by_step = not word:find("[", 1, true)
  return function(task)
    return (by_step and M.step_of(task) or task):find(pattern) ~= nil
  end
end

---@param word string
---@param known string[] the names of all tasks
---@return string[] at least one, in their order
local function meant_by(word, known)
  local is_meant = M.matcher(word)
  local found = {}
  for _, task in ipairs(known) do
    if is_meant(task) then
      found[#found + 1] = task
    end
  end
  return #found > 0 and found or unknown(word, known)
end

--- The tasks that some words mean, each once, in the order in which they are known.
---@param words string[]
---@param known string[]
---@return string[]
function M.tasks(words, known)
  local wanted, list = {}, {}
  for _, word in ipairs(words) do
    for _, task in ipairs(meant_by(word, known)) do
      wanted[task] = true
    end
  end
  for _, task in ipairs(known) do
    list[#list + 1] = wanted[task] and task or nil
  end
  return list
end

--- The one task that a word means; a fault where it means several.
---@param word string
---@param known string[]
---@return string
function M.task(word, known)
  local found = meant_by(word, known)
  if #found > 1 then
    fault.raise {
      message = ("'%s' matches %d tasks; name one of them"):format(word, #found),
      hint = ("such as '%s'"):format(found[1]),
    }
  end
  return found[1]
end

return M
