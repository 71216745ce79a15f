-- lua/export/otio.lua: the cut as an OpenTimelineIO timeline (.otio JSON): a track of
-- stills, with gaps where a picture is missing, and the shots' words as metadata.

local json = require "host.json"
local plain = require "export.plain"
local rates = require "pipeline.rates"

local M = {}

---@param frames integer
---@param rate Rate
local function time(frames, rate)
  return { OTIO_SCHEMA = "RationalTime.1", value = frames + 0.0, rate = rates.speed(rate) }
end

local function range(start, frames, rate)
  return { OTIO_SCHEMA = "TimeRange.1", start_time = time(start, rate), duration = time(frames, rate) }
end

--- What the shot says, for programs that show it.
local function metadata(panel)
  local shot = panel.shot
  return {
    sbhost = json.object {
      number = panel.number,
      scene = panel.scene.number,
      key = shot.key,
      size = shot.size,
      angle = shot.angle,
      movement = shot.movement,
      lens = shot.lens,
      description = shot.description,
      action = shot.action,
      dialogue = shot.dialogue,
      sound = shot.sound,
      props = json.array(shot.props or {}),
    },
  }
end

local function reference(panel, url, rate)
  if not url then
    return { OTIO_SCHEMA = "MissingReference.1", name = "", metadata = json.object {}, available_range = json.null }
  end
  return {
    OTIO_SCHEMA = "ExternalReference.1",
    name = url:match "[^/]+$",
    metadata = json.object {},
    target_url = url,
    available_range = range(0, panel.frames, rate),
  }
end

---@param reel Reel
---@param urls table<Panel, string> where each panel's picture is
---@return string
function M.text(reel, urls)
  local rate = reel.rate
  local clips = json.array {}
  for i, panel in ipairs(reel.panels) do
    clips[i] = {
      OTIO_SCHEMA = "Clip.1",
      name = ("%s %s"):format(panel.number, plain.line(panel.shot.name)),
      source_range = range(0, panel.frames, rate),
      media_reference = reference(panel, urls[panel], rate),
      effects = json.array {},
      markers = json.array {},
      metadata = metadata(panel),
    }
  end
  local track = {
    OTIO_SCHEMA = "Track.1",
    name = "Storyboard",
    kind = "Video",
    source_range = json.null,
    children = clips,
    effects = json.array {},
    markers = json.array {},
    metadata = json.object {},
  }
  return json.encode({
    OTIO_SCHEMA = "Timeline.1",
    name = plain.line(reel.title),
    global_start_time = time(3600 * rate.timebase, rate),
    metadata = { sbhost = { project = reel.project } },
    tracks = {
      OTIO_SCHEMA = "Stack.1",
      name = "tracks",
      source_range = json.null,
      children = json.array { track },
      effects = json.array {},
      markers = json.array {},
      metadata = json.object {},
    },
  }, { indent = 2 })
end

return M
