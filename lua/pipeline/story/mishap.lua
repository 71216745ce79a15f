-- lua/pipeline/story/mishap.lua: an error inside code that a person wrote, told so that they
-- find it: what was raised, in words, and where in their files.

local fault = require "pipeline.fault"
local program = require "host.program"

--- What is told of such an error.
---@class Mishap
---@field message string
---@field where string?     "file:line"
---@field traceback string? the calls in the person's own files that led there, where there are several

local M = {}

local DEEPEST = 50 -- calls that are looked at: an endless recursion has too many
local CALLS = 6 -- that are told
local MOST, NESTED = 8, 3 -- fields of a table that are shown, and tables in tables

--- Where a file of the program's own lies that people copy and change, as theirs do.
local OPEN = { steps = true, rules = true }

local function is_own(file)
  local folder = file:sub(1, #program.root + 1) == program.root .. "/" and file:sub(#program.root + 2):match "^[^/]*"
  return not folder or OPEN[folder] or false
end

local function shown(value, depth)
  if type(value) == "string" then
    return ("%q"):format(value):gsub("\\\n", "\\n")
  elseif type(value) ~= "table" or (getmetatable(value) or {}).__tostring then
    return tostring(value)
  elseif depth == NESTED then
    return "{…}"
  end
  local keys, parts = {}, {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(one, other)
    return tostring(one) < tostring(other)
  end)
  for i, key in ipairs(keys) do
    if i > MOST then
      parts[i] = "…"
      break
    end
    local inner = shown(value[key], depth + 1)
    parts[i] = math.type(key) == "integer" and inner or ("%s = %s"):format(tostring(key), inner)
  end
  return #parts > 0 and ("{ %s }"):format(table.concat(parts, ", ")) or "{}"
end

--- What was raised, in words.
---@param err any
---@return string
function M.words(err)
  if type(err) == "string" then
    return err
  elseif err == nil then
    return "error was called without a message"
  end
  return (shown(err, 0))
end

--- The person's own calls, the innermost first.
---@param level integer
---@return { place: string, call: string }[]
local function own_calls(level)
  local calls = {}
  for i = level + 1, level + DEEPEST do
    local info = debug.getinfo(i, "Sln")
    if not info then
      break
    end
    local file = info.source:match "^@(.*)"
    if file and info.currentline > 0 and is_own(file) then
      local called = info.name and ("'%s'"):format(info.name) or "a function"
      calls[#calls + 1] = { place = ("%s:%d"):format(file, info.currentline), call = called }
    end
  end
  return calls
end

--- The line of the person's own that calls, "file:line", as far as one can be told.
---@return string|nil
function M.place()
  local calls = own_calls(2)
  return calls[1] and calls[1].place
end

--- The handler of an xpcall around a person's code: makes a Mishap of what was raised,
--- and leaves a fault as it is.
---@param err any
---@return Mishap|pipeline.Fault
function M.caught(err)
  if fault.is(err) then
    return err
  end
  local calls, lines = own_calls(2), {}
  local message = M.words(err)
  local where, rest = message:match "^(%S.-:%d+): (.*)$"
  -- Lua cuts a long file name, and names the line of the program that was called wrongly,
  -- both where it was called from a coroutine.
  if where and type(err) == "string" then
    message = rest
    local inner, more = message:match "^(%S.-):%d+: (.*)$"
    message = inner and not is_own(inner) and more or message
  end
  for i = 2, math.min(#calls, CALLS) do
    lines[#lines + 1] = ("  in %s, called from %s"):format(calls[i - 1].call, calls[i].place)
  end
  return {
    message = message,
    where = calls[1] and calls[1].place or where,
    traceback = #lines > 0 and table.concat(lines, "\n") or nil,
  }
end

--- A mishap in one text.
---@param mishap Mishap
---@return string
function M.text(mishap)
  local text = mishap.where and mishap.where .. ": " .. mishap.message or mishap.message
  return mishap.traceback and text .. "\n" .. mishap.traceback or text
end

return M
