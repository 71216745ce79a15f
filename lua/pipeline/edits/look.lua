-- lua/pipeline/edits/look.lua: looks at artifact.json, and keeps what a person changed in it
-- as edits. Nothing replaces the file before that is done.

local artifact = require "host.artifact"
local edit_path = require "pipeline.edits.path"
local edits_check = require "pipeline.edits.check"
local edits_diff = require "pipeline.edits.diff"
local edits_pictures = require "pipeline.edits.pictures"
local fault = require "pipeline.fault"
local json = require "host.json"

local M = {}

--- What was absorbed of a person's file before, so that a second save of the same
--- copy counts in place of the first, and not on top of it.
---@class EditsSight
---@field revision integer
---@field before table<string, Edit|false> what stood at each path

---@param edits Edits
---@return EditsSight
local function last_sight(edits)
  local text = edits.project.store:get("view", "sight")
  return text and artifact.parse(text):get {} or { revision = -1, before = {} }
end

--- The records as they would be without what the same copy said before.
---@param edits Edits
---@param sight EditsSight
---@param revision integer
---@return table<string, Edit>
local function records_before(edits, sight, revision)
  local records = edits:records()
  if sight.revision == revision then
    for path, record in pairs(sight.before) do
      records[path] = record or nil
    end
  end
  return records
end

local function same(a, b)
  local function essence(record)
    return { op = record.op, value = record.value, after = record.after, sha256 = record.sha256 }
  end
  return a ~= nil and b ~= nil and json.encode(essence(a)) == json.encode(essence(b))
end

--- Pictures that were named become pictures of the project.
---@param edits Edits
---@param found EditChange[]
local function take_pictures(edits, found, where)
  for _, change in ipairs(found) do
    local at = edit_path.parse(change.path)
    if change.op == "set" and edits.spec:field(at.schema).kind == "image" then
      local key = at.keys[#at.keys] or at.segments[#at.segments].name
      local path, sha256 = edits_pictures.named(edits.project, edits.story.dir, change.value, key)
      if not path then
        local message = ("'%s' cannot be used as a picture: %s"):format(change.value, sha256)
        edits_check.raise({ { path = change.path, message = message } }, where)
      end
      change.value, change.sha256 = path, sha256
    end
  end
end

--- Puts what was found in place of what the same copy said before.
---@param edits Edits
---@param sight EditsSight
---@param revision integer
---@param base table<string, Edit> the records without it
---@return { path: string, record: Edit? }[] changed
local function keep(edits, sight, revision, base, found, dropped)
  local target, touched, before, changed = {}, {}, {}, {}
  for path in pairs(sight.revision == revision and sight.before or {}) do
    touched[path] = true
  end
  for path, record in pairs(base) do
    target[path] = record
  end
  for _, path in ipairs(dropped) do
    target[path], touched[path] = nil, true
  end
  local order = {}
  for _, change in ipairs(found) do
    local path = change.path
    change.path = nil
    target[path], touched[path] = change, true
    order[#order + 1] = path
  end
  for path in pairs(touched) do
    before[path] = base[path] or false
    if not target[path] and edits.entries[path] then
      edits:remove(path)
      changed[#changed + 1] = { path = path }
    end
  end
  for _, path in ipairs(order) do
    local known = edits.entries[path]
    if not same(known and known.record, target[path]) then
      edits:put(path, target[path])
      changed[#changed + 1] = { path = path, record = target[path] }
    end
    touched[path] = nil
  end
  for path in pairs(touched) do -- what the same copy does not say any more
    if target[path] and not same(edits.entries[path] and edits.entries[path].record, target[path]) then
      edits:put(path, target[path])
      changed[#changed + 1] = { path = path, record = target[path] }
    end
  end
  if not edits.readonly then
    edits.project.store:put("view", "sight", json.encode { revision = revision, before = json.object(before) })
  end
  return changed
end

---@class EditsLooked
---@field changed { path: string, record: Edit? }[] without a record: taken back
---@field notes string[] what to say beside

--- Looks at artifact.json. What a person changed in it is kept; what cannot be
--- used is a fault, and the file is left as it is.
---@param edits Edits
---@return EditsLooked
function M.look(edits)
  local published = edits.project.published
  local text, message = published:changed()
  if not text then
    if message then
      fault.raise { where = published.path, message = message }
    end
    return { changed = {}, notes = {} }
  end
  local mine = edits_check.read(edits.spec, text, published.path)
  local revision = math.tointeger(mine:get { "revision" }) or 0
  local base, notes = published:at(revision), {}
  if not base and revision > 0 and published:knows_nothing() then
    fault.raise {
      where = published.path,
      message = "it was written by a run that project.db has no record of",
      hint = "restore project.db; or, to start over and pay again, move the project's folder away",
    }
  elseif not base then
    notes[1] = ("%s is a copy of revision %s, which is not known any more: it is compared with the last one"):format(
      published.path,
      mine:get { "revision" } or "?"
    )
  end
  local sight = last_sight(edits)
  local records = records_before(edits, sight, revision)
  local found, dropped, left_out = edits_diff.diff(base or published:current(), mine, {
    spec = edits.spec,
    graph = edits.graph,
    file = published.path,
    known = records,
    is_partial = base == nil,
  })
  take_pictures(edits, found, published.path)
  for _, path in ipairs(left_out) do
    notes[#notes + 1] = ("%s no longer exists, and is left out of what %s says"):format(path, published.path)
  end
  local changed = keep(edits, sight, revision, records, found, dropped)
  published:see(text)
  return { changed = changed, notes = notes }
end

return M
