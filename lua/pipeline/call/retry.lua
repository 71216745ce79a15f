-- lua/pipeline/call/retry.lua: what a second try can mend, how long to wait before it,
-- and how many second tries a model may get.
--
-- The wait is exponential backoff with full jitter, and never ends earlier than
-- the provider said. How many is decided by an allowance for each model: of its
-- last 100 requests an eleventh may be retries, one for each ten that are none, but
-- three in any case. Without it a storm of refusals would be answered by as many
-- requests again. It is counted in requests and not in time, so that a fast server
-- and a slow one get the same share, and for a model and not for a call: what one
-- call is refused is a sign for all. A retry beyond it waits, holding nothing, as
-- long as other calls of its model are under way, for their requests bring it
-- closer. When only such retries are left they go, as many at once as of the last
-- 10 requests ended well, and one at least: it lets a run end whole that met nothing
-- worse than bad luck. When none of the 10 did, the model answers nobody, and all
-- give up.
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

--- What happened the last times, and how often it was so.
---@class Tally
---@field size integer
---@field private at integer
---@field count integer
local Tally = {}
Tally.__index = Tally

local function tally(size)
  return setmetatable({ size = size, at = 0, count = 0 }, Tally)
end

---@param was_so boolean
function Tally:add(was_so)
  self.at = self.at % self.size + 1
  self.count = self.count + (was_so and 1 or 0) - (self[self.at] and 1 or 0)
  self[self.at] = was_so
end

--- How many retries a model may get.
---@class Allowance
---@field private retries Tally     of the last requests that left
---@field private well Tally        of the last that ended
---@field private calls integer     under way, and neither waiting for a retry nor beyond
---@field private beyond integer    under way with a retry that is beyond the share
---@field private changed host.loop.event
local Allowance = {}
Allowance.__index = Allowance

---@return Allowance
function M.allowance()
  local fields = { retries = tally(WINDOW), well = tally(ROW), calls = 0, beyond = 0, changed = loop.event() }
  return setmetatable(fields, Allowance)
end

--- Whether there is room for one more retry.
---@return boolean
function Allowance:has_room()
  return self.retries.count + 1 <= math.max(LEAST, SHARE * #self.retries)
end

--- Whether one may go that there is no room for.
---@return boolean
function Allowance:may_go_beyond()
  return self.calls == 0 and self.beyond < math.max(1, self.well.count)
end

--- Whether nobody is answered.
---@return boolean
function Allowance:is_hopeless()
  return self.calls == 0 and self.well.count == 0 and #self.well == ROW
end

--- A call of the model.
---@class AllowedCall
---@field private allowance Allowance
---@field private part "calls"|"beyond"|nil what it is counted among
local AllowedCall = {}
AllowedCall.__index = AllowedCall

--- A call begins; it is to be closed at its end.
---@return AllowedCall
function Allowance:call()
  local call = setmetatable({ allowance = self }, AllowedCall)
  call:join "calls"
  return call
end

---@param part "calls"|"beyond"|nil
function AllowedCall:join(part)
  local allowance = self.allowance
  if self.part then
    allowance[self.part] = allowance[self.part] - 1
  end
  if part then
    allowance[part] = allowance[part] + 1
  end
  self.part = part
  allowance.changed:notify()
end

function AllowedCall:__close()
  self:join(nil)
end

--- Its first request leaves.
function AllowedCall:begin()
  self.allowance.retries:add(false)
  self.allowance.changed:notify()
end

--- How its request ended.
---@param well boolean
function AllowedCall:ended(well)
  self.allowance.well:add(well)
  self:join "calls"
end

--- Waits so many seconds, and then until it may send a retry, which is counted;
--- false when that is not to be expected.
---@param seconds number
---@return boolean
function AllowedCall:wait(seconds)
  local allowance = self.allowance
  self:join(nil)
  loop.sleep(seconds)
  while not allowance:has_room() and not allowance:may_go_beyond() do
    allowance.changed:wait()
  end
  local has_room = allowance:has_room()
  if not has_room and allowance:is_hopeless() then
    return false
  end
  allowance.retries:add(true)
  self:join(has_room and "calls" or "beyond")
  return true
end

return M
