-- lua/cli/lua.lua: `sbhost lua FILE [ARG…]` runs any Lua script as a task, with
-- the host modules to require.

---@param file string the script
---@param ... string  its arguments
---@return integer status what the script returns if that is an integer, else 0
return function(file, ...)
  local chunk, message = loadfile(file, "t")
  if not chunk then
    io.stderr:write("sbhost: ", message, "\n")
    return 2
  end
  arg = { [0] = file, ... } -- luacheck: globals arg
  local status = chunk(...)
  return math.type(status) == "integer" and status or 0
end
