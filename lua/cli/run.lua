-- lua/cli/run.lua: `sbhost run STORY.lua`: makes the whole storyboard.

local budget = require "pipeline.budget"
local choose = require "pipeline.choose"
local fault = require "pipeline.fault"
local graph = require "pipeline.graph"
local loop = require "host.loop"
local options = require "cli.options"
local outcome = require "pipeline.outcome"
local call = require "pipeline.call"
local progress = require "cli.progress"
local project = require "pipeline.project"
local providers = require "providers"
local run = require "pipeline.run"
local story = require "pipeline.story"
local settings = require "cli.settings"
local summary = require "cli.summary"
local tally = require "cli.tally"
local timings = require "pipeline.timings"

local DONE, INCOMPLETE, WRONG, COST_LIMIT, INTERRUPTED = 0, 1, 2, 3, 130
local GRACE = 30 -- seconds that what is in flight has after the first Ctrl-C

local M = {}

---@type table<string, Option>
M.options = {
  provider = { value = "NAME" },
  ["base-url"] = { value = "URL" },
  model = { value = "ROLE=MODEL", pairs = true },
  choose = { value = "STEP=N", pairs = true, number = true },
  lane = { value = "LANE=N", pairs = true, number = true },
  ["max-cost"] = { value = "USD", number = true },
  ["resend-doubt"] = { value = "USD", number = true },
  data = { value = "DIR" },
  stream = {},
  json = {},
  quiet = {},
}

--- The first Ctrl-C sends nothing more and waits a while for what is in flight;
--- the second ends at once.
---@param evaluation Run
---@param task host.task that evaluates it
---@return { heard: boolean, listener: host.task }
local function listen_for_interrupts(evaluation, task)
  local interrupt = { heard = false }
  interrupt.listener = loop.spawn(function()
    loop.signal "INT"
    interrupt.heard = true
    evaluation:stop "interrupted: what is in flight is waited for; Ctrl-C again ends at once"
    loop.timeout(GRACE, loop.signal, "INT")
    task:cancel()
  end)
  return interrupt
end

---@param arguments string[]
local function prepare(arguments)
  local chosen, rest = options.parse(M.options, arguments)
  if #rest ~= 1 then
    fault.raise {
      message = #rest == 0 and "which story?" or ("one story at a time, not also '%s'"):format(rest[2]),
      hint = "sbhost run STORY.lua",
    }
  end
  providers.take_keys { provider = chosen.provider, base_url = chosen["base-url"] }
  local told = story.load(rest[1])
  settings.apply_models(told, chosen.model)
  local spec = told:spec()
  local steps = graph.new(spec, told:steps())
  settings.check_choices(steps, chosen.choose)
  return chosen, told, spec, steps
end

local function step_names(steps)
  local names = {}
  for i, step in ipairs(steps.steps) do
    names[i] = step.name
  end
  return names
end

local function evaluate(chosen, told, spec, steps, opened, open_providers)
  local totals = tally.new(step_names(steps))
  local display = progress.new(totals, chosen)
  local function report(event)
    totals:add(event, loop.now())
    display.event(event)
  end
  local calls = call.new {
    store = opened.store,
    budget = budget.new(chosen["max-cost"]),
    limiter = settings.limiter(told, chosen.lane),
    folder = opened:path "arriving",
    report = report,
    stream = chosen.stream,
    resend_budget = chosen["resend-doubt"] or 0.50,
    resend_unpriced = chosen["resend-doubt"] ~= nil,
  }
  local evaluation = run.new {
    story = told,
    spec = spec,
    graph = steps,
    project = opened,
    calls = calls,
    outcomes = outcome.new(opened.store),
    providers = open_providers.of,
    choose = choose.new {
      { where = "--choose", choices = chosen.choose or {} },
      { where = told.where, choices = told.choices },
    },
    report = report,
    own_pictures = settings.own_pictures(told, opened),
    seconds = timings.read(opened.store),
  }
  local task = loop.spawn(evaluation.evaluate, evaluation)
  local interrupt = listen_for_interrupts(evaluation, task)
  local result = task:await() or { failed = 0, skipped = 0, stopped = "stop" }
  interrupt.listener:cancel()
  display.finish()
  result.interrupted = interrupt.heard
  result.doubts = calls.doubts:left()
  timings.keep(opened.store, totals)
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
  local chosen, told, spec, steps = prepare { ... }
  local opened = project.open(told.project, chosen.data or told.data or "data")
  local wanted = { provider = chosen.provider, base_url = chosen["base-url"] }
  local open_providers = providers.open(wanted, told.models, opened:path "arriving")
  for _, notice in ipairs(open_providers.notices) do
    say(chosen, notice)
  end
  say(chosen, ("project: %s"):format(opened.folder))
  local began = loop.now()
  local result, totals = evaluate(chosen, told, spec, steps, opened, open_providers)
  open_providers.close()
  opened:close()
  for _, line in ipairs(summary.lines(totals, result, loop.now() - began)) do
    say(chosen, line)
  end
  local status = status_of(result)
  if status == DONE then
    say(chosen, ("the board: %s"):format(opened:path "storyboard.html"))
  end
  return status
end

return M.run
