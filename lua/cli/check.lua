-- lua/cli/check.lua: `sbhost check STORY`: whether a story, its steps and its prompts hold
-- together, and what the rules of the craft say of the shots there are. It makes no
-- call and takes no lock.

local call = require "pipeline.call"
local dry = require "pipeline.plan.dry"
local lint = require "pipeline.lint"
local names = require "pipeline.names"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

local OPTIONS = options.for_story { strict = {} }

local FINE, FINDINGS = 0, 1

local UNSTEADY = "%s: its request differs each time the story is loaded, and would be paid for each time; "
  .. "do not use times, random numbers or the order of pairs() in a prompt"

--- The story as a run would see it, loaded from its files anew.
---@return Session
---@return Forecast
local function look(story, chosen)
  local opened = session.load(story, chosen)
  opened:open { readonly = true }
  local forecast = dry.evaluate(opened)
  opened:close()
  return opened, forecast
end

--- What would be asked, by task.
---@param forecast Forecast
local function rendered(forecast)
  local texts = {}
  for task, request in pairs(forecast.dry.requests) do
    texts[task] = call.identity(request)
  end
  return texts
end

--- The tasks whose request is another each time the story is loaded: a run would
--- pay for them again and again.
---@param one Forecast
---@param other Forecast
---@return string[]
local function unsteady(one, other)
  local before, after, list = rendered(one), rendered(other), {}
  for _, task in ipairs(names.keys(before)) do
    if before[task] ~= after[task] then
      list[#list + 1] = task
    end
  end
  return list
end

--- Tasks that could not be asked for, each with why.
---@param forecast Forecast
local function failures(forecast)
  local lines = {}
  for _, task in ipairs(forecast.tasks) do
    if task.state == "failed" then
      lines[#lines + 1] = ("%s: %s"):format(task.task, task.message)
    end
  end
  return lines
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("check", OPTIONS, { ... })
  options.just_one("check", rest)
  local opened, forecast = look(story, chosen)
  local _, again = look(story, chosen)
  local wrong = failures(forecast)
  for _, task in ipairs(unsteady(forecast, again)) do
    wrong[#wrong + 1] = UNSTEADY:format(task)
  end
  local findings = opened.lint:all(forecast.run.artifact)
  for _, line in ipairs(wrong) do
    say.line(line)
  end
  for _, finding in ipairs(findings) do
    say.line(("scene '%s': %s"):format(finding.place:match "^[^/]+", lint.sentence(finding)))
  end
  say.line(("%s: %d steps, %d tasks, %s"):format(
    story,
    #opened.graph.steps,
    #forecast.tasks,
    #wrong + #findings == 0 and "no problems" or ("problems: %d"):format(#wrong + #findings)
  ))
  return (#wrong > 0 or chosen.strict and #findings > 0) and FINDINGS or FINE
end
