-- lua/pipeline/call/retry.lua: what a second try can mend, how long to wait before it,
-- and how many second tries a model may get.
--
-- The wait is exponential backoff with full jitter, and never ends earlier than
-- the provider said. How many is decided by an allowance for each model: of its
-- last 100 requests an eleventh may be retries, one for each ten that are none, but
-- three in any case. Without it a storm of refusals would be answered by as many
-- requests again. It is counted in requests
-- and not in time, so that a fast server and a slow one get the same share, and
-- for a model and not for a call: what one call is refused is a sign for all. A
-- retry beyond it waits, holding nothing, as long as other calls of its model are
-- under way, for their requests bring it closer. When only such retries are left
-- they go one at a time; since at most one is under way that is no storm, and it
-- lets a run end whole that met nothing worse than bad luck. When 10 requests in a
-- row have failed by then, the model answers nobody, and all give up.
--
-- There is no circuit breaker beside it: with a server that is down, the allowance
-- already keeps the requests at 1.1 for each call, and a run that ends soon and
-- says why serves better than one that hangs for the minutes that a breaker takes.

local loop = require "host.loop"

local M = {}

---@class RetryRule
---@field tries integer how many more
---@field base number   seconds that the first wait may take
---@field cap number    seconds that a wait may take

---@type table<string, RetryRule> by the class of failure
M.rules = {
  unsent = { tries = 5, base = 0.5, cap = 8 },
  busy = { tries = 8, base = 1, cap = 60 },
  server = { tries = 2, base = 1, cap = 30 },
}

--- Told to wait longer than this, one gives up.
M.LONGEST = 900

--- How long to wait; nil when trying again is no use.
---@param class string
---@param try integer how many tries of this class there were
---@param told number? seconds that the provider asked for
---@return number? seconds
function M.delay(class, try, told)
  local rule = M.rules[class]
  if not rule or try > rule.tries or (told and told > M.LONGEST) then
    return nil
  end
  local jittered = math.random() * math.min(rule.cap, rule.base * 2 ^ (try - 1))
  -- A little on top, so that those who were told the same do not return together.
  return told and math.max(told * (1 + 0.1 * math.random()), jittered) or jittered
end

--
-- The allowance
--

local WINDOW = 100 -- requests
local SHARE, LEAST = 1 / 11, 3
local ROW = 10

--- How many retries a model may get.
---@class Allowance
---@field private last boolean[]    of the last requests, in a ring: whether it was a retry
---@field private at integer        where in the ring the last one is
---@field private retries integer   how many of them are
---@field private calls integer     under way, and not waiting here
---@field private row integer       requests that failed since one did not
---@field private changed host.loop.event
local Allowance = {}
Allowance.__index = Allowance

---@return Allowance
function M.allowance()
  local fields = { last = {}, at = 0, retries = 0, calls = 0, row = 0, changed = loop.event() }
  return setmetatable(fields, Allowance)
end

--- A request leaves.
---@param is_retry boolean
function Allowance:count(is_retry)
  self.at = self.at % WINDOW + 1
  self.retries = self.retries + (is_retry and 1 or 0) - (self.last[self.at] and 1 or 0)
  self.last[self.at] = is_retry
  self.changed:notify()
end

--- A call begins; it is to be closed at its end.
---@return table
function Allowance:call()
  self.calls = self.calls + 1
  return setmetatable({}, {
    __close = function()
      self.calls = self.calls - 1
      self.changed:notify()
    end,
  })
end

--- How a request ended.
---@param well boolean
function Allowance:ended(well)
  self.row = well and 0 or self.row + 1
end

--- Whether there is room for one more.
---@return boolean
function Allowance:has_room()
  return self.retries + 1 <= math.max(LEAST, SHARE * #self.last)
end

--- Takes one retry for a call that is under way. Waits until there is one; false
--- when none is to be expected.
---@return boolean
function Allowance:take()
  local back <close> = setmetatable({}, {
    __close = function()
      self.calls = self.calls + 1
    end,
  })
  assert(back)
  self.calls = self.calls - 1
  self.changed:notify() -- they may have waited for this one
  while not self:has_room() and self.calls > 0 do
    self.changed:wait()
  end
  if not self:has_room() and self.row >= ROW then
    return false
  end
  self:count(true)
  return true
end

return M
