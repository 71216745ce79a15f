-- lua/export/edl.lua: the cut as an edit decision list (CMX 3600), from which editing
-- programs conform an animatic: one event a shot, its picture named in a comment.

local plain = require "export.plain"
local rates = require "pipeline.rates"

local M = {}

--- The film begins at one hour, as tapes do.
local HOUR = 3600

--- The longest that a title may be, and what readers take of a comment, in bytes.
local TITLE, COMMENT = 70, 200

--- A text on one line, no longer than that.
local function line(text, most)
  return plain.line(text):sub(1, most):gsub("[\xC0-\xFF][\x80-\xBF]*$", function(cut)
    return utf8.len(cut) and cut or ""
  end)
end

---@param reel Reel
---@param names table<Panel, string> the file of each panel's picture
---@return string
function M.text(reel, names)
  local first = HOUR * reel.rate.timebase
  local out = { "TITLE: " .. line(reel.title, TITLE), "FCM: NON-DROP FRAME", "" }
  local function time(frame)
    return rates.timecode(reel.rate, frame)
  end
  for i, panel in ipairs(reel.panels) do
    -- A still has no time of its own: its source runs from 0.
    out[#out + 1] = ("%03d  AX       V     C        %s %s %s %s"):format(
      i,
      time(0),
      time(panel.frames),
      time(first + panel.start),
      time(first + panel.start + panel.frames)
    )
    out[#out + 1] = "* FROM CLIP NAME: " .. line(names[panel] or panel.number, COMMENT)
    out[#out + 1] = ("* COMMENT: %s %s"):format(panel.number, line(panel.shot.name, COMMENT))
  end
  return table.concat(out, "\n") .. "\n"
end

return M
