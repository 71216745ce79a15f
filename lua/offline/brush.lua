-- lua/offline/brush.lua: a list of shapes for host.image.draw, filled through one
-- slanting and scaling of the plane, and colours to paint with.

local M = {}

---@class offline.Brush
---@field shapes table[]
---@field width number
---@field height number
---@field private cos number
---@field private sin number
---@field private scale number
---@field private ox number what `enter` has set
---@field private oy number
---@field private ux number
---@field private uy number
---@field ink integer      outlines
---@field outline number   how much of them, 0 to 1
---@field degrees number  the slant
local Brush = {}
Brush.__index = Brush

---@param width number
---@param height number
---@return offline.Brush
function M.new(width, height)
  return setmetatable({
    shapes = {}, width = width, height = height, cos = 1, sin = 0, scale = 1, degrees = 0,
    ox = 0, oy = 0, ux = 1, uy = 1, ink = 0x101418, outline = 0.6,
  }, Brush)
end

--- Turns what is painted from now on about the middle of the frame.
---@param degrees number
---@param scale number
function Brush:slant(degrees, scale)
  local a = math.rad(degrees)
  self.cos, self.sin, self.scale = math.cos(a) * scale, math.sin(a) * scale, scale
  self.degrees = degrees
end

--- Paints around (x, y) until `leave`: a unit is ux pixels across, mirrored when
--- that is negative, and uy pixels down. Widths are in units of uy.
---@param x number
---@param y number
---@param ux number
---@param uy? number
function Brush:enter(x, y, ux, uy)
  self.ox, self.oy, self.ux, self.uy = x, y, ux, uy or ux
end

function Brush:leave()
  self:enter(0, 0, 1, 1)
end

---@param x number
---@param y number
---@return number x
---@return number y
function Brush:at(x, y)
  x, y = self.ox + x * self.ux, self.oy + y * self.uy
  if self.sin == 0 and self.scale == 1 then return x, y end
  local cx, cy = self.width / 2, self.height / 2
  x, y = x - cx, y - cy
  return cx + x * self.cos - y * self.sin, cy + x * self.sin + y * self.cos
end

local numbers = { M = 1, L = 1, Q = 2, C = 3, Z = 0 }

--- { "M", x, y, "L", ... } through the slanting.
---@param path (string|number)[]
---@return (string|number)[]
function Brush:path(path)
  local out, i = {}, 1
  while i <= #path do
    local command = path[i]
    out[#out + 1] = command
    for k = 1, numbers[command] do
      local x, y = self:at(path[i + 2 * k - 1], path[i + 2 * k])
      out[#out + 1], out[#out + 2] = x, y
    end
    i = i + 1 + 2 * numbers[command]
  end
  return out
end

local function add(self, shape)
  self.shapes[#self.shapes + 1] = shape
end

---@param path (string|number)[]
---@param colour integer
---@param alpha? number
function Brush:fill(path, colour, alpha)
  add(self, { "fill", path = self:path(path), colour = colour, alpha = alpha })
end

--- A fill that an outline in ink goes round.
---@param path (string|number)[]
---@param colour integer
---@param width number
---@param alpha? number
function Brush:inked(path, colour, width, alpha)
  self:fill(path, colour, alpha)
  if self.outline > 0 then self:stroke(path, width, self.ink, self.outline * (alpha or 1)) end
end

--- From the first colour at (x0, y0) to the second at (x1, y1).
---@param path (string|number)[]
---@param x0 number
---@param y0 number
---@param first integer
---@param x1 number
---@param y1 number
---@param second integer
---@param alpha? number
function Brush:blend(path, x0, y0, first, x1, y1, second, alpha)
  x0, y0 = self:at(x0, y0)
  x1, y1 = self:at(x1, y1)
  add(self, {
    "fill", path = self:path(path), alpha = alpha,
    gradient = { x0, y0, x1, y1, stops = { { 0, first }, { 1, second } } },
  })
end

--- The same between two opacities of one colour.
---@param path (string|number)[]
---@param x0 number
---@param y0 number
---@param first number
---@param x1 number
---@param y1 number
---@param second number
---@param colour integer
function Brush:fade(path, x0, y0, first, x1, y1, second, colour)
  x0, y0 = self:at(x0, y0)
  x1, y1 = self:at(x1, y1)
  add(self, {
    "fill", path = self:path(path),
    gradient = { x0, y0, x1, y1, stops = { { 0, colour, first }, { 1, colour, second } } },
  })
end

---@param cx number
---@param cy number
---@param rx number
---@param ry number
---@param colour integer
---@param alpha? number
---@param rotate? number
function Brush:ellipse(cx, cy, rx, ry, colour, alpha, rotate)
  cx, cy = self:at(cx, cy)
  local mirror = self.ux < 0 and -1 or 1
  add(self, {
    "ellipse", cx = cx, cy = cy, rx = math.max(math.abs(rx * self.ux) * self.scale, 0.1),
    ry = math.max(ry * self.uy * self.scale, 0.1), colour = colour, alpha = alpha,
    rotate = (rotate or 0) * mirror + self.degrees,
  })
end

--- Light around a point, gone at the radius.
---@param cx number
---@param cy number
---@param radius number
---@param colour integer
---@param alpha? number
function Brush:glow(cx, cy, radius, colour, alpha)
  cx, cy = self:at(cx, cy)
  radius = math.max(radius * self.uy * self.scale, 1)
  add(self, {
    "ellipse", cx = cx, cy = cy, rx = radius, ry = radius,
    gradient = {
      cx, cy, radius,
      stops = { { 0, colour, alpha }, { 0.35, colour, alpha * 0.45 }, { 1, colour, 0 } },
    },
  })
end

---@param path (string|number)[]
---@param width number
---@param colour integer
---@param alpha? number
function Brush:stroke(path, width, colour, alpha)
  add(self, {
    "stroke", path = self:path(path), width = math.max(width * self.uy * self.scale, 0.4),
      colour = colour,
      alpha = alpha,
  })
end

---@param x0 number
---@param y0 number
---@param x1 number
---@param y1 number
---@param width number
---@param colour integer
---@param alpha? number
function Brush:line(x0, y0, x1, y1, width, colour, alpha)
  self:stroke({ "M", x0, y0, "L", x1, y1 }, width, colour, alpha)
end

---@param x number
---@param y number
---@param width number
---@param height number
---@param colour integer
---@param alpha? number
function Brush:rect(x, y, width, height, colour, alpha)
  self:fill(M.box(x, y, width, height), colour, alpha)
end

--- Washes over the ground below `top`, so that it is not one flat tone.
---@param top number
---@param light integer
---@param dark integer
---@param rng offline.Random
function Brush:mottle(top, light, dark, rng)
  for _ = 1, 16 do
    local t = rng:number(0, 1)
    local y = top + (self.height - top) * t
    local rx = (0.05 + 0.2 * t) * self.width * rng:number(0.5, 1)
    local x = rng:number(-0.05, 1.05) * self.width
    self:ellipse(x, y, rx, rx * 0.10, rng:integer(0, 1) == 0 and dark or light, rng:number(0.06,
      0.16))
  end
end

--- The outline of a rectangle.
---@param x number
---@param y number
---@param width number
---@param height number
---@return (string|number)[]
function M.box(x, y, width, height)
  return { "M", x, y, "L", x + width, y, "L", x + width, y + height, "L", x, y + height, "Z" }
end

--- A closed outline through points { x, y, x, y, ... }, rounded.
---@param points number[]
---@return (string|number)[]
function M.round(points)
  local n = #points // 2
  local function point(i)
    i = (i - 1) % n
    return points[2 * i + 1], points[2 * i + 2]
  end
  local x0, y0 = point(1)
  local x1, y1 = point(n)
  local path = { "M", (x0 + x1) / 2, (y0 + y1) / 2 }
  for i = 1, n do
    local x, y = point(i)
    local nx, ny = point(i + 1)
    for _, v in ipairs { "Q", x, y, (x + nx) / 2, (y + ny) / 2 } do path[#path + 1] = v end
  end
  path[#path + 1] = "Z"
  return path
end

--- A closed outline with corners.
---@param points number[]
---@return (string|number)[]
function M.poly(points)
  local path = { "M", points[1], points[2] }
  for i = 3, #points, 2 do
    path[#path + 1], path[#path + 2], path[#path + 3] = "L", points[i], points[i + 1]
  end
  path[#path + 1] = "Z"
  return path
end

--- Between two colours.
---@param a integer
---@param b integer
---@param t number 0: a, 1: b
---@return integer
function M.mix(a, b, t)
  local out = 0
  for shift = 16, 0, -8 do
    local x, y = a >> shift & 255, b >> shift & 255
    out = out << 8 | math.floor(x + (y - x) * t + 0.5)
  end
  return out
end

--- A colour from hue (degrees), saturation and lightness (0 to 1).
---@param hue number
---@param saturation number
---@param lightness number
---@return integer
function M.hsl(hue, saturation, lightness)
  local function channel(n)
    local k = (n + hue / 30) % 12
    local a = saturation * math.min(lightness, 1 - lightness)
    local v = lightness - a * math.max(-1, math.min(k - 3, 9 - k, 1))
    return math.floor(math.max(0, math.min(1, v)) * 255 + 0.5)
  end
  return channel(0) << 16 | channel(8) << 8 | channel(4)
end

return M
