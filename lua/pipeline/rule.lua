-- lua/pipeline/rule.lua: a rule of the craft that shots are held against before they are
-- drawn: one file, with what it is about and a function that looks at one scene.
--
--   local rule = require "pipeline.rule"
--   return rule "duration" { about = "…", check = function(scene, warn, film) … end }

local fault = require "pipeline.fault"
local mishap = require "pipeline.story.mishap"
local names = require "pipeline.names"
local source = require "pipeline.story.source"
local step = require "pipeline.step"

local M = {}

--- What of the film a rule may look at beside its scene.
---@class pipeline.Film
---@field props storyboard.Prop[]    all props
---@field earlier storyboard.Scene[] the scenes before this one
---@field seen table<string, true> names of the props that these scenes, their shots and this scene list

---@class pipeline.Rule
---@field name string
---@field about string   what a shot should be, in one sentence
---@field check fun(scene: storyboard.Scene, warn: fun(shot: storyboard.Shot?, message: string), film: pipeline.Film)
---       calls `warn` for what is not so; without a shot it is the scene's fault
---@field where string   "file:line"
local Rule = {}
Rule.__index = Rule
Rule.__name = "pipeline.Rule"

local TYPES = { about = "string", check = "function" }

---@param self pipeline.Rule
---@param given any
local function declare(self, given)
  local hint = ("write rule \"%s\" { about = \"…\", check = function(scene, warn, film) … end }"):format(self.name)
  if type(given) ~= "table" then
    local message = ("rule '%s' is not declared by a table"):format(self.name)
    fault.raise { message = message, where = self.where, hint = hint }
  end
  for key in pairs(given) do
    if not TYPES[key] then
      local about = { message = ("rule '%s': there is no '%s' in a rule"):format(self.name, key), where = self.where }
      fault.unknown(about, tostring(key), { "about", "check" }, "a rule has")
    end
  end
  for key, wanted in pairs(TYPES) do
    if type(given[key]) ~= wanted then
      local message = ("rule '%s': '%s' must be a %s"):format(self.name, key, wanted)
      fault.raise { message = message, where = self.where, hint = hint }
    end
    self[key] = given[key]
  end
  return self
end

--- Holds a scene against the rule. What goes wrong in the rule's own code is a fault.
---@param scene table
---@param warn fun(shot: table?, message: string)
---@param film table
function Rule:run(scene, warn, film)
  local ok, problem = xpcall(self.check, mishap.caught, scene, warn, film)
  if ok then
    return
  elseif fault.is(problem) then
    error(problem, 0)
  end
  fault.raise {
    message = ("rule '%s', at scene '%s': %s"):format(self.name, scene.key, problem.message),
    where = problem.where or self.where,
    traceback = problem.traceback,
  }
end

--- Loads a rule from the first of the folders that has it.
---@param name string
---@param dirs string[]
---@param where? string where the name stands, for the fault
---@return pipeline.Rule
function M.load(name, dirs, where)
  local file, _, dir = source.first(name .. ".lua", dirs)
  if not file then
    fault.raise {
      message = ("there is no rule '%s' in %s"):format(name, names.sentence(dirs)),
      where = where,
      hint = ("a story's own rules are files in rules/ beside it: rules/%s.lua"):format(name),
    }
  end
  local loaded, script = source.run(file, { dir })
  if getmetatable(loaded) ~= Rule or loaded.name ~= name then
    fault.raise {
      message = ("the file returns no rule '%s'"):format(name),
      where = file,
      hint = ("a rule's file ends with: return rule \"%s\" { … }"):format(name),
    }
  end
  loaded.inputs = script.inputs
  return loaded
end

return setmetatable(M, {
  -- rule "name" { … }
  __call = function(_, name)
    local where = source.place(2)
    if not step.is_name(name) then
      fault.raise {
        message = ("'%s' cannot be the name of a rule"):format(tostring(name)),
        where = where,
        hint = "a name is made of letters, digits and _, as in jump_cut",
      }
    end
    return function(given)
      return declare(setmetatable({ name = name, where = where }, Rule), given)
    end
  end,
})
