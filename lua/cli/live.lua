-- lua/cli/live.lua: the display of a run at a terminal: a line a step, the limits in
-- force, and one line for all of it.

local columns = require "cli.columns"
local duration = require "cli.duration"
local outlook = require "pipeline.run.outlook"
local ui = require "host.ui"

--- What the display knows beside the tally.
---@class LiveContext
---@field graph StepGraph
---@field earlier table<string, Timing>
---@field limits fun(): host.limiter.cap[] of the models asked so far

local M = {}

local STEP, BAR, SHARE = 18, 24, 13 -- columns; of a share with the space around it
local NARROW = 64 -- below this, bars are left out

local COLOURS = { done = "32", failed = "31", running = "1", dim = "2" }

--- A text in a colour, where colours are to be had.
local function painted(text, colour)
  return ui.colour() and ("\27[%sm%s\27[0m"):format(COLOURS[colour], text) or text
end

--- Done, in flight, and still to come.
local function bar(step, width)
  local whole = math.max(step.total, 1)
  local done = math.floor(width * step.done / whole + 0.5)
  local asking = math.min(width - done, math.ceil(width * step.asking / whole))
  return ("█"):rep(done) .. ("▒"):rep(asking) .. ("░"):rep(width - done - asking)
end

---@param step StepTally
---@return boolean
local function is_over(step)
  return step.total > 0 and step.done == step.total
end

local function marks_of(step)
  local waiting = step.total - step.done - step.asking - step.failed - step.skipped
  local marks = {}
  local function add(count, what, colour)
    if count > 0 then
      marks[#marks + 1] = painted(("%d %s"):format(count, what), colour)
    end
  end
  add(step.asking, "in flight", "running")
  add(waiting, "waiting", "dim")
  add(step.failed, "failed", "failed")
  add(step.skipped, "skipped", "failed")
  add(step.retries + step.repairs, "asked again", "dim")
  add(step.fallbacks, step.fallbacks == 1 and "fallback" or "fallbacks", "dim")
  return table.concat(marks, ", ")
end

---@param step StepTally
---@param room integer columns
local function step_line(step, room)
  local title = columns.cell(step.step, math.max(6, math.min(STEP, room - SHARE)))
  local share = step.total > 0 and ("%4d/%-4d"):format(step.done, step.total) or "    ·    "
  local drawn = room >= NARROW and bar(step, BAR) .. " " or ""
  local colour = step.failed > 0 and "failed" or is_over(step) and "done" or nil
  return ("  %s %s%s %s"):format(title, colour and painted(drawn, colour) or drawn, share, marks_of(step))
end

--- "gemini-2.5-flash-image 2/4 (+3)": in flight, allowed at once, waiting for that.
local function limits_line(caps)
  local parts = {}
  for _, cap in ipairs(caps) do
    local waiting = cap.waiting > 0 and (" (+%d)"):format(cap.waiting) or ""
    parts[#parts + 1] = ("%s %d/%d%s"):format(cap.key:match "[^/ ]+$", cap.used, cap.cap, waiting)
  end
  return #parts > 0 and painted("  at once: " .. table.concat(parts, "  "), "dim") or nil
end

local function total_line(tally, ahead, elapsed)
  local done, total = tally:sum "done", math.max(1, tally:sum "total")
  local parts = { ("  %d%%"):format(done * 100 // total), duration(elapsed) }
  if ahead.seconds and ahead.seconds > 0 then
    parts[#parts + 1] = ("about %s left"):format(duration(math.max(1, ahead.seconds)))
  end
  local cost = ("$%.2f"):format(tally:sum "cost")
  if ahead.cost and ahead.cost > tally:sum "cost" then
    cost = ("%s of about $%.2f"):format(cost, ahead.cost)
  elseif tally:sum "unpriced" > 0 then
    cost = cost .. " + unknown"
  end
  parts[#parts + 1] = ("%d calls, %s"):format(tally:sum "calls", cost)
  return painted(table.concat(parts, " · "), "running")
end

--- What to leave out so that the last line stays on a low screen: steps that are
--- over first.
local function fitted(lines, over, room)
  local fewer = {}
  local excess = #lines - room
  for i, line in ipairs(lines) do
    if excess > 0 and over[i] then
      excess = excess - 1
    else
      fewer[#fewer + 1] = line
    end
  end
  return table.move(fewer, math.max(1, #fewer - room + 1), #fewer, 1, {})
end

--- The display as it is now.
---@param tally Tally
---@param context LiveContext
---@param elapsed number seconds
---@param texts string[] what is arriving
---@return string[] lines
function M.lines(tally, context, elapsed, texts)
  local room, rows = ui.size()
  local lines, over = {}, {}
  for i, step in ipairs(tally.steps) do
    lines[i], over[i] = step_line(step, room), is_over(step)
  end
  table.move(texts, 1, #texts, #lines + 1, lines)
  lines[#lines + 1] = limits_line(context.limits())
  lines[#lines + 1] = total_line(tally, outlook.of(tally, context.earlier, context.graph, elapsed), elapsed)
  return fitted(lines, over, rows - 1)
end

return M
