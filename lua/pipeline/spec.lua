-- lua/pipeline/spec.lua: the declaration of the artifact as a whole: which paths there
-- are and what they reach, what may be stored, and how a story extends it.
--
-- A canonical path names a place in the declaration: "" is the artifact itself,
-- "scenes" a list, "scenes[]" one item of it, "scenes[].shots[].size" a field.

local check = require "pipeline.spec.check"
local fault = require "pipeline.fault"
local fields = require "pipeline.field"
local json = require "host.json"
local path = require "pipeline.spec.path"
local resolve = require "pipeline.spec.resolve"

local M = {}

---@class pipeline.Spec
---@field root pipeline.Field
---@field private nodes table<string, pipeline.Field> by canonical path
---@field private order string[]? see field_order, once it was asked for
---@field private hashed string?
local Spec = {}
Spec.__index = Spec
Spec.__name = "pipeline.Spec"

---@class pipeline.Binding
---@field name string   what the path calls the item: "scene"
---@field list string   the canonical path of its list: "scenes"
---@field schema string the canonical path of the item: "scenes[]"

---@param schema string
local function is_item(schema)
  return schema:sub(-2) == "[]"
end

--- The artifact as a record declares it; what is wrong with it is a fault.
---@param record pipeline.Field
---@return pipeline.Spec
function M.new(record)
  return setmetatable({ root = record, nodes = check.declaration(record) }, Spec)
end

---@param field pipeline.Field
---@param schema string
---@param additions table<string, pipeline.Field[]>
local function extended(field, schema, additions)
  if not field.fields then return field end
  local list = {}
  for i, child in ipairs(field.fields) do
    local at = path.join(schema, child.name)
    list[i] = extended(child, child.kind == "list" and at .. "[]" or at, additions)
  end
  for _, child in ipairs(additions[schema] or {}) do list[#list + 1] = child end
  return fields.with_fields(field, list)
end

--- The spec with fields added to its records: { ["scenes[]"] = { fields } }.
---@param additions table<string, pipeline.Field[]>
---@param where? pipeline.Place
---@return pipeline.Spec
function Spec:extend(additions, where)
  local records = { "" }
  for schema, field in pairs(self.nodes) do
    if field.kind == "record" or is_item(schema) then records[#records + 1] = schema end
  end
  table.sort(records)
  for schema, list in pairs(additions) do
    local node = schema == "" and self.root or self.nodes[schema]
    if fields.is(list) and type(schema) == "number" then
      fault.raise {
        message = ("extend: the field '%s' is in no record"):format(list.name),
        where = list.where,
        hint = ("say where it belongs: extend = { [\"scenes[]\"] = { field.%s \"%s\" \"…\" } }"):format(
          list.kind, list.name),
      }
    elseif not node or node.kind ~= "record" and not is_item(schema) then
      fault.unknown({
        message = "extend: there is no record '" .. tostring(schema) .. "' in the artifact",
        where = where,
      }, tostring(schema), records)
    end
    if type(list) ~= "table" or fields.is(list) then
      fault.raise {
        message = "extend: '" .. schema .. "' must be a list of fields",
        where = where,
        hint = ("as in: [\"%s\"] = { field.text \"music\" \"The cue.\" }"):format(schema),
      }
    end
    fields.check_list(list, ("extend: '%s'"):format(schema), where)
  end
  return M.new(extended(self.root, "", additions))
end

--- The field at a canonical path: for "scenes" and "scenes[]" it is the list.
---@param schema string
---@return pipeline.Field|nil
function Spec:field(schema)
  if schema == "" then return self.root end
  return self.nodes[schema]
end

--- The canonical paths of all lists, those that hold others first.
---@return string[]
function Spec:lists()
  local found = {}
  for schema, field in pairs(self.nodes) do
    if field.kind == "list" and not is_item(schema) then found[#found + 1] = schema end
  end
  table.sort(found)
  return found
end

--- What the items are called that a step repeated for a list may name.
---@param each? string  the canonical path of the list: "scenes[].shots"
---@param where? pipeline.Place
---@return pipeline.Binding[] outermost first
function Spec:bindings(each, where)
  local found = {}
  if not each then return found end
  local list = self.nodes[each]
  if not list or list.kind ~= "list" or is_item(each) then
    local message = "each: there is no list '" .. each .. "'"
    fault.unknown({ message = message, where = where }, each, self:lists())
  end
  local at = 1
  while at do
    local open = each:find("[]", at, true)
    local name = open and each:sub(1, open - 1) or each
    found[#found + 1] = { name = self.nodes[name].item, list = name, schema = name .. "[]" }
    at = open and open + 2
  end
  return found
end

--- What a path reaches, for a step that is repeated for `each`. A list that is
--- reached as a whole counts as all of its items.
---@param text string
---@param each? string
---@param where? pipeline.Place
---@return pipeline.Resolved
function Spec:resolve(text, each, where)
  return resolve(self, text, each, where)
end

---@param into string[]
local function collect(self, field, schema, into)
  for _, child in ipairs(field.fields) do
    local at = path.join(schema, child.name)
    if child.kind == "record" then
      collect(self, child, at, into)
    elseif child.kind == "list" then
      collect(self, child, at .. "[]", into)
    elseif child.kind ~= "image" then
      into[#into + 1] = at
    end
  end
end

--- The canonical paths of the fields that a path covers: its own, or all fields
--- of the record that it names. Pictures count only where they are named.
---@param R pipeline.Resolved
---@return string[]
function Spec:leaves(R)
  local record = is_item(R.schema) and self.nodes[R.schema] or R.field
  if not record.fields then return { R.schema } end
  local found = {}
  collect(self, record, R.schema, found)
  return found
end

--- What is wrong with a value as the artifact: nothing has to be there, and
--- nothing may be there that is unknown or of another type.
---@param value any
---@return { path: string, message: string }[]
function Spec:validate(value)
  return check.value(self.root, value)
end

-- Puts names into one order that agrees with that of every record.
---@param names string[]                             as they first appear
---@param after table<string, table<string, boolean>> what stands before each in some record
local function merged(names, after)
  local order, placed = {}, {}
  local function is_free(name)
    for other in pairs(after[name]) do
      if not placed[other] then return false end
    end
    return true
  end
  while #names > 0 do
    local at = 1 -- records that contradict each other: the first to appear
    for i, name in ipairs(names) do
      if is_free(name) then
        at = i
        break
      end
    end
    local name = table.remove(names, at)
    placed[name] = true
    order[#order + 1] = name
  end
  return order
end

--- All names in the order of their declaration, what the host adds first: the
--- order in which the artifact is written to disk.
---@return string[]
function Spec:key_order()
  if self.order then return self.order end
  local names, after = { "revision", "key" }, { revision = {}, key = {} }
  local function visit(record)
    for i, child in ipairs(record.fields) do
      if not after[child.name] then
        after[child.name] = {}
        names[#names + 1] = child.name
      end
      for j = 1, i - 1 do after[child.name][record.fields[j].name] = true end
      if child.fields then visit(child) end
    end
  end
  visit(self.root)
  self.order = merged(names, after)
  return self.order
end

---@param field pipeline.Field
local function plain(field)
  local copy = {
    kind = field.kind,
    name = field.name,
    description = field.description,
    item = field.item,
    values = field.values and json.array(field.values),
    to = field.to,
    min = field.min,
    max = field.max,
  }
  if field.fields then
    local list = {}
    for i, child in ipairs(field.fields) do list[i] = plain(child) end
    copy.fields = json.array(list)
  end
  return copy
end

--- A hash of all that is declared, descriptions included.
---@return string hex
function Spec:hash()
  self.hashed = self.hashed or json.hash(plain(self.root))
  return self.hashed
end

return M
