-- lua/cli/redo.lua: `sbhost redo STORY TASK…` wishes for another take of tasks, which the
-- next run makes.

local fault = require "pipeline.fault"
local options = require "cli.options"
local say = require "cli.say"
local select_tasks = require "pipeline.tasks.select"
local session = require "pipeline.session"

local OPTIONS = options.for_story {}

---@param opened Session
---@param words string[]
local function wish(opened, words)
  for _, task in ipairs(select_tasks.tasks(words, opened:known_tasks())) do
    local earlier = opened:outcomes():of(task)
    if opened:outcomes().takes:wish(task, earlier) then
      say.line(("%s: take %d"):format(task, opened:outcomes():take(task)))
    elseif #earlier == 0 then
      say.line(("%s: has not run yet, so the next run makes it anyway"):format(task))
    else
      say.line(("%s: take %d is already requested"):format(task, opened:outcomes():take(task)))
    end
  end
  opened.project:unfinish()
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("redo", OPTIONS, { ... })
  if #rest == 0 then
    fault.raise { message = "another take of which tasks?", hint = "sbhost redo STORY.lua 'shot_images[the-storm/*]'" }
  end
  local opened <close> = session.load(story, chosen)
  opened:open()
  wish(opened, rest)
  print "sbhost run makes them"
  return 0
end
