-- lua/cli/main.lua: the command line. Finds the command and hands it the
-- arguments; what it returns is the exit status.

local COMMANDS = require "cli.commands"
local program = require "host.program"

local USAGE = 2

--- How what is raised ends when there is none left: nobody's mistake.
local NO_MEMORY = "not enough memory$"

local function is_command(name)
  for _, command in ipairs(COMMANDS) do
    if command[1] == name then
      return true
    end
  end
  return false
end

local function overview()
  print "sbhost turns a written idea into an illustrated storyboard."
  for _, command in ipairs(COMMANDS) do
    if command.group then
      print(("\n%s:"):format(command.group))
    end
    print(("  sbhost %-24s %s"):format(command[2], command[3]))
  end
  print "\n'sbhost help COMMAND' describes a command, 'sbhost --version' prints the version."
  return 0
end

local function help(name)
  if not name then
    return overview()
  end
  if name == "help" then
    return overview()
  end
  local text = is_command(name) and require("cli.help")[name]
  if not text then
    return nil
  end
  print(text)
  return 0
end

---@param name string
local function unknown(name)
  local fault = require "pipeline.fault"
  local names = {}
  for i, command in ipairs(COMMANDS) do
    names[i] = command[1]
  end
  local near = require("pipeline.names").nearest(name, { "--version", "--help" })
  if name:find "^%-" and near then
    fault.raise { message = ("unknown option '%s'"):format(name), hint = ("did you mean '%s'?"):format(near) }
  end
  fault.unknown({ message = ("unknown command '%s'"):format(name) }, name, names, "the commands are")
end

--- Whether a command is asked for its help; what follows a script is the script's.
---@param name string
---@param ... string
---@return boolean
local function wants_help(name, ...)
  local most = name == "lua" and 1 or select("#", ...)
  for i = 1, most do
    local argument = select(i, ...)
    if argument == "--" then
      break
    elseif argument == "--help" or argument == "-h" then
      return true
    end
  end
  return false
end

local function dispatch(name, ...)
  if name == nil or name == "--help" or name == "-h" then
    return overview()
  elseif name == "--version" then
    print("sbhost " .. program.version)
    return 0
  elseif name == "help" then
    return help((...)) or unknown((...))
  elseif not is_command(name) then
    unknown(name)
  elseif wants_help(name, ...) then
    return help(name)
  end
  return require("cli." .. name)(...)
end

--- A fault is the user's to mend and is told plainly; anything else is ours, and
--- comes with its traceback.
local function caught(err)
  local fault = package.loaded["pipeline.fault"]
  if fault and fault.is(err) or type(err) == "string" and err:find(NO_MEMORY) then
    return err
  elseif type(err) == "string" and err:find "^error loading module" then
    -- The linker does not always say why, and of these all have been there once.
    return err .. "\na part of sbhost cannot be loaded: either memory has run out, or it is not installed whole"
  end
  return debug.traceback(require("pipeline.story.mishap").words(err), 2)
end

local ok, status = xpcall(dispatch, caught, ...)
if ok then
  return status
end
require("cli.say").problem(status)
return type(status) == "table" and USAGE or 1
