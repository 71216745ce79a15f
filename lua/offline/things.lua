-- lua/offline/things.lua: objects, each drawn around its middle.

local brush = require "offline.brush"
local palette = require "offline.palette"

local mix, round, poly, box = brush.mix, brush.round, brush.poly, brush.box

local M = {}

-- Each: B, P, colours { main, trim, shade, line }, x, y, s (its height).
local draws = {}

function draws.lamp(B, P, c, x, y, s)
  B:glow(x, y, s * 1.9, P.accent, 0.55)
  B:stroke({ "M", x - s * 0.2, y - s * 0.34, "Q", x, y - s * 0.66, x + s * 0.2, y - s * 0.34 }, s * 0.045, c.shade)
  B:inked(poly { x - s * 0.12, y - s * 0.46, x + s * 0.12, y - s * 0.46, x + s * 0.26, y - s * 0.28, x - s * 0.26, y - s * 0.28 }, c.main, c.line)
  B:fill(box(x - s * 0.22, y - s * 0.28, s * 0.44, s * 0.56), mix(P.accent, 0xFFFFFF, 0.25))
  B:glow(x, y, s * 0.36, 0xFFF6DC, 0.95)
  for _, u in ipairs { -0.22, -0.07, 0.08, 0.22 } do
    B:line(x + u * s, y - s * 0.28, x + u * s, y + s * 0.28, s * 0.03, c.shade)
  end
  B:line(x - s * 0.05, y - s * 0.2, x + s * 0.06, y + s * 0.06, math.max(1, s * 0.012), c.shade, 0.7)
  B:inked(poly { x - s * 0.28, y + s * 0.28, x + s * 0.28, y + s * 0.28, x + s * 0.32, y + s * 0.46, x - s * 0.32, y + s * 0.46 }, c.main, c.line)
end

function draws.book(B, P, c, x, y, s)
  B:fill(poly { x - s * 0.62, y + s * 0.34, x, y + s * 0.44, x + s * 0.62, y + s * 0.34, x + s * 0.6, y + s * 0.42, x, y + s * 0.52, x - s * 0.6, y + s * 0.42 }, c.main)
  local page = mix(0xE9DDBE, P.near, 0.12 + 0.3 * (1 - P.level))
  B:inked({ "M", x, y - s * 0.26, "Q", x - s * 0.3, y - s * 0.44, x - s * 0.62, y - s * 0.34, "L", x - s * 0.62, y + s * 0.34, "Q", x - s * 0.3, y + s * 0.26, x, y + s * 0.44, "Z" }, page, c.line)
  B:inked({ "M", x, y - s * 0.26, "Q", x + s * 0.3, y - s * 0.44, x + s * 0.62, y - s * 0.34, "L", x + s * 0.62, y + s * 0.34, "Q", x + s * 0.3, y + s * 0.26, x, y + s * 0.44, "Z" }, mix(page, 0xFFFFFF, 0.15), c.line)
  for i = 0, 5 do
    local v = y - s * 0.2 + i * s * 0.09
    B:stroke({ "M", x - s * 0.53, v, "Q", x - s * 0.3, v - s * 0.05, x - s * 0.1, v + s * 0.05 }, s * 0.014, P.ink, 0.55)
    if i < 4 then B:stroke({ "M", x + s * 0.1, v + s * 0.05, "Q", x + s * 0.3, v - s * 0.05, x + s * (0.53 - i * 0.05), v }, s * 0.014, P.ink, 0.55) end
  end
  B:stroke({ "M", x + s * 0.03, y + s * 0.4, "Q", x + s * 0.1, y + s * 0.6, x + s * 0.02, y + s * 0.74 }, s * 0.04, c.trim)
end

function draws.key(B, P, c, x, y, s)
  B:stroke({ "M", x - s * 0.44, y - s * 0.2, "Q", x - s * 0.8, y - s * 0.5, x - s * 0.55, y - s * 0.62, "Q", x - s * 0.3, y - s * 0.6, x - s * 0.4, y - s * 0.2 }, s * 0.03, mix(0xA03A30, P.near, 0.2))
  B:ellipse(x - s * 0.4, y, s * 0.26, s * 0.26, c.main)
  B:ellipse(x - s * 0.4, y, s * 0.13, s * 0.13, mix(P.ground, P.near, 0.4))
  B:line(x - s * 0.16, y, x + s * 0.62, y, s * 0.1, c.main)
  for i, l in ipairs { 0.2, 0.14, 0.24 } do
    B:line(x + s * (0.26 + i * 0.12), y, x + s * (0.26 + i * 0.12), y + s * l, s * 0.075, c.main)
  end
  B:line(x - s * 0.14, y - s * 0.025, x + s * 0.6, y - s * 0.025, s * 0.02, 0xFFFFFF, 0.35)
end

function draws.box(B, _, c, x, y, s)
  B:inked(box(x - s * 0.56, y - s * 0.12, s * 1.12, s * 0.56), c.main, c.line)
  B:fill(box(x - s * 0.56, y - s * 0.12, s * 0.34, s * 0.56), c.shade, 0.55)
  B:inked(poly { x - s * 0.56, y - s * 0.12, x - s * 0.46, y - s * 0.38, x + s * 0.6, y - s * 0.32, x + s * 0.56, y - s * 0.12 }, mix(c.main, 0xFFFFFF, 0.12), c.line)
  for _, u in ipairs { -0.56, 0.42 } do
    B:fill(box(x + u * s, y + s * 0.32, s * 0.14, s * 0.12), c.trim)
  end
  B:inked(box(x - s * 0.08, y - s * 0.02, s * 0.16, s * 0.16), c.trim, c.line)
end

function draws.vessel(B, _, c, x, y, s)
  B:line(x - s * 0.05, y + s * 0.1, x - s * 0.05, y - s * 0.62, s * 0.035, c.shade)
  B:inked({ "M", x - s * 0.9, y - s * 0.06, "Q", x - s * 0.6, y + s * 0.46, x, y + s * 0.44, "Q", x + s * 0.7, y + s * 0.46, x + s * 0.98, y - s * 0.16, "Q", x, y + s * 0.12, x - s * 0.9, y - s * 0.06, "Z" }, c.main, c.line)
  B:fill({ "M", x - s * 0.86, y - s * 0.04, "Q", x, y + s * 0.22, x + s * 0.94, y - s * 0.13, "Q", x, y + s * 0.06, x - s * 0.86, y - s * 0.04, "Z" }, c.trim)
  B:stroke({ "M", x - s * 0.7, y + s * 0.2, "Q", x, y + s * 0.42, x + s * 0.8, y + s * 0.14 }, s * 0.025, c.shade, 0.7)
  B:line(x - s * 0.05, y - s * 0.6, x + s * 0.5, y - s * 0.04, s * 0.012, c.shade)
end

function draws.clock(B, P, c, x, y, s)
  B:inked(round { x - s * 0.5, y - s * 0.5, x + s * 0.5, y - s * 0.5, x + s * 0.5, y + s * 0.5, x - s * 0.5, y + s * 0.5 }, c.main, c.line)
  B:ellipse(x, y, s * 0.46, s * 0.46, c.main)
  B:ellipse(x, y, s * 0.37, s * 0.37, mix(P.paper, P.near, 0.08 + 0.25 * (1 - P.level)))
  for i = 0, 11 do
    local a = math.pi / 6 * i
    B:line(x + math.sin(a) * s * 0.30, y - math.cos(a) * s * 0.30, x + math.sin(a) * s * 0.34, y - math.cos(a) * s * 0.34, s * 0.018, P.ink)
  end
  B:line(x, y, x - s * 0.13, y - s * 0.16, s * 0.03, P.ink)
  B:line(x, y, x + s * 0.08, y - s * 0.27, s * 0.022, P.ink)
  B:line(x - s * 0.1, y + s * 0.2, x + s * 0.26, y - s * 0.08, s * 0.01, c.shade, 0.6)
end

function draws.bottle(B, P, c, x, y, s)
  B:inked(round { x - s * 0.08, y - s * 0.5, x + s * 0.08, y - s * 0.5, x + s * 0.09, y - s * 0.25, x + s * 0.3, y - s * 0.05, x + s * 0.3, y + s * 0.48, x - s * 0.3, y + s * 0.48, x - s * 0.3, y - s * 0.05, x - s * 0.09, y - s * 0.25 }, c.main, c.line)
  B:fill(box(x - s * 0.22, y + s * 0.08, s * 0.44, s * 0.24), mix(P.paper, c.main, 0.3))
  B:line(x + s * 0.17, y - s * 0.02, x + s * 0.2, y + s * 0.36, s * 0.035, 0xFFFFFF, 0.4)
  B:fill(box(x - s * 0.08, y - s * 0.58, s * 0.16, s * 0.12), c.trim)
end

function draws.tool(B, _, c, x, y, s)
  B:line(x - s * 0.55, y + s * 0.42, x + s * 0.3, y - s * 0.26, s * 0.1, c.main)
  B:line(x - s * 0.55, y + s * 0.42, x - s * 0.3, y + s * 0.22, s * 0.13, c.trim)
  B:inked(round { x + s * 0.2, y - s * 0.3, x + s * 0.34, y - s * 0.16, x + s * 0.66, y - s * 0.46, x + s * 0.52, y - s * 0.58 }, c.shade, c.line)
end

function draws.cloth(B, _, c, x, y, s)
  for i = 2, 0, -1 do
    local r = s * (0.28 + i * 0.13)
    B:ellipse(x, y + s * 0.1, r * 1.3, r * 0.8, i % 2 == 0 and c.main or c.shade)
    B:stroke({ "M", x - r * 1.3, y + s * 0.1, "Q", x, y + s * 0.1 + r * 1.3, x + r * 1.3, y + s * 0.1 }, c.line, 0x101418, 0.4)
  end
  B:stroke({ "M", x + s * 0.5, y + s * 0.2, "Q", x + s * 0.95, y + s * 0.1, x + s * 0.8, y + s * 0.48 }, s * 0.11, c.main)
end

function draws.plant(B, P, c, x, y, s)
  local leaf = mix(palette.lit(P, 0x4E7A46, 0), c.shade, 0.15)
  B:stroke({ "M", x, y + s * 0.5, "Q", x - s * 0.05, y, x + s * 0.04, y - s * 0.3 }, s * 0.05, leaf)
  B:fill(round { x, y + s * 0.2, x - s * 0.3, y - s * 0.02, x - s * 0.42, y - s * 0.02, x - s * 0.2, y + s * 0.22 }, leaf)
  B:fill(round { x, y + s * 0.05, x + s * 0.26, y - s * 0.2, x + s * 0.4, y - s * 0.18, x + s * 0.16, y + s * 0.1 }, leaf)
  local bloom = palette.lit(P, 0xB5473C, 0)
  for i = 0, 4 do
    local a = i * math.pi * 0.4
    B:ellipse(x + s * 0.04 + math.cos(a) * s * 0.14, y - s * 0.36 + math.sin(a) * s * 0.14, s * 0.13, s * 0.12, mix(bloom, 0xFFFFFF, i % 2 * 0.15))
  end
  B:ellipse(x + s * 0.04, y - s * 0.36, s * 0.08, s * 0.08, P.accent)
end

function draws.wheels(B, P, c, x, y, s)
  for _, u in ipairs { -0.5, 0.5 } do
    B:ellipse(x + u * s, y + s * 0.26, s * 0.3, s * 0.3, P.ink)
    B:ellipse(x + u * s, y + s * 0.26, s * 0.22, s * 0.22, mix(c.shade, P.far, 0.4))
    B:ellipse(x + u * s, y + s * 0.26, s * 0.05, s * 0.05, P.ink)
  end
  B:inked(round { x - s * 0.85, y + s * 0.2, x - s * 0.75, y - s * 0.12, x - s * 0.3, y - s * 0.2, x - s * 0.1, y - s * 0.46, x + s * 0.45, y - s * 0.44, x + s * 0.85, y - s * 0.1, x + s * 0.9, y + s * 0.2 }, c.main, c.line)
  B:fill(poly { x - s * 0.05, y - s * 0.36, x + s * 0.38, y - s * 0.34, x + s * 0.52, y - s * 0.1, x - s * 0.2, y - s * 0.1 }, mix(P.far, P.accent, 0.25))
end

function draws.thing(B, _, c, x, y, s)
  B:inked(round { x - s * 0.34, y - s * 0.42, x + s * 0.34, y - s * 0.42, x + s * 0.46, y + s * 0.1, x + s * 0.3, y + s * 0.46, x - s * 0.3, y + s * 0.46, x - s * 0.46, y + s * 0.1 }, c.main, c.line)
  B:fill(round { x - s * 0.32, y - s * 0.38, x - s * 0.02, y - s * 0.4, x - s * 0.06, y + s * 0.44, x - s * 0.28, y + s * 0.44, x - s * 0.44, y + s * 0.1 }, c.shade, 0.5)
  B:stroke({ "M", x - s * 0.42, y - s * 0.02, "Q", x, y + s * 0.1, x + s * 0.42, y - s * 0.02 }, s * 0.08, c.trim)
  B:ellipse(x + s * 0.2, y - s * 0.2, s * 0.06, s * 0.09, 0xFFFFFF, 0.4)
end

local tall = { lamp = 1, bottle = 1, clock = 1, book = 0.8, box = 0.85, vessel = 1.2, wheels = 1.1 }

--- An object; (x, y) is its middle, `size` about its height.
---@param B offline.Brush
---@param P offline.Palette
---@param look offline.Look
---@param depth? number
function M.draw(B, P, look, x, y, size, depth)
  local main, trim = palette.lit(P, look.main.rgb, depth), palette.lit(P, look.trim.rgb, depth)
  local s = size * (tall[look.form] or 1)
  local colours = { main = main, trim = trim, shade = mix(main, P.near, 0.55), line = math.max(0.8, s * 0.018) };
  (draws[look.form] or draws.thing)(B, P, colours, x, y, s)
end

return M
