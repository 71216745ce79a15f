-- lua/pipeline/spec/check.lua: whether a declaration of the artifact makes sense, and
-- whether a value follows it.

local fault = require "pipeline.fault"
local names = require "pipeline.names"

local kind_names = {
  text = "a text", integer = "an integer", number = "a number", enum = "one of a few words",
  record = "a record", list = "a list", refs = "a list of names", image = "a picture",
}

-- Names that the host puts into the artifact, or that prompts give a meaning.
local reserved = {
  key = "it is the host's own key of an item",
  revision = "it is the host's own count of revisions",
  context = "{{context}} in a prompt is everything that its step reads",
}

---@param field pipeline.Field
---@param bad fun(message: string)
local function check_values(field, bad)
  local seen, enum = {}, "the enum '" .. field.name .. "'"
  if #field.values == 0 then bad(enum .. " has no values to choose from") end
  for _, value in ipairs(field.values) do
    if type(value) ~= "string" or value == "" then bad(enum .. " has a value that is no text") end
    if seen[value] then bad(enum .. " has '" .. value .. "' twice") end
    seen[value] = true
  end
end

---@param field pipeline.Field
local function check_field(field)
  local function bad(message, hint)
    fault.raise { message = message, where = field.where, hint = hint }
  end
  if not field.name:find "^[%a_][%w_]*$" then
    bad("'" .. field.name .. "' cannot name a field",
      "a name is made of letters, digits and _, as in image_url")
  elseif reserved[field.name] then
    bad("no field can be called '" .. field.name .. "'", reserved[field.name])
  elseif not field.description:find "%S" then
    bad("the field '" .. field.name .. "' has an empty description",
      "the description is what the model is told")
  elseif not utf8.len(field.description) then
    bad("the description of '" .. field.name .. "' has bytes that are not UTF-8", "save the file as UTF-8")
  elseif field.min and field.max and field.min > field.max then
    bad(("the field '%s' has a range from %s to %s"):format(field.name, field.min, field.max))
  elseif field.kind == "enum" then
    check_values(field, bad)
  elseif field.kind == "list" then
    local name = field.by_name.name
    if not name or name.kind ~= "text" then
      bad("the items of '" .. field.name .. "' have no text field 'name'",
        "items are known by their names")
    elseif not field.item:find "^[%a_][%w_]*$" or reserved[field.item] then
      bad("an item of '" .. field.name .. "' cannot be called '" .. field.item .. "'")
    end
  end
end

---@param record pipeline.Field
local function check_names(record)
  local seen = {}
  if #record.fields == 0 then
    fault.raise { message = "'" .. record.name .. "' has no fields", where = record.where }
  end
  for _, field in ipairs(record.fields) do
    local other = seen[field.name]
    if other then
      fault.raise {
        message = ("two fields of '%s' are called '%s'"):format(record.name, field.name),
        where = field.where,
        hint = "the other one is at " .. other.where,
      }
    end
    seen[field.name] = field
  end
end

-- What one item is called must say which list is meant, in every path.
local function check_items(root, lists)
  local seen = {}
  for _, list in ipairs(lists) do
    local other = root.by_name[list.item] or seen[list.item]
    if other then
      fault.raise {
        message = ("an item of '%s' is called '%s', and so is something else"):format(
          list.name, list.item),
        where = list.where,
        hint = "the other one is at " .. other.where,
      }
    end
    seen[list.item] = list
  end
end

local function check_refs(root, refs)
  for _, field in ipairs(refs) do
    local list = root.by_name[field.to]
    if not list or list.kind ~= "list" then
      local known = {}
      for _, candidate in ipairs(root.fields) do
        if candidate.kind == "list" then known[#known + 1] = candidate.name end
      end
      fault.unknown({
        message = ("'%s' refers to '%s', which is no list of the artifact"):format(
          field.name, field.to),
        where = field.where,
      }, field.to, known, "its lists are")
    end
  end
end

local M = {}

--- Checks a declaration; what is wrong with it is a fault.
---@param root pipeline.Field
---@return table<string, pipeline.Field> nodes every field by its canonical path
function M.declaration(root)
  if type(root) ~= "table" or root.kind ~= "record" or not root.by_name then
    fault.raise { message = "the artifact must be declared as a record" }
  end
  local nodes, lists, refs = {}, {}, {}
  local function visit(record, schema)
    check_names(record)
    for _, field in ipairs(record.fields) do
      check_field(field)
      local at = schema == "" and field.name or schema .. "." .. field.name
      nodes[at] = field
      if field.kind == "list" then
        lists[#lists + 1] = field
        nodes[at .. "[]"] = field
        visit(field, at .. "[]")
      elseif field.kind == "record" then
        visit(field, at)
      elseif field.kind == "refs" then
        refs[#refs + 1] = field
      end
    end
  end
  visit(root, "")
  check_items(root, lists)
  check_refs(root, refs)
  return nodes
end

---@param value any
---@return string
local function type_name(value)
  if type(value) == "string" then return "a text" end
  if type(value) == "number" then return "a number" end
  if type(value) == "boolean" then return tostring(value) end
  if type(value) ~= "table" then return "null" end
  return (#value > 0) and "a list" or "a record"
end

---@param value any
---@return boolean
local function is_list(value)
  if type(value) ~= "table" then return false end
  local count = 0
  for key in pairs(value) do
    if math.type(key) ~= "integer" then return false end
    count = count + 1
  end
  return count == #value
end

---@param value any
---@return boolean
local function is_record(value)
  return type(value) == "table" and #value == 0
end

local fits = {
  text = function(value) return type(value) == "string" end,
  image = function(value) return type(value) == "string" end,
  number = function(value) return type(value) == "number" end,
  integer = function(value) return type(value) == "number" and math.tointeger(value) ~= nil end,
  enum = function(value) return type(value) == "string" end,
  record = is_record,
  list = is_list,
  refs = is_list,
}

-- What was probably meant by a field that there is not.
---@param key string
---@param known pipeline.Field[]
---@return string
local function choice(key, known)
  local list = {}
  for i, field in ipairs(known) do list[i] = field.name end
  local near = names.nearest(key, list)
  return near and ("; did you mean '%s'?"):format(near) or ", which has " .. names.sentence(list)
end

---@param record pipeline.Field
---@param value table
---@param at string
---@param own string  the key that the host adds
---@param faults table
local function check_record(record, value, at, own, faults)
  local function say(where, message) faults[#faults + 1] = { path = where, message = message } end
  local function check(field, item, where)
    if not fits[field.kind](item) then
      return say(where, ("is %s, and must be %s"):format(type_name(item), kind_names[field.kind]))
    elseif field.kind == "record" then
      check_record(field, item, where, nil, faults)
    elseif field.kind == "list" then
      for i, element in ipairs(item) do
        local here = ("%s[%d]"):format(where, i)
        if is_record(element) then
          check_record(field, element, here, "key", faults)
        else
          say(here, ("is %s, and must be a record"):format(type_name(element)))
        end
      end
    elseif field.kind == "refs" then
      for i, name in ipairs(item) do
        if type(name) ~= "string" then
          say(("%s[%d]"):format(where, i), "is " .. type_name(name) .. ", and must be a name")
        end
      end
    elseif field.min and item < field.min then
      say(where, ("is %s, and must be at least %s"):format(item, field.min))
    elseif field.max and item > field.max then
      say(where, ("is %s, and must be at most %s"):format(item, field.max))
    elseif field.kind == "enum" then
      for _, known in ipairs(field.values) do
        if known == item then return end
      end
      say(where, ("is '%s', and must be one of %s"):format(item, names.sentence(field.values)))
    end
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local field = record.by_name[key]
    local where = at == "" and key or at .. "." .. key
    if field then
      check(field, value[key], where)
    elseif key ~= own then
      say(where, "is not a field of '" .. record.name .. "'" .. choice(key, record.fields))
    end
  end
end

--- What is wrong with a value that is to follow a declaration.
---@param root pipeline.Field
---@param value any
---@return { path: string, message: string }[]
function M.value(root, value)
  local faults = {}
  if is_record(value) then
    check_record(root, value, "", "revision", faults)
  else
    local message = "the artifact is " .. type_name(value) .. ", and must be a record"
    faults[1] = { path = "", message = message }
  end
  return faults
end

--- "a list", "a picture".
---@param kind string
---@return string
function M.kind_name(kind)
  return kind_names[kind]
end

M.type_name, M.is_list, M.is_record = type_name, is_list, is_record

return M
