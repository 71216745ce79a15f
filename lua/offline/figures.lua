-- lua/offline/figures.lua: characters, whole and close, each by its look.

local brush = require "offline.brush"
local palette = require "offline.palette"

local mix, round, poly = brush.mix, brush.round, brush.poly

local M = {}

---@class offline.Stand
---@field x number       its middle
---@field foot number    where it stands
---@field height number  from foot to head
---@field facing number  1: to the right, -1: to the left
---@field depth number   0: close, 1: far off
---@field holds? fun(x: number, y: number, size: number) draws what is in its hand
---@field back? boolean  seen from behind

local widths = { slight = 0.84, broad = 1.28, tall = 0.82, stooped = 1.02 }

local function tones(P, look, depth)
  local main = palette.lit(P, look.main.rgb, depth)
  local trim = palette.lit(P, look.trim.rgb, depth)
  local skin = palette.lit(P, look.skin, depth)
  local dark = mix(P.near, P.far, 0.55 * depth)
  return main, trim, skin, mix(main, dark, 0.5), dark
end

local hair_colours = { 0x2B211C, 0x5A3A22, 0x8A8A88, 0x1E2226, 0xA0622E }

local function hair_of(P, look, depth)
  local rgb = look.old and 0xB9BAB8 or hair_colours[look.seed % #hair_colours + 1]
  return palette.lit(P, rgb, depth)
end

-- What is on the head, which is an ellipse at (x, y); in its units, looking right.
local function draw_head_wear(B, P, look, x, y, rx, ry, d, depth)
  local main, trim, _, shade = tones(P, look, depth)
  local hair = hair_of(P, look, depth)
  local w = 0.07
  B:enter(x, y, d * rx, ry)
  if look.head == "cap" then
    B:inked(round { -1.15, -0.1, -1.1, -1.2, 0.1, -1.55, 1.15, -1.1, 1.2, -0.15, 0, -0.45 }, trim,
      w)
    B:stroke({ "M", -1.05, -0.35, "Q", 0, -0.75, 1.1, -0.35 }, 0.16, mix(trim, shade, 0.4))
  elseif look.head == "hat" then
    B:inked(round { -0.95, -0.4, -0.8, -1.7, 0.8, -1.75, 0.95, -0.4 }, shade, w)
    B:ellipse(0.1, -0.52, 1.95, 0.26, shade, 1, 4)
    B:stroke({ "M", -0.95, -0.72, "L", 0.95, -0.74 }, 0.16, trim)
  elseif look.head == "hood" then
    B:inked(round { -1.5, 1.3, -1.5, -0.8, -0.2, -1.65, 0.95, -1.1, 0.55, -0.5, 0.1, 0.6, 0.1,
      1.35 }, main, w)
  elseif look.head == "bun" then
    B:inked(round { -1.15, 0.5, -1.2, -0.8, 0, -1.35, 0.95, -0.75, 0.2, -0.5, -0.35, 0.3 }, hair, w)
    B:ellipse(-0.85, -1.2, 0.52, 0.42, hair)
  elseif look.head == "curls" then
    for i = 0, 8 do
      local a = math.pi * (0.95 + i * 0.155)
      B:ellipse(-0.15 + math.cos(a) * 1.12, -0.15 + math.sin(a) * 1.05, 0.55, 0.46, hair)
    end
    B:ellipse(-0.75, 0.35, 0.5, 0.55, hair)
  else
    B:fill(round { -1.06, 0.55, -1.12, -0.35, -0.4, -0.2, -0.6, 0.5 }, hair)
  end
  B:leave()
end

local function draw_person(B, P, look, s)
  local h, x, d = s.height, s.x, s.facing
  local w = widths[look.build] * h
  local main, trim, skin, shade, dark = tones(P, look, s.depth)
  local line = math.max(0.8, h * 0.007)
  local lean = look.build == "stooped" and 0.05 * h * d or 0.012 * h * d
  local function Y(v) return s.foot - v * h end
  -- what it throws on the ground
  B:ellipse(x - d * 0.10 * h, s.foot + 0.004 * h, 0.22 * h, 0.022 * h, P.ink, 0.35)
  for _, leg in ipairs { -0.045, 0.05 } do
    local lx = x + leg * w * 1.1
    B:fill(poly { lx - 0.035 * w, Y(0.32), lx + 0.04 * w, Y(0.32), lx + 0.034 * w, Y(0.02),
      lx - 0.03 * w, Y(0.02) }, mix(dark, shade, 0.25))
    B:ellipse(lx + d * 0.022 * h, Y(0.014), 0.045 * h, 0.02 * h, dark)
  end
  -- the far arm, the coat, its shadow side, the near arm
  local sx, sy = x + lean, Y(0.775)
  B:stroke({ "M", sx - d * 0.07 * w, sy, "Q", sx - d * 0.13 * w, Y(0.62), sx - d * 0.10 * w,
    Y(0.47) }, 0.055 * h, shade)
  local coat = round { sx - 0.10 * w, Y(0.83), sx + 0.10 * w, Y(0.83), sx + 0.125 * w, Y(0.66),
    x + 0.10 * w, Y(0.52), x + 0.165 * w, Y(0.27),
    x + 0.06 * w, Y(0.235), x - 0.06 * w, Y(0.235), x - 0.165 * w, Y(0.27), x - 0.10 * w, Y(0.52),
      sx - 0.125 * w, Y(0.66) }
  B:inked(coat, main, line)
  B:fill(round { sx - d * 0.095 * w, Y(0.81), sx - d * 0.01 * w, Y(0.8), x - d * 0.02 * w, Y(0.5),
    x - d * 0.03 * w, Y(0.24), x - d * 0.155 * w, Y(0.265),
    x - d * 0.095 * w, Y(0.52), sx - d * 0.12 * w, Y(0.66) }, shade, 0.75)
  if look.extra == "apron" and not s.back then
    B:fill(poly { sx - 0.01 * w, Y(0.72), sx + d * 0.09 * w, Y(0.72), x + d * 0.12 * w, Y(0.32),
      x - 0.02 * w, Y(0.3) }, trim, 0.9)
  end
  B:line(x + d * 0.015 * w, Y(0.78), x + d * 0.03 * w, Y(0.25), line, P.ink, 0.5)
  if look.extra == "satchel" then
    B:stroke({ "M", sx - d * 0.08 * w, Y(0.81), "L", x + d * 0.12 * w, Y(0.47) }, 0.02 * h, trim)
    B:inked(brush.box(x + d * 0.13 * w - 0.055 * h, Y(0.5), 0.11 * h, 0.1 * h), trim, line)
  end
  local hx, hy = sx + d * 0.17 * w, Y(0.50)
  if s.holds then hx, hy = sx + d * (0.12 * w + 0.12 * h), Y(0.60) end
  B:stroke({ "M", sx + d * 0.075 * w, sy, "Q", sx + d * 0.15 * w, Y(0.66), hx, hy }, 0.06 * h,
    mix(main, shade, 0.25))
  B:ellipse(hx + d * 0.008 * h, hy + 0.008 * h, 0.028 * h, 0.026 * h, skin)
  if look.extra == "stick" and not s.holds then
    B:line(hx + d * 0.02 * h, hy - 0.03 * h, hx + d * 0.075 * h, s.foot, 0.013 * h, mix(dark,
      0x6B4A2E, 0.5))
  end
  -- head
  local rx, ry = 0.048 * h, 0.062 * h
  local head_x, head_y = sx + lean * 0.9 + d * 0.012 * h, Y(0.895)
  B:fill(poly { sx - 0.025 * h, Y(0.80), sx + 0.03 * h, Y(0.80), head_x + 0.024 * h, Y(0.86),
    head_x - 0.024 * h, Y(0.86) }, mix(skin, shade, 0.45))
  B:ellipse(head_x, head_y, rx, ry, s.back and hair_of(P, look, s.depth) or skin, 1, d * 6)
  if not s.back then
    B:fill(round { head_x - d * rx * 0.95, head_y - ry * 0.6, head_x - d * rx * 0.1,
      head_y - ry * 0.9, head_x - d * rx * 0.05, head_y + ry * 0.9, head_x - d * rx * 0.75,
      head_y + ry * 0.7 }, shade, 0.45)
    B:fill(poly { head_x + d * rx * 0.85, head_y - ry * 0.2, head_x + d * rx * 1.32,
      head_y + ry * 0.22, head_x + d * rx * 0.85, head_y + ry * 0.32 }, skin)
    if h > 150 then
      B:ellipse(head_x + d * rx * 0.48, head_y - ry * 0.12, rx * 0.11, ry * 0.1, P.ink)
      B:line(head_x + d * rx * 0.5, head_y + ry * 0.5, head_x + d * rx * 0.88, head_y + ry * 0.46,
        line * 0.8, P.ink, 0.7)
      if look.old and look.head ~= "bun" then
        B:fill(round { head_x + d * rx * 0.1, head_y + ry * 0.45, head_x + d * rx * 0.95,
          head_y + ry * 0.4, head_x + d * rx * 0.7, head_y + ry * 1.35, head_x - d * rx * 0.1,
          head_y + ry * 1.0 }, hair_of(P, look, s.depth))
      end
    end
  end
  draw_head_wear(B, P, look, head_x, head_y, rx, ry, d, s.depth)
  if look.extra == "scarf" then
    B:stroke({ "M", sx - 0.055 * h, Y(0.825), "Q", sx, Y(0.795), sx + 0.06 * h, Y(0.832) },
      0.036 * h, trim)
    B:stroke({ "M", sx - d * 0.04 * h, Y(0.81), "Q", sx - d * 0.14 * h, Y(0.78), sx - d * 0.19 * h,
      Y(0.70) }, 0.03 * h, trim)
  end
  if s.holds then s.holds(hx + d * 0.02 * h, hy, 0.16 * h) end
end

local function draw_robot(B, P, look, s)
  local h, x, d = s.height * 0.86, s.x, s.facing
  local main, trim, _, shade, dark = tones(P, look, s.depth)
  local line = math.max(0.8, h * 0.008)
  local function Y(v) return s.foot - v * h end
  B:ellipse(x, s.foot, 0.2 * h, 0.024 * h, P.ink, 0.35)
  for _, leg in ipairs { -0.08, 0.08 } do
    B:line(x + leg * h, Y(0.3), x + leg * h * 1.1, Y(0.04), 0.05 * h, dark)
    B:ellipse(x + leg * h * 1.15 + d * 0.02 * h, Y(0.02), 0.06 * h, 0.028 * h, shade)
  end
  local hx, hy = x + d * 0.27 * h, Y(s.holds and 0.52 or 0.3)
  B:stroke({ "M", x - d * 0.16 * h, Y(0.62), "Q", x - d * 0.28 * h, Y(0.5), x - d * 0.22 * h,
    Y(0.3) }, 0.04 * h, dark)
  B:inked(round { x - 0.19 * h, Y(0.70), x + 0.19 * h, Y(0.70), x + 0.2 * h, Y(0.46), x + 0.15 * h,
    Y(0.24), x - 0.15 * h, Y(0.24), x - 0.2 * h, Y(0.46) }, main, line)
  B:fill(round { x - d * 0.18 * h, Y(0.68), x - d * 0.03 * h, Y(0.69), x - d * 0.04 * h, Y(0.25),
    x - d * 0.15 * h, Y(0.26) }, shade, 0.6)
  B:rect(x + d * 0.03 * h - 0.035 * h, Y(0.56), 0.07 * h, 0.045 * h, trim, 0.9)
  B:stroke({ "M", x + d * 0.16 * h, Y(0.62), "Q", x + d * 0.3 * h, Y(0.52), hx, hy }, 0.045 * h,
    shade)
  B:line(x, Y(0.68), x, Y(0.76), 0.05 * h, dark)
  B:inked(round { x - 0.15 * h, Y(0.98), x + 0.15 * h, Y(0.98), x + 0.16 * h, Y(0.84),
    x + 0.12 * h, Y(0.74), x - 0.12 * h, Y(0.74), x - 0.16 * h, Y(0.84) }, main, line)
  if s.back then
    for i = -1, 1 do
      B:line(x - 0.06 * h, Y(0.86 + i * 0.03), x + 0.06 * h, Y(0.86 + i * 0.03), 0.01 * h, dark)
    end
  else
    B:ellipse(x + d * 0.05 * h, Y(0.86), 0.075 * h, 0.075 * h, P.ink)
    B:glow(x + d * 0.05 * h, Y(0.86), 0.16 * h, P.accent, 0.55)
    B:ellipse(x + d * 0.05 * h, Y(0.86), 0.04 * h, 0.04 * h, mix(P.accent, 0xFFFFFF, 0.4))
  end
  B:line(x - d * 0.08 * h, Y(0.97), x - d * 0.11 * h, Y(1.1), 0.012 * h, dark)
  if s.holds then s.holds(hx, hy, 0.17 * h) end
end

local function draw_animal(B, P, look, s)
  local h, x, d = s.height * 0.55, s.x, s.facing
  local main, trim, _, shade, dark = tones(P, look, s.depth)
  local coat = mix(main, trim, 0.35)
  local line = math.max(0.8, h * 0.012)
  local function X(u) return x + d * u * h end
  local function Y(v) return s.foot - v * h end
  B:ellipse(x, s.foot, 0.62 * h, 0.045 * h, P.ink, 0.35)
  for _, leg in ipairs { { -0.42, shade }, { 0.36, shade }, { -0.34, coat }, { 0.44, coat } } do
    B:stroke({ "M", X(leg[1]), Y(0.5), "Q", X(leg[1] - 0.05), Y(0.26), X(leg[1] + 0.02), Y(0.02) },
      0.09 * h, leg[2])
  end
  B:stroke({ "M", X(-0.5), Y(0.68), "Q", X(-0.82), Y(0.7), X(-0.86), Y(0.36) }, 0.08 * h, shade)
  B:inked(round { X(-0.58), Y(0.52), X(-0.5), Y(0.78), X(0.05), Y(0.74), X(0.46), Y(0.84), X(0.6),
    Y(0.6), X(0.4), Y(0.42), X(-0.1), Y(0.44), X(-0.45), Y(0.38) }, coat, line)
  B:inked(round { X(0.36), Y(0.72), X(0.44), Y(1.02), X(0.62), Y(1.12), X(0.78), Y(1.02), X(1.0),
    Y(0.9), X(0.98), Y(0.8), X(0.7), Y(0.78), X(0.56), Y(0.62) }, coat, line)
  B:inked(poly { X(0.5), Y(1.04), X(0.5), Y(1.3), X(0.62), Y(1.08) }, shade, line)
  B:inked(poly { X(0.62), Y(1.08), X(0.72), Y(1.2), X(0.72), Y(1.02) }, coat, line)
  B:ellipse(X(0.99), Y(0.86), 0.035 * h, 0.03 * h, dark)
  B:ellipse(X(0.74), Y(0.97), 0.03 * h, 0.03 * h, mix(P.moon, P.accent, 0.3))
end

-- Ink that runs in water, with two lights.
local function draw_shade(B, P, look, s)
  local h, x, d = s.height * 1.12, s.x, s.facing
  local dark = mix(P.ink, P.far, 0.5 * s.depth)
  local function Y(v) return s.foot - v * h end
  local wobble = (look.seed % 7) / 100
  B:glow(x, Y(0.5), 0.6 * h, P.ink, 0.35)
  for i, spread in ipairs { 1.5, 1.22, 1 } do
    local a = ({ 0.10, 0.22, 0.96 })[i]
    B:fill(round { x - 0.07 * h * spread, Y(0.99), x + 0.07 * h * spread, Y(1.0),
      x + (0.12 + wobble) * h * spread, Y(0.80), x + 0.10 * h * spread, Y(0.55),
      x + 0.17 * h * spread, Y(0.30), x + 0.12 * h * spread, Y(0.08), x + 0.26 * h * spread,
        Y(-0.01), x - 0.24 * h * spread, Y(-0.01),
      x - 0.13 * h * spread, Y(0.1), x - 0.16 * h * spread, Y(0.33), x - 0.09 * h * spread,
        Y(0.58), x - 0.13 * h * spread, Y(0.82) }, dark, a)
  end
  for i = -2, 2 do
    local fx = x + i * 0.055 * h
    B:stroke({ "M", fx, Y(0.12), "Q", fx + 0.02 * h * i, Y(0.02), fx + 0.035 * h * i,
      Y(-0.05 - 0.015 * (i % 2)) }, 0.02 * h, dark, 0.8)
  end
  for _, e in ipairs { -0.028, 0.028 } do
    B:glow(x + e * h + d * 0.015 * h, Y(0.885), 0.05 * h, P.moon, 0.7)
    B:ellipse(x + e * h + d * 0.015 * h, Y(0.885), 0.011 * h, 0.014 * h, P.moon)
  end
end

local draws = { person = draw_person, robot = draw_robot, animal = draw_animal, shade = draw_shade }

--- A whole character.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param stand offline.Stand
function M.draw(B, P, look, stand)
  local draw = draws[look.form] or draw_person
  draw(B, P, look, stand)
end

-- An eye that looks to the side d.
local function draw_eye(B, P, x, y, r, d, iris, lid)
  B:fill({ "M", x - r, y, "Q", x, y - r * 0.95, x + r, y - r * 0.05, "Q", x, y + r * 0.6, x - r, y,
    "Z" }, mix(P.paper, P.far, 0.25))
  B:ellipse(x + d * r * 0.28, y - r * 0.1, r * 0.40, r * 0.42, iris)
  B:ellipse(x + d * r * 0.28, y - r * 0.1, r * 0.2, r * 0.21, P.ink)
  B:ellipse(x + d * r * 0.42, y - r * 0.26, r * 0.09, r * 0.09, mix(P.accent, 0xFFFFFF, 0.6))
  B:stroke({ "M", x - r * 1.05, y, "Q", x, y - r * 1.1, x + r * 1.08, y - r * 0.1 }, r * 0.13, lid)
end

local irises = { 0x4A6A7A, 0x5A4A32, 0x4F6B4A, 0x6A6E78 }

local function draw_bust(B, P, look, x, y, r, d)
  local main, trim, skin, shade = tones(P, look, 0)
  local line = math.max(1.5 / r, 0.022)
  B:enter(x, y, d * r, r)
  -- shoulders and neck
  B:inked(round { -2.1, 3.2, -1.9, 1.75, -0.7, 1.2, 0.6, 1.2, 1.8, 1.8, 2, 3.2 }, main, line)
  B:fill(round { -2.05, 3.2, -1.85, 1.8, -0.6, 1.3, -0.2, 2, -0.4, 3.2 }, shade, 0.7)
  B:fill(poly { -0.42, 0.5, 0.38, 0.5, 0.5, 1.5, -0.55, 1.5 }, mix(skin, shade, 0.5))
  if look.extra == "scarf" then
    B:inked(round { -0.95, 1.05, 0, 0.95, 0.95, 1.05, 0.9, 1.6, 0, 1.75, -0.95, 1.6 }, trim, line)
  else
    B:fill(poly { -0.7, 1.15, 0.05, 1.95, -0.2, 2.2, -1, 1.4 }, mix(main, 0xFFFFFF, 0.12))
    B:fill(poly { 0.7, 1.15, 0.05, 1.95, 0.3, 2.2, 1, 1.4 }, mix(main, 0xFFFFFF, 0.12))
  end
  -- head
  B:inked(round { -0.681, -0.55, -0.296, -1.08, 0.296, -1.08, 0.703, -0.55, 0.703, 0.2, 0.444,
    0.85, 0.111, 1.08, -0.444, 0.8, -0.703, 0.15 }, skin, line)
  B:fill(round { -0.718, -0.5, -0.222, -0.98, -0.089, -0.2, -0.163, 0.5, -0.037, 0.98, -0.444,
    0.75, -0.718, 0.1 }, shade, 0.42)
  B:ellipse(-0.666, 0.08, 0.13, 0.22, mix(skin, shade, 0.55))
  local iris = irises[look.seed % #irises + 1]
  local eye = 0.17
  local hair = hair_of(P, look, 0)
  for _, side in ipairs { -1, 1 } do
    local ex = 0.148 + side * 0.296
    draw_eye(B, P, ex, -0.06, eye, 1, iris, P.ink)
    B:stroke({ "M", ex - eye * 1.2, -0.3 + side * 0.02, "Q", ex, -0.42, ex + eye * 1.25, -0.3 },
      0.05, mix(hair, P.ink, 0.4))
    if look.old then
      B:stroke({ "M", ex - eye, 0.14, "Q", ex, 0.22, ex + eye, 0.13 }, 0.016, P.ink, 0.45)
    end
  end
  local nx = 0.178
  B:stroke({ "M", nx, -0.1, "Q", nx + 0.06, 0.1, nx + 0.17, 0.26, "Q", nx + 0.08, 0.36, nx - 0.06,
    0.32 }, 0.028, P.ink, 0.7)
  B:stroke({ "M", nx - 0.22, 0.58, "Q", nx, 0.53, nx + 0.22, 0.57 }, 0.036, mix(P.ink, 0x8A3A34,
    0.3), 0.85)
  B:line(nx - 0.08, 0.69, nx + 0.1, 0.69, 0.02, P.ink, 0.35)
  if look.old then
    B:stroke({ "M", nx - 0.3, 0.36, "Q", nx - 0.38, 0.5, nx - 0.34, 0.62 }, 0.018, P.ink, 0.5)
    B:stroke({ "M", nx + 0.34, 0.36, "Q", nx + 0.4, 0.5, nx + 0.35, 0.62 }, 0.018, P.ink, 0.5)
    for i = 0, 1 do
      B:stroke({ "M", -0.259, -(0.56 + i * 0.12), "Q", 0.148, -(0.62 + i * 0.12), 0.444,
        -(0.55 + i * 0.12) }, 0.015, P.ink, 0.3)
    end
  end
  B:leave()
  draw_head_wear(B, P, look, x, y - 0.12 * r, 0.755 * r, 0.98 * r, d, 0)
  B:enter(x, y, d * r, r)
  -- the light that it looks into
  B:stroke({ "M", 0.725, -0.5, "Q", 0.77, 0.2, 0.444, 0.86 }, 0.045, P.accent, 0.55)
  B:leave()
end

--- Head and shoulders: (x, y) is the middle of the head, r half its height.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param x number
---@param y number
---@param r number
---@param d number
function M.bust(B, P, look, x, y, r, d)
  if look.form == "person" then
    draw_bust(B, P, look, x, y, r, d)
    return
  end
  local height = r * ({ shade = 7.5, robot = 8.2, animal = 9 })[look.form]
  local top = ({ shade = 0.88 * 1.12, robot = 0.86 * 0.86, animal = 0.98 * 0.55 })[look.form]
  local shift = look.form == "animal" and -d * 0.62 * height * 0.55 or 0
  M.draw(B, P, look, { x = x + shift, foot = y + top * height, height = height, facing = d,
    depth = 0 })
end

--- The eyes alone, over all of a frame.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param width number
---@param height number
---@param d number
function M.eyes(B, P, look, width, height, d)
  if look.form ~= "person" then
    M.bust(B, P, look, width * 0.5, height * 0.5, height * 0.62, d)
    return
  end
  local _, _, skin, shade = tones(P, look, 0)
  B:blend(brush.box(0, 0, width, height), 0, 0, d > 0 and mix(shade, P.ink, 0.35) or skin, width,
    0, d > 0 and skin or mix(shade, P.ink, 0.35))
  local r = width * 0.125
  local iris = irises[look.seed % #irises + 1]
  local hair = hair_of(P, look, 0)
  for _, x in ipairs { 0.28, 0.72 } do
    local ex, ey = width * x, height * 0.54
    B:ellipse(ex, ey - r * 0.1, r * 1.5, r * 0.95, shade, 0.35)
    draw_eye(B, P, ex, ey, r, d, iris, P.ink)
    B:glow(ex + d * r * 0.42, ey - r * 0.26, r * 0.4, P.accent, 0.6)
    B:stroke({ "M", ex - r * 1.35, ey - r * 1.1, "Q", ex, ey - r * 1.75, ex + r * 1.4,
      ey - r * 1.15 }, r * 0.3, mix(hair, P.ink, 0.35))
    B:stroke({ "M", ex - r * 0.9, ey + r * 0.62, "Q", ex, ey + r * 0.95, ex + r * 0.9,
      ey + r * 0.6 }, r * 0.05, P.ink, look.old and 0.55 or 0.25)
  end
  local nx = width * 0.5
  B:stroke({ "M", nx - d * r * 0.4, height * 0.36, "Q", nx - d * r * 0.15, height * 0.7,
    nx - d * r * 0.5, height * 1.02 }, r * 0.12, shade, 0.7)
  if look.head == "hat" or look.head == "cap" then
    B:fill({ "M", 0, 0, "L", width, 0, "L", width, height * 0.12, "Q", width / 2, height * 0.2, 0,
      height * 0.1, "Z" }, palette.lit(P, look.head == "cap" and look.trim.rgb or look.main.rgb, 0))
  end
end

--- A hand from the side, d the side it points to; (x, y) its fingertips.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param x number
---@param y number
---@param size number
---@param d number
function M.hand(B, P, look, x, y, size, d)
  local main, trim, skin, shade = tones(P, look, 0)
  if look.form == "shade" then skin, main, trim, shade = P.ink, P.ink, P.ink, P.ink end
  if look.form == "robot" then skin, main = mix(main, P.paper, 0.15), shade end
  if look.form == "animal" then skin, main = mix(main, trim, 0.35), mix(main, trim, 0.35) end
  local line = math.max(1 / size, 0.018)
  B:enter(x, y, -d * size, size)
  B:inked(poly { 1.22, 0.0, 1.22, 0.82, 7, 2.6, 7, 0.5 }, main, line)
  B:fill(poly { 1.22, 0.55, 1.22, 0.82, 7, 2.6, 7, 1.9 }, shade, 0.7)
  B:stroke({ "M", 1.3, 0.08, "L", 1.34, 0.74 }, 0.13, trim)
  for i = 3, 0, -1 do
    local v = 0.06 + i * 0.17
    B:stroke({ "M", 0.75, v + 0.1, "Q", 0.35, v - 0.02, 0.02 + (i % 2) * 0.06,
      v + 0.06 }, 0.15, i == 0 and skin or mix(skin, shade, 0.1 * i))
  end
  B:fill(round { 0.6, 0.02, 1.3, 0.04, 1.36, 0.74, 0.7, 0.76 }, skin)
  B:stroke({ "M", 1.0, 0.05, "Q", 0.6, -0.22, 0.28, -0.14 }, 0.16, skin)
  for i = 1, 3 do
    B:line(0.62, -0.02 + i * 0.17, 0.2, -0.06 + i * 0.17, line, P.ink, 0.35)
  end
  B:leave()
end

--- From above: head and shoulders, and a long shadow.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param x number
---@param y number
---@param r number
---@param d number
function M.above(B, P, look, x, y, r, d)
  local main, trim, skin = tones(P, look, 0.1)
  if look.form == "shade" then main, trim, skin = P.ink, P.ink, P.moon end
  B:fill(round { x - r * 0.5, y - r * 0.3, x + r * 0.5, y + r * 0.2, x + d * r * 5.2, y + r * 3.4,
    x + d * r * 4.4, y + r * 3.8 }, P.ink, 0.5)
  B:inked(round { x - r, y - r * 0.2, x, y - r * 0.55, x + r, y - r * 0.2, x + r * 0.8,
    y + r * 0.5, x - r * 0.8, y + r * 0.5 }, main, math.max(1, r * 0.06))
  B:ellipse(x, y - r * 0.05, r * 0.36, r * 0.38, look.head == "bald" and skin or trim)
end

return M
