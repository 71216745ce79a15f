-- lua/cli/run.lua: `sbhost run STORY.lua`: makes the whole storyboard.

local ask = require "cli.ask"
local ending = require "cli.ending"
local file = require "host.file"
local loop = require "host.loop"
local options = require "cli.options"
local program = require "host.program"
local progress = require "cli.progress"
local say = require "cli.say"
local summary = require "cli.summary"
local within = require "pipeline.tasks.within"

local M = {}

M.options = options.for_run {
  ask = {},
  lane = { value = "LANE=N", pairs = true, number = true },
  ["max-cost"] = { value = "USD", number = true },
  ["resend-doubt"] = { value = "USD", number = true },
  strict = {},
  stream = {},
  watch = {},
  json = {},
  quiet = {},
}

--- The first Ctrl-C sends nothing more and waits a while for what is in flight;
--- the second ends at once.
---@param opened Session
---@param asker Asker?
---@return { heard: boolean, listener: host.task }
local function listen_for_interrupts(opened, asker)
  local interrupt = { heard = false }
  interrupt.listener = loop.spawn(function()
    loop.signal "INT"
    interrupt.heard = true
    opened:stop "interrupted: waiting for calls in flight; Ctrl-C again ends at once"
    if asker then
      asker:stop()
    end
    loop.timeout(ending.GRACE, loop.signal, "INT")
    opened:cancel()
  end)
  return interrupt
end

--- What every evaluation is given.
---@param opened Session
---@param only table<string, true>? the steps that it is kept to
local function options_of(opened, chosen, only)
  return {
    only = only,
    ask = chosen.ask and ask.new(opened.spec:key_order()) or nil,
    stream = chosen.stream,
    max_cost = chosen["max-cost"],
    resend_doubt = chosen["resend-doubt"],
  }
end

---@param opened Session
---@param display Progress
---@param totals Tally
---@param only table<string, true>? the steps that it is kept to
local function evaluate(opened, chosen, display, totals, only)
  local evaluation = options_of(opened, chosen, only)
  evaluation.totals, evaluation.report = totals, display.event
  local interrupt = listen_for_interrupts(opened, evaluation.ask)
  local over <close> = setmetatable({}, {
    __close = function() -- after a fault too
      interrupt.listener:cancel()
      display.finish()
    end,
  })
  assert(over)
  local result = opened:evaluate(evaluation)
  result.doubts = opened:end_calls(ending.GRACE)
  result.interrupted = interrupt.heard
  return result
end

local function tell(chosen, text)
  if not chosen.json and not chosen.quiet then
    say.line(text)
  end
end

---@return Session
---@return table<string, true>? only the steps that it is kept to
local function prepare(story, chosen)
  if chosen.ask then
    ask.check(chosen)
  end
  local opened, only = within.load(story, chosen)
  opened:open()
  within.wish(opened)
  return opened, only
end

--- What is told before the first call.
---@param opened Session
---@param display Progress
local function introduce(opened, chosen, display)
  local folder = opened.project.folder
  if chosen.json then
    display.event { event = "start", project = folder, version = program.version }
  end
  for _, notice in ipairs(opened:providers().notices) do
    if chosen.json then
      display.event { event = "notice", message = notice }
    end
    tell(chosen, notice)
  end
  tell(chosen, ("project: %s"):format(folder))
end

---@param ... string arguments
---@return integer status
function M.run(...)
  local chosen, story, rest = options.of_story("run", M.options, { ... })
  options.just_one("run", rest)
  local opened, only = prepare(story, chosen)
  local totals = opened:tally()
  local display = progress.new(totals, chosen, opened)
  introduce(opened, chosen, display)
  if chosen.watch then
    local status = require("cli.watch").run(opened, chosen, function()
      return options_of(opened, chosen, only)
    end)
    opened:close()
    return status
  end
  local began = loop.now()
  local result = evaluate(opened, chosen, display, totals, only)
  opened:close()
  local seconds, status = loop.now() - began, ending.status_of(result, totals)
  for _, line in ipairs(summary.lines(totals, result, seconds)) do
    tell(chosen, line)
  end
  if chosen.quiet and result.doubts.count > 0 then
    local lines = {}
    summary.doubt_lines(lines, totals, result.doubts)
    for _, line in ipairs(lines) do
      say.problem(line)
    end
  end
  if chosen.json then
    display.event(summary.event(totals, result, seconds, status))
  end
  local board = opened.project:path "storyboard.html"
  if file.exists(board) then
    tell(chosen, ("the board: %s"):format(board))
  end
  return status
end

return M.run
