-- lua/cli/prompt.lua: `sbhost prompt STORY TASK`: the request of one task as it would be
-- sent. It makes no call and takes no lock.

local dry = require "pipeline.plan.dry"
local fault = require "pipeline.fault"
local json = require "host.json"
local options = require "cli.options"
local prompts = require "pipeline.plan.prompts"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story { choose = options.choose }

---@param request Request
local function lines_of(request)
  local effort = request.effort and (", effort %s"):format(request.effort) or ""
  local lines = {
    ("%s asks %s of %s%s, take %d"):format(
      request.task,
      request.kind == "picture" and "a picture" or "a text",
      request.model,
      effort,
      request.take
    ),
  }
  local function part(title, text)
    if text then
      lines[#lines + 1] = ("\n--- %s\n%s"):format(title, text)
    end
  end
  part("system", request.system)
  part("prompt", request.user)
  part("schema", request.schema and json.encode(request.schema.schema, { indent = 2 }))
  part("proportions", request.aspect)
  local refs = {}
  for i, ref in ipairs(request.refs) do
    refs[i] = ("%d. %s: %s"):format(i, ref.label, ref.path)
  end
  part("reference pictures", #refs > 0 and table.concat(refs, "\n") or nil)
  return lines
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("prompt", OPTIONS, { ... })
  local word = options.further("prompt", { "TASK" }, rest)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  local forecast = dry.evaluate(opened)
  local task = select_tasks.task(word, forecast:known_tasks(opened))
  local request, message = prompts.of(forecast, task)
  if not request then
    fault.raise { message = ("%s: %s"):format(task, message) }
  end
  say.line(table.concat(lines_of(request), "\n"))
  return 0
end
