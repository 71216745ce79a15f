-- lua/cli/take.lua: `sbhost take STORY TASK N` takes an earlier take of a task back.

local fault = require "pipeline.fault"
local options = require "cli.options"
local record = require "pipeline.call.record"
local retake = require "pipeline.tasks.retake"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story { choose = options.choose }

---@param outcomes StandingOutcome[]
---@param task string
---@param n integer
local function find(outcomes, task, n)
  for _, outcome in ipairs(outcomes) do
    if outcome.n == n then
      return outcome
    end
  end
  fault.raise {
    message = #outcomes == 0 and ("'%s' has no takes yet"):format(task)
      or ("'%s' has the takes %d to %d, and not %d"):format(task, outcomes[1].n, outcomes[#outcomes].n, n),
    hint = "sbhost takes lists them",
  }
end

--- What is to be recorded so that a take is the current one. Only looks.
---@return string task
---@return Take record
local function look(story, chosen, word, n)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  local task = select_tasks.task(word, opened:known_tasks())
  local outcome = find(opened:outcomes():of(task), task, n)
  local lies = outcome.picture and opened.project:has(outcome.picture.path)
  if outcome.picture and not lies and not record.has_arrived(opened.project, outcome) then
    fault.raise { message = ("the picture of that take, %s, is no longer there"):format(outcome.picture.path) }
  end
  return task, retake.record(opened, task, outcome)
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("take", OPTIONS, { ... })
  local word, number = options.further("take", { "TASK", "N" }, rest)
  local task, taken = look(story, chosen, word, options.count(number, "the take"))
  local opened <close> = session.load(story, chosen)
  opened:open()
  opened:outcomes().takes:put(task, taken)
  opened.project:unfinish()
  say.line(("%s: take %s is now the current one; sbhost run updates the storyboard"):format(task, number))
  return 0
end
