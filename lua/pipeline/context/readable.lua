-- lua/pipeline/context/readable.lua: values of the artifact as a model reads them in a prompt.

local names = require "pipeline.names"

local M = {}

-- What stands where there is nothing: an absent field, an empty text or list.
local NONE = "(none)"

---@param value any
local function is_nothing(value)
  return value == nil or value == "" or type(value) == "table" and next(value) == nil
end

-- Texts come from models and users: none may close the block that it stands in.
---@param value string|number
---@return string
local function scalar(value)
  if type(value) == "number" then
    local whole = math.tointeger(value)
    return whole and tostring(whole) or ("%.14g"):format(value)
  end
  if not value:find("context>", 1, true) then return value end
  return (value:gsub("<(/?)context>", "(%1context)"))
end

---@param text string
---@param indent string
---@return string
local function hang(text, indent)
  if not text:find("\n", 1, true) then return text end
  return (text:gsub("\n", "\n" .. indent))
end

local lines

-- "field: value", the fields of a record below each other.
---@param node pipeline.Mirror
---@param value table
---@param indent string
---@param out string[]
local function record_lines(node, value, indent, out)
  for _, child in ipairs(node.children) do
    local part = value[child.name]
    local head = indent .. child.name .. ":"
    if is_nothing(part) then
      out[#out + 1] = head .. " " .. NONE
    elseif type(part) == "table" then
      out[#out + 1] = head
      lines(child, part, indent .. "  ", out)
    else
      out[#out + 1] = head .. " " .. hang(scalar(part), indent .. "  ")
    end
  end
end

---@param node pipeline.Mirror
---@param value any
---@param indent string
---@param out string[]
function lines(node, value, indent, out)
  if node.shape == "record" then
    record_lines(node, value, indent, out)
  else
    for _, element in ipairs(value) do
      if type(element) == "table" then
        local first = #out + 1
        record_lines(node, element, indent .. "  ", out)
        out[first] = indent .. "- " .. out[first]:sub(#indent + 3)
      else
        out[#out + 1] = indent .. "- " .. hang(scalar(element), indent .. "  ")
      end
    end
  end
end

--- A value as a block of lines: a text as it is, a record as "field: value", a list
--- as "- name: …" with the fields of each item below.
---@param node pipeline.Mirror
---@param value any
---@return string
function M.block(node, value)
  if is_nothing(value) then return NONE end
  if type(value) ~= "table" then return scalar(value) end
  local out = {}
  lines(node, value, "", out)
  return table.concat(out, "\n")
end

-- A value within a line or a bullet.
---@param node pipeline.Mirror
---@param value any
---@return string
local function inline(node, value)
  if is_nothing(value) then return NONE end
  if type(value) ~= "table" then return scalar(value) end
  if node.shape ~= "leaf" then return "\n" .. M.block(node, value) end
  local list = {}
  for i, name in ipairs(value) do list[i] = scalar(name) end
  return names.sentence(list)
end

--- One value where a prompt names it.
---@param node pipeline.Mirror
---@param value any
---@return string
function M.one(node, value)
  if not is_nothing(value) and node.shape ~= "leaf" then return M.block(node, value) end
  return inline(node, value)
end

--- The values of one field of many items: names in a sentence, else a bullet each.
---@param node pipeline.Mirror
---@param found { value: any, label: string }[]
---@return string
function M.many(node, found)
  if #found == 0 then return NONE end
  local list = {}
  if node.field.name == "name" and node.shape == "leaf" then
    for i, one in ipairs(found) do list[i] = scalar(one.value == nil and NONE or one.value) end
    return names.sentence(list)
  end
  for i, one in ipairs(found) do
    list[i] = ("- %s: %s"):format(scalar(one.label), hang(inline(node, one.value), "  "))
  end
  return table.concat(list, "\n")
end

return M
