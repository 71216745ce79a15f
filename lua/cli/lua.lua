-- lua/cli/lua.lua: `sbhost lua FILE [ARG...]` runs any Lua script as a task, with
-- the host modules to require; without a file, lines that are typed.

local fault = require "pipeline.fault"

---@param file string? the script
---@param ... string  its arguments
---@return integer status what the script returns if that is an integer, else 0
return function(file, ...)
  if not file then
    return require "cli.repl"()
  end
  local chunk, message = loadfile(file, "t")
  if not chunk then
    fault.raise { message = message }
  end
  _G.arg = { [0] = file, ... }
  local status = chunk(...)
  return math.type(status) == "integer" and status or 0
end
