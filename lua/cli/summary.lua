-- lua/cli/summary.lua: the table at the end of a run.

local progress = require "cli.progress"

local M = {}

local HEADINGS = { "step", "tasks", "calls", "reused", "retries", "fallbacks", "time", "tokens", "cost" }

local function cost_of(cost, unpriced)
  if unpriced > 0 then
    return cost > 0 and ("$%.3f + ?"):format(cost) or "unknown"
  end
  return ("$%.3f"):format(cost)
end

local function row(title, values)
  local tasks = values.done == values.total and tostring(values.total) or ("%d/%d"):format(values.done, values.total)
  return {
    title,
    tasks,
    tostring(values.calls),
    tostring(values.reused),
    tostring(values.retries + values.repairs),
    tostring(values.fallbacks),
    progress.duration(values.seconds),
    tostring(math.tointeger(values.input + values.output) or values.input + values.output),
    cost_of(values.cost, values.unpriced),
  }
end

local function step_seconds(step)
  return step.began and step.ended and step.ended - step.began or 0
end

local SUMMED =
  { "done", "total", "calls", "reused", "retries", "repairs", "fallbacks", "input", "output", "cost", "unpriced" }

---@param tally Tally
---@param seconds number
local function rows_of(tally, seconds)
  local rows = { HEADINGS }
  for _, step in ipairs(tally.steps) do
    step.seconds = step_seconds(step)
    rows[#rows + 1] = row(step.step, step)
  end
  local all = { seconds = seconds }
  for _, counter in ipairs(SUMMED) do
    all[counter] = tally:sum(counter)
  end
  rows[#rows + 1] = row("all", all)
  return rows
end

--- The table as lines: the first column to the left, numbers to the right.
---@param rows string[][]
local function laid_out(rows)
  local widths = {}
  for _, cells in ipairs(rows) do
    for i, cell in ipairs(cells) do
      widths[i] = math.max(widths[i] or 0, #cell)
    end
  end
  local lines = {}
  for r, cells in ipairs(rows) do
    local padded = {}
    for i, cell in ipairs(cells) do
      padded[i] = (" "):rep(widths[i] - #cell)
      padded[i] = i == 1 and cell .. padded[i] or padded[i] .. cell
    end
    lines[r] = table.concat(padded, "  ")
  end
  local rule = ("─"):rep(#lines[1])
  table.insert(lines, #lines, rule)
  table.insert(lines, 2, rule)
  return lines
end

---@param tally Tally
---@param seconds number of the whole run
---@return string[] lines
function M.lines(tally, seconds)
  local lines = laid_out(rows_of(tally, seconds))
  if tally.resent > 0 then
    local said = "%d calls were in doubt and asked again: they may have been paid for twice"
    lines[#lines + 1] = said:format(tally.resent)
  end
  for _, problem in ipairs(tally.problems) do
    lines[#lines + 1] = ("%s %s: %s"):format(problem.task, problem.state, problem.message)
  end
  return lines
end

return M
