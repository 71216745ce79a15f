-- lua/pipeline/patch.lua: what an answer changes in the artifact. An answer
-- mirrors the artifact from its item, or from the top; here it becomes a list of
-- places and values that are set whole or not at all.

local json = require "host.json"
local name = require "host.name"
local reach = require "pipeline.reach"

local extended = reach.extended

local M = {}

--- The items of a list that a step owns, each with its key.
local function keyed(items)
  local taken, list = {}, json.array {}
  for i, item in ipairs(items) do
    local key = name.unique(name.slug(item.name), taken)
    taken[key] = true
    local copy = { key = key }
    for field, value in pairs(item) do
      copy[field] = value
    end
    list[i] = copy
  end
  return list
end

---@param entries table[] what is found goes here
---@param tree host.tree
---@param owned table<string, true> the lists whose items this step makes
---@param field pipeline.Field
---@param canonical string the field's path in the spec
---@param path (string|integer)[] its place in the artifact
local function add_entries(entries, tree, owned, field, canonical, path, value)
  local function prefix(inner)
    return canonical == "" and inner or canonical .. "." .. inner
  end
  if field.kind == "record" then
    for _, inner in ipairs(field.fields) do
      if value[inner.name] ~= nil then
        add_entries(entries, tree, owned, inner, prefix(inner.name), extended(path, inner.name), value[inner.name])
      end
    end
  elseif field.kind == "list" and owned[canonical] then
    entries[#entries + 1] = { path, keyed(value) }
  elseif field.kind == "list" then
    local index = {}
    for i = 1, tree:length(path) or 0 do
      index[tree:get(extended(path, i, "name"))] = i
    end
    for _, item in ipairs(value) do
      for _, inner in ipairs(field.fields) do
        if inner.name ~= "name" and item[inner.name] ~= nil then
          local place = extended(path, index[item.name], inner.name)
          add_entries(entries, tree, owned, inner, canonical .. "[]." .. inner.name, place, item[inner.name])
        end
      end
    end
  else
    entries[#entries + 1] = { path, value }
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
---@return table[] entries for artifact:patch
function M.entries(spec, step, tree, scope, answer)
  local binding = step.each[#step.each]
  local entries = {}
  if binding then
    local item = { kind = "record", fields = spec:field(binding.list).fields }
    add_entries(entries, tree, step.owned, item, binding.schema, scope[binding.name].path, answer)
  else
    add_entries(entries, tree, step.owned, spec.root, "", {}, answer)
  end
  return entries
end

return M
