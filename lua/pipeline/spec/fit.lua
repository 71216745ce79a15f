-- lua/pipeline/spec/fit.lua: what of a value fits a declaration. artifact.json may have been
-- written by hand: what shows it can rely on what is left here.

local json = require "host.json"
local name = require "host.name"

local M = {}

--- Whether a value is a list, as JSON has them; an empty table may be one.
---@param value any
---@return boolean
local function is_list(value)
  return type(value) == "table" and (#value > 0 or next(value) == nil)
end

---@param value any
---@return string?
local function text(_, value)
  local kind = type(value)
  return (kind == "string" or kind == "number" or kind == "boolean") and tostring(value) or nil
end

---@param field pipeline.Field
---@param value any
---@return number?
local function number(field, value)
  local found = tonumber(value)
  local is_negative = found and found < 0 and field.min and field.min >= 0
  return found and math.abs(found) < 2 ^ 53 and not is_negative and found or nil
end

---@param value any one name, where a list of them is meant, is a list of one
---@return string[]?
local function texts(_, value)
  local list = json.array {}
  for _, one in ipairs(is_list(value) and M.without_holes(value) or { value }) do
    list[#list + 1] = text(nil, one)
  end
  return value ~= json.null and list or nil
end

---@param field pipeline.Field
---@param value any
---@return table?
local function record(field, value)
  if type(value) ~= "table" or #value > 0 then
    return nil
  end
  local fitting = json.object {}
  for _, inner in ipairs(field.fields) do
    fitting[inner.name] = M.fit(inner, value[inner.name])
  end
  return fitting
end

--- Each item has a key of its own.
---@param field pipeline.Field
---@param value any
---@return table[]?
local function list(field, value)
  if not is_list(value) then
    return nil
  end
  local items, taken = json.array {}, {}
  for _, one in ipairs(M.without_holes(value)) do
    local item = record(field, one)
    if item then
      local key = type(one.key) == "string" and one.key ~= "" and one.key or name.slug(item.name or "")
      item.key = taken[key] and name.unique(name.slug(key), taken) or key
      taken[item.key] = true
      items[#items + 1] = item
    end
  end
  return items
end

local KINDS = {
  text = text, enum = text, image = text, integer = number, number = number, refs = texts, record = record,
  list = list,
}

--- A list as it is without its nulls.
---@param value any[]
---@return any[]
function M.without_holes(value)
  local kept = {}
  for i = 1, #value do
    if value[i] ~= nil and value[i] ~= json.null then
      kept[#kept + 1] = value[i]
    end
  end
  return kept
end

--- What of a value fits a field: what is null, of another kind or not declared is left out.
---@param field pipeline.Field
---@param value any
---@return any nil where nothing fits
function M.fit(field, value)
  if value == nil or value == json.null then
    return nil
  end
  return KINDS[field.kind](field, value)
end

return M
