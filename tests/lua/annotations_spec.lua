-- The annotations of the pipeline's and the commands' modules are true to their functions.

local file = require "host.file"
local program = require "host.program"

--- The functions of a file that have annotations: their line, parameters, and those that
--- are annotated.
local function annotated(path)
  local found, named, number = {}, {}, 0
  for line in (assert(file.read(path)) .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local name = line:match "^%-%-%-@param ([%w_.]+)%??"
    local parameters = line:match "^local function [%w_]+%((.-)%)" or line:match "^function [%w_.:]+%((.-)%)"
      or line:match "^return function%((.-)%)"
    if name then
      named[#named + 1] = name
    elseif not line:find "^%-%-%-" then
      if #named > 0 and parameters then
        found[#found + 1] = { line = number, parameters = parameters, named = named }
      end
      named = {}
    end
  end
  return found
end

describe("annotations", function()
  for _, folder in ipairs { "pipeline", "cli", "providers", "export" } do
    it("name parameters that there are, in their order, in lua/" .. folder, function()
      local seen = 0
      for _, name in ipairs(assert(file.list(program.root .. "/" .. folder))) do
        local path = ("%s/%s/%s"):format(program.root, folder, name)
        for _, one in ipairs(name:find "%.lua$" and annotated(path) or {}) do
          local at, places = 0, {}
          for parameter in one.parameters:gmatch "[%w_.]+" do
            at = at + 1
            places[parameter] = at
          end
          local last = 0
          for _, parameter in ipairs(one.named) do
            local place = places[parameter] or parameter == "self" and 0
            assert.truthy(place, ("%s:%d: there is no parameter '%s'"):format(path, one.line, parameter))
            assert.is_true(place >= last, ("%s:%d: '%s' is out of order"):format(path, one.line, parameter))
            last, seen = place, seen + 1
          end
        end
      end
      assert.is_true(seen > 20)
    end)
  end
end)
