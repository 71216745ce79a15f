-- lua/offline/shotlist.lua: what a picture request asks to be drawn, read from its
-- context or, for prose, from its words.

local cast = require "offline.cast"
local looks = require "offline.looks"
local words = require "offline.words"

local M = {}

---@class offline.Actor
---@field part offline.Part
---@field look offline.Look

---@class offline.Frame
---@field kind "shot"|"stage"|"sheet"
---@field title string
---@field size string      "extreme wide" ... "insert", brought to one of ours
---@field angle string
---@field asked string     size, angle and lens in the words of the request
---@field text string      all that describes it, in lower case
---@field style string
---@field seed string      the same in all frames of a scene
---@field place offline.Actor
---@field characters offline.Actor[]
---@field objects offline.Actor[]
---@field subject? offline.Actor of a sheet
---@field twin? offline.Actor    where the subject is more than one

local sizes = {
  { "extreme wide", "extreme wide" }, { "establishing", "extreme wide" }, { "extreme long",
    "extreme wide" },
  { "extreme close", "extreme close-up" }, { "medium close", "medium close-up" }, { "close",
    "close-up" },
  { "insert", "insert" }, { "detail", "insert" }, { "macro", "insert" }, { "medium wide",
    "medium wide" },
  { "american", "medium wide" }, { "medium long", "medium wide" }, { "medium", "medium" }, { "mid",
    "medium" },
  { "full", "full" }, { "wide", "wide" }, { "long", "wide" },
}

local angles = {
  { "shoulder", "over the shoulder" }, { "point of view", "point of view" }, { "pov",
    "point of view" },
  { "overhead", "overhead" }, { "bird", "overhead" }, { "top", "overhead" }, { "dutch", "dutch" },
    { "tilted", "dutch" },
  { "low", "low" }, { "worm", "low" }, { "high", "high" }, { "eye", "eye level" },
}

local function first_of(list, text, otherwise)
  text = text:lower()
  for _, pair in ipairs(list) do
    if text:find(pair[1], 1, true) then return pair[2] end
  end
  return otherwise
end

-- "Size: wide" on a line of its own, in prose.
local function line_of(text, word)
  local found = ("\n" .. text):match("\n%s*[%-%*]?%s*" .. word .. "%s*:%s*([^\n]+)")
  return found and found:match "^%s*(.-)%s*$"
end

local function named(brief, path)
  local names = {}
  for _, item in ipairs(brief.items[path] or {}) do names[#names + 1] = item end
  return #names > 0 and names or nil
end

-- "The keeper, the light and the sea"
local function split_names(text)
  local list = {}
  for name in ((text or ""):gsub(" and ", ", ") .. ","):gmatch "%s*([^,]+)," do
    name = name:match "^%s*(.-)[%.%s]*$"
    if #name > 0 then list[#list + 1] = { name = name:sub(1, 1):upper() .. name:sub(2) } end
  end
  return #list > 0 and list or nil
end

local function from_labels(labels)
  local list = {}
  for _, label in ipairs(labels) do
    local plate = label:match "below it: (.*)$"
    if plate then
      for _, one in ipairs(split_names(plate) or {}) do
        list[#list + 1] = { name = (one.name:gsub("^%d+%.%s*", "")) }
      end
    elseif label ~= "" and #label < 60 and not label:find "%(" then
      list[#list + 1] = { name = label }
    end
  end
  return #list > 0 and list or nil
end

local function actor(name, kind)
  local part = cast.part(name, kind)
  return { part = part, look = looks.of(part) }
end

-- Where it is: the place that the scene's sketch speaks of first.
local function place_of(brief, text, items)
  local from = brief.values["scene.sketch"] or line_of(brief.text, "The place")
  local leading = from and from:match "^The [^,%.;:\n]+"
  if leading and select(2, leading:gsub("%S+", "")) <= 6 then return actor(leading, "place") end
  for _, part in ipairs(from and cast.extract(from) or {}) do
    if part.kind == "place" then return actor(part.name, "place") end
  end
  for _, item in ipairs(items) do
    if cast.part(item.name, item.kind).kind == "place" then return actor(item.name, "place") end
  end
  for _, part in ipairs(cast.extract(text)) do
    if part.kind == "place" then return actor(part.name, "place") end
  end
  local setting = cast.setting(text)
  return actor(({
    sea = "The shore", space = "The moon", forest = "The forest", snow = "The mountain",
      desert = "The desert",
    house = "The house", works = "The hall", city = "The street",
  })[setting], "place")
end

local function read_sheet(values)
  local name = values["prop.name"]
  if not name then return nil end
  return actor(name, ({ character = "character", object = "object",
    place = "place" })[values["prop.kind"] or ""])
end

-- The second of several who share a name: the same clothes, the colours swapped.
local function twin_of(one)
  local look = {}
  for key, value in pairs(one.look) do look[key] = value end
  look.main, look.trim = look.trim, look.main
  look.head = look.head == "cap" and "curls" or "cap"
  look.seed = look.seed + 1
  return { part = one.part, look = look }
end

local function split_cast(frame, items)
  for _, item in ipairs(items) do
    local one = actor(item.name, item.kind)
    if one.part.kind == "character" then
      frame.characters[#frame.characters + 1] = one
      if one.part.plural then frame.characters[#frame.characters + 1] = twin_of(one) end
    elseif one.part.kind == "object" then
      frame.objects[#frame.objects + 1] = one
    end
  end
end

--- Reads a picture request.
---@param brief offline.Brief
---@return offline.Frame
function M.read(brief)
  local values, text = brief.values, brief.text
  local stage = "scene.stage_setting_shot."
  local is_stage = values[stage .. "description"] and not values["shot.description"]
  local at = is_stage and stage or "shot."
  local size = values[at .. "size"] or line_of(text, "[Ss]ize") or line_of(text, "[Ss]hot") or ""
  local angle = values[at .. "angle"] or line_of(text, "[Aa]ngle") or ""
  local lens = values[at .. "lens"] or line_of(text, "[Ll]ens") or ""
  local described = table.concat({
    values["scene.sketch"] or "", values[at .. "description"] or "", values["shot.action"] or "",
    values["scene.description"] or "", next(values) and "" or text,
  }, "\n")
  local subject = read_sheet(values)
  local frame = {
    kind = subject and "sheet" or is_stage and "stage" or "shot",
    title = subject and subject.part.name or values[at .. "name"] or text:match '"([^"\n]+)"'
      or brief.idea:match "[^\n%.]+" or "A frame",
    size = first_of(sizes, size ~= "" and size or described:sub(1, 200), "wide"),
    angle = first_of(angles, angle, "eye level"),
    text = described:lower(),
    style = values.style or line_of(text, "[Ss]tyle") or "",
    seed = values["scene.name"] or values["scene.sketch"] or brief.idea,
    characters = {}, objects = {}, subject = subject,
  }
  local asked = {}
  for _, one in ipairs { size, angle, lens } do
    if one ~= "" then asked[#asked + 1] = one end
  end
  if subject and subject.part.plural then frame.twin = twin_of(subject) end
  frame.asked = subject and subject.part.kind or table.concat(asked, " · ")
  local items = named(brief, "shot.props") or named(brief, "scene.props")
    or split_names(line_of(text, "Seen in it"))
    or from_labels(brief.labels)
  if not items then
    items = {}
    for _, part in ipairs(cast.extract(brief.idea)) do
      items[#items + 1] = { name = part.name, kind = part.kind }
    end
  end
  frame.place = place_of(brief, described ~= "" and described or brief.idea, items)
  split_cast(frame, items)
  return frame
end

--- Whether somebody is a shade, not a person of flesh.
---@param one offline.Actor
---@return boolean?
function M.is_shade(one) return words.shades[one.part.noun] end

return M
