-- lua/export/html.lua: the board as one file that can be sent: storyboard.html with its
-- pictures in it, made small.

local artifact = require "host.artifact"
local board = require "pipeline.board"
local image = require "host.image"
local markup = require "pipeline.board.markup"

local M = {}

local SIDE = 480 -- pixels of a picture's longer side: 50 shots take 2 MB or so

--- The page. Waits.
---@param reel Reel
---@param place ExportPlace
---@return string
function M.text(reel, place)
  return board.new(reel.project, reel.scheme, reel.spec):render(artifact.from(reel.artifact), nil, function(path, side)
    return markup.url(path) and image.thumbnail(place.folder .. "/" .. path, side or SIDE)
  end)
end

return M
