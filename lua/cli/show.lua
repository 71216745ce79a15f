-- lua/cli/show.lua: a Lua value as a person reads it.

local M = {}

local DEEPEST, MOST = 4, 50 -- levels, entries of a table

--- A key as it would be written in a table: name = …, ["odd name"] = …
local function key_text(key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then
    return key
  end
  return ("[%s]"):format(type(key) == "string" and ("%q"):format(key) or tostring(key))
end

local function by_text(a, b)
  if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
    return a < b
  end
  return tostring(a) < tostring(b)
end

--- The keys that are not those of a list's elements.
local function other_keys(value)
  local keys = {}
  for key in next, value do
    if math.type(key) ~= "integer" or key < 1 or key > #value then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys, by_text)
  return keys
end

local show

local function show_table(value, indent, seen)
  if seen[value] or #indent // 2 >= DEEPEST then
    return next(value) == nil and "{}" or "{ … }"
  end
  seen[value] = true
  local inner, parts = indent .. "  ", {}
  for i = 1, math.min(#value, MOST) do
    parts[i] = show(value[i], inner, seen)
  end
  for _, key in ipairs(other_keys(value)) do
    if #parts < MOST then
      parts[#parts + 1] = ("%s = %s"):format(key_text(key), show(value[key], inner, seen))
    end
  end
  seen[value] = nil
  if #parts == 0 then
    return "{}"
  end
  local line = "{ " .. table.concat(parts, ", ") .. " }"
  if #line + #indent <= 100 and not line:find "\n" then
    return line
  end
  return "{\n" .. inner .. table.concat(parts, ",\n" .. inner) .. "\n" .. indent .. "}"
end

function show(value, indent, seen)
  local meta = getmetatable(value)
  if type(value) == "string" then
    return (("%q"):format(value):gsub("\\\n", "\\n"))
  elseif type(value) == "table" and not (type(meta) == "table" and meta.__tostring) then
    return show_table(value, indent, seen)
  end
  return tostring(value)
end

--- Tables with their entries down to a few levels, texts in quotes.
---@param value any
---@return string
function M.text(value)
  return show(value, "", {})
end

return M
