-- lua/cli/summary.lua: the table at the end of a run.

local columns = require "cli.columns"
local duration = require "cli.duration"

local M = {}

local HEADINGS = { "step", "tasks", "calls", "reused", "retries", "fallbacks", "time", "tokens", "cost" }

--- What can be left out on a narrow terminal: fallbacks, retries, what was reused, tokens,
--- calls, tasks.
local SPARE = { 6, 5, 4, 8, 3, 2 }

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
    duration(values.seconds),
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

--- A line a model, where there is more to say than the table says.
local function model_lines(lines, tally)
  for _, model in ipairs(tally.models) do
    local fallbacks = model.fallbacks > 0 and (", %d as a fallback"):format(model.fallbacks) or ""
    local retired = model.in_place_of and (" in place of %s, which is retired"):format(model.in_place_of) or ""
    local by = model.answered_by and ", answered by " .. model.answered_by or ""
    local cost = cost_of(model.cost, model.unpriced)
    lines[#lines + 1] = ("%s: %d calls%s%s%s, %s"):format(model.model, model.calls, retired, fallbacks, by, cost)
  end
end

--- What the exit status says in words.
local REASONS = { [0] = "done", [1] = "incomplete", [2] = "fault", [3] = "cost", [130] = "interrupted" }

--- The same as the last event of a run.
---@param tally Tally
---@param result table what the run came to
---@param seconds number of the whole run
---@param status integer the exit status
---@return table event
function M.event(tally, result, seconds, status)
  local event = { event = "end", status = status, reason = REASONS[status], seconds = seconds }
  for _, counter in ipairs(SUMMED) do
    event[counter] = tally:sum(counter)
  end
  event.failed, event.skipped, event.resent = 0, 0, tally.resent
  for _, problem in ipairs(tally.problems) do
    event[problem.state] = event[problem.state] + 1
  end
  local doubts = result.doubts
  event.doubts = { count = doubts.count, cost = doubts.cost, unpriced = doubts.unpriced }
  return event
end

--- What is told of calls in doubt.
---@param lines string[] gets what there is to tell
---@param tally Tally
---@param doubts table
function M.doubt_lines(lines, tally, doubts)
  if tally.resent > 0 then
    local said = "calls in doubt repeated: %d; they may have been charged twice"
    lines[#lines + 1] = said:format(tally.resent)
  end
  if doubts.count > 0 then
    local said = "calls in doubt (sent but never answered): %d; they may have cost up to %s"
    lines[#lines + 1] = said:format(doubts.count, cost_of(doubts.cost, doubts.unpriced))
  end
end

--- How many problems are listed; what lies behind them is mostly the same.
local MOST_PROBLEMS = 20

local function problem_lines(lines, tally)
  for i = 1, math.min(#tally.problems, MOST_PROBLEMS) do
    local problem = tally.problems[i]
    lines[#lines + 1] = ("%s %s: %s"):format(problem.task, problem.state, problem.message)
  end
  if #tally.problems > MOST_PROBLEMS then
    lines[#lines + 1] = ("and %d more like these"):format(#tally.problems - MOST_PROBLEMS)
  end
end

--- The event that tells how an evaluation ended, when more may follow.
---@param tally Tally
---@param result table what it came to
---@param seconds number
---@return table
function M.ended(tally, result, seconds)
  local event = { event = "ended", calls = tally:sum "calls", cost = tally:sum "cost", seconds = seconds }
  local unpriced = tally:sum "unpriced"
  for _, field in ipairs { "done", "failed", "skipped" } do
    event[field] = tally:sum(field)
  end
  local is_whole = not result.stopped and #tally.problems == 0
  event.message = ("%s after %s: %d calls, %s; waiting for the next save, Ctrl-C ends"):format(
    is_whole and "all done" or "not everything is done",
    duration(seconds),
    event.calls,
    cost_of(event.cost, unpriced)
  )
  return event
end

---@param tally Tally
---@param result table what the run came to
---@param seconds number of the whole run
---@param room integer? columns of the terminal, where it is not the one on standard output
---@return string[] lines
function M.lines(tally, result, seconds, room)
  local lines = columns.laid_out(rows_of(tally, seconds), SPARE, room)
  model_lines(lines, tally)
  M.doubt_lines(lines, tally, result.doubts)
  for _, odd in ipairs(tally.odd) do
    lines[#lines + 1] = ("%s: %s"):format(odd.task, odd.message)
  end
  problem_lines(lines, tally)
  if result.refused then
    lines[#lines + 1] = "artifact.json is left as it is: " .. result.refused
  end
  if tally:sum "calls" == 0 and #tally.problems == 0 and not result.stopped then
    lines[#lines + 1] = "nothing to do: 0 calls, everything was reused"
  end
  return lines
end

return M
