-- lua/offline/painter.lua: frames one can look at. The size of the shot decides how
-- much of a figure is seen, the angle where the horizon lies; who and what is seen
-- looks the same in every frame.

local brush = require "offline.brush"
local figures = require "offline.figures"
local image = require "host.image"
local palette = require "offline.palette"
local places = require "offline.places"
local random = require "offline.random"
local shotlist = require "offline.shotlist"
local things = require "offline.things"

local mix, box, poly = brush.mix, brush.box, brush.poly

local M = {}

---@class offline.Canvas
---@field B offline.Brush
---@field P offline.Palette
---@field frame offline.Frame
---@field rng offline.Random this frame's own
---@field w number
---@field h number of the picture, above the caption

local horizons = {
  ["low"] = 0.74, ["high"] = 0.30, ["over the shoulder"] = 0.50, ["point of view"] = 0.54,
    ["dutch"] = 0.56,
}

local zooms = {
  ["extreme wide"] = 0.8, ["wide"] = 1, ["full"] = 1.25, ["medium wide"] = 1.5, ["medium"] = 1.8,
  ["medium close-up"] = 2.1, ["close-up"] = 2.4, ["extreme close-up"] = 3, ["insert"] = 2.6,
}

-- Height of a figure, and where its feet are, in picture heights.
local stands = {
  ["extreme wide"] = { 0.15, 0.30 }, ["wide"] = { 0.34, 0.48 }, ["full"] = { 0.70, 0.90 },
    ["medium wide"] = { 1.02, 1.22 },
  ["medium"] = { 1.45, 1.66 }, ["medium close-up"] = { 1.95, 2.10 },
}

-- Which side the words put somebody on, -1 or 1; nil when they do not.
local function side_in(text, ...)
  local best, at
  for i, patterns in ipairs { ... } do
    for pattern in patterns:gmatch "[^|]+" do
      local found = text:find(pattern, 1, true)
      if found and (not at or found < at) then best, at = i == 1 and -1 or 1, found end
    end
  end
  return best
end

local function facing(C)
  return side_in(C.frame.text, "facing left|to the left|looking left|past the lens to the left", "facing \z
    right|to the right|left to right|turned right")
    or (C.rng:integer(0, 1) == 0 and -1 or 1)
end

--
-- Layers
--

local function draw_place(C, zoom)
  local horizon = (horizons[C.frame.angle] or 0.56) * C.h
  local view = {
    horizon = horizon, zoom = zoom or zooms[C.frame.size], width = C.w, height = C.h,
    shift = C.frame.kind == "stage" and 0 or C.rng:number(-0.22, 0.22),
  }
  places.draw(C.B, C.P, C.frame.place.look, view, C.frame.seed)
  return horizon
end

-- What is out of focus behind somebody close: the place, washed over, and lights.
local function soften(C, amount)
  C.B:rect(-90, -90, C.w + 180, C.h + 180, mix(C.P.far, C.P.sky_low, 0.3), amount)
  for _ = 1, 9 do
    local r = C.rng:number(0.03, 0.10) * C.h
    C.B:glow(C.rng:number(0, 1) * C.w, C.rng:number(0.05, 0.75) * C.h, r,
      C.rng:integer(0, 2) == 0 and C.P.accent or C.P.sky_low, C.rng:number(0.1, 0.3))
  end
end

local function foreground(C)
  local B, P, w, h = C.B, C.P, C.w, C.h
  local dark = mix(P.ink, P.near, 0.4)
  local side = C.rng:integer(0, 1) == 0 and 0 or 1
  local text = C.frame.text
  if text:find("railing", 1, true) or text:find("banister", 1, true) or text:find("fence", 1,
    true) then
    for i = 0, 5 do
      B:line(w * (side * 0.62 + i * 0.075), h * 0.80, w * (side * 0.62 + i * 0.078), h + 20,
        h * 0.016, dark)
    end
    B:line(w * (side * 0.62 - 0.05), h * 0.81, w * (side * 0.62 + 0.45), h * 0.80, h * 0.024, dark)
  elseif text:find("rope", 1, true) or text:find("cable", 1, true) or text:find("net", 1, true) then
    for i = 0, 3 do
      B:ellipse(w * (0.08 + side * 0.82), h * (0.99 - i * 0.03), w * (0.10 - i * 0.012), h * 0.05,
        i % 2 == 0 and dark or mix(dark, P.far, 0.2))
    end
    B:line(w * (0.05 + side * 0.88), h * 0.6, w * (0.05 + side * 0.88), h + 20, h * 0.04, dark)
  elseif text:find("grass", 1, true) or text:find("fern", 1, true) or text:find("thorn", 1, true)
    or text:find("reed", 1, true) then
    for i = 1, 26 do
      local x = w * (side * 0.6 + C.rng:number(0, 0.42))
      B:stroke({ "M", x, h + 10, "Q", x + C.rng:number(-8, 8), h * 0.92, x + C.rng:number(-30, 30),
        h * C.rng:number(0.76, 0.92) }, 3 + i % 3, dark, 0.9)
    end
  elseif text:find("pane", 1, true) or text:find("glass", 1, true) or text:find("window", 1, true)
    or text:find("curtain", 1, true) then
    B:rect(side * w * 0.93 - 20, -20, w * 0.07 + 40, h + 60, dark)
    B:line(side * w, h * 0.34, w * (0.5 + (side - 0.5) * 0.3), h * 0.34, h * 0.012, dark, 0.85)
  else
    B:fill(brush.round { w * (side * 1.1 - 0.05), h + 60, w * (side * 1.1 - 0.05), h * 0.80,
      w * (0.12 + side * 0.76), h * 0.85, w * (0.26 + side * 0.48), h * 0.95,
      w * (0.32 + side * 0.36), h + 60 }, dark)
  end
end

local function weather(C)
  local B, P, w, h, rng = C.B, C.P, C.w, C.h, C.rng
  if places.inside(C.frame.place.look) then return end
  if P.fog then
    for i = 0, 4 do
      B:ellipse(rng:number(0, 1) * w, h * (0.40 + 0.12 * i), w * 0.6, h * 0.10, P.sky_low, 0.11)
    end
  end
  if P.storm then
    local x = rng:number(0.6, 0.9) * w
    local path = { "M", x, -10 }
    for i = 1, 6 do
      x = x + rng:number(-0.03, 0.03) * w
      path[#path + 1], path[#path + 2], path[#path + 3] = "L", x, h * 0.08 * i
    end
    B:stroke(path, 7, P.moon, 0.18)
    B:stroke(path, 2, P.moon, 0.9)
  end
  if P.rain then
    for _ = 1, 70 do
      local x, y, l = rng:number(-0.05, 1.1) * w, rng:number(-0.1, 1) * h, rng:number(0.03,
        0.09) * h
      B:line(x, y, x - l * 0.28, y + l, rng:number(0.8, 1.8), P.moon, rng:number(0.14, 0.38))
    end
  elseif P.snow then
    for _ = 1, 90 do
      local r = rng:number(1, 4)
      B:ellipse(rng:number(0, 1) * w, rng:number(0, 1) * h, r, r, P.paper, rng:number(0.4, 0.95))
    end
  end
end

--
-- Who stands where
--

local function holder(C, one)
  return function(x, y, size) things.draw(C.B, C.P, one.look, x, y, size) end
end

local lit_by = { lamp = true }

local function draw_standing(C, horizon)
  local size = C.frame.size
  local stand = stands[size] or stands.wide
  local h = C.h
  local foot = (size == "wide" or size == "extreme wide") and horizon + (h - horizon) * stand[2]
    or stand[2] * h
  if C.frame.angle == "high" and stand[2] < 1 then foot = math.max(foot, h * 0.72) end
  if C.frame.angle == "low" and size == "full" then foot = h * 0.97 end
  local people, thing = C.frame.characters, C.frame.objects[1]
  local d = facing(C)
  local spot = side_in(C.frame.text, "left third|at the left|left of", "right third|right \z
    edge|at the right|right of")
  if #people == 0 and thing then
    local s = math.min(stand[1] * h * 0.9, h * 0.5)
    C.B:ellipse(C.w * 0.5, math.min(foot, h * 0.86) + s * 0.46, s * 0.7, s * 0.08, C.P.ink, 0.4)
    things.draw(C.B, C.P, thing.look, C.w * 0.5, math.min(foot, h * 0.86), s)
    return
  end
  local count = math.min(#people, 3)
  local gap = math.max(stand[1] * h * 0.26, C.w * 0.13)
  local middle = count > 1 and 0.5 or spot and 0.5 + spot * 0.2 or 0.5 - d * 0.14
  for i = count, 1, -1 do
    local one = people[i]
    local x = C.w * middle + (count > 1 and (i - (count + 1) / 2) * 2 * gap or 0)
    local dir = count > 1 and (i == 1 and 1 or -1) or d
    local depth = (size == "wide" and 0.12 or size == "extreme wide" and 0.22 or 0) + (i > 2
      and 0.2 or 0)
    local shade = shotlist.is_shade(one)
    figures.draw(C.B, C.P, one.look, {
      x = x, foot = foot + (shade and -0.01 * h or 0), height = stand[1] * h * (i > 2 and 0.86
        or 1), facing = dir, depth = depth,
      holds = i == 1 and thing and size ~= "extreme wide" and holder(C, thing) or nil,
    })
    if i == 1 and thing and lit_by[thing.look.form] then
      C.B:glow(x + dir * stand[1] * h * 0.24, foot - stand[1] * h * 0.6, stand[1] * h * 0.9,
        C.P.accent, 0.16)
    end
  end
  local other = C.frame.objects[2]
  if other and stand[2] < 1 then
    things.draw(C.B, C.P, other.look, C.w * (middle > 0.5 and 0.24 or 0.78),
      foot - stand[1] * h * 0.10, stand[1] * h * 0.22, 0.1)
  end
end

--
-- Compositions
--

local compose = {}

function compose.standing(C)
  local horizon = draw_place(C)
  local size = C.frame.size
  if size == "medium" or size == "medium close-up" then soften(C, 0.28) end
  draw_standing(C, horizon)
  if size == "wide" or size == "extreme wide" or size == "full" then foreground(C) end
end

function compose.close(C)
  draw_place(C, 2.2)
  soften(C, 0.42)
  local one = C.frame.characters[1]
  if not one then return compose.object(C) end
  local d = facing(C)
  C.B:glow(C.w * (0.5 + d * 0.42), C.h * 0.42, C.h * 0.75, C.P.accent, 0.28)
  figures.bust(C.B, C.P, one.look, C.w * (0.5 - d * 0.08), C.h * 0.45, C.h * 0.285, d)
end

function compose.eyes(C)
  local one = C.frame.characters[1]
  if not one then return compose.object(C) end
  if one.look.form ~= "person" then
    draw_place(C, 3)
    soften(C, 0.5)
  end
  figures.eyes(C.B, C.P, one.look, C.w, C.h, facing(C))
end

-- An object, close, on some surface; a hand comes in.
function compose.object(C)
  local B, P, w, h = C.B, C.P, C.w, C.h
  draw_place(C, 2.6)
  soften(C, 0.5)
  local surface = mix(P.near, require "offline.palette".lit(P, C.frame.place.look.main.rgb, 0), 0.4)
  B:blend(poly { -90, h * 0.60, w + 90, h * 0.56, w + 90, h + 90, -90, h + 90 }, 0, h * 0.56,
    mix(surface, P.far, 0.35), 0, h, mix(surface, P.ink, 0.4))
  for i = 0, 6 do
    B:line(-40, h * (0.64 + i * 0.065), w + 40, h * (0.61 + i * 0.07), 1 + i * 0.5, P.ink, 0.18)
  end
  local one = C.frame.objects[1]
  local hand = C.frame.characters[1]
  if not one then
    if hand then figures.hand(B, P, hand.look, w * 0.44, h * 0.42, h * 0.30, -1) end
    return
  end
  local x, y, s = w * (hand and 0.44 or 0.5), h * 0.52, h * 0.56
  B:ellipse(x, y + s * 0.47, s * 0.8, s * 0.10, P.ink, 0.5)
  things.draw(B, P, one.look, x, y, s)
  if hand then
    figures.hand(B, P, hand.look, x + s * 0.36, y - s * 0.08, h * 0.19, -1)
  end
end

function compose.shoulder(C)
  local horizon = draw_place(C, 1.3)
  local people = C.frame.characters
  local d = side_in(C.frame.text, "at the left|left edge", "at the right|right edge") or -1
  local across
  for _, one in ipairs(people) do
    if not across and one.part ~= people[1].part then across = one end
  end
  if across then
    figures.draw(C.B, C.P, across.look, {
      x = C.w * (0.5 - d * 0.17), foot = math.max(horizon + C.h * 0.34, C.h * 0.92),
        height = C.h * 0.66, facing = d, depth = 0.15,
    })
  end
  local thing = C.frame.objects[1]
  if thing then
    things.draw(C.B, C.P, thing.look, C.w * (0.5 - d * 0.05), C.h * 0.80, C.h * 0.16, 0.05)
  end
  local one = people[1]
  if not one then return end
  -- from behind, dark, close to the lens
  local P = setmetatable({ level = C.P.level * 0.35 }, { __index = C.P })
  figures.draw(C.B, P, one.look, {
    x = C.w * (0.5 + d * 0.33), foot = C.h * 2.35, height = C.h * 2.15, facing = -d, depth = 0,
      back = true,
  })
end

function compose.view(C)
  draw_place(C, C.frame.size == "wide" and 1.15 or nil)
  local B, P, w, h = C.B, C.P, C.w, C.h
  local other
  for _, one in ipairs(C.frame.characters) do
    if one.part ~= C.frame.characters[1].part then other = one end
  end
  if other then
    figures.draw(B, P, other.look, { x = w * 0.68, foot = h * 0.78, height = h * 0.30, facing = -1,
      depth = 0.35 })
  elseif C.frame.text:find("something stands", 1, true) then
    local look = { form = "shade", seed = 3, main = { rgb = 0 }, trim = { rgb = 0 }, skin = 0 }
    figures.draw(B, P, look, { x = w * 0.70, foot = h * 0.70, height = h * 0.20, facing = -1,
      depth = 0.3 })
  end
  local thing = C.frame.objects[1]
  if thing then things.draw(B, P, thing.look, w * 0.42, h * 0.90, h * 0.42) end
  local edge = { 0, 0, 0 }
  edge[1], edge[2], edge[3] = w / 2, h / 2, w * 0.60
  edge.stops = { { 0, P.ink, 0 }, { 0.62, P.ink, 0 }, { 1, P.ink, 0.9 } }
  B.shapes[#B.shapes + 1] = { "fill", path = box(0, 0, w, h), gradient = edge }
end

function compose.above(C)
  local B, P, w, h = C.B, C.P, C.w, C.h
  places.above(B, P, C.frame.place.look, w, h, C.frame.seed)
  if C.frame.size == "insert" then
    -- prints that lead in from a corner
    local dark = mix(P.ink, P.near, 0.2)
    for i = 0, 4 do
      local side = i % 2 == 0 and -1 or 1
      local x, y, s = w * (0.20 + i * 0.13) + side * h * 0.045,
        h * (0.84 - i * 0.16) + side * h * 0.035, h * 0.062
      B:ellipse(x, y, s * 0.58, s * 1.05, dark, 0.8, 52)
      B:ellipse(x - s * 1.25, y + s * 0.98, s * 0.42, s * 0.5, dark, 0.8, 52)
      B:ellipse(x + s * 0.2, y - s * 0.2, s * 0.3, s * 0.6, P.sky_low, 0.16, 52)
    end
    local thing = C.frame.objects[1]
    if thing then things.draw(B, P, thing.look, w * 0.72, h * 0.62, h * 0.3) end
    B:fill(brush.round { w * 0.58, h + 60, w * 0.66, h * 0.66, w * 0.78, h * 0.5, w * 0.92,
      h * 0.64, w + 60, h * 0.8, w + 60, h + 60 }, P.ink, 0.42)
    return
  end
  local r = h * (C.frame.size == "extreme wide" and 0.030 or 0.055)
  for i, one in ipairs(C.frame.characters) do
    if i <= 2 then
      figures.above(B, P, one.look, w * (0.30 + 0.3 * i), h * (0.72 - 0.22 * i), r, i == 1 and -1
        or 1)
    end
  end
end

local function composition(frame)
  if frame.angle == "overhead" then return compose.above end
  if frame.angle == "over the shoulder" then return compose.shoulder end
  if frame.angle == "point of view" then return compose.view end
  if frame.size == "extreme close-up" then return compose.eyes end
  if frame.size == "insert" then return compose.object end
  if frame.size == "close-up" then return compose.close end
  return compose.standing
end

-- One prop on plain ground, twice.
local function draw_sheet(C)
  local B, P, w, h = C.B, C.P, C.w, C.h
  local one = C.frame.subject
  if one.part.kind == "place" then
    C.frame.place = one
    draw_place(C, 1)
    return
  end
  B:blend(box(0, 0, w, h), 0, 0, mix(P.paper, P.far, 0.10), 0, h, mix(P.paper, P.far, 0.30))
  B:fill(poly { 0, h * 0.80, w, h * 0.80, w, h, 0, h }, mix(P.paper, P.far, 0.38))
  for i = 1, 5 do
    B:line(w * 0.06, h * (0.06 + 0.148 * i), w * 0.94, h * (0.06 + 0.148 * i), 1, P.far, 0.35)
  end
  if one.part.kind == "object" then
    for _, spot in ipairs { { 0.40, 0.50, 0.54 }, { 0.78, 0.66, 0.24 } } do
      local s = math.min(h, w) * spot[3]
      B:ellipse(w * spot[1], h * spot[2] + s * 0.5, s * 0.72, s * 0.07, P.ink, 0.25)
      things.draw(B, P, one.look, w * spot[1], h * spot[2], s)
    end
    return
  end
  local look, second = one.look, (C.frame.twin or one).look
  local height = math.min(h * 0.80, w * 0.82) * (look.form == "shade" and 0.86 or 1)
  local wide = w > h * 1.2
  if look.form == "animal" then
    figures.draw(B, P, look, { x = w * (wide and 0.27 or 0.5), foot = h * 0.88, height = height,
      facing = 1, depth = 0 })
    if wide then figures.bust(B, P, look, w * 0.84, h * 0.46, h * 0.14, -1) end
    return
  end
  for i, x in ipairs(wide and { 0.20, 0.46 } or { 0.29, 0.70 }) do
    figures.draw(B, P, i == 1 and look or second, {
      x = w * x, foot = h * 0.91, height = height, facing = i == 1 and 1 or -1, depth = 0,
    })
  end
  if wide then figures.bust(B, P, look, w * 0.78, h * 0.42, h * 0.20, -1) end
end

local function finish(C, height)
  local B, P, w, h = C.B, C.P, C.w, C.h
  local shapes = B.shapes
  B:slant(0, 1)
  if C.frame.kind ~= "sheet" then
    shapes[#shapes + 1] = {
      "fill", path = box(0, 0, w, h),
      gradient = { w / 2, h * 0.48, w * 0.66, stops = { { 0, P.ink, 0 }, { 0.6, P.ink, 0 }, { 1,
        P.ink, 0.5 } } },
    }
  end
  if P.grain > 0 then
    shapes[#shapes + 1] = { "grain", amount = P.grain, seed = C.rng:next() }
  end
  local strip, size = height - h, (height - h) * 0.46
  B:rect(0, h, w, strip, 0x14171B)
  local base = h + strip * 0.66
  local asked = C.frame.asked
  shapes[#shapes + 1] = {
    "text", x = strip * 0.4, y = base, size = size, text = C.frame.title, colour = 0xF2EEE4,
      bold = true, lines = 1,
    max_width = w * (asked ~= "" and 0.52 or 0.9),
  }
  if asked ~= "" then
    shapes[#shapes + 1] = {
      "text", x = w - strip * 0.4, y = base, size = size * 0.82, text = asked, colour = 0xA9AFB6,
        align = "right", lines = 1,
      max_width = w * 0.42,
    }
  end
  shapes[#shapes + 1] = {
    "text", x = w - strip * 0.4, y = strip * 0.62, size = size * 0.66, text = "offline",
      align = "right",
    colour = C.frame.kind == "sheet" and 0x303438 or 0xF2EEE4, alpha = 0.6,
  }
end

--- Draws what a request asks for into a PNG. Waits.
---@param brief offline.Brief
---@param size integer[] width and height
---@param hash string of the request
---@param path string
---@return host.image.drawn?
---@return string? message
function M.draw(brief, size, hash, path)
  local width, height = size[1], size[2]
  local frame = shotlist.read(brief)
  local sheet = frame.kind == "sheet"
  local P = palette.of(frame.style, sheet and "midday" or frame.text)
  local B = brush.new(width, height)
  B.ink, B.outline = P.ink, P.outline
  local C = {
    B = B, P = P, frame = frame, rng = random.new(hash), w = width,
    h = height - math.max(30, math.floor(math.min(width, height) * 0.058)),
  }
  if frame.angle == "dutch" then B:slant(7, 1.16) end
  if sheet then
    draw_sheet(C)
  else
    composition(frame)(C)
    weather(C)
  end
  finish(C, height)
  return image.draw { width = width, height = height, path = path, scratch = true, background = P.near,
    shapes = B.shapes }
end

return M
