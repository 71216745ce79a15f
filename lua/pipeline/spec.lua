-- pipeline/spec.lua: the declaration of the artifact as a whole: which paths there
-- are and what they reach, what may be stored, and how a story extends it.
--
-- A canonical path names a place in the declaration: "" is the artifact itself,
-- "scenes" a list, "scenes[]" one item of it, "scenes[].shots[].size" a field.

local fault = require "pipeline.fault"
local fields = require "pipeline.field"
local json = require "host.json"
local path = require "pipeline.path"
local check = require "pipeline.spec_check"

local M = {}

---@class pipeline.Spec
---@field root pipeline.Field
---@field private nodes table<string, pipeline.Field> by canonical path
local Spec = {}
Spec.__index = Spec
Spec.__name = "pipeline.Spec"

---@class pipeline.Binding
---@field name string   what the path calls the item: "scene"
---@field list string   the canonical path of its list: "scenes"
---@field schema string the canonical path of the item: "scenes[]"

---@class pipeline.ResolvedSegment
---@field name string
---@field field pipeline.Field
---@field schema string the canonical path so far
---@field into? string  the canonical path of the record that the next name is looked up in
---@field all boolean   every element
---@field ref? string   through a reference: the list that it names items of

---@class pipeline.Resolved
---@field text string
---@field field pipeline.Field             the field reached
---@field schema string                    its canonical path
---@field segments pipeline.ResolvedSegment[]
---@field binding? string                  the item that the path starts from
---@field lists string[]                   the lists crossed by [*]
---@field refs string[]                    the references crossed by [*]
---@field optional? boolean                set by a step, for a picture that may be absent

---@param parent string
---@param name string
local function join(parent, name)
  return parent == "" and name or parent .. "." .. name
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
    local at = join(schema, child.name)
    list[i] = extended(child, child.kind == "list" and at .. "[]" or at, additions)
  end
  for _, child in ipairs(additions[schema] or {}) do list[#list + 1] = child end
  return fields.with_fields(field, list)
end

--- The spec with fields added to its records: { ["scenes[]"] = { fields } }.
---@param additions table<string, pipeline.Field[]>
---@param where? string
---@return pipeline.Spec
function Spec:extend(additions, where)
  local records = { "" }
  for schema, field in pairs(self.nodes) do
    if field.fields and not (field.kind == "list" and schema:sub(-2) ~= "[]") then records[#records + 1] = schema end
  end
  table.sort(records)
  for schema, list in pairs(additions) do
    local node = schema == "" and self.root or self.nodes[schema]
    if not node or not node.fields or node.kind == "list" and schema:sub(-2) ~= "[]" then
      fault.unknown({
        message = "extend: there is no record '" .. tostring(schema) .. "' in the artifact", where = where,
      }, tostring(schema), records)
    end
    if type(list) ~= "table" or fields.is(list) then
      fault.raise {
        message = "extend: '" .. schema .. "' must be a list of fields",
        where = where,
        hint = "for example: [\"" .. schema .. "\"] = { field.text \"music\" \"The cue under the scene.\" }",
      }
    end
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
    if field.kind == "list" and schema:sub(-2) ~= "[]" then found[#found + 1] = schema end
  end
  table.sort(found)
  return found
end

--- What the items are called that a step repeated for a list may name.
---@param each? string  the canonical path of the list: "scenes[].shots"
---@param where? string
---@return pipeline.Binding[] outermost first
function Spec:bindings(each, where)
  local found = {}
  if not each then return found end
  local list = self.nodes[each]
  if not list or list.kind ~= "list" or each:sub(-2) == "[]" then
    fault.unknown({ message = "each: there is no list '" .. each .. "'", where = where }, each, self:lists())
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

---@param prefix string what stands before, with its dot
---@param known string[]
local function prefixed(prefix, known)
  local list = {}
  for i, name in ipairs(known) do list[i] = prefix .. name end
  return list
end

---@param field pipeline.Field
local function child_names(field)
  local list = {}
  for i, child in ipairs(field.fields) do list[i] = child.name end
  return list
end

-- A name is looked up below `schema`, a record's canonical path.
---@param R pipeline.Resolved
---@param segment pipeline.Segment
---@param schema string
---@param before string the text of the path up to here
local function step_into(self, R, segment, schema, before, where)
  local at = join(schema, segment.name)
  local field = self.nodes[at]
  local shown = before .. segment.name
  if not field then
    fault.unknown({ message = "there is no '" .. shown .. "' in the artifact", where = where },
      shown, prefixed(before, child_names(self:field(schema))), "there are")
  end
  local reached = { name = segment.name, field = field, schema = at, all = segment.all or false }
  if field.kind == "list" then
    if segment.all then R.lists[#R.lists + 1] = at end
    reached.schema, reached.into = at .. "[]", at .. "[]"
  elseif field.kind == "refs" then
    if segment.all then
      R.refs[#R.refs + 1] = at
      reached.ref, reached.into = field.to, field.to .. "[]"
    end
  elseif segment.all then
    fault.raise {
      message = ("'%s[*]': '%s' is no list but %s"):format(shown, shown, check.kind_name(field.kind)),
      where = where,
    }
  elseif field.kind == "record" then
    reached.into = at
  end
  return reached
end

-- The next name needs a record to be looked up in.
local function check_passable(reached, shown, next_name, where)
  local field = reached.field
  if reached.into and (field.kind == "record" or reached.all or reached.bound) then return end
  if field.kind == "list" or field.kind == "refs" then
    fault.raise {
      message = ("'%s' is a list: '%s' lies in its elements"):format(shown, next_name),
      where = where,
      hint = ("write %s[*].%s"):format(shown, next_name),
    }
  end
  fault.raise {
    message = ("'%s' is %s: there is no '%s' in it"):format(shown, check.kind_name(field.kind), next_name),
    where = where,
  }
end

---@param name string
---@param bindings pipeline.Binding[]
local function find_binding(name, bindings)
  for _, binding in ipairs(bindings) do
    if binding.name == name then return binding end
  end
end

-- The first name is an item in scope, else a field of the artifact.
local function first_name(self, R, segment, each, where)
  local bindings = self:bindings(each, where)
  local binding = find_binding(segment.name, bindings)
  if binding then
    if segment.all then
      fault.raise {
        message = ("'%s[*]': '%s' is the one item that the step is at"):format(segment.name, segment.name),
        where = where, hint = ("for all of them write %s[*]"):format(binding.list:gsub("%[%]", "[*]")),
      }
    end
    R.binding = segment.name
    return {
      name = segment.name, field = self.nodes[binding.list], schema = binding.schema,
      into = binding.schema, all = false, bound = true,
    }
  end
  if not self.nodes[segment.name] then
    local known = {}
    for _, bound in ipairs(bindings) do known[#known + 1] = bound.name end
    for _, name in ipairs(child_names(self.root)) do known[#known + 1] = name end
    local hint
    for _, list in ipairs(self:lists()) do
      if self.nodes[list].item == segment.name then
        hint = ("'%s' can be named by a step that is repeated with each = \"%s\""):format(segment.name, list)
      end
    end
    local message = "there is no '" .. segment.name .. "' in the artifact"
    if hint then fault.raise { message = message, where = where, hint = hint } end
    fault.unknown({ message = message, where = where }, segment.name, known, "paths here begin with")
  end
  return step_into(self, R, segment, "", "", where)
end

--- What a path reaches, for a step that is repeated for `each`. A list that is
--- reached as a whole counts as all of its items.
---@param text string
---@param each? string
---@param where? string
---@return pipeline.Resolved
function Spec:resolve(text, each, where)
  local parsed = path.parse(text, where)
  local R = { text = text, segments = {}, lists = {}, refs = {} }
  local reached, shown
  for i, segment in ipairs(parsed) do
    if i == 1 then
      reached = first_name(self, R, segment, each, where)
    else
      check_passable(reached, shown, segment.name, where)
      reached = step_into(self, R, segment, reached.into, shown .. ".", where)
    end
    R.segments[i] = reached
    shown = (shown and shown .. "." or "") .. (segment.all and segment.name .. "[*]" or segment.name)
  end
  if reached.field.kind == "list" and not reached.all and not reached.bound then
    reached.all = true
    R.lists[#R.lists + 1] = reached.schema:sub(1, -3)
  end
  R.field = reached.field
  R.schema = reached.ref and reached.into or reached.schema
  return R
end

---@param into string[]
local function collect(self, field, schema, into)
  for _, child in ipairs(field.fields) do
    local at = join(schema, child.name)
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
  local record = R.schema:sub(-2) == "[]" and self.nodes[R.schema] or R.field
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
    kind = field.kind, name = field.name, description = field.description, item = field.item,
    values = field.values and json.array(field.values), to = field.to, min = field.min, max = field.max,
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
