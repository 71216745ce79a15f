-- lua/cli/choose.lua: `sbhost choose STORY STEP [N]` shows a step's options, or chooses one.

local ask = require "cli.ask"
local choose = require "pipeline.tasks.choose"
local fault = require "pipeline.fault"
local options = require "cli.options"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story {}

--- The outcomes that a step's tasks stand at; a fault when there are none.
---@param opened Session
---@param step string
---@return StandingOutcome[]
local function offered(opened, step)
  local list = {}
  for _, task in ipairs(opened:known_tasks()) do
    list[#list + 1] = select_tasks.step_of(task) == step and opened:outcomes():standing(task) or nil
  end
  if #list == 0 then
    fault.raise {
      message = ("step '%s' has no options yet"):format(step),
      hint = ("sbhost run %s --ask shows them when they come"):format(opened.file),
    }
  end
  return list
end

--- Shows the options of a step, and says which one is in use.
---@param opened Session readonly
---@param step string
local function show(opened, step)
  local count, columns = opened.graph.by_name[step].step.options, ask.columns()
  for _, standing in ipairs(offered(opened, step)) do
    local lines = ask.lines(count, standing.value, opened.spec:key_order(), columns)
    say.line(table.concat(lines, "\n"))
    local option = choose.of(opened, function() end):option(step, count, standing.key, standing.value)
    say.line(("\n%s: option %d is in use; sbhost choose %s %s N chooses another"):format(
      step, option, opened.file, step))
  end
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("choose", OPTIONS, { ... })
  local step = options.further("choose", { "STEP" }, { rest[1] })
  local number = rest[2] and select(2, options.further("choose", { "STEP", "N" }, rest))
  local option = number and options.count(number, "an option")
  local opened <close> = session.load(story, chosen)
  choose.check_step(opened.graph, nil, step, option or 1)
  opened:open { readonly = not option }
  if not option then
    show(opened, step)
    return 0
  end
  local keys = {}
  for i, standing in ipairs(offered(opened, step)) do
    keys[i] = standing.key
  end
  choose.keep(opened.project.store, step, option, keys)
  opened.project:unfinish()
  say.line(("%s: option %d; sbhost run redoes what depends on it"):format(step, option))
  return 0
end
