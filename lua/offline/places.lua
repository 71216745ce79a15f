-- lua/offline/places.lua: where a frame happens: the sky, what stands at the back,
-- the ground, each place with its own outline.

local brush = require "offline.brush"
local palette = require "offline.palette"
local random = require "offline.random"
local rooms = require "offline.rooms"

local mix, round, poly, box = brush.mix, brush.round, brush.poly, brush.box

local M = {}

---@class offline.View
---@field horizon number  y
---@field zoom number     1: a wide shot
---@field shift number    how far the camera has panned, of the width
---@field width number
---@field height number

-- Points along a ragged outline, closed below.
local function ridge(rng, width, base, height, steps, sharp)
  local points = { -20, base + 400 }
  for i = 0, steps do
    local v = rng:number(0.25, 1)
    if sharp and i % 2 == 0 then v = v * 0.35 end
    points[#points + 1] = -20 + (width + 40) * i / steps
    points[#points + 1] = base - height * v
  end
  points[#points + 1], points[#points + 2] = width + 20, base + 400
  return sharp and poly(points) or round(points)
end

local function draw_sky(B, P, view, rng)
  local w, h = view.width, view.height
  B:blend(box(-80, -80, w + 160, view.horizon + 100), 0, 0, P.sky_top, 0, math.max(view.horizon,
    1), P.sky_low)
  -- what shines: on one side for a whole scene
  local x = w * (rng:integer(0, 1) == 0 and rng:number(0.12, 0.34) or rng:number(0.66,
    0.88)) + view.shift * w * 0.2
  if P.hour == "night" then
    local y = math.max(h * 0.12, view.horizon * 0.34)
    B:glow(x, y, h * 0.5, P.moon, 0.28)
    B:ellipse(x, y, h * 0.045, h * 0.045, P.moon)
    B:ellipse(x + h * 0.016, y - h * 0.008, h * 0.037, h * 0.037, mix(P.sky_top, P.moon, 0.22))
    if not P.fog and not P.rain then
      for _ = 1, 26 do
        B:ellipse(rng:number(0, w), rng:number(0, view.horizon * 0.75), rng:number(0.7, 1.7),
          rng:number(0.7, 1.7), P.moon, rng:number(0.2, 0.8))
      end
    end
  elseif P.hour ~= "day" then
    local y = view.horizon - h * 0.03
    B:glow(x, y, h * 0.62, P.accent, 0.42)
    B:ellipse(x, y, h * 0.05, h * 0.05, mix(P.accent, 0xFFFFFF, 0.55), 0.9)
  else
    B:glow(x, h * 0.16, h * 0.5, 0xFFFFFF, 0.5)
  end
  -- clouds as washes
  for _ = 1, 6 do
    local cx, cy = rng:number(-0.1, 1.1) * w, rng:number(0.08, 0.8) * view.horizon
    local rx, ry = rng:number(0.12, 0.30) * w, rng:number(0.015, 0.04) * h
    local tint = rng:integer(0, 2) == 0 and P.sky_low or mix(P.sky_top, P.near, 0.25)
    for k = 0, 2 do
      B:ellipse(cx + k * rx * 0.25, cy + k * ry * 0.5, rx * (1 - k * 0.25), ry * (1 - k * 0.2),
        tint, 0.16)
    end
  end
end

local function draw_ground(B, P, view, colour)
  local w, h = view.width, view.height
  B:blend(box(-80, view.horizon, w + 160, h - view.horizon + 120), 0, view.horizon, mix(colour,
    P.far, 0.45), 0, h, mix(colour, P.near, 0.6))
end

local draws = {}

function draws.water(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  B:fill(ridge(rng, w * 0.42, y0 + 2, h * 0.075 * view.zoom, 5), mix(P.far, P.sky_low, 0.3))
  draw_ground(B, P, view, mix(P.ground, P.far, 0.3))
  for i = 1, 30 do
    local t = (i / 30) ^ 1.6
    local y = y0 + (h - y0) * t
    local x, l = rng:number(-0.1, 1) * w, (0.04 + 0.22 * t) * w * rng:number(0.4, 1)
    B:stroke({ "M", x, y, "Q", x + l * 0.3, y - 6 * t - 1, x + l * 0.5, y, "Q", x + l * 0.75,
      y + 4 * t, x + l, y - 1 }, 0.8 + 3 * t,
      i % 3 == 0 and P.sky_low or P.near, rng:number(0.18, 0.5))
  end
  -- a strip of shore, and the post
  B:fill(round { -60, h + 60, -60, h * 0.86, w * 0.18, h * 0.83, w * 0.42, h * 0.90, w * 0.62,
    h * 0.97, w * 0.7, h + 60 }, mix(c.main, P.near, 0.62))
  local px = w * (0.86 - view.shift * 0.3)
  B:line(px, y0 - h * 0.10 * view.zoom, px + 3, h * 0.82, h * 0.018 * view.zoom, mix(P.near,
    c.trim, 0.3))
  B:line(px, y0 - h * 0.03 * view.zoom, px + 1, y0, h * 0.02 * view.zoom, c.trim, 0.8)
end

function draws.tower(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  B:fill(ridge(rng, w, y0, h * 0.06, 9), mix(P.far, P.sky_low, 0.25))
  draw_ground(B, P, view, P.ground)
  local x, z = w * (0.28 - view.shift * 0.4), view.zoom
  local foot, top = y0 + h * 0.10, y0 - h * 0.46 * z
  B:inked(poly { x - w * 0.045 * z, foot, x - w * 0.026 * z, top, x + w * 0.026 * z, top,
    x + w * 0.045 * z, foot }, c.main, 1.6)
  B:fill(poly { x - w * 0.045 * z, foot, x - w * 0.026 * z, top, x - w * 0.004 * z, top,
    x - w * 0.008 * z, foot }, c.shade, 0.65)
  for i = 1, 4 do
    B:rect(x + w * 0.006 * z, foot - (foot - top) * i / 5, w * 0.009 * z, h * 0.028 * z, P.near,
      0.8)
  end
  B:rect(x - w * 0.036 * z, top - h * 0.012 * z, w * 0.072 * z, h * 0.014 * z, P.near)
  B:rect(x - w * 0.018 * z, top - h * 0.06 * z, w * 0.036 * z, h * 0.05 * z, mix(P.accent,
    0xFFFFFF, 0.3))
  B:fill(poly { x - w * 0.026 * z, top - h * 0.06 * z, x, top - h * 0.105 * z, x + w * 0.026 * z,
    top - h * 0.06 * z }, P.near)
  B:glow(x, top - h * 0.035 * z, h * 0.34, P.accent, 0.5)
  if P.hour == "night" or P.hour == "dusk" then
    B:fade(poly { x, top - h * 0.045 * z, w * 1.1, top - h * 0.26, w * 1.1, top + h * 0.05 }, x, 0,
      0.4, w * 0.95, 0, 0, P.accent)
  end
  B:inked(poly { x + w * 0.03 * z, foot, x + w * 0.03 * z, foot - h * 0.10 * z, x + w * 0.10 * z,
    foot - h * 0.14 * z, x + w * 0.17 * z, foot - h * 0.10 * z, x + w * 0.17 * z, foot }, c.trim,
    1.4)
  B:rect(x + w * 0.12 * z, foot - h * 0.08 * z, w * 0.018 * z, h * 0.035 * z, P.accent)
  B:fill(round { -60, h + 80, -60, foot - h * 0.02, w * 0.2, foot - h * 0.01, w * 0.55,
    foot + h * 0.03, w * 0.8, h * 0.9, w * 0.86, h + 80 }, mix(P.near, P.ground, 0.35))
  B:mottle(view.horizon, P.sky_low, P.near, rng)
end

function draws.trees(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  draw_ground(B, P, view, mix(P.ground, 0x4A5A38, 0.18))
  for layer = 1, 3 do
    local depth = 1 - layer * 0.3
    local colour = mix(P.near, P.far, depth)
    local count = 15 - layer * 3
    for i = 1, count do
      local x = w * ((i - 0.5 + rng:number(-0.3, 0.3)) / count) - view.shift * w * 0.12 * layer
      local tw = w * (0.006 + 0.006 * layer) * view.zoom * rng:number(0.7, 1.3)
      local foot = y0 + (h - y0) * (0.04 + 0.12 * layer)
      B:fill(poly { x - tw * 1.5, foot, x - tw * 0.8, foot - h * 0.1, x - tw * 0.6, -40,
        x + tw * 0.6, -40, x + tw * 0.8, foot - h * 0.1, x + tw * 1.7, foot }, colour)
      if layer > 1 then
        local by = rng:number(0.1, 0.4) * y0
        B:stroke({ "M", x, by, "Q", x + tw * 5, by - h * 0.05, x + tw * 9, by - h * 0.09 },
          tw * 0.5, colour)
      end
    end
    for _ = 1, 5 do
      B:ellipse(rng:number(0, w), rng:number(-0.04, 0.16) * h, w * 0.14, h * 0.09, colour, 0.5)
    end
    B:fade(box(-40, y0 - h * 0.2, w + 80, h * 0.34), 0, y0 - h * 0.2, 0, 0, y0 + h * 0.06, 0.22,
      P.sky_low)
  end
  B:inked(poly { w * 0.60, y0 + h * 0.16, w * 0.60, y0 + h * 0.08, w * 0.82, y0 + h * 0.07,
    w * 0.82, y0 + h * 0.16 }, mix(c.main, P.near, 0.4), 1.2)
  B:mottle(view.horizon, P.sky_low, P.near, rng)
end

function draws.peaks(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  B:fill(ridge(rng, w, y0, h * 0.30 * view.zoom, 9, true), mix(P.far, P.sky_low, 0.45))
  local x = w * (0.36 - view.shift * 0.3)
  local top = y0 - h * 0.44 * view.zoom
  B:inked(poly { x - w * 0.34, y0 + 20, x - w * 0.16, y0 - h * 0.18 * view.zoom, x - w * 0.09,
    y0 - h * 0.15 * view.zoom, x, top, x + w * 0.07, y0 - h * 0.22 * view.zoom,
    x + w * 0.12, y0 - h * 0.25 * view.zoom, x + w * 0.30, y0 + 20 }, mix(P.far, c.main, 0.35), 1.6)
  B:fill(poly { x, top, x - w * 0.03, y0 - h * 0.2 * view.zoom, x + w * 0.02,
    y0 - h * 0.1 * view.zoom, x - w * 0.02, y0 + 20, x - w * 0.34, y0 + 20, x - w * 0.16,
    y0 - h * 0.18 * view.zoom, x - w * 0.09, y0 - h * 0.15 * view.zoom }, mix(P.near, P.far, 0.5),
    0.8)
  B:fill(poly { x, top, x + w * 0.035, y0 - h * 0.33 * view.zoom, x + w * 0.012,
    y0 - h * 0.29 * view.zoom, x - w * 0.008, y0 - h * 0.34 * view.zoom, x - w * 0.03,
    y0 - h * 0.31 * view.zoom }, P.paper, 0.85)
  draw_ground(B, P, view, mix(P.ground, P.paper, 0.35))
  B:fill(ridge(rng, w, y0 + h * 0.12, h * 0.1, 6), mix(P.ground, P.paper, 0.25), 0.9)
  for i = 0, 2 do
    B:ellipse(w * 0.74, y0 + h * (0.075 - i * 0.028), w * (0.020 - i * 0.005), h * 0.018,
      mix(P.near, c.trim, 0.3))
  end
  B:mottle(view.horizon, P.sky_low, P.far, rng)
end

function draws.dunes(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  local sand = mix(P.ground, palette.lit(P, 0xC9A468, 0), 0.5)
  draw_ground(B, P, view, sand)
  for i = 0, 4 do
    local y = y0 + (h - y0) * i * 0.2
    local x = rng:number(0.2, 0.8) * w - view.shift * w * 0.2 * i
    local tone = mix(mix(sand, P.far, 0.6 - i * 0.14), P.near, 0.06 * i)
    B:fill({ "M", -80, y + h * 0.06, "Q", x * 0.5, y + h * 0.02, x, y - h * (0.03 + 0.02 * i), "Q",
      (x + w) / 2, y + h * 0.03, w + 80, y + h * 0.05, "L", w + 80, h + 80, "L", -80, h + 80,
      "Z" }, tone)
    B:fill({ "M", x, y - h * (0.03 + 0.02 * i), "Q", x - w * 0.08, y + h * 0.05, x - w * 0.02,
      y + h * 0.16, "Q", (x + w) / 2, y + h * 0.07, w + 80, y + h * 0.06, "Q", (x + w) / 2,
      y + h * 0.03, x, y - h * (0.03 + 0.02 * i), "Z" }, P.near, 0.22)
  end
  B:inked(poly { w * 0.16, h * 0.84, w * 0.17, h * 0.68, w * 0.30, h * 0.70, w * 0.33, h * 0.85 },
    mix(c.main, P.near, 0.45), 1.4)
  B:line(w * 0.27, h * 0.72, w * 0.36, h * 0.56, h * 0.014, mix(c.trim, P.near, 0.5))
end

local function windows(B, P, rng, x, y, w, h, lit)
  for row = 0, 4 do
    for column = 0, 2 do
      local on = rng:integer(1, 100) <= lit
      B:rect(x + w * (0.14 + column * 0.28), y + h * (0.08 + row * 0.17), w * 0.15, h * 0.09, on
        and P.accent or P.near, on and 0.9 or 0.5)
    end
  end
end

function draws.streets(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  local z = view.zoom
  for i = 0, 8 do
    local bw = w * 0.125
    local bh = h * rng:number(0.18, 0.42) * z
    local tone = mix(P.far, P.sky_low, rng:number(0.1, 0.35))
    B:rect(i * bw - 10 - view.shift * 60, y0 - bh, bw * 0.96, bh + 10, tone)
    windows(B, P, rng, i * bw - 10 - view.shift * 60, y0 - bh, bw * 0.96, bh, 9)
  end
  draw_ground(B, P, view, mix(P.ground, P.near, 0.3))
  -- two fronts that run toward us
  local left, right = mix(c.main, P.near, 0.5), mix(c.trim, P.near, 0.55)
  B:inked(poly { -60, -60, w * 0.20, y0 - h * 0.30 * z, w * 0.20, y0 + h * 0.03, -60, h + 40 },
    left, 1.5)
  B:inked(poly { w + 60, -60, w * 0.80, y0 - h * 0.34 * z, w * 0.80, y0 + h * 0.03, w + 60,
    h + 40 }, right, 1.5)
  for i = 0, 2 do
    for k = 0, 3 do
      local x, s = w * (0.03 + i * 0.06), 1 - i * 0.22
      local lit = rng:integer(1, 5) == 1
      local yy = y0 - h * (0.1 + k * 0.17) * s
      B:fill(poly { x, yy, x + w * 0.03, yy + h * 0.018, x + w * 0.03, yy + h * 0.075 * s, x,
        yy + h * 0.095 * s }, lit and P.accent or P.near, lit and 0.9 or 0.6)
      B:fill(poly { w - x, yy, w - x - w * 0.03, yy + h * 0.018, w - x - w * 0.03,
        yy + h * 0.075 * s, w - x, yy + h * 0.095 * s }, rng:integer(1, 6) == 1 and P.accent
        or P.near, 0.65)
    end
  end
  B:rect(w * 0.155, y0 - h * 0.2, w * 0.012, h * 0.14, P.accent, 0.8)
  B:glow(w * 0.16, y0 - h * 0.13, h * 0.16, P.accent, 0.4)
  for i = 0, 5 do
    local t = (i + 1) / 6
    B:fill(poly { w * 0.5 - w * 0.01 * t, y0 + (h - y0) * t * t, w * 0.5 + w * 0.01 * t,
      y0 + (h - y0) * t * t, w * 0.5 + w * 0.014 * t, y0 + (h - y0) * (t * t + 0.06 * t),
      w * 0.5 - w * 0.014 * t, y0 + (h - y0) * (t * t + 0.06 * t) }, P.sky_low, 0.35)
  end
  B:mottle(view.horizon, P.sky_low, P.near, rng)
  if P.rain then
    for _ = 1, 8 do
      B:line(w * rng:number(0.2, 0.8), y0 + h * 0.08, w * rng:number(0.2, 0.8), y0 + h * 0.3, 2,
        P.accent, 0.10)
    end
  end
end

function draws.sky(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  B:blend(box(-80, -80, w + 160, h + 160), 0, 0, mix(P.ink, P.sky_top, 0.2), 0, h, mix(P.ink,
    P.sky_top, 0.6))
  for _ = 1, 90 do
    local r = rng:number(0.5, 1.9)
    B:ellipse(rng:number(0, w), rng:number(0, h), r, r, P.moon, rng:number(0.3, 0.95))
  end
  local x, y, r = w * (0.72 - view.shift * 0.3), y0 * 0.62, h * 0.30
  B:glow(x, y, r * 1.5, P.moon, 0.25)
  B:ellipse(x, y, r, r, mix(P.moon, P.far, 0.35))
  B:fill({ "M", x, y - r, "C", x + r * 1.34, y - r, x + r * 1.34, y + r, x, y + r, "C",
    x + r * 0.6, y + r * 0.5, x + r * 0.6, y - r * 0.5, x, y - r, "Z" }, P.ink, 0.55)
  for i, u in ipairs { -0.5, -0.22, 0.02 } do
    B:ellipse(x + u * r, y + (i - 2) * r * 0.16, r * (0.13 - i * 0.02), r * (0.12 - i * 0.02),
      P.far, 0.55)
  end
  draw_ground(B, P, view, mix(c.main, P.near, 0.35))
  B:fill(ridge(rng, w, y0 + 8, h * 0.05, 8), mix(c.main, P.near, 0.5))
  for _ = 1, 8 do
    local t = rng:number(0.1, 0.95)
    B:ellipse(rng:number(0, w), y0 + (h - y0) * t, w * 0.03 * (0.4 + t), h * 0.011 * (0.4 + t),
      P.near, 0.45)
  end
  local mx = w * 0.2
  B:line(mx, y0 + h * 0.05, mx, y0 - h * 0.16, h * 0.01, P.near)
  B:inked(round { mx - w * 0.045, y0 - h * 0.24, mx + w * 0.02, y0 - h * 0.28, mx + w * 0.05,
    y0 - h * 0.14, mx - w * 0.01, y0 - h * 0.13 }, mix(c.trim, P.far, 0.3), 1.4)
end

function draws.steps(B, P, c, view, rng)
  local w, h, y0 = view.width, view.height, view.horizon
  draws.water(B, P, c, view, rng)
  local x = w * (0.5 - view.shift * 0.3)
  B:fill(poly { x - w * 0.08, y0 - h * 0.06, x + w * 0.08, y0 - h * 0.06, x + w * 0.34, h + 60,
    x - w * 0.34, h + 60 }, mix(c.main, P.near, 0.5))
  for i = 0, 9 do
    local t = (i / 9) ^ 1.35
    local y, half = y0 - h * 0.05 + (h - y0 + h * 0.05) * t, w * (0.08 + 0.25 * t)
    local tone = i % 3 == 2 and c.trim or c.main
    B:fill(poly { x - half, y, x + half, y, x + half * 1.02, y + h * 0.012 * (1 + 3 * t),
      x - half * 1.02, y + h * 0.012 * (1 + 3 * t) }, mix(tone, P.paper, 0.12))
    B:line(x - half * 1.02, y + h * 0.013 * (1 + 3 * t), x + half * 1.02,
      y + h * 0.013 * (1 + 3 * t), 1 + 2 * t, P.ink, 0.65)
  end
  for side = -1, 1, 2 do
    B:inked(poly { x + side * w * 0.08, y0 - h * 0.16, x + side * w * 0.115, y0 - h * 0.16,
      x + side * w * 0.46, h + 60, x + side * w * 0.34, h + 60 }, mix(c.main, P.near, 0.65), 1.5)
  end
end

--- Is the place one with walls around it?
---@param look offline.Look
---@return boolean
function M.inside(look) return rooms[look.form] ~= nil end

--- The whole place.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param view offline.View
---@param seed string the same for all frames of a scene
function M.draw(B, P, look, view, seed)
  local rng = random.new("place " .. seed)
  local main, trim = palette.lit(P, look.main.rgb, 0.3), palette.lit(P, look.trim.rgb, 0.3)
  local colours = { main = main, trim = trim, shade = mix(main, P.near, 0.6), seed = look.seed }
  if not rooms[look.form] then draw_sky(B, P, view, rng) end
  local draw = draws[look.form] or rooms[look.form] or rooms.house
  draw(B, P, colours, view, rng)
end

--- The ground alone, from straight above.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param width number
---@param height number
---@param seed string
function M.above(B, P, look, width, height, seed)
  local rng = random.new("ground " .. seed)
  local main, trim = palette.lit(P, look.main.rgb, 0.2), palette.lit(P, look.trim.rgb, 0.2)
  local ground = mix(mix(P.ground, main, 0.35), P.near, 0.15)
  B:blend(box(-80, -80, width + 160, height + 160), 0, 0, mix(ground, P.far, 0.3), width, height,
    mix(ground, P.near, 0.4))
  if look.form == "water" or look.form == "steps" then
    for i = 1, 9 do
      B:stroke({ "M", -60, height * (0.02 + i * 0.045), "Q", width * rng:number(0.2, 0.5),
        height * (i * 0.045 - 0.05), width * 0.6, height * (0.03 + i * 0.045), "Q", width * 0.85,
        height * (0.1 + i * 0.045), width + 60, height * i * 0.045 },
        2 + i * 0.4, i % 2 == 0 and P.sky_low or P.near, 0.35)
    end
    B:fill(round { -90, height * 0.62, width * 0.3, height * 0.5, width * 0.7, height * 0.6,
      width + 90, height * 0.48, width + 90, height + 90, -90, height + 90 }, mix(main, P.near,
      0.35))
  elseif look.form == "trees" or look.form == "peaks" or look.form == "dunes"
    or look.form == "sky" then
    B:stroke({ "M", -60, height * 0.75, "Q", width * 0.35, height * 0.4, width * 0.6,
      height * 0.55, "Q", width * 0.85, height * 0.7, width + 60, height * 0.3 }, height * 0.09,
      mix(ground, P.sky_low, 0.4), 0.7)
    for _ = 1, 34 do
      local x, y, r = rng:number(0, 1) * width, rng:number(0, 1) * height, rng:number(0.03,
        0.075) * height
      local on_path = math.abs(y - height * 0.55) < height * 0.14
      if not on_path then
        B:ellipse(x + r * 0.5, y + r * 0.4, r, r * 0.9, P.ink, 0.3)
        B:ellipse(x, y, r, r * 0.92, mix(P.near, P.far, rng:number(0.15, 0.5)))
        B:ellipse(x - r * 0.25, y - r * 0.25, r * 0.5, r * 0.45, P.far, 0.25)
      end
    end
  else
    for i = -2, 14 do
      B:line(width * i / 12, -60, width * i / 12 + width * 0.03, height + 60, 1.5, P.ink, 0.28)
      B:line(-60, height * i / 9, width + 60, height * i / 9 + 8, 1.5, P.ink, 0.22)
    end
    B:inked(box(width * 0.06, height * 0.06, width * 0.2, height * 0.3), mix(trim, P.near, 0.45), 2)
    B:inked(box(width * 0.72, height * 0.58, width * 0.24, height * 0.32), mix(main, P.near, 0.55),
      2)
    B:fade(poly { width * 0.4, -20, width * 0.58, -20, width * 0.78, height, width * 0.3, height },
      0, 0, 0.3, 0, height, 0.02, P.sky_low)
  end
  for _ = 1, 14 do
    B:ellipse(rng:number(0, 1) * width, rng:number(0, 1) * height, rng:number(0.05, 0.16) * width,
      rng:number(0.02, 0.06) * height, rng:integer(0, 1) == 0 and P.near or P.sky_low, 0.08)
  end
end

return M
