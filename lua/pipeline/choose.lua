-- lua/pipeline/choose.lua: which of a step's options goes into the artifact.
-- Answers come from the command line, then from the story, then it is option 1.

local fault = require "pipeline.fault"

local M = {}

--- Makes the function that a run asks.
---@param sources { where: string, choices: table<string, integer> }[]
---@return fun(step: string, count: integer): integer
function M.new(sources)
  return function(step, count)
    for _, source in ipairs(sources) do
      local choice = source.choices[step]
      if choice then
        if math.type(choice) ~= "integer" or choice < 1 or choice > count then
          fault.raise {
            where = source.where,
            message = ("option %s of step '%s' was chosen, which has the options 1 to %d"):format(choice, step, count),
            hint = "choose one of these",
          }
        end
        return choice
      end
    end
    return 1
  end
end

return M
