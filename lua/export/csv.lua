-- lua/export/csv.lua: the shot list as CSV (RFC 4180), a row a shot. Columns keep their
-- names and their order; new ones come last.

local plain = require "export.plain"
local rates = require "pipeline.rates"

local M = {}

--- Each column: its heading, and what a panel has there.
local COLUMNS = {
  { "number", function(panel) return panel.number end },
  { "scene", function(panel) return panel.scene.number end },
  { "scene_name", function(panel) return panel.scene.scene.name end },
  { "shot_name", function(panel) return panel.shot.name end },
  { "size", function(panel) return panel.shot.size end },
  { "angle", function(panel) return panel.shot.angle end },
  { "movement", function(panel) return panel.shot.movement end },
  { "lens", function(panel) return panel.shot.lens end },
  { "seconds", function(panel) return ("%g"):format(panel.held) end },
  { "start", function(panel, reel) return rates.timecode(reel.rate, panel.start) end },
  { "frames", function(panel) return panel.frames end },
  { "description", function(panel) return panel.shot.description end },
  { "action", function(panel) return panel.shot.action end },
  { "dialogue", function(panel) return panel.shot.dialogue end },
  { "sound", function(panel) return panel.shot.sound end },
  { "props", function(panel) return table.concat(panel.shot.props or {}, "; ") end },
  { "picture", function(panel) return panel.picture end },
}

--- What a formula begins with, also in the wide forms that East Asian programs take.
local FORMULA = { ["="] = true, ["+"] = true, ["-"] = true, ["@"] = true, ["＝"] = true, ["＋"] = true, ["－"] = true,
  ["＠"] = true }

--- A field. What a spreadsheet would take for a formula gets an apostrophe in front,
--- which it shows as text.
---@param value any
local function field(value)
  local text = plain.text(value)
  local first = text:match "^%s*([^%s\x80-\xBF][\x80-\xBF]*)"
  if FORMULA[first] then
    text = "'" .. text
  end
  return text:find '[",\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

---@param reel Reel
---@return string
function M.text(reel)
  local lines = {}
  local function add(value_of)
    local fields = {}
    for i, column in ipairs(COLUMNS) do
      fields[i] = field(value_of(column))
    end
    lines[#lines + 1] = table.concat(fields, ",")
  end
  add(function(column)
    return column[1]
  end)
  for _, panel in ipairs(reel.panels) do
    add(function(column)
      return column[2](panel, reel)
    end)
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

return M
