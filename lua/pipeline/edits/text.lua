-- lua/pipeline/edits/text.lua: edits as lines that people read.

local json = require "host.json"

local M = {}

local WIDTH = 60 -- characters of a value

local function cut(text)
  local longer = utf8.offset(text, WIDTH + 1)
  return longer and longer <= #text and text:sub(1, longer - 1) .. "…" or text
end

---@param value any
local function shown(value)
  if type(value) == "string" then
    return ('"%s"'):format(cut(value:gsub("%s+", " ")))
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif type(value[1]) == "table" then
    return ("a list of %d"):format(#value)
  elseif #value > 0 then
    return cut(table.concat(value, ", "))
  end
  return next(value) and cut(json.encode(value)) or "nothing"
end

local function behind(after)
  return after == "" and "as the first" or ("behind [%s]"):format(after)
end

local say = {}

function say.set(record)
  if record.sha256 then -- one that a run is still to take in lies elsewhere
    return "the picture " .. record.value:gsub("^/.*/", "images/")
  end
  return "set to " .. shown(record.value)
end

function say.add(record)
  return ("added %s, called %s"):format(behind(record.after), shown(record.value.name))
end

function say.remove(record)
  local value = record.value
  return "taken out" .. (value and value.name and (" (it was %s)"):format(shown(value.name)) or "")
end

function say.move(record)
  return "put " .. behind(record.after)
end

--- `scenes[the-storm].description: set to "…"`.
---@param path string
---@param record Edit
---@return string
function M.line(path, record)
  return ("%s: %s"):format(path, say[record.op](record))
end

return M
