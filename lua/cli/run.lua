-- lua/cli/run.lua: `sbhost run STORY.lua`: makes the whole storyboard.

local budget = require "pipeline.budget"
local choose = require "pipeline.choose"
local fault = require "pipeline.fault"
local file = require "host.file"
local graph = require "pipeline.graph"
local image = require "host.image"
local limiter = require "host.limiter"
local loop = require "host.loop"
local name = require "host.name"
local options = require "cli.options"
local outcome = require "pipeline.outcome"
local call = require "pipeline.call"
local progress = require "cli.progress"
local project = require "pipeline.project"
local providers = require "providers"
local run = require "pipeline.run"
local story = require "pipeline.story"
local summary = require "cli.summary"
local tally = require "cli.tally"

local DONE, INCOMPLETE, COST_LIMIT, INTERRUPTED = 0, 1, 3, 130
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
  json = {},
  quiet = {},
}

local function apply_models(told, models)
  for role, model in pairs(models or {}) do
    if not told.models[role] then
      local roles = options.names(told.models)
      fault.unknown({ message = ("there is no model role '%s'"):format(role) }, role, roles)
    end
    local changed = {}
    for key, value in pairs(told.models[role]) do
      changed[key] = type(key) == "string" and value or nil
    end
    changed[1] = model
    told.models[role] = changed
  end
end

--- The limiter with the caps that the user set, each a whole number above 0.
local function lanes_of(told, chosen)
  local limits = limiter.new()
  for _, lane in ipairs { "text", "image" } do
    local cap = chosen and chosen[lane] or told.lanes[lane]
    if cap then
      cap = math.tointeger(cap)
      if not cap or cap < 1 then
        fault.raise { message = ("the lane '%s' takes a whole number from 1"):format(lane) }
      end
      limits:lane(lane, cap)
    end
  end
  for lane in pairs(chosen or {}) do
    if lane ~= "text" and lane ~= "image" then
      fault.unknown({ message = ("there is no lane '%s'"):format(lane) }, lane, { "text", "image" })
    end
  end
  return limits
end

--- The pictures that the story brings, put into the project under names of
--- their content, so that the same picture stays the same file.
---@return table<string, string> path inside the project by the prop's key
local function own_pictures(told, opened)
  local pictures = {}
  for _, prop in ipairs(told.props) do
    if prop.image then
      local key = name.slug(prop.name)
      local hash, message = file.hash(prop.image)
      local saved
      if hash then
        saved, message = image.save(prop.image, opened:path "images", ("own_%s_%s"):format(key, hash:sub(1, 12)))
      end
      if not saved then
        fault.raise {
          where = told.where,
          message = ("the picture of prop '%s' cannot be used: %s"):format(prop.name, message),
          hint = "its path is taken from the story's folder; it must be a PNG, JPEG or WebP",
        }
      end
      pictures[key] = "images/" .. saved.path:match "[^/]+$"
    end
  end
  return pictures
end

--- The first Ctrl-C sends nothing more and waits a while for what is in flight;
--- the second ends at once.
local function watch_interrupts(evaluation)
  return loop.spawn(function()
    loop.signal "INT"
    evaluation:stop "interrupted: what is in flight is waited for; Ctrl-C again ends at once"
    evaluation.interrupted = true
    loop.timeout(GRACE, loop.signal, "INT")
    evaluation.given_up = true
    evaluation.nodes_task:cancel()
  end)
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
  local told = story.load(rest[1])
  apply_models(told, chosen.model)
  local spec = told:spec()
  return chosen, told, spec, graph.new(spec, told:steps())
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
    limiter = lanes_of(told, chosen.lane),
    folder = opened:path "arriving",
    report = report,
    resend_budget = chosen["resend-doubt"] or 0.50,
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
    own_pictures = own_pictures(told, opened),
    seconds = {},
  }
  local interrupts = watch_interrupts(evaluation)
  evaluation.nodes_task = loop.spawn(evaluation.evaluate, evaluation)
  local result = evaluation.nodes_task:await()
  interrupts:cancel()
  display.finish()
  return result, totals, evaluation
end

local function say(chosen, ...)
  if not chosen.json and not chosen.quiet then
    print(...)
  end
end

---@param ... string arguments
---@return integer status
function M.run(...)
  local chosen, told, spec, steps = prepare { ... }
  local data = chosen.data or told.data or "data"
  local opened = project.open(told.project, data)
  local wanted = { provider = chosen.provider, base_url = chosen["base-url"] }
  local open_providers = providers.open(wanted, told.models, opened:path "arriving")
  for _, notice in ipairs(open_providers.notices) do
    say(chosen, notice)
  end
  say(chosen, ("project: %s"):format(opened.folder))
  local began = loop.now()
  local result, totals, evaluation = evaluate(chosen, told, spec, steps, opened, open_providers)
  open_providers.close()
  opened:close()
  for _, line in ipairs(summary.lines(totals, loop.now() - began)) do
    say(chosen, line)
  end
  if totals:sum "calls" == 0 and result and result.failed == 0 then
    say(chosen, "nothing to do: 0 calls, everything was reused")
  end
  if evaluation.interrupted then
    return INTERRUPTED
  elseif result.stopped == "cost" then
    return COST_LIMIT
  end
  local whole = result and result.failed == 0 and result.skipped == 0 and not result.stopped
  if whole then
    say(chosen, ("the board: %s"):format(opened:path "storyboard.html"))
  end
  return whole and DONE or INCOMPLETE
end

return M.run
