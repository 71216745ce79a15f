-- lua/cli/plan.lua: `sbhost plan STORY`: what a run would do and cost. It makes no
-- call and takes no lock.

local columns = require "cli.columns"
local names = require "pipeline.names"
local options = require "cli.options"
local plan = require "pipeline.plan"
local say = require "cli.say"
local within = require "pipeline.tasks.within"

--- What can be left out on a narrow terminal: what was reused, what is not known yet, what
--- there is to do.
local SPARE = { 2, 4, 3 }

local OPTIONS = options.for_run {}

---@param range Range?
---@param form string of one number
---@return string
local function band(range, form)
  if not range then
    return "unknown"
  end
  local low, high = form:format(range.low), form:format(range.high)
  return low == high and low or ("%s–%s"):format(low, high)
end

---@param step StepPlan
local function row(step)
  local waiting = step.waiting and step.waiting.high == 0 and "" or band(step.waiting, "%.0f")
  return {
    step.step,
    step.reused > 0 and tostring(step.reused) or "",
    step.todo > 0 and tostring(step.todo) or "",
    waiting,
    band(step.calls, "%.0f"),
    band(step.cost, "$%.3f"),
  }
end

---@param made Plan
local function table_lines(made)
  local rows = { { "step", "reused", "to do", "not known yet", "calls", "cost" } }
  for _, step in ipairs(made.steps) do
    rows[#rows + 1] = row(step)
  end
  local least = made.unknown and "at least " or ""
  rows[#rows + 1] =
    { "all", "", "", "", least .. band(made.calls, "%.0f"), least .. band(made.cost, "$%.2f") }
  return columns.laid_out(rows, SPARE)
end

--- The tasks that are to be done, or cannot be, each with why.
local function task_lines(lines, made)
  for _, task in ipairs(made.tasks) do
    if task.state == "planned" then
      lines[#lines + 1] = ("  %s: to do: %s"):format(task.task, made.reasons[task.task].text)
    elseif task.state == "failed" then
      lines[#lines + 1] = ("  %s: cannot be done: %s"):format(task.task, task.message)
    end
  end
  for _, step in ipairs(made.steps) do
    local cause = made.waits[step.step]
    if cause then
      lines[#lines + 1] = ("  %s: not known yet: waits for %s"):format(step.step, cause)
    end
  end
end

--- What the sums leave out.
local function unknown_lines(lines, made)
  local uncounted, unpriced = {}, {}
  for _, step in ipairs(made.steps) do
    if not step.calls then
      uncounted[#uncounted + 1] = step.step
    elseif not step.cost then
      unpriced[#unpriced + 1] = step.step
    end
  end
  if #uncounted > 0 then
    lines[#lines + 1] = "not included, because the number of calls is unknown: " .. names.sentence(uncounted)
  end
  if #unpriced > 0 then
    lines[#lines + 1] = "not included, because a price is unknown: " .. names.sentence(unpriced)
      .. " (put the model's into lua/providers/models.lua)"
  end
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("plan", OPTIONS, { ... })
  options.just_one("plan", rest)
  local opened, only = within.load(story, chosen)
  opened:open { readonly = true }
  within.wish(opened)
  local made = plan.of(opened, only)
  say.line(table.concat(opened:providers().notices, "\n"))
  say.line(("project: %s"):format(opened:folder()))
  opened:close()
  local lines = table_lines(made)
  task_lines(lines, made)
  unknown_lines(lines, made)
  if made.calls.high == 0 and not made.unknown then
    lines[#lines + 1] = "nothing to do: a run would reuse everything"
  end
  say.line(table.concat(lines, "\n"))
  return 0
end
