-- lua/pipeline/run/pictures.lua: what the pictures of a project hold. A file that is what
-- it was when it was last read, by its size, times and inode, is not read again.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"

---@class Pictures
---@field project Project
---@field states table<string, string|false> what each file was when it was looked at, by full path; false: not there
---@field recorded string[]  the files that are on record, full paths, in its order
---@field seen string?       what these were when they were looked at; another text when any of them is
---@field known table<string, { state: string?, sha256: string }> by path inside the project
---@field changed boolean?   there is something new to be recorded
local Pictures = {}
Pictures.__index = Pictures

local M = {}

--- Looks at files. Waits.
---@param paths string[] full
---@return table<string, string|false>
---@return string? seen nil when it cannot be told
local function look(paths)
  local seen, found = file.scan(paths, true)
  local states = type(found) == "table" and found or {}
  for _, path in ipairs(paths) do
    states[path] = states[path] or false
  end
  return states, seen
end

--- What is known of the pictures that the last evaluation went by: those of earlier takes
--- may be many more, and are looked at when they are asked for. Waits.
---@param project Project
---@return Pictures
function M.new(project)
  local known, recorded = {}, {}
  for i, text in ipairs(json.decode(project.store:get("view", "pictures") or "[]")) do
    local sha256, state, path = text:match "^(%x+) (%S+) (.*)$"
    known[path] = { state = state, sha256 = sha256 }
    recorded[i] = project:path(path)
  end
  local states, seen = look(recorded)
  return setmetatable({ project = project, states = states, recorded = recorded, seen = seen, known = known }, Pictures)
end

--- A picture that was just put there.
---@param path string inside the project
---@param sha256 string
function Pictures:add(path, sha256)
  self.known[path] = { sha256 = sha256 }
  self.changed = true
end

--- What a file is, by its size, times and inode. Waits for one that was not looked at yet.
---@param path string inside the project
---@return string|false state false: it is not there
function Pictures:state(path)
  local full = self.project:path(path)
  if self.states[full] == nil then
    self.states[full] = look({ full })[full]
  end
  return self.states[full]
end

--- Whether there is a file. Waits for one that was not looked at yet.
---@param path string inside the project
---@return boolean? there nil when it cannot be told
---@return string? message
function Pictures:has(path)
  local added = self.known[path] and not self.known[path].state
  if added or self:state(path) then
    return true
  end
  return file.exists(self.project:path(path))
end

--- The hash of a picture's content. Waits where it has to be read.
---@param path string inside the project
---@return string? sha256
---@return string? message
---@return string? code
function Pictures:hash(path)
  local known = self.known[path]
  if known and not known.state then
    return known.sha256
  end
  local state = self:state(path)
  if known and known.state == state then
    return known.sha256
  end
  local sha256, message, code = file.hash(self.project:path(path))
  if not sha256 then
    return nil, tostring(message), code
  end
  if state then
    self.known[path] = { state = state, sha256 = sha256 }
    self.changed = true
  end
  return sha256
end

--- The files that are known.
---@return string[] full paths
function Pictures:files()
  local paths = {}
  for path in pairs(self.known) do
    paths[#paths + 1] = self.project:path(path)
  end
  return paths
end

--- The pictures that are not what they were taken for. One that is half written is none
--- yet. Waits.
---@param seen table<string, string|false> what each was when it was last told; kept by the caller
---@return string[] paths inside the project, sorted
function Pictures:touched(seen)
  local now, found = look(self:files()), {}
  for path, known in pairs(self.known) do
    local full = self.project:path(path)
    local state, before = now[full] or false, seen[path]
    if before == nil then
      before = known.state or false
    end
    if state ~= before and (not state or image.inspect(full)) then
      seen[path] = state
      found[#found + 1] = file.hash(full) ~= known.sha256 and path or nil
    end
  end
  table.sort(found)
  return found
end

--- Records what is known, for the next run. Waits.
---@param is_current (fun(path: string): boolean)? whether a picture is still of use; nil: all may be
---@return boolean same no picture was changed by another since it was looked at
---@return string? seen what those on record are now
function Pictures:save(is_current)
  local now, seen = look(self.changed and self:files() or self.recorded)
  local same = true
  for path, state in pairs(self.states) do
    same = same and (not state or now[path] == nil or now[path] == state)
  end
  if not self.changed then
    return same, seen
  end
  local paths, texts = {}, json.array {}
  for path, known in pairs(self.known) do
    local state = now[self.project:path(path)]
    if state and (not known.state or known.state == state) and (not is_current or is_current(path)) then
      paths[#paths + 1] = path
    end
  end
  table.sort(paths)
  self.recorded = {}
  for i, path in ipairs(paths) do
    local full = self.project:path(path)
    texts[i], self.recorded[i] = ("%s %s %s"):format(self.known[path].sha256, now[full], path), full
  end
  if not self.project.readonly then
    self.project.store:put("view", "pictures", json.encode(texts))
    self.changed = false
  end
  return same, (select(2, look(self.recorded)))
end

return M
