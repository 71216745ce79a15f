-- tests/lua/rig.lua: what specs of the pipeline run steps with: a project in a
-- folder of its own, its store, the calls, and the artifact that comes of it.

local calls = require "calls"
local choose = require "pipeline.tasks.choose"
local edits = require "pipeline.edits"
local field = require "pipeline.field"
local graph = require "pipeline.graph"
local intact = require "pipeline.run.intact"
local lint = require "pipeline.lint"
local match = require "pipeline.edits.match"
local openrouter = require "providers.openrouter"
local outcome = require "pipeline.tasks.outcome"
local project = require "pipeline.project"
local run = require "pipeline.run"
local session = require "pipeline.session"
local step = require "pipeline.step"
local story = require "pipeline.story"
local support = require "support"

local M = {}

--- A field of references that a story adds, beside texts for steps made up.
M.extend = {
  [""] = { field.text "one" "One.", field.text "two" "Two.", field.text "three" "Three." },
  ["scenes[]"] = { field.text "music" "The cue." },
  ["scenes[].shots[]"] = { field.text "note" "A note." },
  ["props[]"] = { field.text "history" "Where it comes from." },
}

---@param changes table? fields of the story
---@return pipeline.Story
function M.story(changes)
  local given = { project = "rig", prompt = "A clock counts backwards.", extend = M.extend }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return story.new(given)
end

local made = 0

--- A step that writes with code: what `write(input, ctx)` returns. Each is another step
--- than all made before, as one whose file was changed is.
---@param declaration table the step's, with `write` instead of `run`
function M.step(name, declaration)
  local write = declaration.write
  declaration.write = nil
  declaration.about = "Made up."
  declaration.reads = declaration.reads or { "user_prompt" }
  declaration.needs = declaration.needs or {}
  if write then
    declaration.model = "detail"
    declaration.run = function(ctx, input)
      return write(input, ctx)
    end
  end
  local declared = step(name)(declaration)
  made = made + 1
  declared.hash = declared.hash .. (write and made or "")
  return declared
end

--- Opens a project in a folder; one that is there is opened again.
---@param folder string?
---@return Project
function M.project(folder)
  return project.open("rig", folder or support.folder())
end

M.calls, M.request = calls.new, calls.request

--- A provider's side of a request to a server of the test's own.
function M.provider(url)
  return openrouter.new { base_url = url, identity = "rig" }
end

---@class RigOptions
---@field story pipeline.Story?
---@field url string?
---@field choices table?
---@field own_pictures table?
---@field report function?
---@field calls table?       changes to what makes the calls
---@field dry Dry?           stands in their place
---@field outcomes Outcomes?
---@field last Evaluated?    what the evaluation before came to: what is as it was is taken over

--- Evaluates steps over a story.
---@param opened Project
---@param steps pipeline.Step[]
---@param options RigOptions?
---@return { run: Run, result: table, events: table[], states: table<string, string>, artifact: table, left: Evaluated }
function M.evaluate(opened, steps, options)
  options = options or {}
  local told = options.story or M.story()
  local spec = told:spec()
  local provider = M.provider(options.url or "http://127.0.0.1:1/api/v1")
  local events, states, telling = {}, {}, {}
  local function report(event)
    events[#events + 1] = event
    if event.step and not session.is_passing(event) then
      telling[event.step] = true
    end
    if event.event == "task" then
      states[event.task] = event.state
    end
    if options.report then
      options.report(event)
    end
  end
  local changes = { report = report }
  for name, value in pairs(options.calls or {}) do
    changes[name] = value
  end
  local bound = graph.new(spec, steps)
  local choices = choose.new {
    store = opened.store,
    readonly = opened.readonly,
    told = options.choices or {},
    story = { where = "test", choices = told.choices },
    report = report,
  }
  local kept = edits.new { project = opened, story = told, spec = spec, graph = bound }
  kept:look(report)
  local evaluation = run.new {
    story = told,
    spec = spec,
    graph = bound,
    edits = kept,
    matches = match.new { store = opened.store, readonly = opened.readonly, report = report },
    project = opened,
    calls = options.dry or M.calls(opened, changes),
    outcomes = options.outcomes or outcome.new(opened.store),
    providers = function()
      return provider
    end,
    choose = function(...)
      return choices:option(...)
    end,
    choice_mark = function(name)
      return choices:mark(name)
    end,
    report = report,
    lint = lint.open(told),
    own_pictures = options.own_pictures or {},
    seconds = {},
  }
  if options.started then
    options.started(evaluation)
  end
  if options.last then
    intact.take_over(evaluation, options.last, function() end)
  end
  local result = evaluation:evaluate()
  local same, pictures = evaluation.pictures:save()
  return {
    run = evaluation,
    result = result,
    events = events,
    states = states,
    artifact = evaluation.artifact:get {},
    left = intact.evaluated(evaluation, telling, same and pictures or nil),
  }
end

--- A project as commands see it that only look: what a dry evaluation is made of.
---@param opened Project
---@param steps pipeline.Step[]
---@param options table of evaluate
function M.looking(opened, steps, options)
  local project_seen = opened:looking()
  local seen = outcome.new(project_seen.store, { readonly = true })
  local looking = { project = project_seen }
  function looking.outcomes()
    return seen
  end
  function looking.evaluate(_, given)
    local all = { outcomes = seen, dry = given.calls, report = given.report }
    for name, value in pairs(options) do
      all[name] = value
    end
    return M.evaluate(project_seen, steps, all)
  end
  return looking
end

return M
