-- lua/cli/steps.lua: `sbhost steps [STORY]`: the steps that make a board, where each comes
-- from, and a copy of one for editing.

local fault = require "pipeline.fault"
local file = require "host.file"
local options = require "cli.options"
local program = require "host.program"
local say = require "cli.say"
local session = require "pipeline.session"
local step = require "pipeline.step"
local story = require "pipeline.story"

---@type table<string, Option>
local OPTIONS = { eject = { value = "NAME" } }

local BUILT_IN = program.root .. "/steps"

--- The steps of a story in their order, or the nine.
---@return pipeline.Step[]
---@return string? folder of the story
local function steps_of(path)
  if path then
    local told = session.load(path, {}).story
    return told:steps(), told.dir
  end
  local steps = {}
  for i, name in ipairs(story.nine) do
    steps[i] = step.load(name, { BUILT_IN })
  end
  return steps
end

--- Copies a built-in step into steps/ beside the story, where it counts before the
--- built-in one.
---@param name string
---@param dir string
local function eject(name, dir)
  local from = ("%s/%s.lua"):format(BUILT_IN, name)
  if not step.is_name(name) or not file.exists(from) then
    fault.unknown({ message = ("there is no built-in step '%s'"):format(name) }, name, story.nine, "there are")
  end
  local folder = dir == "." and "steps" or dir .. "/steps"
  local to = ("%s/%s.lua"):format(folder, name)
  if file.exists(to) then
    fault.raise { message = to .. " already exists", hint = "edit it, or move it away first" }
  end
  local ok, message = file.mkdir(folder)
  if ok then
    ok, message = file.copy(from, to)
  end
  if not ok then
    fault.raise { message = "the step cannot be copied: " .. message }
  end
  say.line(to)
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, rest = options.parse(OPTIONS, { ... })
  options.just_one("steps", { table.unpack(rest, 2) })
  local steps, dir = steps_of(rest[1])
  if chosen.eject then
    eject(chosen.eject, dir or ".")
    return 0
  end
  for _, one in ipairs(steps) do
    local is_own = one.file:sub(1, #BUILT_IN) ~= BUILT_IN
    local from = is_own and (" (%s)"):format(one.file) or ""
    say.line(("  %-18s %-15s %s%s"):format(one.name, one.each or "", one.about, from))
  end
  return 0
end
