-- lua/offline/story.lua: what the offline provider makes of an idea: a cast, a
-- setting, an arc. It follows from the idea alone, so that all answers about one
-- story agree without knowing of each other.

local arcs = require "offline.arcs"
local cast = require "offline.cast"
local random = require "offline.random"
local settings = require "offline.settings"
local words = require "offline.words"

local M = {}

---@class offline.Story
---@field idea string
---@field setting offline.Setting
---@field hero offline.Part
---@field other offline.Part
---@field thing offline.Part
---@field place offline.Part
---@field props offline.Part[]   all of the cast, and the places
---@field places offline.Part[]
---@field style? string
local Story = {}
Story.__index = Story

local function first(parts, kind, except)
  for _, part in ipairs(parts) do
    if part.kind == kind and part ~= except then return part end
  end
end

local function add(parts, part)
  for _, known in ipairs(parts) do
    if known.noun == part.noun or known.name:lower() == part.name:lower() then return known end
  end
  parts[#parts + 1] = part
  return part
end

-- What the user brings along comes first and keeps its name.
local function gather(brief)
  local parts = {}
  for _, path in ipairs { "own_props", "props", "scene.props" } do
    for _, item in ipairs(brief.items[path] or {}) do
      if item.name then
        local kind = item.kind
        if kind ~= "character" and kind ~= "object" and kind ~= "place" then kind = nil end
        local part = cast.part(item.name, kind)
        part.description = item.description ~= "(none)" and item.description or nil
        add(parts, part)
      end
    end
  end
  for _, part in ipairs(cast.extract(brief.idea)) do add(parts, part) end
  return parts
end

-- A scene that was written from a setting's material shows which one.
local function setting_of(brief)
  local sketch = brief.values["scene.sketch"]
  if sketch then
    sketch = sketch:lower()
    for _, setting in pairs(settings) do
      for _, light in ipairs(setting.light) do
        if sketch:find(light, 1, true) then return setting end
      end
    end
  end
  return settings[cast.setting(brief.idea)]
end

--- The story of a request.
---@param brief offline.Brief
---@return offline.Story
function M.of(brief)
  local idea = brief.idea
  local setting = setting_of(brief)
  local rng = random.new("story of " .. idea)
  local parts = gather(brief)
  local self = setmetatable({ idea = idea, setting = setting, style = brief.values.style }, Story)
  local function stock(list, kind)
    return add(parts, cast.part(rng:pick(list), kind))
  end
  self.hero = first(parts, "character") or stock({ "The watchman", "The traveller",
    "The apprentice" }, "character")
  self.thing = first(parts, "object") or stock(setting.objects, "object")
  self.other = first(parts, "character", self.hero) or stock(setting.others, "character")
  self.place = first(parts, "place") or stock(setting.places, "place")
  for _, name in ipairs(rng:shuffle(setting.places)) do
    if #parts >= 7 then break end
    add(parts, cast.part(name, "place"))
  end
  if #parts < 7 then stock(setting.objects, "object") end
  self.props, self.places = parts, {}
  for _, part in ipairs(parts) do
    if part.kind == "place" then self.places[#self.places + 1] = part end
  end
  return self
end

--- The same story where only some props are at hand.
---@param items { name: string, kind?: string }[]
---@return offline.Story
function Story:within(items)
  if not items or #items == 0 then return self end
  local parts = {}
  for _, item in ipairs(items) do
    local part = cast.part(item.name, item.kind)
    for _, known in ipairs(self.props) do
      if known.name == item.name then part = known end
    end
    parts[#parts + 1] = part
  end
  local function has(part)
    for _, one in ipairs(parts) do
      if one == part then return part end
    end
  end
  local inner = setmetatable({}, { __index = self })
  inner.hero = has(self.hero) or first(parts, "character") or self.hero
  inner.other = has(self.other) ~= inner.hero and has(self.other) or first(parts, "character",
    inner.hero) or self.other
  inner.thing = has(self.thing) or first(parts, "object") or self.thing
  inner.place = first(parts, "place") or self.place
  inner.present = parts
  return inner
end

--- A text that begins with a capital.
---@param text string
---@return string
local function capital(text)
  return (text:gsub("^%l", string.upper))
end

local pronouns = {
  she = { she = "she", her = "her", them = "her", herself = "herself" },
  he = { she = "he", her = "his", them = "him", herself = "himself" },
  it = { she = "it", her = "its", them = "it", herself = "itself" },
  they = { she = "they", her = "their", them = "them", herself = "themselves" },
}

local roles = { h = "hero", o = "other", t = "thing", p = "place" }

--- Fills a sentence: {hero}, {Thing}, {she}, {her}, {them} and what `slots` holds;
--- "walk[s|]" agrees with the hero, "shine[t:s|]" with the thing.
---@param template string
---@param slots? table<string, string>
---@return string
function Story:fill(template, slots)
  slots = slots or {}
  local pronoun = pronouns[cast.pronoun(self.hero, self.idea)]
  local function value(name)
    local lower = name:gsub("^%u", string.lower)
    local text = slots[lower] or pronoun[lower]
    if not text and (lower == "hero" or lower == "other" or lower == "thing"
      or lower == "place") then
      text = self[lower].mid
    end
    if not text then return nil end
    return name ~= lower and capital(text) or text
  end
  local text = template:gsub("%[(%l):([^|%]]*)|([^%]]*)%]", function(role, one, many)
    return self[roles[role]].plural and many or one
  end)
  text = text:gsub("%[([^|%]]*)|([^%]]*)%]", function(one, many)
    return self.hero.plural and many or one
  end)
  for _ = 1, 2 do text = text:gsub("{(%a+)}", value) end
  text = text:gsub("s's%f[%W]", "s'")
  return (text:gsub("([%.!?] )(%l)", function(stop, letter) return stop .. letter:upper() end))
end

--- The arc that a narrative was written by, or the one for a variant.
---@param variant integer
---@param values? table<string, string>
---@return table
function Story:arc(variant, values)
  local title = values and values["narrative.title"]
  for _, arc in ipairs(title and arcs or {}) do
    if self:fill(arc.title) == title then return arc end
  end
  return arcs[(variant - 1) % #arcs + 1]
end

--- Which of the five beats the scene is.
---@param index integer
---@param count integer
---@return integer
function M.beat(index, count)
  if index == 1 then return 1 end
  if index == count then return 5 end
  if index == count - 1 then return 4 end
  return 2 + (index - 2) * 2 // (count - 3)
end

--- Who can speak.
---@param part offline.Part
---@return boolean
function M.speaks(part)
  return part.kind == "character" and not words.animals[part.noun]
    and (not words.shades[part.noun] or part.noun == "voice" or part.noun == "ghost"
      or part.noun == "stranger")
end

M.capital = capital

return M
