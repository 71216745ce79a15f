-- lua/pipeline/context/mirror.lua: several paths as one tree of the shape of the artifact, with
-- only what they name in it. DTOs and contexts are made from it.

local path = require "pipeline.spec.path"

---@class pipeline.Mirror
---@field name string
---@field field pipeline.Field
---@field schema string              the canonical path of the field, without [] of its own
---@field shape "leaf"|"record"|"items"
---@field into? string               the record that the children are fields of
---@field ref? string                items of this list, by way of their names
---@field bound? boolean             the item that a step is at
---@field children pipeline.Mirror[] in the order of declaration
---@field by_name table<string, pipeline.Mirror>
---@field keys string[]              the children's names
---@field path string[]              names from the item, list element or top that it lies in

local M = {}

---@return pipeline.Mirror
local function new(name, field, schema)
  return {
    name = name, field = field, schema = schema, shape = "leaf", children = {}, by_name = {},
  }
end

---@param node pipeline.Mirror
---@param child pipeline.Mirror
---@return pipeline.Mirror the child of that name, the one that was there if there was one
local function adopt(node, child)
  local there = node.by_name[child.name]
  if there then return there end
  node.by_name[child.name] = child
  node.children[#node.children + 1] = child
  return child
end

---@param S pipeline.Spec
---@param node pipeline.Mirror
---@param into string
---@param shape "record"|"items"
---@param ref? string
local function open(S, node, into, shape, ref)
  node.into, node.shape, node.ref = into, shape, ref
  if shape == "items" then
    local schema = into .. ".name"
    adopt(node, new("name", S:field(schema), schema))
  end
end

-- All fields of a record that is named as a whole, pictures apart.
local function add_all(S, node)
  for _, field in ipairs(S:field(node.into).fields) do
    if field.kind ~= "image" then
      local schema = path.join(node.into, field.name)
      local child = adopt(node, new(field.name, field, schema))
      if field.kind == "record" then
        open(S, child, schema, "record")
        add_all(S, child)
      elseif field.kind == "list" then
        open(S, child, schema .. "[]", "items")
        add_all(S, child)
      end
    end
  end
end

-- Puts the children in the order of declaration, and says where they lie.
---@param node pipeline.Mirror
---@param base string[] the node's path, {} where another item begins
local function finish(S, node, base)
  node.keys = {}
  if #node.children == 0 then return end
  local rank = {}
  for i, field in ipairs(S:field(node.into).fields) do rank[field.name] = i end
  for i, child in ipairs(node.children) do
    if child.bound then rank[child.name] = i - #node.children end
  end
  table.sort(node.children, function(a, b) return rank[a.name] < rank[b.name] end)
  for i, child in ipairs(node.children) do
    node.keys[i] = child.name
    child.path = table.move(base, 1, #base, 1, {})
    table.insert(child.path, child.name)
    local begins = child.bound or child.shape == "items"
    finish(S, child, begins and {} or child.path)
  end
end

--- The tree of some paths. Elements of a list always have their `name` in it.
--- With `item`, the paths start from that item and the tree is the item's.
---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]
---@param item? pipeline.Binding
---@return pipeline.Mirror
function M.build(S, resolved, item)
  local into = item and item.schema or ""
  local root = new("", S:field(into), item and item.list or "")
  root.into, root.shape = into, "record"
  for _, R in ipairs(resolved) do
    local node = root
    for i, segment in ipairs(R.segments) do
      if not (i == 1 and item) then
        local field, into_record = segment.field, segment.into
        local schema = segment.schema:gsub("%[%]$", "")
        node = adopt(node, new(segment.name, field, schema))
        node.bound = i == 1 and R.binding ~= nil or nil
        if segment.all then
          open(S, node, into_record, "items", segment.ref)
        elseif into_record then
          open(S, node, into_record, "record")
        end
      end
    end
    local last = R.segments[#R.segments]
    if last.into then add_all(S, node) end
  end
  finish(S, root, {})
  return root
end

return M
