-- lua/export/fountain.lua: the scenes as a screenplay in Fountain (fountain.io/syntax):
-- headings, action and dialogue, each forced to be what it is, whatever its text
-- looks like.

local plain = require "export.plain"

local M = {}

--- What Fountain would read as emphasis, notes or cuts.
local function inert(line)
  local function apart(signs)
    return (signs:gsub(".", "%0 "):sub(1, -2))
  end
  return (line:gsub("%[%[+", apart):gsub("%]%]+", apart):gsub("/%*", "/ *"):gsub("%*/", "* /"):gsub("[\\*_]", "\\%0"))
end

--- Each line of a text as action.
local function add_action(out, text)
  for line in plain.text(text):gmatch "[^\n]+" do
    line = plain.line(line)
    if line ~= "" then
      out[#out + 1] = "!" .. inert(line)
    end
  end
  out[#out + 1] = ""
end

--- "NAME: words" as a speech; words that nobody says are a voice.
local function add_dialogue(out, text)
  for line in plain.text(text):gmatch "[^\n]+" do
    local name, words = line:match "^%s*([^:]-)%s*:%s*(.*)$"
    name, words = plain.line(name or "VOICE"), plain.line(words or line)
    if words ~= "" then
      -- A caret at the end would set two speeches side by side.
      name = name:gsub("[%^%s]+$", "")
      out[#out + 1] = "@" .. inert(name ~= "" and name or "VOICE")
      out[#out + 1] = inert(words:gsub("^~", "～")) -- a tilde would make it a song
      out[#out + 1] = ""
    end
  end
end

---@param reel Reel
---@return string
function M.text(reel)
  local narrative = reel.artifact.narrative or {}
  local out = { "Title: " .. inert(plain.line(reel.title)) }
  if narrative.logline then
    out[#out + 1] = "Notes: " .. inert(plain.line(narrative.logline))
  end
  out[#out + 1] = ""
  for _, scene in ipairs(reel.scenes) do
    -- The number between two # is the scene's own; another # in the name would be taken for one.
    -- More than one point would be dots, and no heading.
    local name = inert(plain.line(scene.scene.name):gsub("#", "＃"):gsub("^[%.%s]+", ""))
    out[#out + 1] = (".%s #%s#"):format(name ~= "" and name or "SCENE", scene.number)
    out[#out + 1] = ""
    add_action(out, scene.scene.description)
    for _, panel in ipairs(scene.panels) do
      add_action(out, ("%s  %s"):format(panel.number, plain.line(panel.shot.action or panel.shot.description)))
      add_dialogue(out, panel.shot.dialogue)
    end
  end
  return table.concat(out, "\n")
end

return M
