-- lua/pipeline/project/published.lua: artifact.json on disk: its revisions, the last few of
-- which the store keeps, and whether a person has changed it since.

local artifact = require "host.artifact"
local file = require "host.file"
local json = require "host.json"

--- What is known of the file on disk.
---@class PublishedRecord
---@field revision integer
---@field hash string?    of the artifact as it was last written
---@field written string? SHA-256 of the file as it was written
---@field seen string?    SHA-256 of the file that was last looked at; another than `written`: a person's
---@field size integer?   of the file seen, bytes
---@field mtime number?
---@field settled boolean? nothing more can be written to it without another mtime
---@field kept { revision: integer, bytes: integer }[] the revisions in the store, oldest first

---@class Published
---@field path string
---@field private store host.store.store
---@field private readonly boolean
---@field private record PublishedRecord
---@field private prepared { hash: string, revision: integer, text: string }? what is to be written
---@field private writing string? SHA-256 of what is being written now
local Published = {}
Published.__index = Published

local M = {}

--- So many revisions are kept, as an editor may have any of them open: all that a
--- run of some minutes writes, and of a large artifact at least the last few.
local MOST, MOST_BYTES, FEWEST = 64, 32 << 20, 3

--- Two writes within this may have the same mtime, seconds.
local TICK = 2

local function revision_name(revision)
  return ("%09d"):format(revision)
end

--- Notes what stands in the store after a crash too.
function Published:keep_record()
  if not self.readonly then
    self.store:put("view", "artifact", json.encode(self.record))
  end
end

--- Takes the file as it is now for the one that is known.
---@param hash string
---@param stat host.file.stat
function Published:note(hash, stat)
  local record = self.record
  record.seen, record.size, record.mtime = hash, stat.size, stat.mtime
  record.settled = os.time() - stat.mtime > TICK
  self:keep_record()
end

--- What a person has made of the file: its text, and the hash that says that it was
--- dealt with. Nothing when it is as it was last seen, or is not there. Costs one
--- look at the file's size and time when nothing was written to it.
---@return string? text
---@return string? message why it cannot be read
function Published:changed()
  local record = self.record
  local stat = file.stat(self.path)
  if not stat then
    return nil
  end
  local is_same = stat.size == record.size and stat.mtime == record.mtime
  if is_same and record.settled then
    return nil
  end
  local hash, message = file.hash(self.path)
  if not hash then
    return nil, message
  elseif hash == record.seen then
    if not is_same or os.time() - stat.mtime > TICK then
      self:note(hash, stat)
    end
    return nil
  end
  return file.read(self.path)
end

--- A person's file has been dealt with: it may be replaced.
---@param text string
function Published:see(text)
  local stat = file.stat(self.path)
  if stat then
    self:note(json.sha256(text), stat)
  end
end

--- The artifact as a revision had it.
---@param revision integer?
---@return host.artifact.Tree?
function Published:at(revision)
  local text = revision and self.store:get("revision", revision_name(revision))
  return text and artifact.parse(text) or nil
end

--- Whether nothing was ever published, by what the store says.
---@return boolean
function Published:knows_nothing()
  return #self.record.kept == 0
end

--- The artifact as it was last published, whatever is on disk.
---@return host.artifact.Tree
function Published:current()
  local kept = self.record.kept
  return kept[1] and self:at(kept[#kept].revision) or artifact.new()
end

--- Whether a file of this content was not made by a person, or was dealt with.
---@param sha256 string
---@return boolean
function Published:is_known(sha256)
  return sha256 == self.writing or sha256 == self.record.written or sha256 == self.record.seen
end

--- Whether the file on disk is another than this artifact.
---@param tree host.artifact.Tree
---@return boolean
function Published:differs(tree)
  local record = self.record
  return tree:hash() ~= record.hash or record.seen ~= record.written or not file.exists(self.path)
end

--- Makes room for a revision.
function Published:prune()
  local kept, bytes = self.record.kept, 0
  for _, one in ipairs(kept) do
    bytes = bytes + one.bytes
  end
  while #kept > FEWEST and (#kept > MOST or bytes > MOST_BYTES) do
    local oldest = table.remove(kept, 1)
    bytes = bytes - oldest.bytes
    self.store:remove("revision", revision_name(oldest.revision))
  end
end

--- The next revision, as it is written. One that could not be written is the next
--- one still.
---@param tree host.artifact.Tree
---@param key_order string[]
---@return { hash: string, revision: integer, text: string }
function Published:prepare(tree, key_order)
  local record, hash = self.record, tree:hash()
  if not self.prepared or self.prepared.hash ~= hash then
    local revision = record.revision + 1
    local text = tree:patch({ { { "revision" }, revision } }):encode { indent = 2, order = key_order }
    record.revision = revision
    record.kept[#record.kept + 1] = { revision = revision, bytes = #text }
    self.prepared = { hash = hash, revision = revision, text = text }
    self:prune()
    self:keep_record()
  end
  return self.prepared
end

--- Replaces the file. Its text is in the store before: what a person makes of any
--- copy of it can be told. What a person saved since it was last looked at is left
--- alone: then the code is "EAGAIN".
---@param tree host.artifact.Tree
---@param key_order string[]
---@return true?
---@return string? message
---@return string? code
function Published:write(tree, key_order)
  local next_one = self:prepare(tree, key_order)
  local name, stat = revision_name(next_one.revision), nil
  local ok, message, code = self.store:put("revision", name, next_one.text, { wait = true })
  if ok then
    local record = self.record
    local seen = record.mtime and { size = record.size, mtime = record.mtime } or nil
    self.writing = json.sha256(next_one.text)
    ok, message, code = file.write(self.path, next_one.text, seen)
  end
  if ok then
    stat, message, code = file.stat(self.path)
  end
  if not stat then
    return nil, message, code
  end
  self.prepared = nil
  self.record.hash, self.record.written = next_one.hash, self.writing
  self:note(self.record.written, stat)
  return true
end

--- What is known of the file of a project.
---@param store host.store.store
---@param path string
---@param readonly boolean?
---@return Published
function M.new(store, path, readonly)
  local text = store:get("view", "artifact")
  local record = text and artifact.parse(text):get {} or { revision = 0 }
  record.kept = json.array(record.kept or {})
  return setmetatable({ store = store, path = path, readonly = readonly, record = record }, Published)
end

return M
