-- lua/cli/ask.lua: how a run with --ask lets a person choose among the options of a step:
-- each whole, then where they differ, and one key.

local fault = require "pipeline.fault"
local loop = require "host.loop"
local name = require "host.name"
local say = require "cli.say"
local ui = require "host.ui"

local M = {}

local NARROWEST, WIDEST = 40, 100 -- columns

--- That there is somebody to ask, who reads what is said.
---@param chosen table the command line's options
function M.check(chosen)
  local problem = chosen.json and "--ask and --json cannot be used together"
    or not (ui.terminal() and ui.terminal "stdin") and "--ask needs a terminal"
  if problem then
    fault.raise {
      message = problem,
      hint = "choose with --choose lore=2, with choices = { lore = 2 } in the story, or after the run with "
        .. "sbhost choose STORY.lua lore 2",
    }
  end
end

--- A text as lines of at most so many columns, broken between words.
---@param text string
---@param columns integer
---@return string[]
function M.wrapped(text, columns)
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    local longer = line == "" and word or line .. " " .. word
    if line ~= "" and name.width(longer) > columns then
      lines[#lines + 1] = line
      line = word
    else
      line = longer
    end
  end
  lines[#lines + 1] = line ~= "" and line or nil
  return lines
end

--- The names in a record, or the indexes of a list, in the order in which they are
--- shown.
---@param value table
---@param places table<string, integer> of the names in the spec
local function ordered(value, places)
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    local one, other = places[a] or a, places[b] or b
    if math.type(one) and math.type(other) then
      return one < other
    end
    return tostring(one) < tostring(other)
  end)
  return keys
end

--- The texts of an option.
---@param value any
---@param places table<string, integer>
---@param path string
---@param fields { path: string, text: string }[]
local function gather(value, places, path, fields)
  if type(value) ~= "table" then
    fields[#fields + 1] = { path = path, text = tostring(value) }
    return fields
  end
  for _, key in ipairs(ordered(value, places)) do
    gather(value[key], places, path == "" and tostring(key) or ("%s.%s"):format(path, key), fields)
  end
  return fields
end

--- What all paths begin with: it says nothing, and is left out.
---@param fields { path: string }[]
---@return string
local function shared_beginning(fields)
  local shared = fields[1] and fields[1].path:match "^.*%." or ""
  for _, field in ipairs(fields) do
    while field.path:sub(1, #shared) ~= shared do
      shared = shared:sub(1, -2):match "^.*%." or ""
    end
  end
  return shared
end

---@param lines string[]
local function add_option(lines, number, fields, skipped, columns)
  lines[#lines + 1] = ("── option %d "):format(number) .. ("─"):rep(columns - 12)
  for _, field in ipairs(fields) do
    lines[#lines + 1] = field.path:sub(skipped + 1) .. ":"
    for _, line in ipairs(M.wrapped(field.text, columns - 2)) do
      lines[#lines + 1] = "  " .. line
    end
  end
  lines[#lines + 1] = ""
end

--- As much of a text as fits.
local function cut(text, columns)
  text = text:gsub("%s+", " ")
  if name.width(text) <= columns then
    return text
  end
  local kept = ""
  for word in text:gmatch "%S+" do
    local longer = kept == "" and word or kept .. " " .. word
    if name.width(longer) > columns - 2 then
      break
    end
    kept = longer
  end
  return kept .. " …"
end

--- Where the options differ, a line each.
---@param lines string[]
---@param options { path: string, text: string }[][]
local function add_differences(lines, options, skipped, columns)
  lines[#lines + 1] = "── where they differ " .. ("─"):rep(columns - 21)
  for _, field in ipairs(options[1]) do
    local texts, differs = {}, false
    for i, fields in ipairs(options) do
      for _, other in ipairs(fields) do
        texts[i] = other.path == field.path and other.text or texts[i]
      end
      differs = differs or texts[i] ~= texts[1]
    end
    if differs then
      lines[#lines + 1] = field.path:sub(skipped + 1) .. ":"
      for i = 1, #options do
        lines[#lines + 1] = ("  %d  %s"):format(i, cut(texts[i] or "", columns - 5))
      end
    end
  end
end

--- What is shown of the options of an answer.
---@param count integer
---@param answer table
---@param order string[] the names of fields, in the order of the spec
---@param columns integer
---@return string[] lines
function M.lines(count, answer, order, columns)
  local options, lines, places = {}, {}, {}
  for place, field in ipairs(order) do
    places[field] = place
  end
  for i = 1, count do
    options[i] = gather(answer["option_" .. i], places, "", {})
  end
  local skipped = #shared_beginning(options[1])
  for i = 1, count do
    add_option(lines, i, options[i], skipped, columns)
  end
  add_differences(lines, options, skipped, columns)
  return lines
end

--- How wide options are shown.
---@return integer
function M.columns()
  return math.max(NARROWEST, math.min(WIDEST, (ui.size())))
end

---@param step string
---@param count integer
---@param answer table
---@param order string[]
---@return integer|"again"|nil option nil: nobody can choose
local function ask_now(step, count, answer, order)
  local columns = M.columns()
  ui.print(("\n%s: %d options\n"):format(step, count))
  ui.print(say.clean(table.concat(M.lines(count, answer, order, columns), "\n")))
  ui.print(("\n%s: press 1 to %d to choose, a for another take"):format(step, count))
  while true do
    local key = ui.key()
    if not key then
      return nil
    end
    local option = math.tointeger(tonumber(key))
    if option and option >= 1 and option <= count then
      ui.print(("%s: option %d"):format(step, option))
      return option
    elseif key == "a" then
      ui.print(("%s: another take"):format(step))
      return "again"
    end
  end
end

--- Who asks, one thing after the other.
---@class Asker
---@field private order string[]
---@field private last host.task?
---@field stopped boolean?
local Asker = {}
Asker.__index = Asker

---@param order string[] the names of fields, in the order in which they are shown
---@return Asker
function M.new(order)
  return setmetatable({ order = order }, Asker)
end

---@param step string
---@param count integer
---@param answer table
---@return integer|"again"|nil
function Asker:ask(step, count, answer)
  local before = self.last
  local task = loop.spawn(function()
    if before then
      before:await()
    end
    return not self.stopped and ask_now(step, count, answer, self.order) or nil
  end)
  self.last = task
  return task:await()
end

--- Asks nothing more.
function Asker:stop()
  self.stopped = true
  if self.last then
    self.last:cancel()
  end
end

return M
