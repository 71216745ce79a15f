-- lua/pipeline/session.lua: everything between a story's file and an evaluation: the
-- story with what the command line sets, the project, the providers, the calls.

local budget = require "pipeline.budget"
local call = require "pipeline.call"
local choose = require "pipeline.choose"
local graph = require "pipeline.graph"
local lint = require "pipeline.lint"
local loop = require "host.loop"
local outcome = require "pipeline.outcome"
local pictures = require "pipeline.pictures"
local project = require "pipeline.project"
local providers = require "providers"
local run = require "pipeline.run"
local settings = require "pipeline.settings"
local story = require "pipeline.story"
local tally = require "pipeline.tally"
local timings = require "pipeline.timings"

--- What the command line may set, by the names of its options.
---@class Chosen
---@field data string?
---@field provider string?
---@field model table<string, string>?  by role
---@field choose table<string, number>? by step
---@field lane table<string, number>?
---@field strict boolean?               what a rule finds stops the run

---@class Session
---@field story pipeline.Story
---@field spec pipeline.Spec
---@field graph StepGraph
---@field lint Lint
---@field chosen Chosen
---@field project Project?    once it is open
---@field private opened_providers OpenProviders?
---@field outcomes Outcomes?
---@field calls Calls?        of all of its evaluations
---@field private run Run?    the evaluation that is under way
---@field private task host.task? that runs it, or waits for the last of the calls
---@field private cancelled boolean? nothing is waited for any more
---@field private report fun(event: table)
local Session = {}
Session.__index = Session

local M = {}

--- What asking again for calls in doubt may cost unless the user says.
local RESEND = 0.50 -- USD

---@param chosen Chosen
local function wanted(chosen)
  return { provider = chosen.provider, base_url = chosen["base-url"] }
end

--- Reads a story's file and its steps; what is wrong with them is a fault. The
--- keys are out of the environment before any script of the user's runs.
---@param file string
---@param chosen Chosen
---@return Session
function M.load(file, chosen)
  providers.take_keys(wanted(chosen))
  local told = story.load(file)
  settings.apply_models(told, chosen.model)
  local spec = told:spec()
  local steps = graph.new(spec, told:steps())
  settings.check_choices(steps, chosen.choose)
  return setmetatable({
    story = told,
    spec = spec,
    graph = steps,
    lint = lint.open(told, chosen.strict),
    chosen = chosen,
  }, Session)
end

--- The folder that holds projects.
---@return string
function Session:data()
  return self.chosen.data or self.story.data or "data"
end

--- The project's own folder, which may not be there yet.
---@return string
function Session:folder()
  return ("%s/%s"):format(self:data(), self.story.project)
end

--- Opens the project. Readonly it is only looked at, and may be in use by a running
--- process.
---@param options { readonly: boolean? }?
function Session:open(options)
  self.project = project.open(self.story.project, self:data(), options)
  self.outcomes = outcome.new(self.project.store, { readonly = self.project.readonly })
end

--- Those who are asked. Of a project that is only looked at, nobody will be: then
--- they need no key, and the embedded one does not start.
---@return OpenProviders
function Session:providers()
  self.opened_providers = self.opened_providers
    or providers.open(wanted(self.chosen), self.story.models, {
      folder = self.project:path "arriving",
      unasked = self.project.readonly,
    })
  return self.opened_providers
end

--- An empty tally of the story's steps.
---@return Tally
function Session:tally()
  local names = {}
  for i, step in ipairs(self.graph.steps) do
    names[i] = step.name
  end
  return tally.new(names)
end

--- What makes the calls: one for all evaluations.
---@param options { stream: boolean?, max_cost: number?, resend_doubt: number? }
---@return Calls
function Session:make_calls(options)
  self.calls = self.calls
    or call.new {
      store = self.project.store,
      budget = budget.new(options.max_cost),
      limiter = settings.limiter(self.story, self.chosen.lane),
      folder = self.project:path "arriving",
      report = function(event)
        self.report(event)
      end,
      stream = options.stream,
      resend_budget = options.resend_doubt or RESEND,
      resend_unpriced = options.resend_doubt ~= nil,
    }
  return self.calls
end

---@class Evaluation
---@field report fun(event: table)
---@field totals Tally?        takes each event in before it is reported
---@field calls table?         stands in for the calls: has their ask, tell and stop
---@field stream boolean?      texts are asked for as streams
---@field max_cost number?     USD
---@field resend_doubt number? USD

--- Evaluates the story once. Waits until every task has ended.
---@param options Evaluation
---@return table result of Run:evaluate, with the `run` itself
---@return Tally totals
function Session:evaluate(options)
  local totals = options.totals or self:tally()
  function self.report(event)
    totals:add(event, loop.now())
    options.report(event)
  end
  local calls = options.calls or self:make_calls(options)
  self.run = run.new {
    story = self.story,
    spec = self.spec,
    graph = self.graph,
    project = self.project,
    calls = calls,
    outcomes = self.outcomes,
    providers = self:providers().of,
    choose = choose.new {
      { where = "--choose", choices = self.chosen.choose or {} },
      { where = self.story.where, choices = self.story.choices },
    },
    report = self.report,
    lint = self.lint,
    own_pictures = settings.own_pictures(self.story, self.project),
    pictures = pictures.new(self.project),
    seconds = timings.read(self.project.store),
  }
  self.task = loop.spawn(self.run.evaluate, self.run)
  local result = self.task:await() or { failed = 0, skipped = 0, stopped = "stop" }
  result.run = self.run
  self.run.pictures:save()
  self.run, self.task = nil, nil
  if not options.calls then
    timings.keep(self.project.store, totals)
  end
  return result, totals
end

--- Starts nothing more of the evaluation under way; what is in flight may come in.
---@param reason string
function Session:stop(reason)
  if self.run then
    self.run:stop(reason)
  end
end

--- Ends the calls. Waits, but no longer than so many seconds, for what was sent and
--- is no longer asked for.
---@param seconds number
---@return { count: integer, cost: number, unpriced: integer } doubts that are left
function Session:end_calls(seconds)
  if not self.cancelled then
    self.task = loop.spawn(self.calls.drain, self.calls, seconds)
    self.task:await()
  end
  self.calls:close()
  return self.calls.doubts:left()
end

--- Ends at once what is waited for: the evaluation, or the last of its calls.
function Session:cancel()
  self.cancelled = true
  if self.task then
    self.task:cancel()
  end
end

function Session:close()
  if self.opened_providers then
    self.opened_providers.close()
  end
  self.project:close()
end

return M
