-- lua/offline/rooms.lua: places with walls: halls and rooms of a house.

local brush = require "offline.brush"

local mix, round, poly, box = brush.mix, brush.round, brush.poly, brush.box

local M = {}

-- Inside: a back wall, a floor, both running together.
local function room(B, P, view, wall, floor)
  local w, h = view.width, view.height
  local z = math.min(view.zoom, 1.6)
  local x0, x1 = w * (0.5 - 0.27 * z), w * (0.5 + 0.27 * z)
  local y0, y1 = h * 0.14 / z, view.horizon + h * 0.12
  B:blend(box(-80, -80, w + 160, h + 200), 0, 0, mix(wall, P.near, 0.75), 0, h, mix(wall, P.near,
    0.45))
  B:fill(box(x0, y0, x1 - x0, y1 - y0), mix(wall, P.near, 0.35))
  B:fill(poly { x0, y1, x1, y1, w + 80, h + 90, -80, h + 90 }, mix(floor, P.near, 0.5))
  for i = -5, 5 do
    B:line(w / 2 + (x1 - x0) * i / 10, y1, w / 2 + w * 0.15 * i * 1.4, h + 20, 1.5, P.ink, 0.35)
  end
  for _, x in ipairs { x0, x1 } do
    B:line(x, y0, x, y1, 2, P.ink, 0.5)
    B:line(x, y1, x < w / 2 and -80 or w + 80, h + 70, 2, P.ink, 0.5)
    B:line(x, y0, x < w / 2 and -80 or w + 80, -60, 2, P.ink, 0.4)
  end
  B:line(x0, y1, x1, y1, 2, P.ink, 0.5)
  return x0, y0, x1, y1
end

-- What stands along the far wall of a hall: cases, a great window, shelves.
local back_wall = {
  function(B, P, _, x0, y0, x1, y1, h)
    for i = 0, 3 do
      local cx, half = x0 + (x1 - x0) * (i + 0.5) / 4, (x1 - x0) * 0.055
      B:inked(box(cx - half, y1 - h * 0.2, half * 2, h * 0.19), mix(P.near, P.far, 0.4), 1.2)
      B:rect(cx - half * 0.75, y1 - h * 0.185, half * 1.5, h * 0.1, mix(P.sky_low, P.accent, 0.2),
        0.55)
    end
    B:inked(box(x0 + (x1 - x0) * 0.42, y0 + 14, (x1 - x0) * 0.16, (y1 - y0) * 0.22), mix(P.paper,
      P.near, 0.35), 3)
  end,
  function(B, P, _, x0, y0, x1, y1)
    local w, h = x1 - x0, y1 - y0
    local x, y = x0 + w * 0.22, y0 + h * 0.86
    local arch = { "M", x, y, "L", x, y0 + h * 0.4, "Q", x, y0 + h * 0.08, x + w * 0.28,
      y0 + h * 0.08,
      "Q", x + w * 0.56, y0 + h * 0.08, x + w * 0.56, y0 + h * 0.4, "L", x + w * 0.56, y, "Z" }
    B:blend(arch, 0, y0, P.sky_top, 0, y, P.sky_low)
    B:stroke(arch, 4, P.near)
    for i = 1, 4 do
      B:line(x + w * 0.56 * i / 5, y0 + h * 0.12, x + w * 0.56 * i / 5, y, 2.5, P.near)
    end
    for i = 0, 2 do
      B:line(x, y0 + h * (0.36 + 0.17 * i), x + w * 0.56, y0 + h * (0.36 + 0.17 * i), 2.5, P.near)
    end
  end,
  function(B, P, c, x0, y0, x1, y1)
    local w, h = x1 - x0, y1 - y0
    for row = 0, 4 do
      local y = y0 + h * (0.18 + row * 0.165)
      for i = 0, 13 do
        local tall = h * (0.07 + ((c.seed + i * 7 + row * 5) % 5) * 0.013)
        B:rect(x0 + w * (0.06 + i * 0.063), y - tall, w * (0.03 + (i * 3 + row) % 3 * 0.008), tall,
          mix((i + row) % 4 == 0 and c.trim or c.main, P.near, 0.2 + (i + row) % 3 * 0.15))
      end
      B:rect(x0 + w * 0.04, y, w * 0.92, h * 0.018, P.near)
    end
  end,
}

---@param B offline.Brush
---@param P offline.Palette
---@param c table its colours
---@param view table
---@param rng offline.Random
function M.hall(B, P, c, view, rng)
  local w, h = view.width, view.height
  local x0, y0, x1, y1 = room(B, P, view, mix(P.far, c.main, 0.35), mix(P.ground, c.trim, 0.3))
  B:blend(poly { x0, y0, x1, y0, w + 60, -60, -60, -60 }, 0, -40, mix(P.sky_low, P.sky_top, 0.3),
    0, y0, P.sky_low)
  for i = -4, 4 do
    B:line(w / 2 + (x1 - x0) * i / 8, y0, w / 2 + w * i * 0.2, -50, 2.5, P.near, 0.8)
  end
  for i = 1, 2 do
    B:line(x0 - (x0 + 60) * i / 3, y0 - (y0 + 60) * i / 3, x1 + (w + 60 - x1) * i / 3,
      y0 - (y0 + 60) * i / 3, 2, P.near, 0.7)
  end
  for side = -1, 1, 2 do
    for i = 0, 2 do
      local t = ({ 0.16, 0.46, 0.88 })[i + 1]
      local x = side < 0 and x0 - (x0 + 40) * t or x1 + (w + 40 - x1) * t
      local s = 0.35 + 0.65 * t
      local foot = y1 + (h - y1) * t * 0.9
      B:inked(box(x - w * 0.016 * s, y0 - (y0 + 40) * t, w * 0.032 * s, foot - y0 + (y0 + 40) * t),
        mix(P.near, c.main, 0.25), 1.2)
      B:rect(x - w * 0.024 * s, foot - h * 0.02 * s, w * 0.048 * s, h * 0.03 * s, P.near)
    end
  end
  back_wall[c.seed % #back_wall + 1](B, P, c, x0, y0, x1, y1, h)
  local ray = rng:number(0.25, 0.6) * w
  B:fade(poly { ray, -20, ray + w * 0.1, -20, ray + w * 0.3, h, ray + w * 0.05, h }, 0, 0, 0.22, 0,
    h * 0.95, 0, P.sky_low)
end

local furniture = {
  function(B, P, c, x, y, w, h) -- a table, and a cup on it
    B:inked(poly { x - w * 0.14, y, x, y - h * 0.03, x + w * 0.12, y + h * 0.005, x - w * 0.02,
      y + h * 0.04 }, mix(c.trim, P.near, 0.35), 1.5)
    for _, u in ipairs { -0.135, -0.02, 0.115 } do
      B:line(x + w * u, y + 6, x + w * u, y + h * 0.13, 5, mix(c.trim, P.near, 0.6))
    end
    B:ellipse(x - w * 0.01, y - h * 0.002, w * 0.011, h * 0.008, P.paper, 0.8)
  end,
  function(B, P, c, x, y, w, h) -- a stove with its pipe
    B:line(x, y - h * 0.1, x, -40, w * 0.016, mix(P.near, c.trim, 0.2))
    B:inked(box(x - w * 0.05, y - h * 0.13, w * 0.10, h * 0.2), mix(P.near, P.far, 0.15), 2)
    B:rect(x - w * 0.03, y - h * 0.05, w * 0.06, h * 0.07, P.accent, 0.85)
    B:glow(x, y - h * 0.01, h * 0.22, P.accent, 0.35)
  end,
  function(B, P, c, x, y, w, h) -- a bed, made
    B:inked(poly { x - w * 0.16, y - h * 0.02, x + w * 0.10, y - h * 0.02, x + w * 0.15,
      y + h * 0.09, x - w * 0.15, y + h * 0.09 }, mix(P.paper, c.trim, 0.45), 1.5)
    B:inked(box(x - w * 0.165, y - h * 0.12, w * 0.02, h * 0.22), mix(c.trim, P.near, 0.5), 1.5)
    B:fill(round { x - w * 0.14, y - h * 0.03, x - w * 0.06, y - h * 0.05, x - w * 0.05,
      y + h * 0.01, x - w * 0.13, y + h * 0.02 }, P.paper, 0.9)
  end,
}

---@param B offline.Brush
---@param P offline.Palette
---@param c table its colours
---@param view table
---@param rng offline.Random
function M.house(B, P, c, view, rng)
  local w, h = view.width, view.height
  local x0, y0, x1, y1 = room(B, P, view, c.main, mix(c.trim, P.ground, 0.4))
  local mirrored = c.seed % 2 == 1
  -- along the back wall, from either end
  local function along(u, width)
    return mirrored and x1 - (x1 - x0) * (u + width) or x0 + (x1 - x0) * u
  end
  local ww, wh = (x1 - x0) * 0.2, (y1 - y0) * 0.42
  local wx, wy = along(0.16, 0.2), y0 + (y1 - y0) * 0.2
  B:inked(box(wx, wy, ww, wh), P.sky_low, 3)
  B:blend(box(wx, wy, ww, wh), 0, wy, P.sky_top, 0, wy + wh, P.sky_low)
  B:line(wx + ww / 2, wy, wx + ww / 2, wy + wh, 4, P.near)
  B:line(wx, wy + wh / 2, wx + ww, wy + wh / 2, 4, P.near)
  local slant = mirrored and -ww * 1.2 or 0
  B:fade(poly { wx, wy + wh, wx + ww, wy + wh, wx + ww * 2.2 + slant, h, wx - ww * 0.1 + slant,
    h }, 0, wy + wh, 0.3, 0, h, 0, P.sky_low)
  local dx, dw = along(0.68, 0.17), (x1 - x0) * 0.17
  B:inked(box(dx, y0 + (y1 - y0) * 0.26, dw, (y1 - y0) * 0.74), mix(c.trim, P.near, 0.4), 2)
  B:ellipse(dx + dw * 0.85, y0 + (y1 - y0) * 0.66, 3, 3, P.accent)
  -- a hanging lamp, frames on the wall
  B:line(w * 0.5, -40, w * 0.5, y0 + (y1 - y0) * 0.22, 2, P.ink)
  B:fill(poly { w * 0.47, y0 + (y1 - y0) * 0.3, w * 0.49, y0 + (y1 - y0) * 0.2, w * 0.51,
    y0 + (y1 - y0) * 0.2, w * 0.53, y0 + (y1 - y0) * 0.3 }, P.near)
  B:glow(w * 0.5, y0 + (y1 - y0) * 0.34, h * 0.42, P.accent, P.hour == "day" and 0.15 or 0.45)
  for i = 0, c.seed % 3 do
    B:inked(box(along(0.44 + i * 0.082, 0.06), y0 + (y1 - y0) * 0.44, (x1 - x0) * 0.06,
      (y1 - y0) * 0.16), mix(P.paper, P.near, 0.5), 2)
  end
  furniture[c.seed % #furniture + 1](B, P, c, w * (mirrored and 0.64 or 0.40),
    y1 + (h - y1) * 0.22, w, h)
  B:mottle(view.horizon, P.sky_low, P.near, rng)
end

return M
