-- lua/cli/why.lua: `sbhost why STORY TASK`: why a task would run, or ran when it last did.
-- It makes no call and takes no lock.

local differences = require "pipeline.plan.differences"
local dry = require "pipeline.plan.dry"
local options = require "cli.options"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"
local why = require "pipeline.plan.why"

local OPTIONS = options.for_story { choose = options.choose }

local MOST_VALUES = 3 -- of what one task has brought

---@class Printer
---@field lines string[]
---@field depth integer
local Printer = {}
Printer.__index = Printer

---@param ... any a format and its values
function Printer:line(...)
  self.lines[#self.lines + 1] = ("  "):rep(self.depth) .. string.format(...)
end

--- Old and new, each where there is one.
---@param old string?
---@param new string?
function Printer:both(old, new)
  if old then
    self:line("  - %s", old)
  end
  if new then
    self:line("  + %s", new)
  end
end

---@param account Account
local function when(account)
  return account.at and " on " .. os.date("%Y-%m-%d at %H:%M", math.floor(account.at)) or ""
end

---@param account Account
local function heading(account)
  local reason = account.reason and ": " .. account.reason.text or ""
  if account.state == "planned" then
    return ("%s would run%s"):format(account.task, reason)
  elseif account.state == "ran" then
    return ("%s ran%s%s"):format(account.task, when(account), reason)
  elseif account.state == "failed" then
    return ("%s cannot run: %s"):format(account.task, account.message)
  elseif account.state == "waiting" then
    local cause = account.after and account.after.task or "the steps before it"
    return ("%s is not known yet: it waits for %s"):format(account.task, cause)
  end
  return ("%s would not run: nothing it depends on has changed"):format(account.task)
end

--- A value that a task has brought, old and new.
---@param value ChangedValue
function Printer:value(value)
  self:line("because %s has changed, written by %s:", value.path, value.task)
  if type(value.old) == "string" and type(value.new) == "string" then
    self:both(differences.excerpts(value.old, value.new))
  else
    self:both(differences.shown(value.old), differences.shown(value.new))
  end
end

---@param account Account
function Printer:account(account)
  self:line("%s", heading(account))
  local difference = account.reason and account.reason.difference
  if difference and difference.part ~= "take" then
    self:both(difference.old, difference.new)
  end
  if account.origin then
    self:line("because it comes from %s", account.origin)
  end
  for _, cause in ipairs(account.causes) do
    if cause.by_hand then
      self:line("because %s", cause.by_hand)
    end
    for i = 1, math.min(#cause.values, MOST_VALUES) do
      self:value(cause.values[i])
    end
    if #cause.values > MOST_VALUES then
      self:line("and %d more values of it", #cause.values - MOST_VALUES)
    end
    self:nested(cause.account)
  end
  self:nested(account.after)
end

---@param account Account?
function Printer:nested(account)
  if account then
    self.depth = self.depth + 1
    self:account(account)
    self.depth = self.depth - 1
  end
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("why", OPTIONS, { ... })
  local word = options.further("why", { "TASK" }, rest)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  local forecast = dry.evaluate(opened)
  local task = select_tasks.task(word, forecast:known_tasks(opened))
  local printer = setmetatable({ lines = {}, depth = 0 }, Printer)
  printer:account(why.of(opened, forecast, task))
  say.line(table.concat(printer.lines, "\n"))
  return 0
end
