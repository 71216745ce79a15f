-- lua/pipeline/run/code.lua: a step with code of its own, run for one item. Its calls are
-- like any other.

local chain = require "pipeline.call.chain"
local dto = require "pipeline.dto"
local fault = require "pipeline.fault"
local mishap = require "pipeline.story.mishap"
local names = require "pipeline.names"
local prompt = require "pipeline.prompt"
local render = require "pipeline.render"

local M = {}

--- The text of a call that a step's own code makes: a template over what the
--- step reads.
local function own_prompt(run, task, gathered, text, line)
  local step = task.step
  local declared = {}
  for _, path in ipairs(step.context) do
    declared[path.text] = true
  end
  local compiled = prompt.compile(text, {
    where_file = step.step.file,
    where_line = line,
    spec = run.spec,
    each = step.step.each,
  })
  for _, path in ipairs(compiled.paths) do
    if not declared[path.text] then
      fault.raise {
        where = step.where,
        message = ("step '%s' asks with '{{%s}}', which is not among its reads"):format(step.name, path.text),
        hint = ('add "%s" to its reads'):format(path.text),
      }
    end
  end
  return compiled:render(gathered)
end

local UNFIT = "%s: what the step's run returned does not fit: %s"

local ASKED = { model = "string", prompt = "string", system = "string" }

--- What `ctx.ask { … }` is called with, held against what it takes; the error is the
--- line's that calls.
local function check_asked(options)
  if type(options) ~= "table" or type(options.prompt) ~= "string" then
    error('ctx.ask takes a table with a text in it: ctx.ask { prompt = "…" }', 3)
  end
  for key, value in pairs(options) do
    if not ASKED[key] then
      local near = names.nearest(tostring(key), names.keys(ASKED))
      error(("ctx.ask takes model, prompt and system, and no '%s'%s"):format(tostring(key),
        near and ("; did you mean '%s'?"):format(near) or ""), 3)
    elseif type(value) ~= ASKED[key] then
      error(("ctx.ask: '%s' must be a text, not a %s"):format(key, type(value)), 3)
    end
  end
  if options.model == "image" then
    error("ctx.ask asks for text, and the model of the role 'image' draws", 3)
  end
end

--- What a step's code came to.
---@class CodeResult
---@field value table?
---@field problem CallFailure|{ message: string }|nil why there is no value
---@field ids integer[]     the calls that it took
---@field asked boolean     some of them were not remembered
---@field failure CallFailure? of a call; the code may have gone on without it
---@field unanswered integer calls that it did not wait for to the end, or that failed

--- What of a result does not fit, in one line.
---@param faults pipeline.AnswerFault[]
---@return string
local function told(faults)
  local parts = {}
  for i, wrong in ipairs(faults) do
    local message = wrong.message:gsub("^was not asked for$", "is nothing that the step writes")
      :gsub("an object$", "a table")
    parts[i] = ("%s %s"):format(wrong.path == "the answer" and "it" or wrong.path, message)
  end
  return table.concat(parts, "; ")
end

--- Runs it.
---@param run Run
---@param task Task
---@param judge_of fun(run: Run, task: Task, output: pipeline.Output): fun(text: string): any?, string?
---@return CodeResult
function M.run(run, task, judge_of)
  local step = task.step
  local output = render.output(run, task)
  local gathered = render.context(run, task)
  local result = { ids = {}, asked = false, unanswered = 0 }

  local function ask(options)
    check_asked(options)
    result.unanswered = result.unanswered + 1
    local caller = debug.getinfo(2, "l")
    local line = caller and caller.currentline or 0
    -- `return ctx.ask { … }` leaves no line to tell, and so does a task that runs it.
    line = line > 0 and line or math.tointeger(tonumber(step.where:match ":(%d+)$"))
    local request, model = render.text_base(run, task, output, options.model or step.step.model, options.system)
    request.user = own_prompt(run, task, gathered, options.prompt, line)
    local answer, failure = chain.text(run.calls, request, chain.models(model), judge_of(run, task, output))
    if not answer then
      result.failure = failure
      error(failure, 0)
    end
    result.unanswered = result.unanswered - 1
    table.move(answer.ids, 1, #answer.ids, #result.ids + 1, result.ids)
    result.asked = result.asked or not answer.remembered
    return answer.value
  end

  local ok, value = xpcall(step.step.run, function(err)
    return err == result.failure and err or mishap.caught(err)
  end, { ask = ask, item = task.keys[#task.keys] }, gathered.data)
  if not ok then
    if type(value) == "table" and value ~= result.failure then
      value.where = value.where or step.step:place "run" -- after `return f(…)` no line is known
    end
    local said = fault.is(value) and tostring(value) or value ~= result.failure and mishap.text(value)
    result.problem = said and { message = said } or result.failure
    return result
  end
  local cleaned, faults = dto.check(output, value)
  if value == nil then
    result.problem = { message = UNFIT:format(step.step:place "run", "it returned nothing") }
  elseif not cleaned then
    result.problem = { message = UNFIT:format(step.step:place "run", told(faults)) }
  end
  result.value = cleaned
  return result
end

return M
