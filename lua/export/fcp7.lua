-- lua/export/fcp7.lua: the cut as Final Cut Pro 7 XML (xmeml version 5), which Premiere,
-- Resolve and Kdenlive import: one video track of stills, markers with the dialogue.

local plain = require "export.plain"

local M = {}

--- What the pictures are shown at when none is known: a frame's width and height.
local WIDTH, HEIGHT = 1920, 1080

---@param aspect string? "16:9"
local function size_of(aspect)
  local across, up = (aspect or ""):match "^(%d+):(%d+)$"
  if not across then
    return WIDTH, HEIGHT
  end
  return math.floor(HEIGHT * across / up / 2 + 0.5) * 2, HEIGHT
end

---@param out string[]
local function add(out, template, ...)
  local values = table.pack(...)
  for i = 1, values.n do
    values[i] = plain.xml(values[i])
  end
  out[#out + 1] = template:format(table.unpack(values, 1, values.n))
end

local function rate_of(rate)
  return ("<rate><timebase>%d</timebase><ntsc>%s</ntsc></rate>"):format(rate.timebase, rate.ntsc and "TRUE" or "FALSE")
end

local function add_clip(out, reel, i, panel, url)
  local rate = rate_of(reel.rate)
  add(out, '<clipitem id="clip-%s"><name>%s</name><enabled>TRUE</enabled>', i, panel.number)
  add(out, "<duration>%s</duration>", panel.frames)
  out[#out + 1] = rate
  add(out, "<in>0</in><out>%s</out>", panel.frames)
  add(out, "<start>%s</start><end>%s</end>", panel.start, panel.start + panel.frames)
  add(out, "<stillframe>TRUE</stillframe>")
  add(out, '<file id="file-%s"><name>%s</name><pathurl>%s</pathurl>', i, url:match "[^/]+$", url)
  out[#out + 1] = rate
  add(out, "<duration>%s</duration><media><video/></media></file>", panel.frames)
  add(out, "<comments><mastercomment1>%s</mastercomment1></comments></clipitem>", plain.line(panel.shot.name))
end

local function add_markers(out, reel)
  for _, panel in ipairs(reel.panels) do
    local words = plain.line(panel.shot.dialogue)
    if words ~= "" then
      add(out, "<marker><name>%s</name><comment>%s</comment><in>%s</in><out>-1</out></marker>",
        panel.number, words, panel.start)
    end
  end
end

---@param reel Reel
---@param urls table<Panel, string> where each panel's picture is, as a file URL
---@return string
function M.text(reel, urls)
  local rate = rate_of(reel.rate)
  local name = plain.line(reel.title)
  local width, height = size_of(reel.artifact.aspect)
  local out = { '<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE xmeml>", '<xmeml version="5">' }
  add(out, '<sequence id="%s"><name>%s</name><duration>%s</duration>', reel.project, name, reel.frames)
  out[#out + 1] = rate
  out[#out + 1] = "<timecode>" .. rate .. ("<string>01:00:00:00</string><frame>%d</frame>"):format(
    3600 * reel.rate.timebase) .. "<displayformat>NDF</displayformat></timecode>"
  add(out, "<media><video><format><samplecharacteristics>")
  out[#out + 1] = rate
  add(out, "<width>%s</width><height>%s</height>", width, height)
  add(out, "<pixelaspectratio>square</pixelaspectratio></samplecharacteristics></format><track>")
  for i, panel in ipairs(reel.panels) do
    if urls[panel] then
      add_clip(out, reel, i, panel, urls[panel])
    end
  end
  add(out, "<enabled>TRUE</enabled><locked>FALSE</locked></track></video></media>")
  add_markers(out, reel)
  add(out, "</sequence></xmeml>")
  return table.concat(out, "\n") .. "\n"
end

return M
