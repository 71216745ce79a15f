-- lua/cli/options.lua: reads a command's arguments. A command declares its
-- options; what is not among them is a fault that says what there is.

local fault = require "pipeline.fault"

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
  local flags = M.names(declared)
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
    if not flag then
      rest[#rest + 1] = argument
    else
      local name = flag:match "^%-%-?(.*)$"
      local option = flag:find "^%-%-" and declared[name]
      if not option then
        fault.unknown({ message = ("there is no option '%s' here"):format(flag) }, "--" .. name, flags_of(declared))
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

function M.names(declared)
  local names = {}
  for name in pairs(declared) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

return M
