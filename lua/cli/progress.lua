-- lua/cli/progress.lua: how a run shows itself: a block that is repainted at a
-- terminal, plain lines elsewhere, or one JSON object an event.

local arriving = require "cli.arriving"
local duration = require "cli.duration"
local json = require "host.json"
local live = require "cli.live"
local loop = require "host.loop"
local mend = require "pipeline.call.mend"
local say = require "cli.say"
local timings = require "pipeline.run.timings"
local ui = require "host.ui"

local M = {}

local PERIOD, TICK = 0.1, 1 -- seconds: least between repaints, and most

--- Events whose message says it all.
local SAID = { draining = true, notice = true, changed = true, ended = true }

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
    elseif state == "kept" then
      return ("%s: set by hand"):format(event.task)
    end
  elseif event.event == "unplanted" then
    return ("%s: skipped: %s"):format(event.step, event.message)
  elseif event.event == "retry" then
    return ("%s: retrying in %.1f s: %s"):format(event.task, event.seconds, event.message)
  elseif event.event == "repair" then
    return ("%s: asked again: %s"):format(event.task, event.message)
  elseif event.event == "fallback" then
    return ("%s: asking %s instead: %s"):format(event.task, event.model, event.message)
  elseif event.event == "successor" then
    return ("%s: %s is retired; asking its successor %s"):format(event.task, event.retired, event.model)
  elseif event.event == "resent" then
    return ("%s: repeated, although it may have been charged: %s"):format(event.task, event.message)
  elseif event.event == "absent" or event.event == "gone" or event.event == "choice" then
    return ("%s: %s"):format(event.task, event.message)
  elseif event.event == "full" then
    return ("%s: keeping answers in memory for up to %d s, until there is space"):format(event.message, event.seconds)
  elseif event.event == "room" then
    return "there is space again: the run continues"
  elseif event.event == "edit" then
    return "edit: " .. event.message
  elseif event.event == "lost" then
    return ("edit not in use: %s: %s (sbhost unedit drops it)"):format(event.path, event.message)
  elseif event.event == "matched" or event.event == "unmatched" then
    return ("%s: %s"):format(event.task, event.message)
  elseif event.event == "again" or event.event == "refused" then
    return event.message
  elseif event.event == "stopping" then
    return "stopping: " .. event.message
  elseif SAID[event.event] then
    return event.message
  elseif event.event == "broken" then
    return ("%s\n%s"):format(event.message, event.hint)
  elseif event.event == "fault" then
    return ("%s: %s"):format(event.task, event.message)
  end
end

---@class Progress
---@field event fun(event: table)
---@field finish fun()

--- At a terminal: the block, and above it what went wrong.
---@param tally Tally
---@param opened Session
local function at_terminal(tally, opened)
  local began, painted, finished = loop.now(), 0, false
  local texts = arriving.new()
  local quiet = { done = true, given = true, kept = true }
  local context = {
    graph = opened.graph,
    earlier = timings.read(opened.project.store),
    limits = function()
      return opened.calls and opened.calls.limiter:caps() or {}
    end,
  }
  local function paint()
    painted = loop.now()
    ui.block(live.lines(tally, context, painted - began, texts:lines()))
  end
  local clock = loop.spawn(function()
    while true do
      loop.sleep(TICK)
      paint()
    end
  end)
  return {
    event = function(event)
      local line = not quiet[event.state] and line_of(event)
      if line then
        ui.print(say.clean(line))
      end
      texts:add(event)
      if not finished and loop.now() - painted >= PERIOD then
        paint()
      end
    end,
    finish = function()
      if not finished then
        finished = true
        clock:cancel()
        paint()
        ui.finish()
      end
    end,
  }
end

local function plain()
  return {
    event = function(event)
      local line = line_of(event)
      if line then
        ui.print(say.clean(line))
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
        copy.answered_by, copy.usage, copy.seconds = event.read.model, event.read.usage, event.read.seconds
      end
      io.stdout:write(json.encode(copy), "\n")
      io.stdout:flush()
    end,
    finish = function() end,
  }
end

--- What is an error, and not what follows from one.
local ERRORS = { stopping = true, broken = true, refused = true, fault = true, full = true }

local function errors_only()
  local stopping = false
  return {
    event = function(event)
      local failed = event.event == "task" and event.state == "failed" and not stopping
      if failed or ERRORS[event.event] then
        say.problem(line_of(event))
      end
      stopping = stopping or event.event == "stopping"
    end,
    finish = function() end,
  }
end

---@param tally Tally
---@param options { json: boolean?, quiet: boolean? }
---@param opened Session
---@return Progress
function M.new(tally, options, opened)
  if options.json then
    return as_json()
  elseif options.quiet then
    return errors_only()
  elseif ui.terminal() then
    return at_terminal(tally, opened)
  end
  return plain()
end

return M
