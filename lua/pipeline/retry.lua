-- lua/pipeline/retry.lua: what a second try can mend, and how long to wait before
-- it: exponential backoff with full jitter, and never earlier than the provider
-- said.

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

--- Told to wait longer than this, all calls of the model wait together.
M.PARK = 120
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

return M
