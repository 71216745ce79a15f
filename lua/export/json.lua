-- lua/export/json.lua: the storyboard as JSON for other programs: the artifact, with the
-- numbers and times that only follow from its order.

local json = require "host.json"
local rates = require "pipeline.rates"

local M = {}

---@param reel Reel
---@return string
function M.text(reel)
  local board = reel.artifact
  board.title = reel.title
  board.rate = reel.rate.name
  board.frames = reel.frames
  for _, scene in ipairs(reel.scenes) do
    scene.scene.number = scene.number
    for _, panel in ipairs(scene.panels) do
      panel.shot.number = panel.number
      panel.shot.start = rates.timecode(reel.rate, panel.start)
      panel.shot.frames = panel.frames
    end
  end
  return json.encode(board, { indent = 2 })
end

return M
