-- lua/pipeline/edits/lay.lua: lays the edits of one task over what it wrote: first who
-- is in its lists, and in which order, then single fields, then references to
-- items that have other names now.

local edit_path = require "pipeline.edits.path"
local json = require "host.json"
local reach = require "pipeline.context.reach"

local extended = reach.extended

--- What edits came to in an evaluation.
---@class EditsSeen
---@field laid table<string, true>
---@field lost table<string, string>                   why it could not be laid, by path
---@field renamed table<string, table<string, string>> new names by old ones, by list
---@field gone table<string, table<string, true>>      names of items taken out, by list

---@class Lay
---@field spec pipeline.Spec
---@field step pipeline.BoundStep?
---@field seen EditsSeen
---@field tree host.artifact.Tree
---@field places EditPlaces
---@field entries table[]
---@field from fun(segments: EditSegment[]): any where the task's own item is
local Lay = {}
Lay.__index = Lay

local M = {}

--- Puts a value in place; without one, what is there goes.
---@param place (string|integer)[]
---@param value any
---@param changes_lists? boolean
function Lay:put(place, value, changes_lists)
  local entry = { place, value }
  self.entries[#self.entries + 1] = entry
  self.tree = assert(self.tree:patch { entry })
  self.places.tree = self.tree
  if changes_lists then
    self.places = edit_path.places(self.tree)
  end
end

---@param edit EditEntry
---@param reason string
function Lay:lose(edit, reason)
  self.seen.lost[edit.path.text] = reason
end

---@param kind "renamed"|"gone"
local function note(self, kind, schema, name, value)
  local list = schema:gsub("%[%]$", "")
  self.seen[kind][list] = self.seen[kind][list] or {}
  self.seen[kind][list][name] = value
end

---@param segment EditSegment
---@return string
function M.gone_text(segment)
  return ("there is no '%s' in %s any more"):format(segment.key, segment.name)
end

--- Where something is, or the edit is lost.
---@param edit EditEntry
---@param segments EditSegment[]
---@return (string|integer)[]?
function Lay:find(edit, segments)
  local place, gone = self.places:find(segments, self.from(segments))
  if not place then
    self:lose(edit, M.gone_text(gone))
  end
  return place
end

--
-- Lists
--

---@param items table[]
---@param key string
local function position_of(items, key)
  for i, item in ipairs(items) do
    if item.key == key then
      return i
    end
  end
end

--- Puts an item behind another one; false when that is not there.
local function insert_after(items, item, after)
  local position = after == "" and 0 or position_of(items, after)
  table.insert(items, (position or #items) + 1, item)
  return position ~= nil
end

local change = {}

function change.remove(self, edit, items, key)
  local position = position_of(items, key)
  if not position then
    return self:lose(edit, M.gone_text(edit.path.segments[#edit.path.segments]))
  end
  note(self, "gone", edit.path.schema, items[position].name, true)
  table.remove(items, position)
end

function change.add(self, edit, items, key)
  local position = position_of(items, key)
  local item = position and table.remove(items, position) or { key = key }
  for field, value in pairs(self:current(edit)) do
    item[field] = value
  end
  insert_after(items, item, edit.record.after)
end

function change.move(self, edit, items, key)
  local position = position_of(items, key)
  if not position then
    return self:lose(edit, M.gone_text(edit.path.segments[#edit.path.segments]))
  end
  local item = table.remove(items, position)
  if not insert_after(items, item, edit.record.after) then
    table.remove(items)
    table.insert(items, position, item)
    self:lose(edit, ("'%s', which it was put behind, no longer exists"):format(edit.record.after))
  end
end

--- Changes who is in a list.
---@param list EditSegment[]
---@param edits EditEntry[]
function Lay:change_list(list, edits)
  local place = self:find(edits[1], list)
  if not place then
    for i = 2, #edits do
      self:lose(edits[i], self.seen.lost[edits[1].path.text])
    end
    return
  end
  local items = self.tree:get(place) or json.array {}
  for _, edit in ipairs(edits) do
    self.seen.laid[edit.path.text] = true
    change[edit.record.op](self, edit, items, edit.path.segments[#edit.path.segments].key)
  end
  self:put(place, items, true)
end

--
-- Fields
--

--- The value of an edit, with the names that what it refers to has now.
---@param edit EditEntry
---@return any
function Lay:current(edit)
  local record = edit.record
  if not record.refs then
    return record.value
  end
  local field = self.spec:field(edit.path.schema)
  return self:with_names(edit, field, record.value, edit.path.is_item)
end

---@param edit EditEntry
---@param field pipeline.Field
---@param value any
---@param is_item boolean? of a list: one item of it
---@return any
function Lay:with_names(edit, field, value, is_item)
  if field.kind == "refs" then
    return self:names_now(edit, field.to, value)
  elseif field.kind == "list" and not is_item then
    local items = json.array {}
    for i, item in ipairs(value) do
      items[i] = self:with_names(edit, field, item, true)
    end
    return items
  elseif field.fields then
    local copy = json.object {}
    for name, inner in pairs(value) do
      local of = field.by_name[name]
      copy[name] = of and self:with_names(edit, of, inner) or inner
    end
    return copy
  end
  return value
end

---@param edit EditEntry
---@param list string
---@param names string[]
---@return string[]
function Lay:names_now(edit, list, names)
  local index, now = self.places:index { list }, json.array {}
  for _, name in ipairs(names) do
    local key = (edit.record.refs[list] or {})[name]
    local position = key and index[key]
    if position then
      now[#now + 1] = self.tree:get { list, position, "name" }
    elseif key then
      self:lose(edit, ("it names '%s', which is not among the %s any more"):format(name, list))
    else
      now[#now + 1] = name
    end
  end
  return now
end

--- Whether another item of a list has a name already.
---@param place (string|integer)[]
---@param name string
---@return boolean
function Lay:is_taken(place, name)
  local list = table.move(place, 1, #place - 2, 1, {})
  for i = 1, self.tree:length(list) do
    if i ~= place[#place - 1] and self.tree:get(list, i, "name") == name then
      return true
    end
  end
  return false
end

---@param edit EditEntry
function Lay:set(edit)
  if edit.record.sha256 and self.seen.lost[edit.path.text] then
    return -- its picture is gone: one that is drawn does
  end
  local place = self:find(edit, edit.path.segments)
  if not place then
    return
  end
  self.seen.laid[edit.path.text] = true
  local schema, item = edit.path.schema, edit.path.schema:match "^(.*%[%])%.name$"
  if edit.record.op == "remove" then
    if self.tree:has(place) then
      self:put(place, nil)
    end
    return
  elseif item then
    local old = self.tree:get(place)
    if self:is_taken(place, edit.record.value) then
      self:lose(edit, ("another item of its list is called '%s' now"):format(edit.record.value))
      return
    elseif old then
      note(self, "renamed", item, old, edit.record.value)
    end
  end
  self:put(place, self:current(edit), self.spec:field(schema).kind == "list")
end

--
-- References
--

--- Follows renamed and removed items in a list of names.
---@param place (string|integer)[]
---@param list string
function Lay:follow_names(place, list)
  local renamed, gone = self.seen.renamed[list] or {}, self.seen.gone[list] or {}
  local present, now, differs = self:present(list), json.array {}, false
  for _, name in ipairs(self.tree:get(place) or {}) do
    local new = not present[name] and renamed[name]
    local drop = not present[name] and gone[name]
    if not drop then
      now[#now + 1] = new or name
    end
    differs = differs or new or drop
  end
  if differs then
    self:put(place, now)
  end
end

--- The names of a list's items, as they stand now.
---@param list string
---@return table<string, true>
function Lay:present(list)
  local present = {}
  for i = 1, self.tree:length { list } or 0 do
    present[self.tree:get { list, i, "name" }] = true
  end
  return present
end

--- Follows them in all that lies under a place.
---@param place (string|integer)[]
---@param field pipeline.Field
function Lay:follow(place, field)
  if field.kind == "refs" then
    self:follow_names(place, field.to)
  elseif field.kind == "list" then
    for i = 1, self.tree:length(place) or 0 do
      for _, inner in ipairs(field.fields) do
        self:follow(extended(place, i, inner.name), inner)
      end
    end
  elseif field.kind == "record" then
    for _, inner in ipairs(field.fields) do
      self:follow(extended(place, inner.name), inner)
    end
  end
end

--- Follows them in what a path that the task writes reaches.
---@param place (string|integer)[]
---@param segments pipeline.ResolvedSegment[]
---@param at integer
function Lay:walk(place, segments, at)
  local segment = segments[at]
  place = extended(place, segment.name)
  if at == #segments then
    self:follow(place, segment.field)
  elseif segment.field.kind ~= "list" then
    self:walk(place, segments, at + 1)
  else
    for i = 1, self.tree:length(place) or 0 do
      self:walk(extended(place, i), segments, at + 1)
    end
  end
end

--- Where the keys of a path are known already: the task's own item has its place.
local function from_scope(step, scope)
  local item = step and step.item and scope[step.item.name]
  local depth = item and #item.keys or 0
  return function(segments)
    local keyed = 0
    for i, segment in ipairs(segments) do
      keyed = keyed + (segment.key and 1 or 0)
      if depth > 0 and keyed == depth then
        return i + 1, item.path
      end
    end
  end
end

--- The task's list changes by list, in the order in which they were made.
---@param edits EditEntry[]
local function parted(edits)
  local wholes, lists, order, fields = {}, {}, {}, {}
  for _, edit in ipairs(edits) do
    if edit.path.is_item then
      local at = edit_path.split(edit.path.text)
      if not lists[at] then
        lists[at] = {}
        order[#order + 1] = at
      end
      table.insert(lists[at], edit)
    else
      local target = edit.is_list and wholes or fields
      target[#target + 1] = edit
    end
  end
  table.sort(order, function(a, b)
    return #a < #b
  end)
  return wholes, lists, order, fields
end

---@class LayOptions
---@field spec pipeline.Spec
---@field seen EditsSeen
---@field step pipeline.BoundStep?       none for what the story itself gives
---@field scope table<string, Element>
---@field tree host.artifact.Tree
---@field follows pipeline.Resolved[]    what of the step's writes may name items that have other names now

--- Lays edits over a patch.
---@param options LayOptions
---@param entries table[] what the task wrote
---@param edits EditEntry[] in the order in which they were made
---@return table[] entries
function M.lay(options, entries, edits)
  local tree = options.tree:patch(entries)
  if not tree then
    return entries -- what is wrong with it is told when it is put in
  end
  local self = setmetatable({
    spec = options.spec,
    step = options.step,
    seen = options.seen,
    tree = tree,
    places = edit_path.places(tree),
    entries = table.move(entries, 1, #entries, 1, {}),
    from = from_scope(options.step, options.scope),
  }, Lay)
  local wholes, lists, order, fields = parted(edits)
  for _, edit in ipairs(wholes) do
    self:set(edit)
  end
  for _, at in ipairs(order) do
    local segments = table.move(lists[at][1].path.segments, 1, #lists[at][1].path.segments, 1, {})
    segments[#segments] = { name = segments[#segments].name }
    self:change_list(segments, lists[at])
  end
  for _, edit in ipairs(fields) do
    self:set(edit)
  end
  for _, resolved in ipairs(options.follows) do
    local bound = resolved.binding and options.scope[resolved.binding].path
    self:walk(bound or {}, resolved.segments, bound and 2 or 1)
  end
  return self.entries
end

return M
