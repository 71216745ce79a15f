-- docs/artifact-meta.lua: writes lua/meta/artifact.lua, the Lua language server's
-- definitions of the storyboard's fields, from the spec that declares them.
--
--   build/sbhost lua docs/artifact-meta.lua > lua/meta/artifact.lua

local spec = require "pipeline.spec"
local storyboard = require "pipeline.storyboard"

local TYPES = { text = "string", image = "string", integer = "integer", number = "number", refs = "string[]" }

--- "stage_setting_shot" as the name of a class.
local function class_name(name)
  local words = name:gsub("(%a)(%a*)_?", function(first, rest)
    return first:upper() .. rest
  end)
  return "storyboard." .. words
end

---@param field pipeline.Field
local function type_of(field)
  if field.kind == "enum" then
    local values = {}
    for i, value in ipairs(field.values) do
      values[i] = ("%q"):format(value)
    end
    return table.concat(values, "|")
  elseif field.kind == "record" then
    return class_name(field.name)
  elseif field.kind == "list" then
    return class_name(field.item) .. "[]"
  end
  return TYPES[field.kind]
end

--- Prints a record's class behind those of the records inside it.
---@param name string
---@param field pipeline.Field
---@param is_item boolean
local function write_class(name, field, is_item)
  for _, inner in ipairs(field.fields) do
    if inner.fields then
      write_class(class_name(inner.item or inner.name), inner, inner.kind == "list")
    end
  end
  print(("\n---%s\n---@class %s"):format(field.description, name))
  if is_item then
    print "---@field key string what the item is known by, whatever its place"
  end
  for _, inner in ipairs(field.fields) do
    print(("---@field %s? %s %s"):format(inner.name, type_of(inner), inner.description))
  end
end

print "---@meta artifact"
print "-- The storyboard's fields, written by docs/artifact-meta.lua from lua/pipeline/storyboard.lua."
write_class("storyboard.Storyboard", spec.new(storyboard).root, false)
