-- lua/offline/palette.lua: the colours of a frame, from the words of its style and
-- the hour and weather that it is to show.

local brush = require "offline.brush"

local M = {}

---@class offline.Palette
---@field sky_top integer
---@field sky_low integer
---@field far integer    what is far off
---@field near integer   what is close
---@field ground integer
---@field paper integer  the lightest
---@field ink integer    the darkest
---@field accent integer the warm light, or what the style has one of
---@field moon integer
---@field level number   how much light there is, 0 to 1
---@field hour "night"|"dusk"|"dawn"|"day"|"inside"
---@field outline number
---@field grain number
---@field mute number    how far the things' own colours are taken back to grey
---@field rain boolean
---@field fog boolean
---@field snow boolean
---@field storm boolean

local hues = {
  { "blue", 212 }, { "cold", 210 }, { "teal", 186 }, { "cyan", 190 }, { "ice", 205 }, { "indigo",
    232 },
  { "violet", 268 }, { "purple", 280 }, { "magenta", 315 }, { "pink", 338 }, { "rose", 345 },
  { "red", 6 }, { "rust", 18 }, { "orange", 28 }, { "amber", 36 }, { "gold", 44 }, { "yellow", 50 },
  { "warm", 30 }, { "sepia", 34 }, { "brown", 28 }, { "ochre", 40 }, { "sand", 42 }, { "earth",
    30 },
  { "green", 136 }, { "moss", 95 }, { "olive", 72 }, { "emerald", 150 },
}

local function hue_in(text)
  local best, at
  for _, pair in ipairs(hues) do
    local found = text:find(pair[1], 1, true)
    if found and (not at or found < at) then best, at = pair[2], found end
  end
  return best
end

-- "one warm lamp": what the style has a single one of is the accent.
local function split_accent(style)
  local rest, accent = style, nil
  for _, pattern in ipairs { "one [^,%.;]+", "single [^,%.;]+", "spot[s]? of [^,%.;]+",
    "accent[^,%.;]*" } do
    local found = style:match(pattern)
    if found then
      accent = accent or hue_in(found)
      rest = rest:gsub(pattern, "")
    end
  end
  return rest, accent
end

local hour_words = {
  { "sunrise", "dawn" }, { "dawn", "dawn" }, { "first light", "dawn" }, { "morning", "dawn" },
  { "first sun", "dawn" }, { "early light", "dawn" },
  { "sunset", "dusk" }, { "dusk", "dusk" }, { "twilight", "dusk" }, { "last hour of light",
    "dusk" },
  { "evening", "dusk" }, { "late afternoon", "dusk" }, { "last blue light", "dusk" },
    { "closing time", "dusk" },
  { "midnight", "night" }, { "night", "night" }, { "moonlight", "night" }, { "starlight", "night" },
  { "deepest hour", "night" }, { "hour after closing", "night" }, { "three in the morning",
    "night" },
  { "coldest hour", "night" }, { "without power", "night" }, { "dark", "night" }, { "lantern",
    "night" },
  { "noon", "day" }, { "midday", "day" }, { "daylight", "day" }, { "sunlight", "day" },
    { "end of the shift", "day" },
}

local function hour_of(text)
  local best, at = "day", nil
  for _, pair in ipairs(hour_words) do
    local found = text:find(pair[1], 1, true)
    if found and (not at or found < at) then best, at = pair[2], found end
  end
  return at and best or "dusk"
end

-- Lightness of sky above and low, far, near, ground; and the light on figures.
local lights = {
  night = { 0.11, 0.37, 0.31, 0.06, 0.19, 0.58 },
  dusk = { 0.26, 0.66, 0.46, 0.09, 0.24, 0.74 },
  dawn = { 0.58, 0.88, 0.66, 0.18, 0.48, 0.95 },
  day = { 0.66, 0.92, 0.68, 0.17, 0.54, 1.0 },
}

local function has(text, ...)
  for _, word in ipairs { ... } do
    if text:find(word, 1, true) then return true end
  end
  return false
end

--- The colours for a style and a description.
---@param style string
---@param described string what says the hour and the weather
---@return offline.Palette
function M.of(style, described)
  style, described = style:lower(), described:lower()
  local rest, accent = split_accent(style)
  local hue = hue_in(rest) or 214
  local saturation = 0.30
  if has(style, "noir", "charcoal", "pencil", "black and white", "monochrome", "graphite") then
    saturation = 0.05
  end
  if has(style, "vivid", "comic", "gouache", "bold", "bright", "cartoon", "anime") then
    saturation = 0.48
  end
  if has(style, "pastel", "soft") then saturation = 0.34 end
  local hour = hour_of(described)
  local light = lights[hour]
  local lift = has(style, "pastel", "bright", "children") and 0.08 or has(style, "noir", "dark")
    and -0.04 or 0
  local function tone(level, more_hue, more)
    return brush.hsl((hue + (more_hue or 0)) % 360, saturation * (more or 1), math.max(0.03,
      math.min(0.96, level + lift)))
  end
  local glow = brush.hsl(accent or (hue > 15 and hue < 60 and 46 or 34), 0.82, 0.62)
  local self = {
    hour = hour, level = light[6], accent = glow, mute = saturation < 0.1 and 0.85 or 0,
    sky_top = tone(light[1]), sky_low = tone(light[2], -8, 0.8), far = tone(light[3], -4, 0.8),
    near = tone(light[4], 6), ground = tone(light[5], 3, 0.9),
    paper = brush.hsl(hue, saturation * 0.35, 0.94), ink = brush.hsl(hue, saturation, 0.06),
    moon = brush.hsl((hue + 10) % 360, 0.25, 0.9),
    outline = has(style, "ink", "pencil", "line", "comic", "charcoal", "noir", "manga") and 0.75
      or 0.4,
    grain = has(style, "ink", "wash", "watercolo", "charcoal", "gouache", "paper") and 0.055 or 0,
    rain = has(described, "rain", "pours", "drizzle", "downpour"),
    fog = has(described, "fog", "mist", "haze", "dust streams", "brown wall"),
    snow = has(described, "snow drives", "flakes", "snowfall", "blizzard", "it snows"),
    storm = has(described, "lightning"),
  }
  if hour == "dusk" then self.sky_low = brush.mix(self.sky_low, glow, 0.30) end
  if hour == "dawn" then self.sky_low = brush.mix(self.sky_low, glow, 0.34) end
  return self
end

--- A thing's own colour in this light: kept recognisable, drawn toward the scene.
---@param palette offline.Palette
---@param rgb integer
---@param depth? number 0: close, 1: far off
---@return integer
function M.lit(palette, rgb, depth)
  local grey = (rgb >> 16 & 255) * 0.3 + (rgb >> 8 & 255) * 0.6 + (rgb & 255) * 0.1
  rgb = brush.mix(rgb, math.floor(grey) * 0x010101, palette.mute)
  local dark = brush.mix(palette.near, rgb, 0.35 + 0.5 * palette.level)
  return brush.mix(brush.mix(dark, palette.ground, 0.12), palette.far, 0.55 * (depth or 0))
end

return M
