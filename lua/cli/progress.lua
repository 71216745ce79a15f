-- lua/cli/progress.lua: how a run shows itself: a block that is repainted at a
-- terminal, plain lines elsewhere, or one JSON object an event.

local arriving = require "cli.arriving"
local json = require "host.json"
local loop = require "host.loop"
local mend = require "pipeline.mend"
local ui = require "host.ui"

local M = {}

local PERIOD = 0.1 -- seconds between repaints

---@param seconds number
local function duration(seconds)
  if seconds < 60 then
    return ("%.1f s"):format(seconds)
  end
  return ("%d min %02d s"):format(seconds // 60, seconds % 60 // 1)
end

M.duration = duration

local function bar(part, whole, width)
  local filled = whole > 0 and math.floor(width * part / whole + 0.5) or 0
  return ("█"):rep(filled) .. ("░"):rep(width - filled)
end

local function step_line(step)
  local marks = {}
  if step.running > 0 then
    marks[#marks + 1] = step.running .. " in flight"
  end
  if step.failed > 0 then
    marks[#marks + 1] = step.failed .. " failed"
  end
  if step.skipped > 0 then
    marks[#marks + 1] = step.skipped .. " skipped"
  end
  local share = step.total > 0 and ("%3d/%-3d"):format(step.done, step.total) or "   ·   "
  return ("  %-18s %s %s  %s"):format(step.step, bar(step.done, step.total, 20), share, table.concat(marks, ", "))
end

---@param tally Tally
---@param began number
---@param texts Arriving
local function block(tally, began, texts)
  local done, total = tally:sum "done", math.max(1, tally:sum "total")
  local lines = {}
  for i, step in ipairs(tally.steps) do
    lines[i] = step_line(step)
  end
  lines[#lines + 1] = ("  %d%%  %s  %d calls  $%.2f"):format(
    done * 100 // total,
    duration(loop.now() - began),
    tally:sum "calls",
    tally:sum "cost"
  )
  for _, line in ipairs(texts:lines()) do
    lines[#lines + 1] = line
  end
  return lines
end

--- What is worth a line of its own.
---@param event table
---@return string?
local function line_of(event)
  if event.event == "task" then
    local state = event.state
    if state == "failed" or state == "skipped" then
      return ("%s: %s: %s"):format(event.task, state, event.message)
    elseif state == "done" then
      return ("%s: done in %s"):format(event.task, duration(event.seconds))
    elseif state == "given" then
      return ("%s: the story's own picture"):format(event.task)
    end
  elseif event.event == "unplanted" then
    return ("%s: skipped: %s"):format(event.step, event.message)
  elseif event.event == "retry" then
    return ("%s: again in %.1f s: %s"):format(event.task, event.seconds, event.message)
  elseif event.event == "repair" then
    return ("%s: asked again: %s"):format(event.task, event.message)
  elseif event.event == "fallback" then
    return ("%s: %s is asked: %s"):format(event.task, event.model, event.message)
  elseif event.event == "successor" then
    return ("%s: %s is retired, and its successor %s is asked"):format(event.task, event.retired, event.model)
  elseif event.event == "resent" then
    return ("%s: asked again, although it may have been paid for: %s"):format(event.task, event.message)
  elseif event.event == "absent" or event.event == "gone" then
    return ("%s: %s"):format(event.task, event.message)
  elseif event.event == "stopping" then
    return "stopping: " .. event.message
  elseif event.event == "draining" or event.event == "notice" then
    return event.message
  elseif event.event == "fault" then
    return ("%s: %s"):format(event.task, event.message)
  end
end

---@class Progress
---@field event fun(event: table)
---@field finish fun()

--- At a terminal: the block, and above it what went wrong.
local function live(tally)
  local began, painted = loop.now(), 0
  local texts = arriving.new()
  local quiet = { done = true, given = true }
  return {
    event = function(event)
      local line = not quiet[event.state] and line_of(event)
      if line then
        ui.print(line)
      end
      texts:add(event)
      if loop.now() - painted >= PERIOD then
        painted = loop.now()
        ui.block(block(tally, began, texts))
      end
    end,
    finish = function()
      ui.block(block(tally, began, texts))
      ui.finish()
    end,
  }
end

local function plain()
  return {
    event = function(event)
      local line = line_of(event)
      if line then
        ui.print(line)
      end
    end,
    finish = function() end,
  }
end

local function as_json()
  return {
    event = function(event)
      local copy = {}
      for field, value in pairs(event) do
        copy[field] = type(value) == "string" and mend.utf8(value) or value
      end
      if event.read then
        copy.read = nil
        copy.model, copy.usage, copy.seconds = event.read.model, event.read.usage, event.read.seconds
      end
      io.stdout:write(json.encode(copy), "\n")
      io.stdout:flush()
    end,
    finish = function() end,
  }
end

local function silent()
  return { event = function() end, finish = function() end }
end

---@param tally Tally
---@param options { json: boolean?, quiet: boolean? }
---@return Progress
function M.new(tally, options)
  if options.json then
    return as_json()
  elseif options.quiet then
    return silent()
  elseif ui.terminal() then
    return live(tally)
  end
  return plain()
end

return M
