-- lua/pipeline/run/turns.lua: lets the tasks of a run that have something to render go one
-- by one, with turns of the loop in between: however many there are, the first
-- request is on its way before the others are looked at.

local loop = require "host.loop"

---@class Turns
---@field private queue table<integer, host.loop.event> those who wait
---@field private first integer
---@field private last integer
---@field private taken boolean  nobody else may go now
---@field private hurried number? until when, on the loop's clock, the first request has the loop to itself
local Turns = {}
Turns.__index = Turns

local M = {}

--- So long the first that renders has the loop almost to itself, and so long each that
--- follows meanwhile, seconds. It costs a run that much once, and saves who waits for
--- the first request what all others take.
local HEAD_START, PAUSE = 0.015, 0.001

---@return Turns
function M.new()
  return setmetatable({ queue = {}, first = 1, last = 0, taken = false }, Turns)
end

---@return boolean
function Turns:is_hurried()
  return self.hurried ~= nil and loop.now() < self.hurried
end

--- Lets those who wait go, one after the other. When there is no memory for a pause
--- they go without: whoever is left in the queue would wait for ever.
function Turns:deal()
  repeat
    pcall(loop.sleep, self:is_hurried() and PAUSE or 0)
    local next_one = self.queue[self.first]
    if next_one then
      self.queue[self.first] = nil
      self.first = self.first + 1
      next_one:notify()
    end
  until not next_one
  self.taken = false
end

--- Waits in the queue.
function Turns:line_up()
  local mine = loop.event()
  self.last = self.last + 1
  self.queue[self.last] = mine
  mine:wait()
end

--- Waits until it is one's turn.
function Turns:take()
  if self.taken then
    self:line_up()
  else
    self.hurried = self.hurried or loop.now() + HEAD_START
    loop.spawn(self.deal, self)
    self.taken = true
  end
end

--- Lets the first that renders get its request away.
function Turns:give_way()
  if self.taken and self:is_hurried() then
    self:line_up()
  end
end

return M
