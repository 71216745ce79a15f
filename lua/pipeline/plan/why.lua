-- lua/pipeline/plan/why.lua: why a task would run, or ran when it last did: what of its request
-- is another one, and the chain of tasks behind that.

local differences = require "pipeline.plan.differences"
local json = require "host.json"
local locate = require "pipeline.tasks.locate"
local reasons = require "pipeline.plan.reasons"
local upstream = require "pipeline.plan.upstream"

--- Why one task runs or ran.
---@class Account
---@field task string
---@field state "planned"|"ran"|"stands"|"waiting"|"failed"|"unknown"
---@field at number?       when it ran, seconds since 1970
---@field message string?  of "failed"
---@field reason Reason?
---@field origin string?   where a change comes from that no task has brought
---@field causes { values: ChangedValue[], by_hand: string?, account: Account? }[]
---@field after Account?   what it waits for; of "stands", how it last ran

local CHOSEN = "option %d of %s is used now, and option %d was before"

local EDITED = "%s was set by hand on %s"

local FIRST = { kind = "new", text = "for the first time" }

---@class Inquirer
---@field opened Session
---@field forecast Forecast
---@field told table<string, true> the tasks whose account is given already
local Inquirer = {}
Inquirer.__index = Inquirer

local M = {}

---@param outcome Outcome?
local function first_call(outcome)
  return outcome and outcome.ids and outcome.ids[1]
end

--- Where a change comes from that no other task has brought.
---@param task Task
---@param difference Difference
---@param former string the earlier prompt
local function origin_of(run, task, difference, former)
  local part = difference.part
  if part == "model" or part == "effort" or part == "provider" then
    return "the story's models, or the command line"
  elseif part == "user" then
    for _, resolved in ipairs(task.step.reads) do
      local value = #resolved.segments == 1 and run.artifact:get { resolved.segments[1].name }
      if type(value) == "string" and not run.graph.writer[resolved.text] and not former:find(value, 1, true) then
        return ("the story: its %s has changed"):format(resolved.text)
      end
    end
  end
  return ("the step itself, %s, or edits"):format(task.step.where)
end

--- What people did by hand that is behind a change which no task has brought.
---@param account Account
---@param task Task
---@param before StandingOutcome
---@param after StandingOutcome?
---@param former string the earlier prompt
function Inquirer:add_doings(account, task, before, after, former)
  local run = self.forecast.run
  -- Which option was taken between two outcomes is not recorded.
  for _, choice in ipairs(not after and upstream.choices(run, task, former) or {}) do
    local chosen = CHOSEN:format(choice.now, choice.task, choice.option)
    table.insert(account.causes, { values = choice.values, by_hand = chosen })
  end
  local till = after and after.at or math.huge
  for _, edit in ipairs(upstream.edits(run, task, math.floor(before.at or 0), till)) do
    local when = os.date("%Y-%m-%d at %H:%M", math.floor(edit.at))
    table.insert(account.causes, { values = {}, by_hand = EDITED:format(edit.path, when) })
  end
end

--- The tasks behind a change, each with its own account.
---@param account Account
---@param before StandingOutcome  what the task had come to
---@param after StandingOutcome? what it came to since; nil: as it is now
function Inquirer:add_causes(account, before, after)
  local run = self.forecast.run
  local task = locate.task(run.graph, run.artifact, account.task)
  local since = first_call(before)
  if not task or not since then
    return
  end
  for _, cause in ipairs(upstream.causes(run, task, since, first_call(after))) do
    local behind = not self.told[cause.task] and self:of_run(cause.task, cause.before, cause.after) or nil
    table.insert(account.causes, { values = cause.values, account = behind })
  end
  local difference = account.reason and account.reason.difference
  if #account.causes == 0 and difference and difference.part ~= "take" then
    local former = json.decode(self.opened:outcomes():request(before)).user
    self:add_doings(account, task, before, after, former)
    account.origin = #account.causes == 0 and origin_of(run, task, difference, former) or nil
  end
end

--- Why a task came to one outcome after another.
---@param task string
---@param before StandingOutcome?
---@param after StandingOutcome
---@return Account
function Inquirer:of_run(task, before, after)
  self.told[task] = true
  local account = { task = task, state = "ran", at = after.at, causes = {} }
  local outcomes = self.opened:outcomes()
  local former, text = before and outcomes:request(before), outcomes:request(after)
  local difference = former and text and differences.first(former, text)
  account.reason = difference and reasons.changed(difference) or not before and FIRST or nil
  if before then
    self:add_causes(account, before, after)
  end
  return account
end

--- Why a task would ask something now.
---@param task string
---@return Account
function Inquirer:of_plan(task)
  local account = { task = task, state = "planned", causes = {} }
  local outcomes = self.opened:outcomes()
  local request = self.forecast.dry.requests[task]
  local earlier = outcomes:of(task)
  account.reason = request and reasons.of(outcomes, self.forecast.doubts, request)
  if account.reason and account.reason.kind == "changed" then
    self:add_causes(account, earlier[#earlier])
  end
  return account
end

--- How a task last ran, of which nothing is to be done.
---@param task string
---@return Account
function Inquirer:of_standing(task)
  local outcomes = self.opened:outcomes()
  local standing, before = outcomes:standing(task), nil
  for _, outcome in ipairs(outcomes:of(task)) do
    if standing and outcome.n < standing.n then
      before = outcome
    end
  end
  local ran = standing and self:of_run(task, before, standing) or nil
  return { task = task, state = "stands", causes = {}, after = ran }
end

---@param task string
---@return Account
function Inquirer:of(task)
  self.told[task] = true
  local foreseen = self.forecast.by_name[task]
  local state = foreseen and foreseen.state or "waiting"
  if state == "planned" then
    return self:of_plan(task)
  elseif state == "failed" then
    return { task = task, state = "failed", message = foreseen.message, causes = {} }
  elseif state ~= "waiting" then
    return self:of_standing(task)
  end
  local cause = self.forecast:cause(task)
  local after = cause and not self.told[cause] and self:of(cause) or nil
  return { task = task, state = "waiting", causes = {}, after = after }
end

--- Why a task would run, or last ran.
---@param opened Session
---@param forecast Forecast
---@param task string
---@return Account
function M.of(opened, forecast, task)
  return setmetatable({ opened = opened, forecast = forecast, told = {} }, Inquirer):of(task)
end

return M
