-- lua/cli/takes.lua: `sbhost takes STORY TASK`: all that a task came to, and which of it
-- is the current one. It takes no lock.

local columns = require "cli.columns"
local json = require "host.json"
local options = require "cli.options"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story {}

local LONGEST = 60 -- bytes of a text that stands for an answer

--- The first text in an answer.
---@param value any
---@return string?
local function first_text(value)
  if type(value) == "string" then
    return value
  elseif type(value) ~= "table" then
    return nil
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    local text = key ~= "key" and first_text(value[key])
    if text then
      return text
    end
  end
end

--- What an outcome is told by: its picture's file, or how its text begins.
---@param outcome Outcome
local function shown(outcome)
  if outcome.picture then
    return outcome.picture.path
  end
  local text = (first_text(outcome.value) or ""):gsub("%s+", " ")
  if #text <= LONGEST then
    return text
  end
  return text:sub(1, utf8.offset(text, 0, LONGEST) - 1) .. "…"
end

--- What the calls of an outcome cost.
local function cost_of(store, outcome)
  local sum
  for _, id in ipairs(outcome.ids or {}) do
    local call = store:call(id)
    local meta = call and call.meta and json.decode(call.meta)
    local usage = type(meta) == "table" and meta.usage
    if not usage or not usage.cost then
      return "unknown"
    end
    sum = (sum or 0) + usage.cost
  end
  return sum and ("$%.3f"):format(sum) or ""
end

--- The one that the next run goes by, as far as that can be told without rendering.
---@param outcomes Outcomes
---@param task string
---@return StandingOutcome?
local function current_of(outcomes, task)
  local standing, number, n = outcomes:standing(task), outcomes.takes:number(task), outcomes.takes:back_to(task)
  local current = standing and standing.take == number and standing or nil
  for _, outcome in ipairs(current and {} or outcomes:of(task)) do
    if outcome.n == n or (not n and outcome.take == number) then
      current = outcome
    end
  end
  return current or standing
end

---@param opened Session
---@param task string
local function lines_of(opened, task)
  local current = current_of(opened:outcomes(), task)
  local rows = { { "take", "made", "model", "cost", "" } }
  for _, outcome in ipairs(opened:outcomes():of(task)) do
    rows[#rows + 1] = {
      (current and current.n == outcome.n and "* " or "  ") .. outcome.n,
      outcome.at and os.date("%Y-%m-%d %H:%M", math.floor(outcome.at)) or "",
      outcome.model or "",
      cost_of(opened.project.store, outcome),
      shown(outcome),
    }
  end
  return columns.listed(rows)
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("takes", OPTIONS, { ... })
  local word = options.further("takes", { "TASK" }, rest)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  local task = select_tasks.task(word, opened:known_tasks())
  local lines = lines_of(opened, task)
  local earlier = opened:outcomes():of(task)
  if #earlier > 0 and opened:outcomes().takes:is_open(task, earlier) then
    lines[#lines + 1] = "another take is requested: sbhost run makes it"
  end
  say.line(table.concat(lines, "\n"))
  return 0
end
