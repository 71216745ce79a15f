-- lua/pipeline/edits/pictures.lua: people's own drawings: a path that was written into the
-- artifact, or a file that was put in the place of one that was drawn.

local file = require "host.file"
local image = require "host.image"

--- What is asked of those who know what pictures hold: `Pictures` of a run.
---@class PictureHashes
---@field hash fun(self, path: string): string?

local M = {}

--- Whether a path stays inside the folder that it is taken from.
local function is_inside(path)
  return path:sub(1, 1) ~= "/" and not ("/" .. path .. "/"):find("/../", 1, true)
end

--- Puts a picture among the project's, under a name of its content. It is a person's,
--- and taken as it is.
---@param project Project
---@param path string
---@param key string of its item
---@return string? inside the project; absolute while that is only looked at
---@return string  sha256, or why it cannot be used
function M.take_in(project, path, key)
  local hash, message = file.hash(path)
  local saved
  if hash then
    local stem = ("edited_%s_%s"):format(key, hash:sub(1, 12))
    saved, message = image.save(path, project:place_of_pictures(), stem, true)
  end
  if not saved then
    return nil, tostring(message)
  end
  return project:inside(saved.path), saved.sha256
end

--- The file that a path in the artifact means: inside the project, else beside the story.
local function find(project, dir, path)
  if path:sub(1, 1) == "/" then
    return path
  elseif file.exists(project:path(path)) then
    return project:path(path)
  end
  return dir .. "/" .. path
end

--- The picture that a person named in the artifact. A PNG inside the project stays
--- where it is; anything else is taken in.
---@param project Project
---@param dir string the story's folder
---@param path string
---@param key string
---@return string? inside the project
---@return string  sha256, or why it cannot be used
function M.named(project, dir, path, key)
  local found = find(project, dir, path)
  local info, message = image.inspect(found)
  if not info then
    return nil, message
  elseif info.type == "png" and is_inside(path) and found == project:path(path) then
    return path, (file.hash(found))
  end
  return M.take_in(project, found, key)
end

--- Takes in a picture that was found where another one was. The person's program may
--- go on saving it there, so what it holds then is another picture.
---@param project Project
---@param place string inside the project
---@param hash string of what is there
---@return Edit?
---@return string? message
local function taken_from(project, place, hash, key)
  local path, sha256 = M.take_in(project, project:path(place), key)
  if not path then
    return nil, sha256
  end
  return { op = "set", value = path, sha256 = sha256, was = place, from = hash }
end

--- The edit that a person made by putting a picture in the place of one that was
--- drawn. Nothing when it is still that one, is gone, or is no whole picture.
---@param project Project
---@param hashes PictureHashes
---@param drawn { path: string, sha256: string }
---@param key string
---@return Edit?
function M.replaced(project, hashes, drawn, key)
  local hash = hashes:hash(drawn.path)
  local info = hash and hash ~= drawn.sha256 and image.inspect(project:path(drawn.path))
  return info and (taken_from(project, drawn.path, hash, key)) or nil
end

--- What has become of the picture of an edit.
---@param project Project
---@param hashes PictureHashes
---@param record Edit
---@param key string
---@return Edit? changed   when a person has saved another one
---@return string? problem when there is none to be used
function M.look(project, hashes, record, key)
  local found = record.was and hashes:hash(record.was)
  if found and found ~= record.from then
    local info = image.inspect(project:path(record.was))
    local changed = info and taken_from(project, record.was, found, key)
    if changed then
      return changed
    end
  end
  local hash = hashes:hash(record.value)
  if hash == record.sha256 then
    return nil
  elseif not hash then
    return nil, ("its picture %s no longer exists"):format(record.value)
  end
  local info, message = image.inspect(project:path(record.value))
  if not info then
    return nil, ("its picture cannot be used: %s"):format(message)
  elseif info.type ~= "png" then
    return taken_from(project, record.value, hash, key)
  end
  return { op = "set", value = record.value, sha256 = hash, was = record.was, from = record.from }
end

return M
