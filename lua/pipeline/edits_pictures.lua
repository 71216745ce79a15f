-- lua/pipeline/edits_pictures.lua: people's own drawings: a path that was written into the
-- artifact, or a file that was put in the place of one that was drawn.

local file = require "host.file"
local image = require "host.image"

local M = {}

--- Whether a path stays inside the folder that it is taken from.
local function is_inside(path)
  return path:sub(1, 1) ~= "/" and not ("/" .. path .. "/"):find("/../", 1, true)
end

--- Puts a picture among the project's, under a name of its content.
---@param project Project
---@param path string
---@param key string of its item
---@return string? inside the project
---@return string  sha256, or why it cannot be used
function M.take_in(project, path, key)
  local hash, message = file.hash(path)
  local saved
  if hash then
    local stem = ("edited_%s_%s"):format(key, hash:sub(1, 12))
    saved, message = image.save(path, project:path "images", stem)
  end
  if not saved then
    return nil, tostring(message)
  end
  return "images/" .. saved.path:match "[^/]+$", saved.sha256
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
  elseif project.readonly or (info.type == "png" and is_inside(path) and found == project:path(path)) then
    return path, (file.hash(found))
  end
  return M.take_in(project, found, key)
end

--- Whether a file is another picture than the one that a hash is known of. A file
--- that is gone, or holds no whole picture, is none.
---@param project Project
---@param path string inside the project
---@param known string sha256
---@return boolean
function M.is_other(project, path, known)
  local hash = file.hash(project:path(path))
  return hash ~= nil and hash ~= known and image.inspect(project:path(path)) ~= nil
end

--- Whether a file still is the picture that a hash is known of.
function M.is_same(project, path, known)
  return file.hash(project:path(path)) == known
end

return M
