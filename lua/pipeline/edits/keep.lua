-- lua/pipeline/edits/keep.lua: makes what tasks wrote edits, so that nothing upstream replaces
-- it; and drops edits again.

local completion = require "pipeline.tasks.completion"
local edit_path = require "pipeline.edits.path"
local edit_refs = require "pipeline.edits.refs"
local edits = require "pipeline.edits"
local fault = require "pipeline.fault"
local file = require "host.file"
local json = require "host.json"
local path = require "pipeline.spec.path"
local reach = require "pipeline.context.reach"
local select = require "pipeline.tasks.select"

local M = {}

---@class Keeper
---@field opened Session
---@field tree host.artifact.Tree
---@field places EditPlaces
---@field refs table<string, table<string, string>>
---@field kept string[] paths
local Keeper = {}
Keeper.__index = Keeper

--- What of an item its list's owner has written.
local function own_part(graph, step, record, value, schema)
  local part = json.object {}
  for _, field in ipairs(record.fields) do
    local canonical, inner = path.join(schema, field.name), value[field.name]
    if inner == nil then
      part[field.name] = nil
    elseif field.kind == "record" then
      local of = own_part(graph, step, field, inner, canonical)
      part[field.name] = next(of) and of or nil
    elseif field.kind == "list" and graph.owner[canonical] == step then
      part[field.name] = M.own_items(graph, step, field, inner, canonical)
    elseif field.kind ~= "list" and graph.writer[canonical] == step then
      part[field.name] = inner
    end
  end
  return part
end

---@param graph StepGraph
---@param step pipeline.BoundStep
---@param field pipeline.Field
---@param items table[]
---@param schema string
---@return table[]
function M.own_items(graph, step, field, items, schema)
  local list = json.array {}
  for i, item in ipairs(items) do
    list[i] = own_part(graph, step, field, item, schema .. "[]")
    list[i].key = item.key
  end
  return list
end

--- Makes a value an edit, where it is none yet.
---@param text string
---@param field pipeline.Field
---@param value any
function Keeper:put(text, field, value)
  if value == nil or self.opened.edits.entries[text] then
    return
  end
  local record = { op = "set", value = value, refs = edit_refs.of(field, value, self.refs) }
  if field.kind == "image" then
    record.sha256 = file.hash(self.opened.project:path(value))
    if not record.sha256 then
      return -- it is not there to be kept
    end
    record.was, record.from = value, record.sha256
  end
  self.opened.edits:put(text, record)
  self.kept[#self.kept + 1] = text
end

--- Keeps what one task wrote of a leaf.
---@param step pipeline.BoundStep
---@param keys string[]
---@param leaf string
function Keeper:leaf(step, keys, leaf)
  local graph, spec = self.opened.graph, self.opened.spec
  local list = edits.list_of(step, leaf)
  local text = edits.with_keys(list or leaf, keys)
  local place = self.places:find(edit_path.parse(text).segments)
  if not place then
    return
  elseif not list then
    self:put(text, spec:field(leaf), self.tree:get(place))
  elseif step.owned[list] then
    local items = self.tree:get(place)
    self:put(text, spec:field(list), items and M.own_items(graph, step, spec:field(list), items, list))
  else
    local inner = edit_path.parse(leaf:sub(#list + 4))
    for i = 1, inner and self.tree:length(place) or 0 do
      local item = reach.extended(place, i)
      local at = edit_path.item(text, self.tree:get(item, "key"))
      local value = self.tree:get(self.places:find(inner.segments, 1, item))
      self:put(edit_path.field(at, inner.text), spec:field(leaf), value)
    end
  end
end

--- Whether any of what a task writes is there: something may have been taken out by
--- hand, and the rest is to be kept.
---@param step pipeline.BoundStep
---@param keys string[]
---@return boolean
function Keeper:has_some(step, keys)
  for _, leaf in ipairs(step.written) do
    local text = edits.with_keys(edits.list_of(step, leaf) or leaf, keys)
    local place = self.places:find(edit_path.parse(text).segments)
    if place and self.tree:has(place) then
      return true
    end
  end
  return false
end

--- The tasks of a story that have written something, by name.
---@return string[] names
---@return table<string, { step: pipeline.BoundStep, keys: string[] }> tasks
function Keeper:known_tasks()
  local names, tasks = {}, {}
  for _, step in ipairs(self.opened.graph.steps) do
    for _, item in ipairs(completion.items(self.tree, step)) do
      if self:has_some(step, item.keys) then
        local name = select.name(step.name, item.keys)
        tasks[name] = { step = step, keys = item.keys }
        names[#names + 1] = name
      end
    end
  end
  return names, tasks
end

--- Makes what tasks wrote edits.
---@param opened Session
---@param words string[] as people write tasks
---@return string[] paths
function M.keep(opened, words)
  local tree = opened.project.published:current()
  opened.edits:forget_sight()
  local self = setmetatable({
    opened = opened,
    tree = tree,
    places = edit_path.places(tree),
    refs = edit_refs.keys(opened.spec, tree),
    kept = {},
  }, Keeper)
  local names, tasks = self:known_tasks()
  for _, name in ipairs(select.tasks(words, names)) do
    for _, leaf in ipairs(tasks[name].step.written) do
      self:leaf(tasks[name].step, tasks[name].keys, leaf)
    end
  end
  return self.kept
end

--- The edits that one word means: the one of that path, else all that match it.
local function meant_by(kept, word)
  if kept.entries[word] then
    return { [word] = true }
  end
  local found, known, is_meant = {}, {}, select.matcher(word)
  for _, entry in ipairs(kept:list()) do
    known[#known + 1] = entry.path.text
    found[entry.path.text] = is_meant(entry.path.text) or nil
  end
  if not next(found) then
    local about = { message = ("there is no edit '%s'"):format(word) }
    if #known == 0 then
      about.hint = "this project has no edits"
      fault.raise(about)
    end
    fault.unknown(about, word, known, "the edits are")
  end
  return found
end

--- Whether a file has the place of a picture that was drawn for a task.
local function is_place(opened, task, place)
  for _, outcome in ipairs(opened:outcomes():of(task)) do
    if outcome.picture and outcome.picture.path == place then
      return true
    end
  end
  return false
end

--- A picture that was put in the place of one that was drawn goes from there: the
--- edit has its own copy. Then the place is free for the one that was drawn.
---@param opened Session
---@param entry EditEntry
local function clear(opened, entry)
  local record = entry.record
  if record.was and record.was ~= record.value and entry.task and is_place(opened, entry.task, record.was) then
    local place = opened.project:path(record.was)
    if file.hash(place) == record.from then
      file.remove(place)
    end
  end
end

--- Drops edits: what was generated comes back.
---@param opened Session
---@param words string[] paths, or globs of them
---@return string[] paths
function M.drop(opened, words)
  local kept, dropped = opened.edits, {}
  kept:forget_sight()
  local wanted = {}
  for _, word in ipairs(words) do
    for text in pairs(meant_by(kept, word)) do
      wanted[text] = true
    end
  end
  local list = kept:list()
  for _, entry in ipairs(list) do
    local text = entry.path.text
    if wanted[text] and entry.record.op == "add" then
      for _, other in ipairs(list) do -- what is set in it goes with it
        wanted[other.path.text] = wanted[other.path.text] or edit_path.is_inside(other.path.text, text) or nil
      end
    end
  end
  for _, entry in ipairs(list) do
    if wanted[entry.path.text] then
      dropped[#dropped + 1] = entry.path.text
      clear(opened, entry)
      kept:remove(entry.path.text)
    end
  end
  return dropped
end

return M
