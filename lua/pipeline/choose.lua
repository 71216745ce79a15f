-- lua/pipeline/choose.lua: which of a step's options goes into the artifact.
-- Answers come from the command line, then from the story, then it is option 1.

local fault = require "pipeline.fault"

local M = {}

--- Raises a fault for an option that a step does not have.
---@param where string   who chose it
---@param step string
---@param choice number
---@param count integer  how many options the step has
function M.check(where, step, choice, count)
  if math.type(choice) ~= "integer" or choice < 1 or choice > count then
    local has = count > 1 and ("the options 1 to %d"):format(count) or "no options"
    fault.raise {
      where = where,
      message = ("option %s of step '%s' was chosen, which has %s"):format(choice, step, has),
      hint = count > 1 and "choose one of these" or nil,
    }
  end
end

--- Makes the function that a run asks.
---@param sources { where: string, choices: table<string, integer> }[]
---@return fun(step: string, count: integer): integer
function M.new(sources)
  return function(step, count)
    for _, source in ipairs(sources) do
      local choice = source.choices[step]
      if choice then
        M.check(source.where, step, choice, count)
        return choice
      end
    end
    return 1
  end
end

return M
