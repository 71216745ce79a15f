-- lua/pipeline/call/budget.lua: what a run may cost. Each call reserves its worst case
-- before it leaves; one that does not fit waits for those in flight to cost less.

local loop = require "host.loop"

---@class Budget
---@field limit number?     USD; nil for none
---@field spent number      what answers cost
---@field held number       the worst case of what is in doubt
---@field reserved number   the worst case of what is in flight
---@field in_flight integer
---@field private changed host.loop.event
local Budget = {}
Budget.__index = Budget

local M = {}

---@param limit number? USD
---@return Budget
function M.new(limit)
  return setmetatable({
    limit = limit,
    spent = 0,
    held = 0,
    reserved = 0,
    in_flight = 0,
    changed = loop.event(),
  }, Budget)
end

local UNPRICED = "the price of %s is not known, so --max-cost cannot be kept: "
  .. "put it into lua/providers/models.lua (0 for a server of your own), or run without the limit"

local REACHED = "the cost limit of $%.2f is reached: $%.2f spent%s, and the next call may cost $%.3f"

-- What sums of cents are off by: three times 0.1 are 0.3 here.
local DUST = 1e-9

--- Waits until a call of this worst case fits.
---@param model string
---@param worst number? USD; nil when its price is not known
---@return number? reservation to be given back
---@return string? message why it never will
function Budget:reserve(model, worst)
  if self.limit and not worst then
    return nil, UNPRICED:format(model)
  end
  worst = worst or 0
  while self.limit and self.spent + self.held + self.reserved + worst > self.limit + DUST do
    if self.in_flight == 0 then
      local doubt = self.held > 0 and (", $%.2f are in doubt"):format(self.held) or ""
      return nil, REACHED:format(self.limit, self.spent, doubt, worst)
    end
    self.changed:wait()
  end
  self.reserved = self.reserved + worst
  self.in_flight = self.in_flight + 1
  return worst
end

--- The call has ended: it cost so much (nil: that is not known, and its worst case
--- counts), or it is in doubt and its worst case stays reserved.
---@param reservation number
---@param outcome { cost: number?, doubt: boolean? }
function Budget:settle(reservation, outcome)
  self.reserved = self.reserved - reservation
  self.in_flight = self.in_flight - 1
  if outcome.doubt then
    self.held = self.held + reservation
  else
    self.spent = self.spent + (outcome.cost or reservation)
  end
  self.changed:notify()
end

--- What a call cost became known after it was settled at its worst case.
---@param reservation number
---@param cost number USD
function Budget:correct(reservation, cost)
  self.spent = self.spent - reservation + cost
  self.changed:notify()
end

return M
