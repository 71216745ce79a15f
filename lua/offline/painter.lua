-- lua/offline/painter.lua: a frame for a picture request.

local image = require "host.image"

local M = {}

--- Draws what a request asks for into a PNG. Waits.
---@param brief offline.Brief
---@param size integer[]
---@param path string
function M.draw(brief, size, _, path)
  local width, height = size[1], size[2]
  return assert(image.draw {
    width = width, height = height, path = path,
    background = { 0, 0, 0, height, stops = { { 0, 0x20304A }, { 1, 0xC8D2DC } } },
    shapes = {
      { "ellipse", cx = width / 2, cy = height / 2, rx = height / 5, ry = height / 5, colour = 0xE8B860 },
      {
        "text", x = width / 2, y = height - 24, size = 22, colour = 0x101820, align = "center", lines = 1,
        max_width = width - 40, text = brief.values["shot.name"] or brief.values["prop.name"] or brief.idea,
      },
    },
  })
end

return M
