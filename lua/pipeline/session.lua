-- lua/pipeline/session.lua: everything between a story's file and an evaluation: the
-- story with what the command line sets, the project, the providers, the calls.

local artifact = require "host.artifact"
local budget = require "pipeline.call.budget"
local choose = require "pipeline.tasks.choose"
local completion = require "pipeline.tasks.completion"
local edits = require "pipeline.edits"
local fault = require "pipeline.fault"
local file = require "host.file"
local finished = require "pipeline.project.finished"
local graph = require "pipeline.graph"
local inputs = require "pipeline.project.inputs"
local intact = require "pipeline.run.intact"
local lint = require "pipeline.lint"
local locate = require "pipeline.tasks.locate"
local loop = require "host.loop"
local match = require "pipeline.edits.match"
local outcome = require "pipeline.tasks.outcome"
local pictures = require "pipeline.run.pictures"
local project = require "pipeline.project"
local providers = require "providers"
local settings = require "pipeline.story.settings"
local source = require "pipeline.story.source"
local story = require "pipeline.story"
local tally = require "pipeline.run.tally"
local timings = require "pipeline.run.timings"

--- What the command line may set, by the names of its options.
---@class Chosen
---@field data string?
---@field provider string?
---@field model table<string, string>?  by role
---@field choose table<string, number>? by step
---@field lane table<string, number>?
---@field strict boolean?               what a rule finds stops the run

---@class Session
---@field file string
---@field scripts table<string, string|false> what was read, and looked for, of scripts: SHA-256 by file
---@field story pipeline.Story
---@field spec pipeline.Spec
---@field graph StepGraph
---@field lint Lint
---@field chosen Chosen
---@field project Project?    once it is open
---@field private opened_providers OpenProviders?
---@field edits Edits?        what was set by hand
---@field private read_outcomes Outcomes?
---@field private pictures Pictures? of the last evaluation
---@field looked_at number?   since when it is only looked at while a run goes on, seconds since 1970
---@field calls Calls?        of all of its evaluations
---@field private caps table<string, integer> of the calls' lanes
---@field private run Run?    the evaluation that is under way
---@field private task host.task? that runs it, or waits for the last of the calls
---@field private cancelled boolean? nothing is waited for any more
---@field private report fun(event: table)
---@field private notable boolean what it told is to be told by the next run too
---@field private told table<string, true> the same of each step
---@field private evaluated Evaluated? what the last evaluation came to, or what the one under way began with
local Session = {}
Session.__index = Session

local M = {}

--- What asking again for calls in doubt may cost unless the user says.
local RESEND = 0.50 -- USD

---@param chosen Chosen
local function wanted(chosen)
  return { provider = chosen.provider, base_url = chosen["base-url"] }
end

---@param path string
---@param chosen Chosen
---@return Session
local function load(path, chosen)
  local told = story.load(path)
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
    caps = settings.caps(told, chosen.lane),
  }, Session)
end

--- Reads a story's file and its steps; what is wrong with them is a fault. The
--- keys are out of the environment before any script of the user's runs.
---@param path string
---@param chosen Chosen
---@return Session
function M.load(path, chosen)
  providers.take_keys(wanted(chosen))
  local scripts = {}
  local self = source.noting(scripts, load, path, chosen)
  self.file, self.scripts = path, scripts
  return self
end

--- Reads the story and its steps anew. What is wrong with them is a fault.
---@param scripts table<string, string|false> gets what is read, whatever comes of it
---@return Session fresh to be adopted
function Session:read_anew(scripts)
  local fresh = source.noting(scripts, load, self.file, self.chosen)
  if fresh:folder() ~= self:folder() then
    fault.raise {
      where = fresh.story.where,
      message = ("the project was %s and is %s now"):format(self:folder(), fresh:folder()),
      hint = "end this run and start another",
    }
  end
  fresh.scripts = scripts
  self:providers().take(fresh.story.models)
  return fresh
end

--- Goes on with what was read anew, and gives up the evaluation under way. Its calls
--- go on: they are joined by the next one, or run to their end and are kept if they
--- have left.
---@param fresh Session
function Session:adopt(fresh)
  local task, dropped = self.task, self.run
  self.task, self.run = nil, nil
  if task then
    task:cancel()
  end
  if dropped then
    dropped.views:drop()
  end
  if self.calls then
    settings.change_caps(self.calls.limiter, self.caps, fresh.caps)
  end
  for _, field in ipairs { "story", "spec", "graph", "lint", "scripts", "caps" } do
    self[field] = fresh[field]
  end
  self:attach()
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
  local opening = loop.spawn(project.open, self.story.project, self:data(), options)
  loop.sleep(0)
  -- What an evaluation takes is read while the disk is waited for.
  require "pipeline.run"
  require "pipeline.call"
  self.project = opening:await()
  self:attach()
end

--- Takes up what the project keeps of what people set by hand.
function Session:attach()
  self.edits = edits.new { project = self.project, story = self.story, spec = self.spec, graph = self.graph }
end

--- The artifact as it was last written, whatever has become of the file; empty when it
--- never was.
---@return host.tree
function Session:artifact()
  return self.project.published:current()
end

--- The artifact as people have it before them: the file, and without one what was last
--- written. A file that cannot be read is a fault.
---@return host.tree
function Session:shown_artifact()
  local path = self.project.published.path
  local text = file.read(path)
  local tree, message
  if text then
    tree, message = artifact.parse((text:gsub("^\u{FEFF}", "")))
  end
  if message then
    fault.raise { where = path, message = message, hint = "fix it, or delete the file: the next run writes it again" }
  end
  return tree or self:artifact()
end

--- Its tasks, in the order of the story.
---@return string[]
function Session:known_tasks()
  return locate.names(self.graph, self:artifact())
end

--- What its tasks have come to.
---@return Outcomes
function Session:outcomes()
  self.read_outcomes = self.read_outcomes
    or outcome.new(self.project.store, { readonly = self.project.readonly })
  return self.read_outcomes
end

--- Those who are asked. Of a project that is only looked at, nobody will be: then
--- they need no key.
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
---@param options { only: table<string, true>?, stream: boolean?, max_cost: number?, resend_doubt: number? }
---@return Calls
function Session:make_calls(options)
  if self.calls then
    self.calls:resume()
    return self.calls
  end
  self.calls = require("pipeline.call").new {
    store = self.project.store,
    budget = budget.new(options.max_cost),
    limiter = settings.limiter(self.caps),
    folder = self.project:path "arriving",
    report = function(event)
      if self.run then
        self.run.views:hear(event)
      end
      self.report(event)
    end,
    only = options.only,
    stream = options.stream,
    resend_budget = options.resend_doubt or RESEND,
    resend_unpriced = options.resend_doubt ~= nil,
  }
  self.project.room = self.calls.room
  return self.calls
end

---@class Evaluation
---@field report fun(event: table)
---@field totals Tally?        takes each event in before it is reported
---@field calls table?         stands in for the calls: has their ask, tell and stop
---@field by_step boolean?     without calls too, steps that are as the last run left them are taken over
---@field ask Asker?           asks a person to choose
---@field despite_file boolean? what of artifact.json cannot be used is no fault: what was taken in before counts
---@field only table<string, true>? the steps that calls are made of; nil: all
---@field stream boolean?      texts are asked for as streams
---@field max_cost number?     USD
---@field resend_doubt number? USD
---@field is_changed boolean?  something was saved just now, so that there is something to evaluate

--- Whether an event says just that a step which a run is not kept to was left out.
local function is_left_out(only, event)
  return only and event.step and not only[event.step]
    and (event.event == "unplanted" or event.state == "skipped" or event.state == "planned")
end

--- Events after which there is nothing that the next run would have to tell again.
local PASSING = {
  planted = true, task = true, sent = true, answered = true, text = true, retry = true, ["repair"] = true,
  fallback = true, resent = true, gone = true, edit = true, matched = true, unmatched = true, notice = true,
  draining = true, unchanged = true, again = true, choice = true,
}

--- Whether the next run has no need to tell it again.
---@param event table
---@return boolean
function M.is_passing(event)
  return PASSING[event.event] ~= nil
end

--- Makes what the evaluation reports go to its totals, and then on.
---@param options Evaluation
---@return Tally totals
function Session:listen(options)
  local totals = options.totals or self:tally()
  self.notable, self.told = false, {}
  function self.report(event)
    if is_left_out(options.only, event) then
      return
    end
    if not M.is_passing(event) then
      self.notable = true
      self.told[event.step or ""] = true
    end
    totals:add(event, loop.now())
    options.report(event)
  end
  return totals
end

--- Tells what a run did that had everything to do with what is there now.
---@param tasks table<string, integer> by step
local function finished_result(self, tasks)
  local done = 0
  for _, step in ipairs(self.graph.steps) do
    done = done + tasks[step.name]
    self.report { event = "planted", step = step.name, tasks = tasks[step.name] }
    self.report { event = "unchanged", step = step.name, tasks = tasks[step.name] }
  end
  return { done = done, failed = 0, skipped = 0 }
end

--- The evaluation that is to be made.
---@param options Evaluation
---@return Run
function Session:make_run(options)
  local choices = choose.of(self, self.report, options.ask)
  self.pictures = pictures.new(self.project)
  return require("pipeline.run").new {
    story = self.story,
    spec = self.spec,
    graph = self.graph,
    project = self.project,
    calls = options.calls or self:make_calls(options),
    outcomes = self:outcomes(),
    edits = self.edits,
    matches = match.new { store = self.project.store, readonly = self.project.readonly, report = self.report },
    providers = self:providers().of,
    choose = function(...)
      return choices:option(...)
    end,
    choice_mark = function(step)
      return choices:mark(step)
    end,
    report = self.report,
    lint = self.lint,
    own_pictures = settings.own_pictures(self.story, self.project),
    pictures = self.pictures,
    seconds = timings.seconds(timings.read(self.project.store)),
  }
end

--- Lets an evaluation begin with the steps that are as the last one left them. What a
--- person is to choose, or may stop the run, is looked at anew; commands that tell of each
--- task look at all.
---@param options Evaluation
function Session:take_over(options)
  local last = self.evaluated or (options.by_step or not options.calls) and intact.read(self.project)
  local begun = last and intact.take_over(self.run, last, function(step)
    return options.ask and step.step.options > 1 or self.chosen.strict and lint.is_about(step)
  end) or nil
  if options.calls then
    return
  end
  self.evaluated = begun
  for _, step in ipairs(self.graph.steps) do
    if not self.run.intact[step.name] then
      intact.drop(self.project)
      return
    end
  end
end

--- Tells the pictures that an evaluation which did everything has come to from those of
--- earlier takes.
---@param run Run
---@return fun(path: string): boolean
local function current_pictures(run)
  local current
  return function(path)
    if not current then
      current = {}
      for _, picture in ipairs(run.edits:pictures()) do
        current[picture] = true
      end
      for _, step in ipairs(run.graph.steps) do
        for _, picture in ipairs(completion.pictures(run.artifact, step)) do
          current[picture] = true
        end
      end
    end
    return current[path] or false
  end
end

--- Evaluates the story once. Waits until every task has ended.
---@param options Evaluation
---@param totals Tally
---@return table result of Run:evaluate
function Session:evaluate_once(options, totals)
  self.run = self:make_run(options)
  self:take_over(options)
  self.task = loop.spawn(self.run.evaluate, self.run)
  local result = self.task:await() or { failed = 0, skipped = 0, stopped = "stop" }
  result.run = self.run
  self.run, self.task = nil, nil
  local is_whole = not result.stopped and result.failed + result.skipped == 0
  local same, pictures_seen = result.run.pictures:save(is_whole and current_pictures(result.run) or nil)
  if not options.calls then
    timings.keep(self.project.store, totals)
    inputs.keep(self)
    if not result.stopped then
      self.evaluated = intact.evaluated(result.run, self.told, same and pictures_seen or nil)
      intact.put(self.project, self.evaluated)
    end
    if same and is_whole and self.calls.doubts:left().count == 0 and not self.notable then
      local stamp = finished.stamp(self)
      -- What a person saved before the stamp was taken is no part of what was done.
      if self.edits:may_replace(self.report) then
        finished.put(self.project, stamp, totals)
      end
    end
  end
  return result
end

--- Evaluates the story, and again as long as a person saves edits meanwhile; what they
--- left in artifact.json and cannot be used is a fault. Where the last run did
--- everything and nothing has changed since, nothing is evaluated.
---@param options Evaluation
---@return table result of Run:evaluate, with the `run` itself if there was one
---@return Tally totals
function Session:evaluate(options)
  local totals = self:listen(options)
  if options.despite_file then
    self.edits:may_replace(self.report)
  else
    self.edits:look(self.report)
  end
  local may_stand = not options.calls and not options.ask and not options.is_changed
  local tasks = may_stand and finished.tasks(self.project, finished.stamp(self))
  if tasks then
    return finished_result(self, tasks), totals
  end
  local result = self:evaluate_once(options, totals)
  while self.edits.waiting and not result.stopped do
    self.report { event = "again", message = "artifact.json was edited meanwhile: starting again with the edits" }
    result = self:evaluate_once(options, totals)
  end
  return result, totals
end

--- The same as it is now, to be looked at while it is open here.
---@return Session
function Session:looking()
  local looking = { file = self.file, chosen = self.chosen, story = self.story, spec = self.spec, graph = self.graph }
  looking.lint = lint.open(self.story, self.chosen.strict)
  looking.project = self.project:looking()
  looking.opened_providers, looking.evaluated = self:providers(), self.evaluated
  looking.read_outcomes, looking.looked_at = self:outcomes():as_now(), loop.time()
  setmetatable(looking, Session):attach()
  return looking
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
  if self.calls and not self.cancelled then
    self.task = loop.spawn(self.calls.drain, self.calls, seconds)
    self.task:await()
  end
  if self.calls then
    self.calls:close()
  end
  return self:doubts_left()
end

--- The pictures that people have changed since the last evaluation looked at them. Waits.
---@param seen table<string, string|false> what each was when it was last told; kept by the caller
---@return string[] paths
function Session:touched_pictures(seen)
  self.pictures = self.pictures or pictures.new(self.project)
  local paths = self.pictures:touched(seen)
  for i, path in ipairs(paths) do
    paths[i] = self.project:path(path)
  end
  return paths
end

--- The calls whose outcome nobody knows.
---@return { count: integer, cost: number, unpriced: integer }
function Session:doubts_left()
  return self.calls and self.calls.doubts:left() or { count = 0, cost = 0, unpriced = 0 }
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
  if self.project then
    self.project:close()
  end
end

Session.__close = Session.close

return M
