-- lua/cli/main.lua: the command line. Finds the command's file and hands it
-- the arguments; what it returns is the exit status.

local program = require "host.program"

local command = ...

if command == "--version" then
  print("sbhost " .. program.version)
  return 0
end

local ok, run = pcall(require, "cli." .. tostring(command))
if not ok then
  io.stderr:write("sbhost: there is no command '", tostring(command), "'\n")
  return 2
end
return run(select(2, ...))
