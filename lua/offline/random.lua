-- lua/offline/random.lua: choices that depend on a seed alone, so that the same
-- request gets the same answer on every machine.

local json = require "host.json"

local M = {}

---@class offline.Random
---@field private state integer
local Random = {}
Random.__index = Random

--- A generator for any text.
---@param text string
---@return offline.Random
function M.new(text)
  return setmetatable({ state = tonumber(json.sha256(text):sub(1, 15), 16) }, Random)
end

--- A number below 2^32 (splitmix64's upper half).
---@return integer
function Random:next()
  self.state = self.state + 0x9E3779B97F4A7C15
  local z = self.state
  z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  return (z ~ (z >> 31)) >> 32
end

---@param least integer
---@param most integer
---@return integer
function Random:integer(least, most)
  return least + self:next() % (most - least + 1)
end

---@param least number
---@param most number
---@return number
function Random:number(least, most)
  return least + (most - least) * self:next() / 0xFFFFFFFF
end

---@generic T
---@param list T[]
---@return T
function Random:pick(list)
  return list[self:integer(1, #list)]
end

--- The list in another order.
---@generic T
---@param list T[]
---@return T[]
function Random:shuffle(list)
  local shuffled = table.move(list, 1, #list, 1, {})
  for i = #shuffled, 2, -1 do
    local j = self:integer(1, i)
    shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
  end
  return shuffled
end

return M
