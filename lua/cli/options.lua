-- lua/cli/options.lua: reads a command's arguments. A command declares its
-- options; what is not among them is a fault that says what there is.

local fault = require "pipeline.fault"
local names = require "pipeline.names"

local M = {}

---@class Option
---@field value string?  what follows it: "NAME", "USD", "STEP=N"; nil for a switch
---@field number boolean? the value is a number
---@field pairs boolean? the value is NAME=VALUE, and the option may be given again

---@param text string
---@param flag string
local function number_of(text, flag)
  local number = tonumber(text)
  if not number or number < 0 or number ~= number or number == math.huge then
    fault.raise { message = ("%s takes a number, not '%s'"):format(flag, text) }
  end
  return number
end

local function pair_of(text, flag, option)
  local name, value = text:match "^([^=]+)=(.+)$"
  if not name then
    fault.raise { message = ("%s takes %s, not '%s'"):format(flag, option.value, text) }
  end
  return name, option.number and number_of(value, flag .. " " .. name) or value
end

local function flags_of(declared)
  local flags = names.keys(declared)
  for i, name in ipairs(flags) do
    flags[i] = "--" .. name
  end
  return flags
end

--- That there is a value where one is taken, and none where none is.
local function check_value(flag, option, value, attached)
  if not option.value and attached then
    fault.raise { message = ("%s takes no value"):format(flag) }
  elseif option.value and (not value or value == "" or (not attached and value:find "^%-%-")) then
    fault.raise { message = ("%s takes %s"):format(flag, option.value) }
  end
end

---@param declared table<string, Option> by name, without dashes
---@param arguments string[]
---@return table<string, any> options by name
---@return string[] rest what is no option
function M.parse(declared, arguments)
  local options, rest = {}, {}
  local i = 1
  while i <= #arguments do
    local argument = arguments[i]
    local flag, attached = argument:match "^(%-[^=]+)=(.*)$"
    flag = flag or argument:match "^%-.+$"
    if argument == "--" then -- what follows are no options
      table.move(arguments, i + 1, #arguments, #rest + 1, rest)
      break
    elseif not flag then
      rest[#rest + 1] = argument
    else
      local name = flag:match "^%-%-?(.*)$"
      local option = flag:find "^%-%-" and declared[name]
      if not option then
        fault.unknown({ message = ("unknown option '%s'"):format(flag) }, "--" .. name, flags_of(declared))
      end
      local value = attached
      if option.value and not value then
        i = i + 1
        value = arguments[i]
      end
      check_value(flag, option, value, attached)
      if option.pairs then
        options[name] = options[name] or {}
        local key, inner = pair_of(value, flag, option)
        options[name][key] = inner
      else
        options[name] = not option.value or (option.number and number_of(value, flag) or value)
      end
    end
    i = i + 1
  end
  return options, rest
end

--- The option that chooses among a step's options.
M.choose = { value = "STEP=N", pairs = true, number = true }

--- What the commands that evaluate a story all take, with a command's own.
---@param own table<string, Option>
---@return table<string, Option>
function M.for_story(own)
  local declared = {
    data = { value = "DIR" },
    provider = { value = "NAME" },
    ["base-url"] = { value = "URL" },
    model = { value = "ROLE=MODEL", pairs = true },
  }
  for name, option in pairs(own) do
    declared[name] = option
  end
  return declared
end

--- What decides which tasks a run has to do, with a command's own.
---@param own table<string, Option>
---@return table<string, Option>
function M.for_run(own)
  local declared = M.for_story(own)
  for _, name in ipairs { "from", "until", "only" } do
    declared[name] = { value = "STEP" }
  end
  declared.choose = M.choose
  return declared
end

--- Reads the arguments of a command that is about one story.
---@param command string
---@param declared table<string, Option>
---@param arguments string[]
---@return table<string, any> options by name
---@return string story the file
---@return string[] rest what follows it
function M.of_story(command, declared, arguments)
  local options, rest = M.parse(declared, arguments)
  local story = table.remove(rest, 1)
  if not story or story == "" then
    fault.raise { message = "which story?", hint = ("sbhost %s STORY.lua"):format(command) }
  end
  return options, story, rest
end

--- The further arguments of a command about one story: as many as they have names.
---@param command string
---@param wanted string[] what each is: "TASK", "N"
---@param rest string[] what follows the story
---@return string ...
function M.further(command, wanted, rest)
  if #rest ~= #wanted then
    local missing = wanted[#rest + 1]
    fault.raise {
      message = missing and ("%s is missing"):format(missing) or ("unexpected argument '%s'"):format(rest[#wanted + 1]),
      hint = ("sbhost %s STORY.lua %s"):format(command, table.concat(wanted, " ")),
    }
  end
  return table.unpack(rest)
end

--- A whole number from 1, as an argument.
---@param text string
---@param what string
---@return integer
function M.count(text, what)
  local number = math.tointeger(tonumber(text))
  if not number or number < 1 then
    fault.raise { message = ("%s must be a whole number from 1, not '%s'"):format(what, text) }
  end
  return number
end

--- That a command is told of nothing but one story.
---@param command string
---@param rest string[] what follows the story
function M.just_one(command, rest)
  if rest[1] then
    fault.raise {
      message = ("unexpected argument '%s'"):format(rest[1]),
      hint = ("sbhost %s STORY.lua"):format(command),
    }
  end
end

return M
