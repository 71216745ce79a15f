-- lua/pipeline/run/patch.lua: what an answer changes in the artifact. An answer
-- mirrors the artifact from its item, or from the top; here it becomes a list of
-- places and values that are set whole or not at all.

local edit_path = require "pipeline.edits.path"
local json = require "host.json"
local match = require "pipeline.edits.match"
local reach = require "pipeline.context.reach"

local extended = reach.extended

local M = {}

--- Says which key each item of a list has that a step makes.
---@alias KeysOf fun(list: string, items: MatchItem[]): string[]?

--- All that is said of an item, in its texts.
local function text_of(field, item)
  local texts = {}
  for _, inner in ipairs(field.fields) do
    if inner.kind == "text" and inner.name ~= "name" and type(item[inner.name]) == "string" then
      texts[#texts + 1] = item[inner.name]
    end
  end
  return table.concat(texts, "\n")
end

--- A patch that is being made.
---@class Patch
---@field entries table[] what is found goes here
---@field tree host.tree
---@field owned table<string, true> the lists whose items the step makes
---@field keys_of KeysOf?
local Patch = {}
Patch.__index = Patch

--- The items of a list that the step makes, each with its key.
---@param field pipeline.Field
---@param canonical string the list's path in the spec
---@param at string        the same with the keys of the items that it is in
---@param items table[]
---@return table[]
function Patch:keyed(field, canonical, at, items)
  local known = {}
  for i, item in ipairs(items) do
    known[i] = { name = item.name, text = text_of(field, item) }
  end
  local keys = self.keys_of and self.keys_of(at, known) or match.own_keys(known)
  local list = json.array {}
  for i, item in ipairs(items) do
    local copy = { key = keys[i] }
    for inner, value in pairs(item) do
      local of = field.by_name[inner]
      local list_path = ("%s[].%s"):format(canonical, inner)
      if of and of.kind == "list" and self.owned[list_path] then
        value = self:keyed(of, list_path, edit_path.field(edit_path.item(at, keys[i]), inner), value)
      end
      copy[inner] = value
    end
    list[i] = copy
  end
  return list
end

---@param field pipeline.Field
---@param canonical string the field's path in the spec
---@param path (string|integer)[] its place in the artifact
---@param value any
function Patch:add(field, canonical, path, value)
  if field.kind == "record" then
    self:add_fields(field, canonical, path, value)
  elseif field.kind == "list" and self.owned[canonical] then
    local list = self:keyed(field, canonical, edit_path.of_place(self.tree, path), value)
    self.entries[#self.entries + 1] = { path, list }
  elseif field.kind == "list" then
    local index = {}
    for i = 1, self.tree:length(path) or 0 do
      index[self.tree:get(path, i, "name")] = i
    end
    for _, item in ipairs(value) do
      self:add_fields(field, canonical .. "[]", extended(path, index[item.name]), item)
    end
  else
    self.entries[#self.entries + 1] = { path, value }
  end
end

--- The fields of a record, or of an item that is there and has its name.
---@param field pipeline.Field
---@param canonical string
---@param path (string|integer)[]
---@param value table
function Patch:add_fields(field, canonical, path, value)
  for _, inner in ipairs(field.fields) do
    local is_name = field.kind == "list" and inner.name == "name"
    if value[inner.name] ~= nil and not is_name then
      local at = canonical == "" and inner.name or canonical .. "." .. inner.name
      self:add(inner, at, extended(path, inner.name), value[inner.name])
    end
  end
end

--- The place in the artifact of a field that a step draws.
---@param resolved pipeline.Resolved
---@param scope table<string, Element>
---@return (string|integer)[]
function M.place(resolved, scope)
  local path = resolved.binding and scope[resolved.binding].path or {}
  for i = resolved.binding and 2 or 1, #resolved.segments do
    path = extended(path, resolved.segments[i].name)
  end
  return path
end

--- The patch of one task's checked answer.
---@param spec pipeline.Spec
---@param step pipeline.BoundStep
---@param tree host.tree
---@param scope table<string, Element>
---@param answer table
---@param keys_of KeysOf? without it, items have the keys that their names make
---@return table[] entries for artifact:patch
function M.entries(spec, step, tree, scope, answer, keys_of)
  local patch = setmetatable({ entries = {}, tree = tree, owned = step.owned, keys_of = keys_of }, Patch)
  local binding = step.each[#step.each]
  if binding then
    local item = { kind = "list", fields = spec:field(binding.list).fields }
    patch:add_fields(item, binding.schema, scope[binding.name].path, answer)
  else
    patch:add_fields(spec.root, "", {}, answer)
  end
  return patch.entries
end

return M
