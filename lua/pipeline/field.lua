-- lua/pipeline/field.lua: the language that the artifact is declared in. Each field
-- has a kind, a name and a description; the description is written once and
-- reaches every prompt and every schema.
--
--   text "name" "A short unique name."
--   integer "beats" "How many." { min = 1, max = 8 }     -- the range may be left out
--   enum "kind" "What it is." { "character", "object", "place" }
--   refs "props" "The props seen in it." "props"         -- names of items of that list
--   list "scenes" "scene" "The scenes, in order." { … }  -- the second word names one item
--   record "lore" "The world of the story." { … }
--   image "image_url" "Its picture."

local fault = require "pipeline.fault"
local source = require "pipeline.story.source"

---@alias pipeline.Described fun(description: string): pipeline.Field
---@alias pipeline.Filled fun(fields: pipeline.Field[]): pipeline.Field

---@class pipeline.FieldKinds
---@field text fun(name: string): pipeline.Described
---@field integer fun(name: string): pipeline.Described
---@field number fun(name: string): pipeline.Described
---@field image fun(name: string): pipeline.Described
---@field enum fun(name: string): fun(description: string): fun(values: string[]): pipeline.Field
---@field refs fun(name: string): fun(description: string): fun(list: string): pipeline.Field
---@field record fun(name: string): fun(description: string): pipeline.Filled
---@field list fun(name: string): fun(item: string): fun(description: string): pipeline.Filled
local M = {}

---@class pipeline.Field
---@overload fun(range: { min?: number, max?: number }): pipeline.Field of a number
---@field kind "text"|"integer"|"number"|"enum"|"record"|"list"|"refs"|"image"
---@field name string
---@field description string
---@field where string                           "file:line" of its declaration
---@field fields? pipeline.Field[]               of a record, or of a list's items, in order
---@field by_name? table<string, pipeline.Field> the same, by name
---@field item? string                           what one element of a list is called
---@field values? string[]                       of an enum
---@field to? string                             the list that refs name items of
---@field min? number
---@field max? number
local Field = {}
Field.__index = Field
Field.__name = "pipeline.Field"

-- What each kind is called with, one word after the other.
local words = {
  text = { "name", "description" },
  integer = { "name", "description" },
  number = { "name", "description" },
  image = { "name", "description" },
  enum = { "name", "description", "values" },
  refs = { "name", "description", "to" },
  record = { "name", "description", "fields" },
  list = { "name", "item", "description", "fields" },
}

-- A declaration that still lacks a word.
local Part = {}
Part.__name = "pipeline.FieldPart"

---@param field table
local function call_it(field)
  return "the " .. field.kind .. " field" .. (field.name and " '" .. field.name .. "'" or "")
end

--- Fields as a person lists them; what is none, or is not complete, is a fault.
---@param list table
---@param what string what they are listed in: "the record field 'lore'"
---@param where? string
function M.check_list(list, what, where)
  for i, entry in ipairs(list) do
    local type = getmetatable(entry)
    if type == Part then
      fault.raise {
        where = entry.where,
        message = call_it(entry) .. " has no " .. words[entry.kind][entry.filled + 1],
      }
    elseif type ~= Field then
      fault.raise {
        where = where,
        message = ("entry %d of %s is not a field"):format(i, what),
        hint = "fields are declared as in: field.text \"music\" \"The cue under the scene.\"",
      }
    end
  end
  for key in pairs(list) do
    if math.type(key) ~= "integer" then
      fault.raise {
        where = where,
        message = what .. " has an entry '" .. tostring(key) .. " = …'",
        hint = ("the name goes behind the kind: field.text \"%s\" \"…\""):format(key),
      }
    end
  end
end

---@param field table
local function index_fields(field)
  M.check_list(field.fields, call_it(field), field.where)
  field.by_name = {}
  for _, entry in ipairs(field.fields) do
    field.by_name[entry.name] = field.by_name[entry.name] or entry
  end
end

---@param part table
---@param word any
local function take(part, word)
  local field = { filled = part.filled + 1 }
  for key, value in pairs(part) do
    if key ~= "filled" then field[key] = value end
  end
  local slot = words[part.kind][field.filled]
  local wanted = (slot == "values" or slot == "fields") and "table" or "string"
  if type(word) ~= wanted then
    fault.raise {
      where = part.where,
      message = ("%s: its %s is a %s, not a %s"):format(call_it(part), slot, type(word), wanted),
    }
  end
  field[slot] = word
  if field.filled < #words[field.kind] then return setmetatable(field, Part) end
  field.filled = nil
  if field.fields then index_fields(field) end
  return setmetatable(field, Field)
end

Part.__call = take

--- A range behind a number's description. The field itself is left as it is,
--- since it may stand in several records.
---@param range { min?: number, max?: number }
---@return pipeline.Field
function Field:__call(range)
  if self.kind ~= "integer" and self.kind ~= "number" or type(range) ~= "table" then
    fault.raise {
      where = self.where,
      message = call_it(self) .. " is complete, yet something more follows it",
    }
  end
  local copy = setmetatable({}, Field)
  for key, value in pairs(self) do copy[key] = value end
  for key, value in pairs(range) do
    if key ~= "min" and key ~= "max" or type(value) ~= "number" then
      fault.raise {
        where = self.where,
        message = call_it(self) .. ": a range is { min = number, max = number }",
      }
    end
    copy[key] = value
  end
  return copy
end

for kind in pairs(words) do
  M[kind] = function(name)
    return take({ kind = kind, filled = 0, where = source.place(2) }, name)
  end
end

--- Whether a value is a complete field.
---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Field
end

--- A copy of a record or list with other fields.
---@param field pipeline.Field
---@param fields pipeline.Field[]
---@return pipeline.Field
function M.with_fields(field, fields)
  local copy = setmetatable({}, Field)
  for key, value in pairs(field) do copy[key] = value end
  copy.fields = fields
  index_fields(copy)
  return copy
end

return setmetatable(M, {
  __index = function(_, kind)
    local known = {}
    for one in pairs(words) do known[#known + 1] = one end
    table.sort(known)
    local about = { message = ("there is no field.%s"):format(kind), where = source.place(2) }
    fault.unknown(about, kind, known, "there are")
  end,
})
