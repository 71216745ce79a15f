-- lua/pipeline/run/perform.lua: one task: one of which nothing changed stands as it is, else
-- it is rendered, and asked when nothing stands under its key; the answer is checked,
-- and becomes a patch of the artifact.

local chain = require "pipeline.call.chain"
local code = require "pipeline.run.code"
local dto = require "pipeline.dto"
local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local outcomes = require "pipeline.tasks.outcome"
local own = require "pipeline.story.own"
local patch = require "pipeline.run.patch"
local record = require "pipeline.call.record"
local references = require "pipeline.context.references"
local render = require "pipeline.render"
local stored = require "pipeline.project.stored"

--- One step for one item.
---@class Task: Job
---@field name string                    "shots[the-storm]"
---@field step pipeline.BoundStep
---@field keys string[]                  of the item and its parents; none for a step that is not repeated
---@field scope table<string, Element>   the bound items
---@field priority number
---@field tolerated table<integer, true>? nodes of what it may do without, which must have come to an end

--- What a task came to.
---@class Result
---@field state "done"|"reused"|"given"|"kept"|"failed"|"planned" given: by the story; kept: all of it is the
---       user's edits; planned: it would make a call
---@field entries table[]?   for artifact:patch
---@field value any?         the answer as it was
---@field message string?    why it failed
---@field stops "stop"|"cost"|nil nothing else of the run can go on either

local M = {}

--- Makes the judge of a text answer: it must be JSON that fits.
---@param run Run
---@param task Task
---@param output pipeline.Output
---@return fun(text: string): any, any
function M.judge_of(run, task, output)
  return function(text)
    local value, message = json.decode(text:match "^%s*```%a*%s*(.-)%s*```%s*$" or text)
    if value == nil then
      return nil, "it is not JSON: " .. message
    end
    local cleaned, faults = dto.check(output, value)
    if cleaned then
      faults = own.missing(run, task, cleaned)
      if #faults == 0 then
        return cleaned
      end
    end
    return nil, dto.faults_text(faults)
  end
end

local function failure(problem)
  local class = problem.class
  if class == "dry" then
    return { state = "planned" }
  end
  return { state = "failed", message = problem.message, stops = (class == "stop" or class == "cost") and class or nil }
end

--- The user's edits, laid over what a task writes.
local function with_edits(run, task, entries)
  return run.edits:over(task.step, task.keys, entries, run.artifact, task.scope)
end

--- The result of an outcome: the chosen option, as a patch.
---@param run Run
---@param task Task
---@param standing StandingOutcome
---@param state string
---@return Result
local function settle(run, task, standing, state)
  local step, answer = task.step, standing.value
  local value, option = answer, 1
  if step.step.options > 1 then
    option = run.choose(step.name, step.step.options, standing.key, answer)
    if option == "again" then
      return M.another_take(run, task)
    elseif not option then
      return failure { class = "stop", message = "nobody has chosen one of its options" }
    end
    value = answer["option_" .. option]
  end
  own.overlay(run, task, value)
  local function keys_of(list, items)
    return run.matches:keys(task.name, standing.key, option, list, items)
  end
  local entries = patch.entries(run.spec, step, run.artifact, task.scope, value, keys_of)
  return { state = state, value = answer, entries = with_edits(run, task, entries) }
end

--- Asks for another take of a task right away.
---@param run Run
---@param task Task
---@return Result
function M.another_take(run, task)
  run.outcomes.takes:wish(task.name, run.outcomes:of(task.name))
  return M.perform(run, task)
end

--- Keeps what a task came to, and settles it.
local function keep(run, task, mark, key, outcome, finish, state)
  local kept = run.outcomes:keep(task.name, key, outcome)
  run.outcomes:mark(task.name, mark, key)
  return finish(run, task, kept, state)
end

---@param run Run
---@param task Task
---@return Result
function M.text(run, task)
  local mark = run.fingerprints:of(task)
  local standing = run.outcomes:unchanged(task.name, mark)
  if standing then
    return settle(run, task, standing, "reused")
  end
  run.turns:take()
  local request, model, output = render.text(run, task)
  local key = outcomes.key(request)
  standing = run.outcomes:find(task.name, key)
  -- What the story brings itself is no part of a request.
  if standing and #own.missing(run, task, standing.value) == 0 then
    run.outcomes:mark(task.name, mark, key)
    return settle(run, task, standing, "reused")
  end
  local made, problem = chain.text(run.calls, request, chain.models(model), M.judge_of(run, task, output))
  if not made then
    return failure(problem)
  end
  local outcome = { value = made.value, ids = made.ids, model = made.model }
  return keep(run, task, mark, key, outcome, settle, made.remembered and "reused" or "done")
end

--- "component" for a prop's picture, "shot" for all others: how files begin.
local function stem_of(task, at)
  local prefix = task.step.draws.binding == "prop" and "component" or "shot"
  local stamp = os.date("!%Y%m%dT%H%M%SZ", math.floor(at))
  return ("%s_%s_%s"):format(prefix, task.keys[#task.keys], stamp)
end

--- How far a picture's proportions may be from those asked for: providers' own
--- sizes are up to three percent off.
local ASPECT_TOLERANCE = 0.04

--- Says so when a picture came in other proportions than the story's.
local function check_aspect(run, task, saved)
  local width, height = run.story.aspect:match "(%d+):(%d+)"
  local asked, got = width / height, saved.width / saved.height
  if math.abs(got / asked - 1) > ASPECT_TOLERANCE then
    local message = ("the picture came as %d x %d, which is not %s"):format(saved.width, saved.height, run.story.aspect)
    run:tell(task, "odd", { message = message })
  end
end

--- Saves an arrived picture, unless it is none.
local function save(run, task, path, stem)
  -- What arrived stays where it is: people write into what lies in images/.
  local saved, message, code_of_error =
    run.project:await_room(image.save, path, run.project:place_of_pictures(), stem)
  if not saved then
    return nil, message, code_of_error
  end
  check_aspect(run, task, saved)
  saved.path = run.project:inside(saved.path)
  run.pictures:add(saved.path, saved.sha256)
  run.plates:prepare(task.step, run.project:path(saved.path), saved.sha256)
  return saved
end

local function keeper(run, task)
  return function(path, at)
    return save(run, task, path, stem_of(task, at))
  end
end

--- The result of a picture's outcome.
local function settle_picture(run, task, standing, state)
  local path = standing.picture.path
  local entries = { { patch.place(task.step.draws, task.scope), path } }
  return { state = state, value = path, entries = with_edits(run, task, entries) }
end

--- What is all set by hand.
local function by_hand(run, task)
  return { state = "kept", entries = with_edits(run, task, {}) }
end

--- Whether the picture of an outcome is there, as it came.
---@return boolean? there nil when it cannot be told
---@return string? message
local function is_there(run, standing)
  if not standing then
    return false
  end
  local there, message = run.pictures:has(standing.picture.path)
  if not there then
    return there, message
  end
  local sha256, unread = run.pictures:hash(standing.picture.path)
  if not sha256 then
    return nil, unread
  end
  return sha256 == standing.picture.sha256
end

--- The picture of an outcome, once more from what arrived for it, under its name.
---@param run Run
---@param task Task
---@param request Request
---@param standing StandingOutcome whose picture is gone, or was written over
---@return StandingOutcome? nil when what arrived is gone too
local function brought_back(run, task, request, standing)
  local call = run.project.store:call(standing.ids[#standing.ids])
  local folder = run.project:path "arriving"
  local read = call and call.answer and record.recall({ folder = folder }, request, call)
  local stem = standing.picture.path:match "([^/]+)%.[^./]+$"
  local saved = read and read.path and save(run, task, read.path, stem)
  if not saved then
    return nil
  end
  standing.picture = saved
  return run.outcomes:keep(task.name, standing.key, standing)
end

local function tell_gone(run, task, path, what_is_done)
  local said = ("its picture %s is gone or damaged, so %s"):format(path, what_is_done)
  run.report { event = "gone", step = task.step.name, task = task.name, message = said }
end

---@param run Run
---@param task Task
---@return Result
function M.picture(run, task)
  local step = task.step
  local given = run:given(step.draws.schema, task.keys)
  if given then
    return { state = "given", value = given, entries = { { patch.place(step.draws, task.scope), given } } }
  end
  local last = run.outcomes:last(task.name)
  if last and run.edits:replaced(step, task.keys, last.picture) then
    return by_hand(run, task)
  end
  local reached, missing = references.reached(run, task)
  if not reached then
    return { state = "failed", message = missing }
  end
  local mark = run.fingerprints:of(task, reached)
  local standing = run.outcomes:unchanged(task.name, mark)
  local there = is_there(run, standing)
  if there then
    return settle_picture(run, task, standing, "reused")
  end
  run.turns:take()
  local request, problem = render.picture(run, task, reached)
  if not request then
    return { state = "failed", message = problem }
  end
  local key = outcomes.key(request)
  standing = run.outcomes:find(task.name, key)
  local unread
  there, unread = is_there(run, standing)
  if unread then
    return failure { class = "stop", message = stored.unread(unread) }
  elseif there then
    run.outcomes:mark(task.name, mark, key)
    return settle_picture(run, task, standing, "reused")
  elseif standing then
    local path = standing.picture.path
    local back = brought_back(run, task, request, standing)
    tell_gone(run, task, path, back and "the drawn one is restored" or "it is drawn again")
    if back then
      run.outcomes:mark(task.name, mark, key)
      return settle_picture(run, task, back, "reused")
    end
  end
  local rewriter = { provider = run.providers(run.story.models.rewrite), model = run.story.models.rewrite[1] }
  local made, trouble = chain.picture(run.calls, request, rewriter, keeper(run, task))
  if not made then
    return failure(trouble)
  end
  local outcome = { picture = made.value, ids = made.ids, model = made.model }
  return keep(run, task, mark, key, outcome, settle_picture, made.remembered and "reused" or "done")
end

--- Whether the files that code has read by itself are what they were.
---@param files table<string, string|false>? SHA-256 by file; false: not there
local function are_same(files)
  for path, sha256 in pairs(files or {}) do
    if (file.hash(path) or false) ~= sha256 then
      return false
    end
  end
  return true
end

--- A step with code of its own: its outcome is kept under its fingerprint, since it
--- may make any number of requests.
---@param run Run
---@param task Task
---@return Result
function M.code(run, task)
  local mark = run.fingerprints:of(task)
  local standing = run.outcomes:find(task.name, mark)
  if standing and are_same(standing.files) then
    run.outcomes:mark(task.name, mark, mark)
    return settle(run, task, standing, "reused")
  end
  local made = code.run(run, task, M.judge_of)
  if made.failure and made.failure.class == "dry" then
    return failure(made.failure)
  elseif made.problem then
    return failure(made.problem)
  end
  local state = made.asked and "done" or "reused"
  if made.unanswered > 0 then
    -- It went on without an answer, which the next run may get.
    run.unsure[task.step.name] = true
    return settle(run, task, { key = mark, value = made.value }, state)
  end
  local inputs = task.step.step.inputs
  local files = inputs and next(inputs) and json.object(inputs) or nil
  return keep(run, task, mark, mark, { value = made.value, ids = made.ids, files = files }, settle, state)
end

---@param run Run
---@param task Task
---@return Result
function M.perform(run, task)
  if run.edits:covers(task.step, task.keys, run.artifact) then
    return by_hand(run, task)
  end
  return M[task.step.step.kind](run, task)
end

return M
