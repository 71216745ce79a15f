-- lua/cli/run.lua: `sbhost run STORY.lua`: makes the whole storyboard.

local loop = require "host.loop"
local options = require "cli.options"
local progress = require "cli.progress"
local session = require "pipeline.session"
local summary = require "cli.summary"

local DONE, INCOMPLETE, WRONG, COST_LIMIT, INTERRUPTED = 0, 1, 2, 3, 130
local GRACE = 30 -- seconds that what is in flight has after the first Ctrl-C

local M = {}

M.options = options.for_story {
  choose = { value = "STEP=N", pairs = true, number = true },
  lane = { value = "LANE=N", pairs = true, number = true },
  ["max-cost"] = { value = "USD", number = true },
  ["resend-doubt"] = { value = "USD", number = true },
  strict = {},
  stream = {},
  json = {},
  quiet = {},
}

--- The first Ctrl-C sends nothing more and waits a while for what is in flight;
--- the second ends at once.
---@param opened Session
---@return { heard: boolean, listener: host.task }
local function listen_for_interrupts(opened)
  local interrupt = { heard = false }
  interrupt.listener = loop.spawn(function()
    loop.signal "INT"
    interrupt.heard = true
    opened:stop "interrupted: what is in flight is waited for; Ctrl-C again ends at once"
    loop.timeout(GRACE, loop.signal, "INT")
    opened:cancel()
  end)
  return interrupt
end

---@param opened Session
local function evaluate(opened, chosen)
  local totals = opened:tally()
  local display = progress.new(totals, chosen, opened)
  local interrupt = listen_for_interrupts(opened)
  local result = opened:evaluate {
    totals = totals,
    report = display.event,
    stream = chosen.stream,
    max_cost = chosen["max-cost"],
    resend_doubt = chosen["resend-doubt"],
  }
  result.doubts = opened:end_calls(GRACE)
  interrupt.listener:cancel()
  display.finish()
  result.interrupted = interrupt.heard
  return result, totals
end

local function say(chosen, ...)
  if not chosen.json and not chosen.quiet then
    print(...)
  end
end

---@return integer status
local function status_of(result)
  if result.interrupted then
    return INTERRUPTED
  elseif result.stopped == "fault" then
    return WRONG
  elseif result.stopped == "cost" then
    return COST_LIMIT
  elseif result.stopped or result.failed > 0 or result.skipped > 0 then
    return INCOMPLETE
  end
  return DONE
end

---@param ... string arguments
---@return integer status
function M.run(...)
  local chosen, story, rest = options.of_story("run", M.options, { ... })
  options.just_one("run", rest)
  local opened = session.load(story, chosen)
  opened:open()
  for _, notice in ipairs(opened:providers().notices) do
    say(chosen, notice)
  end
  say(chosen, ("project: %s"):format(opened.project.folder))
  local began = loop.now()
  local result, totals = evaluate(opened, chosen)
  opened:close()
  for _, line in ipairs(summary.lines(totals, result, loop.now() - began)) do
    say(chosen, line)
  end
  local status = status_of(result)
  if status == DONE then
    say(chosen, ("the board: %s"):format(opened.project:path "storyboard.html"))
  end
  return status
end

return M.run
