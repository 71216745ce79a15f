-- lua/pipeline/edits/diff.lua: what a person changed in the artifact, told by comparing
-- with the revision that they changed: fields set and taken out, items added,
-- taken out, moved and renamed. Items are aligned by their keys.

local artifact = require "host.artifact"
local edit_path = require "pipeline.edits.path"
local edit_refs = require "pipeline.edits.refs"
local edits_check = require "pipeline.edits.check"
local graph = require "pipeline.graph"
local json = require "host.json"
local name = require "host.name"
local names = require "pipeline.names"
local path = require "pipeline.spec.path"

--- One value that a person set by hand.
---@class Edit
---@field op "set"|"add"|"remove"|"move"
---@field value any?       what was set; the item that was added, or taken out as it was
---@field after string?    add and move: the key of the item before it; "" for none
---@field refs table<string, table<string, string>>? keys of the items that names in the value mean, by list and name
---@field sha256 string?   of a picture
---@field was string?      the place of a drawn picture that a person's picture was found in
---@field from string?     sha256 of what was found there
---@field n integer        edits are laid in this order
---@field at number        seconds since 1970

---@class EditChange: Edit
---@field path string

--- How both sides name the items of a list.
---@class DiffNames
---@field renamed table<string, string> new names by old ones
---@field gone table<string, true>      names of items that were taken out
---@field present table<string, true>   names that the person's side has

---@class Diff
---@field spec pipeline.Spec
---@field graph StepGraph
---@field file string                  for faults
---@field known table<string, Edit>    the edits so far
---@field is_partial boolean           the base is not what the person changed: what is absent counts for nothing
---@field found EditChange[]
---@field dropped string[]             paths of edits that were taken back
---@field left_out string[]            what of a stale copy no longer exists
---@field lists table<string, DiffNames>           of the lists at the top
---@field keys table<string, table<string, string>> of their items by name
local Diff = {}
Diff.__index = Diff

local M = {}

--- Fields of the story's own, which steps read from the artifact alone.
local EDITABLE = { user_prompt = true, style = true }

---@param change table
function Diff:add(change)
  self.found[#self.found + 1] = change
end

--- Takes back an edit, and those of what lies inside its item.
---@param at string
function Diff:drop(at)
  for known in pairs(self.known) do
    if known == at or edit_path.is_inside(known, at) then
      self.dropped[#self.dropped + 1] = known
    end
  end
end

---@param at string
---@param message string
function Diff:bad(at, message)
  edits_check.raise({ { path = at, message = message } }, self.file)
end

--
-- References
--

--- The items of a list at the top as both sides name them.
---@return DiffNames
local function named(base, mine, list)
  local now, renamed, gone, present = {}, {}, {}, {}
  for _, item in ipairs(mine:get { list } or {}) do
    present[item.name] = true
    now[item.key or ""] = item.name
  end
  for _, item in ipairs(base:get { list } or {}) do
    local new = now[item.key]
    if not present[item.name] then
      renamed[item.name] = new
      gone[item.name] = not new or nil
    end
  end
  return { renamed = renamed, gone = gone, present = present }
end

--- References as they are once renamed items have their new names and those that
--- were taken out are not referred to.
local function followed(list, refs)
  local result = json.array {}
  for _, referred in ipairs(refs or {}) do
    if not list.gone[referred] then
      result[#result + 1] = list.renamed[referred] or referred
    end
  end
  return result
end

---@param field pipeline.Field
---@param base host.artifact.Tree?
---@param mine host.artifact.Tree
---@param at string
---@return any? value as it is now, when it differs
function Diff:changed_refs(field, base, mine, at)
  local list = self.lists[field.to]
  local before, now = followed(list, base and base:get {}), followed(list, mine:get {})
  if base and json.encode(before) == json.encode(now) then
    return nil
  end
  local known = {}
  for present in pairs(list.present) do
    known[#known + 1] = present
  end
  table.sort(known)
  for _, referred in ipairs(now) do
    if not list.present[referred] then
      local near = names.nearest(referred, known)
      local hint = near and ("did you mean '%s'?"):format(near)
        or #known > 0 and "there are " .. names.sentence(known)
        or "there are none yet"
      self:bad(at, ("names '%s', which is none of the %s; %s"):format(referred, field.to, hint))
    end
  end
  return now
end

--
-- Fields
--

---@param field pipeline.Field
---@param base host.artifact.Tree?
---@param mine host.artifact.Tree?
---@param at string
---@param schema string
function Diff:leaf(field, base, mine, at, schema)
  if not mine then
    if field.kind == "image" then
      -- A picture that is taken out comes back, and only a person's own goes.
      self:drop(at)
    elseif not self.is_partial then
      self:add { path = at, op = "remove" }
    end
    return
  end
  local value
  if field.kind == "refs" then
    value = self:changed_refs(field, base, mine, at)
  else
    value = mine:get {}
  end
  if value == nil then
    return
  end
  local top = schema:match "^[%w_]+"
  if graph.is_given(schema) and not EDITABLE[top] then
    self:bad(at, ("comes from the story: change it there"))
  end
  self:add { path = at, op = "set", value = value, field = field }
end

---@param record pipeline.Field
---@param base host.artifact.Tree?
---@param mine host.artifact.Tree?
---@param at string
---@param schema string
function Diff:record(record, base, mine, at, schema)
  for _, field in ipairs(record.fields) do
    local b, m = base and base:node { field.name }, mine and mine:node { field.name }
    if b ~= m then
      self:field(field, b, m, edit_path.field(at, field.name), path.join(schema, field.name))
    end
  end
end

---@param field pipeline.Field
---@param base host.artifact.Tree?
---@param mine host.artifact.Tree?
---@param at string
---@param schema string
function Diff:field(field, base, mine, at, schema)
  if field.kind == "record" then
    self:record(field, base, mine, at, schema)
  elseif field.kind == "list" then
    self:list(field, base, mine, at, schema)
  else
    self:leaf(field, base, mine, at, schema)
  end
end

--
-- Lists
--

---@class DiffItem
---@field key string?
---@field name string
---@field node host.artifact.Tree

---@param list host.artifact.Tree?
---@return DiffItem[]
---@return table<string, DiffItem> by_key
local function items_of(list)
  local items, by_key = {}, {}
  for i = 1, list and list:length() or 0 do
    local node = list:node { i }
    local item = { key = node:get { "key" }, name = node:get { "name" }, node = node, at = i }
    items[i] = item
    if item.key then
      by_key[item.key] = by_key[item.key] or item
    end
  end
  return items, by_key
end

--- An item that was copied together with its key is a new one: the one most like
--- the item of that key keeps it.
local function part_copies(items, base)
  local groups = {}
  for _, item in ipairs(items) do
    if item.key then
      groups[item.key] = groups[item.key] or {}
      table.insert(groups[item.key], item)
    end
  end
  for key, group in pairs(groups) do
    local keeper, best = nil, -1
    for _, item in ipairs(group) do
      local was = base[key]
      local likeness = was and (was.node == item.node and 2 or was.name == item.name and 1) or 0
      if likeness > best then
        keeper, best = item, likeness
      end
    end
    for _, item in ipairs(group) do
      item.key = item == keeper and key or nil
    end
  end
end

--- The key of an item that was added earlier and has none in the person's file.
---@param at string
---@param item DiffItem
---@param taken table<string, true>
---@return string?
function Diff:added_before(at, item, taken)
  for known, edit in pairs(self.known) do
    local list, key = edit_path.split(known)
    if list == at and edit.op == "add" and not taken[key] and edit.value.name == item.name then
      return key
    end
  end
end

--- Gives each new item its key. One that was taken out and is put back has its old
--- one; its state of then is what it is compared with.
---@param at string
---@param items DiffItem[]
---@param base table<string, DiffItem>
---@return DiffItem[] kept
function Diff:give_keys(at, items, base)
  local taken, kept = {}, {}
  for key in pairs(base) do
    taken[key] = true
  end
  for known in pairs(self.known) do
    local list, key = edit_path.split(known)
    if list == at and self.known[known].op == "remove" then
      taken[key] = true
    end
  end
  for _, item in ipairs(items) do
    local key = item.key
    local removed = key and not base[key] and self.known[edit_path.item(at, key)]
    if key and base[key] then
      kept[#kept + 1] = item
    elseif removed and removed.op == "remove" then
      item.back = artifact.from(removed.value)
      kept[#kept + 1] = item
    elseif key and self.is_partial then
      self.left_out[#self.left_out + 1] = edit_path.item(at, key)
    else
      item.is_new = true
      item.key = self:added_before(at, item, taken) or name.unique(name.slug(item.name), taken)
      taken[item.key] = true
      kept[#kept + 1] = item
    end
  end
  return kept
end

--- Which of the items that both sides have stand where they stood among each other:
--- the most that can, so that the fewest count as moved.
---@param items DiffItem[] in their new order
---@param position table<string, integer> by key, in the old order
---@return table<DiffItem, true>
local function unmoved(items, position)
  local ends, before, last = {}, {}, {}
  for _, item in ipairs(items) do
    local low, high = 1, #ends + 1
    while low < high do
      local middle = (low + high) // 2
      if position[ends[middle].key] < position[item.key] then
        low = middle + 1
      else
        high = middle
      end
    end
    before[item] = ends[low - 1]
    ends[low] = item
    last = ends[#ends]
  end
  local stay, item = {}, #ends > 0 and last or nil
  while item do
    stay[item] = true
    item = before[item]
  end
  return stay
end

--- What of an item its list's owner writes; all else of it becomes edits of its own.
---@param record pipeline.Field
---@param node host.artifact.Tree
---@param at string
---@param schema string
---@param owner pipeline.BoundStep?
---@return table value
function Diff:own_part(record, node, at, schema, owner)
  local value = json.object {}
  for _, field in ipairs(record.fields) do
    local inner, here = node:node { field.name }, edit_path.field(at, field.name)
    local canonical = path.join(schema, field.name)
    local writer = self.graph.writer[canonical]
    if not inner then
      value[field.name] = nil
    elseif field.kind == "record" then
      local part = self:own_part(field, inner, here, canonical, owner)
      value[field.name] = next(part) and part or nil
    elseif field.kind == "list" then
      local items = self:whole_list(field, inner, here, canonical)
      if self.graph.owner[canonical] == owner then
        value[field.name] = items
      else
        self:add { path = here, op = "set", value = items, field = field }
      end
    elseif field.kind == "image" or (writer and writer ~= owner) then
      self:leaf(field, nil, inner, here, canonical)
    else
      value[field.name] = field.kind == "refs" and self:changed_refs(field, nil, inner, here) or inner:get {}
    end
  end
  return value
end

--- A list of a new item: all of it is new.
---@param field pipeline.Field
---@param list host.artifact.Tree
---@param at string
---@param schema string
---@return table[]
function Diff:whole_list(field, list, at, schema)
  local taken, values = {}, json.array {}
  for i, item in ipairs((items_of(list))) do
    local key = name.unique(name.slug(item.name), taken)
    taken[key] = true
    values[i] = self:own_part(field, item.node, edit_path.item(at, key), schema .. "[]", self.graph.owner[schema])
    values[i].key = key
  end
  return values
end

---@param at string
---@param items DiffItem[]
---@param present table<string, any>
function Diff:removed(at, items, present)
  for _, item in ipairs(items) do
    if not present[item.key] then
      local here = edit_path.item(at, item.key)
      local known = self.known[here]
      self:drop(here)
      if not known or known.op ~= "add" then
        self:add { path = here, op = "remove", value = item.node:get {} }
      end
    end
  end
end

--- Where the items are that were added, put back or moved, and what is new in each.
---@param field pipeline.Field
---@param base host.artifact.Tree?
---@param mine host.artifact.Tree?
---@param at string
---@param schema string
function Diff:list(field, base, mine, at, schema)
  if graph.is_given(schema) then
    self:bad(at, "comes from the story: change it there")
  end
  local old, by_key = items_of(base)
  local items, position, both, present = items_of(mine), {}, {}, {}
  part_copies(items, by_key)
  items = self:give_keys(at, items, by_key)
  for _, item in ipairs(old) do
    position[item.key] = item.at
  end
  for _, item in ipairs(items) do
    present[item.key] = true
    both[#both + 1] = by_key[item.key] and item or nil
  end
  if self.keys[schema] then
    for _, item in ipairs(items) do
      self.keys[schema][item.name] = item.key
    end
  end
  if not self.is_partial then
    self:removed(at, old, present)
  end
  local stay = unmoved(both, position)
  local after = ""
  for _, item in ipairs(items) do
    self:item(field, by_key[item.key], item, at, schema, after, stay)
    after = item.key
  end
end

---@param field pipeline.Field
---@param was DiffItem?
---@param item DiffItem
---@param at string
---@param schema string
---@param after string?
---@param stay table<DiffItem, true> those that have not moved
function Diff:item(field, was, item, at, schema, after, stay)
  local here = edit_path.item(at, item.key)
  local known = self.known[here]
  if item.is_new then
    local change = { path = here, op = "add", after = after, field = field }
    self:add(change)
    change.value = self:own_part(field, item.node, here, schema .. "[]", self.graph.owner[schema])
    return
  elseif item.back then
    self.dropped[#self.dropped + 1] = here
  elseif not stay[item] and not self.is_partial then
    local is_added = known and known.op == "add"
    self:add {
      path = here,
      op = is_added and "add" or "move",
      value = is_added and known.value or nil,
      refs = is_added and known.refs or nil,
      after = after,
    }
  end
  local before = item.back or was.node
  if before ~= item.node then
    self:record(field, before, item.node, here, schema .. "[]")
  end
end

---@class DiffOptions
---@field spec pipeline.Spec
---@field graph StepGraph
---@field file string
---@field known table<string, Edit>
---@field is_partial boolean?

--- What is changed in `mine` of what `base` has. A value that fits not is a fault.
---@param base host.artifact.Tree
---@param mine host.artifact.Tree
---@param options DiffOptions
---@return EditChange[] found
---@return string[] dropped   paths of edits that were taken back
---@return string[] left_out  items of a stale copy that are not there any more
function M.diff(base, mine, options)
  local self = setmetatable({ found = {}, dropped = {}, left_out = {}, lists = {} }, Diff)
  for option, value in pairs(options) do
    self[option] = value
  end
  for _, list in ipairs(self.spec:lists()) do
    if not list:find("[]", 1, true) then
      self.lists[list] = named(base, mine, list)
    end
  end
  self.keys = edit_refs.keys(self.spec, mine)
  self:record(self.spec.root, base, mine, "", "")
  for _, change in ipairs(self.found) do
    if change.field then
      change.refs = edit_refs.of(change.field, change.value, self.keys)
      change.field = nil
    end
  end
  return self.found, self.dropped, self.left_out
end

return M
