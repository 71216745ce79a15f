-- lua/export/srt.lua: the dialogue as subtitles (SubRip), a cue a shot.

local plain = require "export.plain"

local M = {}

--- Players take < > and { } for styling, and --> for times.
local INERT = { ["<"] = "‹", [">"] = "›", ["{"] = "(", ["}"] = ")" }

---@param seconds number
local function time(seconds)
  local milliseconds = math.floor(seconds * 1000 + 0.5)
  return ("%02d:%02d:%02d,%03d"):format(
    milliseconds // 3600000,
    milliseconds // 60000 % 60,
    milliseconds // 1000 % 60,
    milliseconds % 1000
  )
end

--- Lines of a cue; an empty one would end it.
local function lines_of(dialogue)
  local lines = {}
  for line in plain.text(dialogue):gmatch "[^\n]+" do
    line = line:gsub("[<>{}]", INERT):gsub("^%s+", ""):gsub("%s+$", "")
    lines[#lines + 1] = line ~= "" and line or nil
  end
  return lines
end

---@param reel Reel
---@return string
function M.text(reel)
  local cues = {}
  for _, panel in ipairs(reel.panels) do
    local lines = lines_of(panel.shot.dialogue)
    if #lines > 0 then
      cues[#cues + 1] = ("%d\n%s --> %s\n%s\n"):format(
        #cues + 1,
        time(panel.seconds),
        time(panel.seconds + panel.held),
        table.concat(lines, "\n")
      )
    end
  end
  return table.concat(cues, "\n")
end

return M
