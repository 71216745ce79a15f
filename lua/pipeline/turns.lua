-- lua/pipeline/turns.lua: lets the tasks of a run that have something to render go one
-- by one, with turns of the loop in between: however many there are, the first
-- requests are on their way before the last is rendered.

local loop = require "host.loop"

---@class Turns
---@field private queue table<integer, host.loop.event> those who wait
---@field private first integer
---@field private last integer
---@field private taken boolean nobody else may go now
---@field private count integer how many have gone
local Turns = {}
Turns.__index = Turns

local M = {}

--- After each of the first so many there are so many seconds for their requests to get
--- away. That costs a run a few milliseconds, and saves who waits for it the time
--- that all others take to render.
local HURRIED, PAUSE = 8, 0.001

---@return Turns
function M.new()
  return setmetatable({ queue = {}, first = 1, last = 0, taken = false, count = 0 }, Turns)
end

--- Lets those who wait go, one after the other.
function Turns:deal()
  repeat
    self.count = self.count + 1
    loop.sleep(self.count <= HURRIED and PAUSE or 0)
    local next_one = self.queue[self.first]
    if next_one then
      self.queue[self.first] = nil
      self.first = self.first + 1
      next_one:notify()
    end
  until not next_one
  self.taken = false
end

--- Waits until it is one's turn.
function Turns:take()
  if self.taken then
    local mine = loop.event()
    self.last = self.last + 1
    self.queue[self.last] = mine
    mine:wait()
  else
    self.taken = true
    loop.spawn(self.deal, self)
  end
end

return M
