-- lua/export/html.lua: the board as one file that can be sent: storyboard.html with its
-- pictures in it, made small.

local artifact = require "host.artifact"
local board = require "pipeline.board"
local file = require "host.file"
local image = require "host.image"
local markup = require "pipeline.board.markup"

local M = {}

local WIDTH = 480 -- pixels, of a picture

--- A picture made small, as an address that holds it.
---@param path string
---@param width integer
---@param scratch string where it may be drawn meanwhile
---@return string? address nil when there is no picture
local function embedded(path, width, scratch)
  local looked = image.inspect(path)
  if not looked then
    return nil
  end
  width = math.min(width, looked.width)
  local height = math.max(1, math.floor(looked.height * width / looked.width + 0.5))
  local bytes = image.draw {
    path = scratch,
    scratch = true,
    width = width,
    height = height,
    shapes = { { "picture", path = path, x = 0, y = 0, width = width, height = height, fit = "cover" } },
  } and file.read(scratch)
  file.remove(scratch)
  return bytes and "data:image/png;base64," .. markup.base64(bytes)
end

--- The page. Waits. A picture that is not to be had is named as it is in the project.
---@param reel Reel
---@param place ExportPlace
---@return string
function M.text(reel, place)
  local scratch = place.out .. ".scratch.png"
  return board.new(reel.project, reel.scheme):render(artifact.from(reel.artifact), nil, function(path, width)
    local url = markup.url(path)
    return url and (embedded(place.folder .. "/" .. path, width or WIDTH, scratch) or url)
  end)
end

return M
