-- lua/pipeline/edits/refs.lua: which items the names in a value mean, so that it can be
-- told when they have other names.

local M = {}

---@param field pipeline.Field
---@param keys table<string, table<string, string>> of the items by name, by list
---@param refs table<string, table<string, string>>
local function collect(field, value, keys, refs)
  if field.kind == "refs" then
    for _, name in ipairs(value) do
      refs[field.to] = refs[field.to] or {}
      refs[field.to][name] = (keys[field.to] or {})[name]
    end
  elseif field.kind == "list" and #value > 0 then
    for _, item in ipairs(value) do
      collect(field, item, keys, refs)
    end
  elseif field.fields then
    for _, inner in ipairs(field.fields) do
      if value[inner.name] ~= nil then
        collect(inner, value[inner.name], keys, refs)
      end
    end
  end
end

--- The keys of the items that a value names, by list and name. Nothing when it
--- names none.
---@param field pipeline.Field that has the value, or for an item the list that it is in
---@param value any
---@param keys table<string, table<string, string>>
---@return table<string, table<string, string>>?
function M.of(field, value, keys)
  local refs = {}
  collect(field, value, keys, refs)
  return next(refs) and refs or nil
end

--- The keys of all items at the top by name, by list.
---@param spec pipeline.Spec
---@param tree host.artifact.Tree
---@return table<string, table<string, string>>
function M.keys(spec, tree)
  local keys = {}
  for _, list in ipairs(spec:lists()) do
    if not list:find("[]", 1, true) then
      keys[list] = {}
      for i = 1, tree:length { list } or 0 do
        keys[list][tree:get { list, i, "name" }] = tree:get { list, i, "key" }
      end
    end
  end
  return keys
end

return M
