-- lua/pipeline/edits.lua: what people set by hand. It outlives generation: edits are
-- kept by item key, and laid over whatever a task writes.

local edit_path = require "pipeline.edits.path"
local edits_pictures = require "pipeline.edits.pictures"
local fault = require "pipeline.fault"
local graph = require "pipeline.graph"
local artifact = require "host.artifact"
local json = require "host.json"
local lay = require "pipeline.edits.lay"
local look = require "pipeline.edits.look"
local text_of = require "pipeline.edits.text"

--- An edit, and where it belongs.
---@class EditEntry
---@field path EditPath
---@field record Edit
---@field task string?    the task that writes what it changes; "" for what the story gives, nil for nobody
---@field is_list boolean it sets a whole list

---@class Edits
---@field spec pipeline.Spec
---@field graph StepGraph
---@field story pipeline.Story
---@field project Project
---@field readonly boolean                      nothing is recorded
---@field refused string?                       why what a person left in artifact.json cannot be used
---@field waiting boolean                       there are edits that came when an evaluation was under way
---@field private store host.store.store
---@field entries table<string, EditEntry>      by path
---@field private by_task table<string, EditEntry[]>? in the order in which they were made
---@field private seen EditsSeen                what they came to in this evaluation
---@field lost_steps table<string, true>?        whose edits had no place at the end of the last evaluation
---@field private hashes PictureHashes
---@field private report fun(event: table)
---@field private follows table<string, pipeline.Resolved[]> by step
---@field last integer                          the number of the youngest
local Edits = {}
Edits.__index = Edits

local M = {}

---@param text string
---@return Edit
local function read_record(text)
  -- Read as the artifact is, which tells an empty list from an empty record.
  return artifact.parse(text):get {}
end

---@param step string
---@param keys string[]
---@return string
function M.task_name(step, keys)
  return #keys == 0 and step or ("%s[%s]"):format(step, table.concat(keys, "/"))
end

--- The task that writes what a path reaches.
---@param at EditPath
---@return string? task nil when there is no such field, or no item that could have it
function Edits:task_of(at)
  local field = self.spec:field(at.schema)
  if not field then
    return nil
  end
  local list = at.is_item and at.schema:sub(1, -3) or field.kind == "list" and at.schema
  local step = list and self.graph.owner[list] or self.graph.writer[at.schema]
  if not step and not graph.is_given(at.schema) then
    -- Nobody writes it: it comes with the item that it is in.
    local item = at.schema:match "^(.*)%[%]"
    step = item and self.graph.owner[item]
  end
  if not step then
    return ""
  end
  return M.task_name(step.name, table.move(at.keys, 1, #step.each, 1, {}))
end

---@param text string
---@param record Edit
function Edits:enter(text, record)
  local at = edit_path.parse(text)
  local field = at and self.spec:field(at.schema)
  self.entries[text] = {
    path = at or { text = text, segments = {}, schema = "", keys = {}, is_item = false },
    record = record,
    task = at and self:task_of(at),
    is_list = field ~= nil and field.kind == "list" and not at.is_item,
  }
  self.last = math.max(self.last, record.n)
  self.by_task = nil
end

--- Records an edit, in place of what there was at its path.
---@param text string
---@param record Edit
function Edits:put(text, record)
  record.n = record.n or self.last + 1
  record.at = record.at or os.time()
  self:enter(text, record)
  if not self.readonly then
    self.store:put("edit", text, json.encode(record))
    self.project:unfinish()
  end
end

---@param text string
function Edits:remove(text)
  self.entries[text] = nil
  self.by_task = nil
  if not self.readonly then
    self.store:remove("edit", text)
    self.project:unfinish()
  end
end

--- The edits as they were made, oldest first.
---@return EditEntry[]
function Edits:list()
  local list = {}
  for _, entry in pairs(self.entries) do
    list[#list + 1] = entry
  end
  table.sort(list, function(a, b)
    return a.record.n < b.record.n
  end)
  return list
end

--- The records by path, as a comparison wants them.
---@return table<string, Edit>
function Edits:records()
  local records = {}
  for text, entry in pairs(self.entries) do
    records[text] = entry.record
  end
  return records
end

--- The files of the pictures that people have set, and where they found room.
---@return string[] inside the project
function Edits:pictures()
  local paths = {}
  for _, entry in pairs(self.entries) do
    if entry.record.sha256 then
      paths[#paths + 1] = entry.record.value
      paths[#paths + 1] = entry.record.was
    end
  end
  table.sort(paths)
  return paths
end

--- The edits of one task.
---@param task string "" for what the story gives
---@return EditEntry[]
function Edits:of(task)
  if not self.by_task then
    self.by_task = {}
    for _, entry in ipairs(self:list()) do
      if entry.task then
        local of = self.by_task[entry.task] or {}
        self.by_task[entry.task] = of
        of[#of + 1] = entry
      end
    end
  end
  return self.by_task[task] or {}
end

--
-- What people do to artifact.json
--

--- Looks at artifact.json, and keeps as edits what a person changed in it. What
--- cannot be used is a fault.
---@param report fun(event: table)
---@return boolean changed
function Edits:look(report)
  local looked = look.look(self)
  for _, note in ipairs(looked.notes) do
    report { event = "edit", message = note }
  end
  for _, change in ipairs(looked.changed) do
    local record = change.record
    report {
      event = "edit",
      path = change.path,
      op = record and record.op or "drop",
      message = record and text_of.line(change.path, record) or change.path .. ": taken back",
    }
  end
  return #looked.changed > 0
end

--- A command has changed edits: what a person's copy said is no measure any more.
function Edits:forget_sight()
  self.store:remove("view", "sight")
end

--- Whether artifact.json may be replaced. What a person has saved since this
--- evaluation began is kept, and goes in when it is begun again.
---@param report fun(event: table)
---@return boolean
function Edits:may_replace(report)
  local ok, changed = pcall(self.look, self, report)
  if not ok and not fault.is(changed) then
    error(changed, 0)
  elseif not ok and tostring(changed) ~= self.refused then
    self.refused = tostring(changed)
    report { event = "refused", message = self.refused }
  elseif ok then
    self.refused = nil
    self.waiting = self.waiting or changed
  end
  return not self.refused and not self.waiting
end

--
-- In an evaluation
--

--- An evaluation begins: nothing has been laid yet, and all edits will be.
---@param hashes PictureHashes
---@param report fun(event: table)
function Edits:begin(hashes, report)
  self.seen = { laid = {}, lost = {}, renamed = {}, gone = {} }
  self.waiting = false
  self.hashes, self.report = hashes, report
end

--- Records an edit that was found in the folder of pictures.
---@param text string
---@param record table
function Edits:put_found(text, record)
  self:put(text, record)
  self.report { event = "edit", path = text, op = record.op, message = text_of.line(text, record) }
end

--- Whether the picture of an edit is there; what a person has saved in its place
--- since counts.
---@param entry EditEntry
---@return boolean
function Edits:has_picture(entry)
  local text, keys = entry.path.text, entry.path.keys
  local changed, problem = edits_pictures.look(self.project, self.hashes, entry.record, keys[#keys] or text)
  if changed then
    self:put_found(text, changed)
  end
  self.seen.lost[text] = problem
  return problem == nil
end

--- Whether a person has put another picture in the place of one that was drawn: that
--- is an edit.
---@param step pipeline.BoundStep
---@param keys string[]
---@param drawn { path: string, sha256: string }
---@return boolean
function Edits:replaced(step, keys, drawn)
  local text = M.with_keys(step.draws.schema, keys)
  if self.entries[text] then
    return false
  end
  local record = edits_pictures.replaced(self.project, self.hashes, drawn, keys[#keys] or text)
  if record then
    self:put_found(text, record)
  end
  return record ~= nil
end

--- Whether a step writes names of items.
---@param step pipeline.BoundStep
---@return boolean
function Edits:has_references(step)
  return self.follows[step.name] ~= nil
end

--- What of a step's writes may name items whose names have changed.
---@param step pipeline.BoundStep
---@return pipeline.Resolved[]
function Edits:follows_of(step)
  local found = {}
  for _, resolved in ipairs(self.follows[step.name] or {}) do
    for _, leaf in ipairs(self.spec:leaves(resolved)) do
      local to = self.spec:field(leaf).to
      if to and (self.seen.renamed[to] or self.seen.gone[to] or self:changes_list(to)) then
        found[#found + 1] = resolved
        break
      end
    end
  end
  return found
end

--- Whether the task that a list comes from, and that may be this one, has edits.
---@param list string
---@return boolean
function Edits:changes_list(list)
  local owner = self.graph.owner[list]
  return owner ~= nil and #self:of(owner.name) > 0
end

--- What a task wrote, with the edits laid over it.
---@param step pipeline.BoundStep? none for what the story itself gives
---@param keys string[]
---@param entries table[] for artifact:patch
---@param tree host.artifact.Tree
---@param scope table<string, Element>?
---@return table[] entries
function Edits:over(step, keys, entries, tree, scope)
  if not next(self.entries) then
    return entries
  end
  local edits = self:of(step and M.task_name(step.name, keys) or "")
  local follows = step and self:follows_of(step) or {}
  if #edits == 0 and #follows == 0 then
    return entries
  end
  return lay.lay({
    spec = self.spec,
    seen = self.seen,
    step = step,
    scope = scope or {},
    tree = tree,
    follows = follows,
  }, entries, edits)
end

--- The list that a leaf's items are in, if it is not of the task's own item.
---@param step pipeline.BoundStep
---@param leaf string
---@return string?
function M.list_of(step, leaf)
  local inner = step.item and leaf:sub(#step.item.schema + 1) or leaf
  local list = inner:match "^([^%[]*)%[%]"
  return list and (step.item and step.item.schema or "") .. list
end

--- A canonical path with keys in it.
---@param schema string
---@param keys string[]
---@return string
function M.with_keys(schema, keys)
  local at = 0
  return (schema:gsub("%[%]", function()
    at = at + 1
    return ("[%s]"):format(keys[at])
  end))
end

--- Whether all that a task writes is set by hand: then nobody is asked.
---@param step pipeline.BoundStep
---@param keys string[]
---@param tree host.artifact.Tree
---@return boolean
function Edits:covers(step, keys, tree)
  local edits = next(self.entries) and self:of(M.task_name(step.name, keys)) or {}
  if #edits == 0 then
    return false
  end
  for _, entry in ipairs(edits) do
    if entry.record.sha256 and not self:has_picture(entry) then
      return false
    end
  end
  for _, leaf in ipairs(step.written) do
    local list = M.list_of(step, leaf)
    local covered
    if list and step.owned[list] then
      covered = self.entries[M.with_keys(list, keys)] ~= nil
    elseif list then
      covered = self:covers_items(list, leaf, tree)
    else
      covered = self.entries[M.with_keys(leaf, keys)] ~= nil
    end
    if not covered then
      return false
    end
  end
  return true
end

--- Whether a field is set by hand in every item of a list at the top.
---@param list string
---@param leaf string
---@param tree host.artifact.Tree
---@return boolean
function Edits:covers_items(list, leaf, tree)
  local name = leaf:sub(#list + 4)
  for i = 1, tree:length { list } or 0 do
    local item = edit_path.item(list, tree:get { list, i, "key" })
    if not self.entries[edit_path.field(item, name)] then
      return false
    end
  end
  return true
end

--- Why an edit that no task met has no place in what came of an evaluation.
---@param entry EditEntry
---@param places EditPlaces
---@return string?
local function lost_in(entry, places)
  if not entry.task then
    return "this field no longer exists"
  end
  local segments = entry.path.segments
  local item = entry.path.is_item and #segments - 1 or #segments
  local place, gone, listed = places:find(table.move(segments, 1, item, 1, {}))
  return not place and listed and lay.gone_text(gone) or nil
end

--- The edits of some tasks count as laid: what they came to already exists.
---@param is_there fun(task: string): boolean?
function Edits:suppose_laid(is_there)
  for text, entry in pairs(self.entries) do
    if is_there(entry.task or "") then
      self.seen.laid[text] = true
    end
  end
end

--- An evaluation has ended: tells which edits have lost what they belong to.
---@param tree host.artifact.Tree what came of it
---@return { path: string, message: string }[]
function Edits:finish(tree)
  local places, lost, reasons = edit_path.places(tree), {}, json.object {}
  self.lost_steps = {}
  for _, entry in ipairs(self:list()) do
    local text = entry.path.text
    local reason = self.seen.lost[text] or not self.seen.laid[text] and lost_in(entry, places)
    if reason then
      lost[#lost + 1] = { path = text, message = reason }
      reasons[text] = reason
      self.lost_steps[(entry.task or ""):match "^[^%[]*"] = true
    end
  end
  local record = json.encode(reasons)
  if not self.readonly and (self.store:get("view", "lost") or "{}") ~= record then
    self.store:put("view", "lost", record)
  end
  return lost
end

--- Which edits had lost what they belong to at the end of the last evaluation.
---@return table<string, string> reasons by path
function Edits:lost()
  return read_record(self.store:get("view", "lost") or "{}")
end

---@class EditsOptions
---@field project Project
---@field story pipeline.Story
---@field spec pipeline.Spec
---@field graph StepGraph

--- The edits of a project.
---@param options EditsOptions
---@return Edits
function M.new(options)
  local self = setmetatable({ entries = {}, last = 0, follows = {} }, Edits)
  for option, value in pairs(options) do
    self[option] = value
  end
  self.store, self.readonly = self.project.store, self.project.readonly or false
  for _, step in ipairs(self.graph.steps) do
    for _, resolved in ipairs(step.writes) do
      for _, leaf in ipairs(self.spec:leaves(resolved)) do
        if self.spec:field(leaf).kind == "refs" then
          self.follows[step.name] = self.follows[step.name] or {}
          table.insert(self.follows[step.name], resolved)
        end
      end
    end
  end
  for text, record in pairs(self.store:all "edit") do
    self:enter(text, read_record(record))
  end
  return self
end

return M
