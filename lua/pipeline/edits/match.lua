-- lua/pipeline/edits/match.lua: items that live on. When a list is written anew, its items are
-- matched with those that it had, and a matched one keeps its key: edits, choices
-- and takes follow the item that they belong to.

local artifact = require "host.artifact"
local json = require "host.json"
local likeness = require "pipeline.edits.likeness"
local name = require "host.name"

--- From which likeness on two items are the same one, 0 to 1: `SAME` of their texts, or
--- of both together, of which the name counts `NAME`. Scenes of one story that have
--- nothing to do with each other are up to 0.25 alike, and one that was told again is
--- 0.4 to 0.8 like itself.
local SAME, NAME = 0.29, 0.35

--- Two that differ by less than this are as like: then order decides.
local STEP = 0.02

---@class MatchItem
---@field name string
---@field text string   all that is said of it
---@field key string?   of an old one

--- What stands of a task's lists.
---@class Standing
---@field from string   the outcome and option that they came from
---@field lists table<string, MatchItem[]>
---@field old table<string, MatchItem[]>? those that they replaced

---@class Matches
---@field private store host.store.store
---@field private readonly boolean
---@field private standing table<string, Standing> by task
---@field report fun(event: table)
local Matches = {}
Matches.__index = Matches

local M = {}

local function pluck(items, field)
  local values = {}
  for i, item in ipairs(items) do
    values[i] = item[field]
  end
  return values
end

--- The keys that items have by themselves.
---@param items MatchItem[]
---@return string[]
function M.own_keys(items)
  local taken, keys = {}, {}
  for i, item in ipairs(items) do
    keys[i] = name.unique(name.slug(item.name), taken)
    taken[keys[i]] = true
  end
  return keys
end

--- Pairs of what is left over that are alike, the most alike first.
---@param old MatchItem[]
---@param new MatchItem[]
---@return { old: integer, new: integer, likeness: number, apart: number }[]
local function candidates(old, new)
  local by_name = likeness.all(pluck(old, "name"), pluck(new, "name"))
  local by_text = likeness.all(pluck(old, "text"), pluck(new, "text"))
  local found = {}
  for i in ipairs(old) do
    for j in ipairs(new) do
      local named, told = by_name[i][j] or 0, by_text[i][j] or 0
      local is_silent = old[i].text == "" and new[j].text == ""
      local likely = is_silent and named or math.max(told, NAME * named + (1 - NAME) * told)
      if likely >= SAME then
        local apart = math.abs((i - 1) / #old - (j - 1) / #new)
        found[#found + 1] = { old = i, new = j, likeness = likely // STEP, apart = apart }
      end
    end
  end
  table.sort(found, function(a, b)
    if a.likeness ~= b.likeness then
      return a.likeness > b.likeness
    elseif a.apart ~= b.apart then
      return a.apart < b.apart
    end
    return a.old ~= b.old and a.old < b.old or a.old == b.old and a.new < b.new
  end)
  return found
end

--- Which key each new item has: its old one where it is matched, by key first, then
--- by likeness. No key of an old item goes to another one.
---@param old MatchItem[]
---@param new MatchItem[]
---@return string[] keys
---@return MatchItem[] gone old items that nothing was matched with
function M.keys(old, new)
  local own, keys = M.own_keys(new), {}
  local left, open, by_key, taken = {}, {}, {}, {}
  for j, key in ipairs(own) do
    by_key[key] = j
  end
  for _, item in ipairs(old) do
    taken[item.key] = true
    if by_key[item.key] then
      keys[by_key[item.key]] = item.key
    else
      left[#left + 1] = item
    end
  end
  for j in ipairs(new) do
    open[#open + 1] = not keys[j] and j or nil
  end
  local rest, matched = {}, {}
  for i, j in ipairs(open) do
    rest[i] = new[j]
  end
  for _, pair in ipairs(candidates(left, rest)) do
    local j = open[pair.new]
    if not keys[j] and not matched[pair.old] then
      keys[j], matched[pair.old] = left[pair.old].key, true
    end
  end
  local gone = {}
  for i, item in ipairs(left) do
    gone[#gone + 1] = not matched[i] and item or nil
  end
  for j in ipairs(new) do
    if not keys[j] then
      keys[j] = name.unique(name.slug(new[j].name), taken)
      taken[keys[j]] = true
    end
  end
  return keys, gone
end

---@param record string
local function read(record)
  return artifact.parse(record):get {}
end

---@param task string
---@param from string
---@return Standing
function Matches:stand(task, from)
  local standing = self.standing[task]
  if not standing then
    local record = self.store:get("match", task)
    standing = record and read(record) or { from = "", lists = {} }
    self.standing[task] = standing
  end
  if standing.from ~= from then
    standing = { from = from, lists = {}, old = standing.lists }
    self.standing[task] = standing
  end
  return standing
end

---@param record_name string
---@param value any
function Matches:put(record_name, value)
  if not self.readonly then
    self.store:put("match", record_name, json.encode(value))
  end
end

--- What hangs on an item that is gone, in words; nothing when nothing does.
---@param list string
---@param key string
---@return string?
function Matches:hanging(list, key)
  local at = ("%s[%s]"):format(list, key)
  local counts = { edit = 0, take = 0 }
  for path in pairs(self.store:all "edit") do
    local inside = path:sub(1, #at) == at
    counts.edit = counts.edit + (inside and 1 or 0)
  end
  local keys = {}
  for outer in at:gmatch "%[([^%[%]]+)%]" do
    keys[#keys + 1] = outer
  end
  local item = table.concat(keys, "/")
  for task in pairs(self.store:all "take") do
    local of = (task:match "%[(.*)%]$" or "") .. "/"
    counts.take = counts.take + (of:sub(1, #item + 1) == item .. "/" and 1 or 0)
  end
  local parts = {}
  for _, kind in ipairs { "edit", "take" } do
    if counts[kind] > 0 then
      parts[#parts + 1] = ("%d %s%s"):format(counts[kind], kind, counts[kind] == 1 and "" or "s")
    end
  end
  return #parts > 0 and table.concat(parts, " and ") or nil
end

--- Tells what became of the items of a list.
---@param task string
---@param list string
---@param old table[]
---@param items table[]
---@param keys string[]
---@param gone table
function Matches:tell(task, list, old, items, keys, gone)
  local was, renamed, added = {}, {}, 0
  for _, item in ipairs(old) do
    was[item.key] = item.name
  end
  for i, key in ipairs(keys) do
    added = added + (was[key] and 0 or 1)
    if was[key] and was[key] ~= items[i].name then
      renamed[#renamed + 1] = ("'%s' goes on as '%s'"):format(was[key], items[i].name)
    end
  end
  if #renamed > 0 or #gone > 0 then
    local said = ("%s written anew: %d of %d go on"):format(list, #old - #gone, #old)
    if #renamed > 0 then
      said = ("%s (%s)"):format(said, table.concat(renamed, ", "))
    end
    self.report { event = "matched", task = task, list = list, message = ("%s, %d new"):format(said, added) }
  end
  for _, item in ipairs(gone) do
    local hanging = self:hanging(list, item.key)
    if hanging then
      local said = ("nothing in it goes on as '%s' [%s], on which hang %s"):format(item.name, item.key, hanging)
      self.report { event = "unmatched", task = task, list = list, key = item.key, message = said }
    end
  end
end

--- The keys of the items of a list that a task has written.
---@param task string
---@param outcome string    the outcome that they come from
---@param option integer
---@param list string       with the keys of the items that it is in
---@param items MatchItem[]
---@return string[]
function Matches:keys(task, outcome, option, list, items)
  local from = ("%s %d"):format(outcome, option)
  local record_name = ("%s %s"):format(task, from)
  local standing = self:stand(task, from)
  local record = self.store:get("match", record_name)
  local matched = record and read(record) or json.object {}
  local keys = matched[list]
  if standing.lists[list] and keys and #keys == #items then
    return keys
  end
  if not keys or #keys ~= #items then
    local old = standing.old and standing.old[list] or {}
    local gone
    keys, gone = M.keys(old, items)
    matched[list] = json.array(keys)
    self:put(record_name, matched)
    self:tell(task, list, old, items, keys, gone)
  end
  local stands = json.array {}
  for i, item in ipairs(items) do
    stands[i] = { key = keys[i], name = item.name, text = item.text }
  end
  standing.lists[list] = stands
  self:put(task, { from = from, lists = standing.lists })
  return keys
end

---@param options { store: host.store.store, readonly: boolean?, report: fun(event: table) }
---@return Matches
function M.new(options)
  local self = setmetatable({ standing = {} }, Matches)
  for option, value in pairs(options) do
    self[option] = value
  end
  return self
end

return M
