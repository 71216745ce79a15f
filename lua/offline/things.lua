-- lua/offline/things.lua: objects, each drawn around its middle.

local brush = require "offline.brush"
local palette = require "offline.palette"

local mix, round, poly, box = brush.mix, brush.round, brush.poly, brush.box

local M = {}

-- Each in units of its height, around its middle, in colours { main, trim, shade, line }.
local draws = {}

function draws.lamp(B, P, c)
  B:glow(0, 0, 1.9, P.accent, 0.55)
  B:stroke({ "M", -0.2, -0.34, "Q", 0, -0.66, 0.2, -0.34 }, 0.045, c.shade)
  B:inked(poly { -0.12, -0.46, 0.12, -0.46, 0.26, -0.28, -0.26, -0.28 }, c.main, c.line)
  B:fill(box(-0.22, -0.28, 0.44, 0.56), mix(P.accent, 0xFFFFFF, 0.25))
  B:glow(0, 0, 0.36, 0xFFF6DC, 0.95)
  for _, u in ipairs { -0.22, -0.07, 0.08, 0.22 } do
    B:line(u, -0.28, u, 0.28, 0.03, c.shade)
  end
  B:line(-0.05, -0.2, 0.06, 0.06, 0.012, c.shade, 0.7)
  B:inked(poly { -0.28, 0.28, 0.28, 0.28, 0.32, 0.46, -0.32, 0.46 }, c.main, c.line)
end

function draws.book(B, P, c)
  B:fill(poly { -0.62, 0.34, 0, 0.44, 0.62, 0.34, 0.6, 0.42, 0, 0.52, -0.6, 0.42 }, c.main)
  local page = mix(0xE9DDBE, P.near, 0.12 + 0.3 * (1 - P.level))
  B:inked({ "M", 0, -0.26, "Q", -0.3, -0.44, -0.62, -0.34, "L", -0.62, 0.34, "Q", -0.3, 0.26, 0,
    0.44, "Z" }, page, c.line)
  B:inked({ "M", 0, -0.26, "Q", 0.3, -0.44, 0.62, -0.34, "L", 0.62, 0.34, "Q", 0.3, 0.26, 0, 0.44,
    "Z" }, mix(page, 0xFFFFFF, 0.15), c.line)
  for i = 0, 5 do
    local v = -0.2 + i * 0.09
    B:stroke({ "M", -0.53, v, "Q", -0.3, v - 0.05, -0.1, v + 0.05 }, 0.014, P.ink, 0.55)
    if i < 4 then
      B:stroke({ "M", 0.1, v + 0.05, "Q", 0.3, v - 0.05, (0.53 - i * 0.05), v }, 0.014, P.ink, 0.55)
    end
  end
  B:stroke({ "M", 0.03, 0.4, "Q", 0.1, 0.6, 0.02, 0.74 }, 0.04, c.trim)
end

function draws.key(B, P, c)
  B:stroke({ "M", -0.44, -0.2, "Q", -0.8, -0.5, -0.55, -0.62, "Q", -0.3, -0.6, -0.4, -0.2 }, 0.03,
    mix(0xA03A30, P.near, 0.2))
  B:ellipse(-0.4, 0, 0.26, 0.26, c.main)
  B:ellipse(-0.4, 0, 0.13, 0.13, mix(P.ground, P.near, 0.4))
  B:line(-0.16, 0, 0.62, 0, 0.1, c.main)
  for i, l in ipairs { 0.2, 0.14, 0.24 } do
    B:line( (0.26 + i * 0.12), 0, (0.26 + i * 0.12), l, 0.075, c.main)
  end
  B:line(-0.14, -0.025, 0.6, -0.025, 0.02, 0xFFFFFF, 0.35)
end

function draws.box(B, _, c)
  B:inked(box(-0.56, -0.12, 1.12, 0.56), c.main, c.line)
  B:fill(box(-0.56, -0.12, 0.34, 0.56), c.shade, 0.55)
  B:inked(poly { -0.56, -0.12, -0.46, -0.38, 0.6, -0.32, 0.56, -0.12 }, mix(c.main, 0xFFFFFF,
    0.12), c.line)
  for _, u in ipairs { -0.56, 0.42 } do
    B:fill(box(u, 0.32, 0.14, 0.12), c.trim)
  end
  B:inked(box(-0.08, -0.02, 0.16, 0.16), c.trim, c.line)
end

function draws.vessel(B, _, c)
  B:line(-0.05, 0.1, -0.05, -0.62, 0.035, c.shade)
  B:inked({ "M", -0.9, -0.06, "Q", -0.6, 0.46, 0, 0.44, "Q", 0.7, 0.46, 0.98, -0.16, "Q", 0, 0.12,
    -0.9, -0.06, "Z" }, c.main, c.line)
  B:fill({ "M", -0.86, -0.04, "Q", 0, 0.22, 0.94, -0.13, "Q", 0, 0.06, -0.86, -0.04, "Z" }, c.trim)
  B:stroke({ "M", -0.7, 0.2, "Q", 0, 0.42, 0.8, 0.14 }, 0.025, c.shade, 0.7)
  B:line(-0.05, -0.6, 0.5, -0.04, 0.012, c.shade)
end

function draws.clock(B, P, c)
  B:inked(round { -0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5 }, c.main, c.line)
  B:ellipse(0, 0, 0.46, 0.46, c.main)
  B:ellipse(0, 0, 0.37, 0.37, mix(P.paper, P.near, 0.08 + 0.25 * (1 - P.level)))
  for i = 0, 11 do
    local a = math.pi / 6 * i
    B:line(0 + math.sin(a) * 0.30, 0 - math.cos(a) * 0.30, 0 + math.sin(a) * 0.34,
      0 - math.cos(a) * 0.34, 0.018, P.ink)
  end
  B:line(0, 0, -0.13, -0.16, 0.03, P.ink)
  B:line(0, 0, 0.08, -0.27, 0.022, P.ink)
  B:line(-0.1, 0.2, 0.26, -0.08, 0.01, c.shade, 0.6)
end

function draws.bottle(B, P, c)
  B:inked(round { -0.08, -0.5, 0.08, -0.5, 0.09, -0.25, 0.3, -0.05, 0.3, 0.48, -0.3, 0.48, -0.3,
    -0.05, -0.09, -0.25 }, c.main, c.line)
  B:fill(box(-0.22, 0.08, 0.44, 0.24), mix(P.paper, c.main, 0.3))
  B:line(0.17, -0.02, 0.2, 0.36, 0.035, 0xFFFFFF, 0.4)
  B:fill(box(-0.08, -0.58, 0.16, 0.12), c.trim)
end

function draws.tool(B, _, c)
  B:line(-0.55, 0.42, 0.3, -0.26, 0.1, c.main)
  B:line(-0.55, 0.42, -0.3, 0.22, 0.13, c.trim)
  B:inked(round { 0.2, -0.3, 0.34, -0.16, 0.66, -0.46, 0.52, -0.58 }, c.shade, c.line)
end

function draws.cloth(B, _, c)
  for i = 2, 0, -1 do
    local r = (0.28 + i * 0.13)
    B:ellipse(0, 0.1, r * 1.3, r * 0.8, i % 2 == 0 and c.main or c.shade)
    B:stroke({ "M", 0 - r * 1.3, 0.1, "Q", 0, 0.1 + r * 1.3, 0 + r * 1.3, 0.1 }, c.line, 0x101418,
      0.4)
  end
  B:stroke({ "M", 0.5, 0.2, "Q", 0.95, 0.1, 0.8, 0.48 }, 0.11, c.main)
end

function draws.plant(B, P, c)
  local leaf = mix(palette.lit(P, 0x4E7A46, 0), c.shade, 0.15)
  B:stroke({ "M", 0, 0.5, "Q", -0.05, 0, 0.04, -0.3 }, 0.05, leaf)
  B:fill(round { 0, 0.2, -0.3, -0.02, -0.42, -0.02, -0.2, 0.22 }, leaf)
  B:fill(round { 0, 0.05, 0.26, -0.2, 0.4, -0.18, 0.16, 0.1 }, leaf)
  local bloom = palette.lit(P, 0xB5473C, 0)
  for i = 0, 4 do
    local a = i * math.pi * 0.4
    B:ellipse(0.04 + math.cos(a) * 0.14, -0.36 + math.sin(a) * 0.14, 0.13, 0.12, mix(bloom,
      0xFFFFFF, i % 2 * 0.15))
  end
  B:ellipse(0.04, -0.36, 0.08, 0.08, P.accent)
end

function draws.wheels(B, P, c)
  for _, u in ipairs { -0.5, 0.5 } do
    B:ellipse(u, 0.26, 0.3, 0.3, P.ink)
    B:ellipse(u, 0.26, 0.22, 0.22, mix(c.shade, P.far, 0.4))
    B:ellipse(u, 0.26, 0.05, 0.05, P.ink)
  end
  B:inked(round { -0.85, 0.2, -0.75, -0.12, -0.3, -0.2, -0.1, -0.46, 0.45, -0.44, 0.85, -0.1, 0.9,
    0.2 }, c.main, c.line)
  B:fill(poly { -0.05, -0.36, 0.38, -0.34, 0.52, -0.1, -0.2, -0.1 }, mix(P.far, P.accent, 0.25))
end

function draws.thing(B, _, c)
  B:inked(round { -0.34, -0.42, 0.34, -0.42, 0.46, 0.1, 0.3, 0.46, -0.3, 0.46, -0.46, 0.1 },
    c.main, c.line)
  B:fill(round { -0.32, -0.38, -0.02, -0.4, -0.06, 0.44, -0.28, 0.44, -0.44, 0.1 }, c.shade, 0.5)
  B:stroke({ "M", -0.42, -0.02, "Q", 0, 0.1, 0.42, -0.02 }, 0.08, c.trim)
  B:ellipse(0.2, -0.2, 0.06, 0.09, 0xFFFFFF, 0.4)
end

local tall = { lamp = 1, bottle = 1, clock = 1, book = 0.8, box = 0.85, vessel = 1.2, wheels = 1.1 }

--- An object; (x, y) is its middle, `size` about its height.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param x number
---@param y number
---@param size number
---@param depth? number
function M.draw(B, P, look, x, y, size, depth)
  local main = palette.lit(P, look.main.rgb, depth)
  local trim = palette.lit(P, look.trim.rgb, depth)
  local unit = size * (tall[look.form] or 1)
  local colours = {
    main = main, trim = trim, shade = mix(main, P.near, 0.55), line = math.max(0.8 / unit, 0.018),
  }
  local draw = draws[look.form] or draws.thing
  B:enter(x, y, unit)
  draw(B, P, colours)
  B:leave()
end

return M
