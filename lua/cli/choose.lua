-- lua/cli/choose.lua: `sbhost choose STORY STEP N` chooses one of a step's options.

local choose = require "pipeline.tasks.choose"
local fault = require "pipeline.fault"
local options = require "cli.options"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story {}

--- The keys of the answers that a step's tasks stand at.
---@param opened Session
---@param step string
---@return string[]
local function answers_of(opened, step)
  local keys = {}
  for _, task in ipairs(opened:known_tasks()) do
    local standing = select_tasks.step_of(task) == step and opened:outcomes():standing(task)
    keys[#keys + 1] = standing and standing.key or nil
  end
  return keys
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("choose", OPTIONS, { ... })
  local step, number = options.further("choose", { "STEP", "N" }, rest)
  local option = options.count(number, "an option")
  local opened <close> = session.load(story, chosen)
  choose.check_step(opened.graph, nil, step, option)
  opened:open()
  local keys = answers_of(opened, step)
  if #keys == 0 then
    fault.raise {
      message = ("step '%s' has no options yet"):format(step),
      hint = ("sbhost run %s --ask shows them when they come"):format(story),
    }
  end
  choose.keep(opened.project.store, step, option, keys)
  opened.project:unfinish()
  say.line(("%s: option %d; sbhost run redoes what depends on it"):format(step, option))
  return 0
end
