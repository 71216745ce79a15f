-- lua/pipeline/run/pictures.lua: what the pictures of a project hold. A file that is what
-- it was when it was last read, by its size, times and inode, is not read again.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"

---@class Pictures
---@field project Project
---@field states table<string, string> what each file of images/ was when it was looked at, by full path
---@field seen string?                what the folder was when it was looked at; another text when anything in it is
---@field known table<string, { state: string?, sha256: string }> by path inside the project
---@field changed boolean?             there is something new to be recorded
local Pictures = {}
Pictures.__index = Pictures

local M = {}

---@param project Project
---@return table<string, string>
---@return string? seen nil when it cannot be told
local function look(project)
  local seen, states = file.scan({ project:path "images" }, true)
  return type(states) == "table" and states or {}, seen
end

--- Waits.
---@param project Project
---@return Pictures
function M.new(project)
  local known = {}
  local recorded = json.decode(project.store:get("view", "pictures") or "{}") or {}
  for path, text in pairs(recorded) do
    local state, sha256 = text:match "^(%S+) (%x+)$"
    known[path] = { state = state, sha256 = sha256 }
  end
  local states, seen = look(project)
  return setmetatable({ project = project, states = states, seen = seen, known = known }, Pictures)
end

--- A picture that was just put there.
---@param path string inside the project
---@param sha256 string
function Pictures:add(path, sha256)
  self.known[path] = { sha256 = sha256 }
  self.changed = true
end

--- Whether there is a file. Waits for what is not in the folder of pictures.
---@param path string inside the project
---@return boolean? there nil when it cannot be told
---@return string? message
function Pictures:has(path)
  local added = self.known[path] and not self.known[path].state
  if added or self.states[self.project:path(path)] then
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
  local known, state = self.known[path], self.states[self.project:path(path)]
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

--- The pictures that are not what they were taken for. One that is half written is none
--- yet. Waits.
---@param seen table<string, string|false> what each was when it was last told; kept by the caller
---@return string[] paths inside the project, sorted
function Pictures:touched(seen)
  local now, found = look(self.project), {}
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
---@return boolean same no picture was changed by another since it was looked at
---@return string? seen what the folder is now
function Pictures:save()
  local now, seen = look(self.project)
  local texts, same = {}, true
  for path, state in pairs(self.states) do
    same = same and now[path] == state
  end
  for path, known in pairs(self.known) do
    local state = now[self.project:path(path)]
    if state and (not known.state or known.state == state) then
      texts[path] = ("%s %s"):format(state, known.sha256)
    end
  end
  if self.changed and not self.project.readonly then
    self.project.store:put("view", "pictures", json.encode(json.object(texts)))
    self.changed = false
  end
  return same, seen
end

return M
