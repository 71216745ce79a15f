-- lua/pipeline/call/doubts.lua: the calls that were sent and never answered. Nobody knows
-- whether they were paid for; asking again is allowed within a budget, and told.

local json = require "host.json"

---@class Doubts
---@field store host.store.store
---@field budget number    USD that asking again may cost
---@field unpriced boolean also for calls whose price is not known
---@field spent number     the worst case of what was asked again
---@field private by_key table<string, host.store.call[]>
local Doubts = {}
Doubts.__index = Doubts

local M = {}

--- With the calls that earlier runs left in doubt.
---@param options { store: host.store.store, budget: number, unpriced: boolean? }
---@return Doubts
function M.new(options)
  local self = setmetatable({
    store = options.store,
    budget = options.budget,
    unpriced = options.unpriced or false,
    spent = 0,
    by_key = {},
  }, Doubts)
  for _, call in ipairs(self.store:doubts()) do
    self:add(call.key, call)
  end
  return self
end

---@param key string
---@param call host.store.call
function Doubts:add(key, call)
  self.by_key[key] = self.by_key[key] or {}
  table.insert(self.by_key[key], call)
end

--- The most that a recorded call may have cost, USD; nil when that is not known.
---@param call host.store.call
---@return number?
function M.worst_of(call)
  local meta = call.intent_meta and json.decode(call.intent_meta)
  return type(meta) == "table" and meta.worst or nil
end

--- The sum that a doubt may have cost, in words.
---@param worst number?
local function sum_of(worst)
  return worst and ("$%.3f"):format(worst) or "an unknown sum"
end

--- The calls in doubt of a project, a line each, and what becomes of them.
---@param store host.store.store
---@return string[]
function M.lines(store)
  local found, total, unpriced = store:doubts(), 0, 0
  local lines = { ("calls in doubt: %d"):format(#found) }
  for _, call in ipairs(found) do
    local meta = json.decode(call.intent_meta or "{}")
    local worst = M.worst_of(call)
    total, unpriced = total + (worst or 0), unpriced + (worst and 0 or 1)
    lines[#lines + 1] = ("  %s, sent %s, may have cost up to %s%s: %s"):format(
      meta.task or "call " .. call.id,
      os.date("%Y-%m-%d %H:%M", math.floor(call.at)),
      sum_of(worst),
      call.handle and ", known to the provider as " .. call.handle or "",
      call.reason or "it was never answered"
    )
  end
  if #found > 0 then
    local unknown = unpriced > 0 and (" and %d unknown sums"):format(unpriced) or ""
    lines[#lines + 1] = ("  together they may have cost up to $%.3f%s"):format(total, unknown)
    lines[#lines + 1] = "the next run repeats them within --resend-doubt USD"
  end
  return lines
end

--- What is still in doubt, and the most that it may have cost.
---@return { count: integer, cost: number, unpriced: integer }
function Doubts:left()
  local left = { count = 0, cost = 0, unpriced = 0 }
  for _, calls in pairs(self.by_key) do
    for _, call in ipairs(calls) do
      local worst = M.worst_of(call)
      left.count = left.count + 1
      left.cost = left.cost + (worst or 0)
      left.unpriced = left.unpriced + (worst and 0 or 1)
    end
  end
  return left
end

--- What the provider knows of a call in doubt that it gave a name.
local function reconciled(request, call)
  local known = call.handle and request.provider.generation and request.provider:generation(call.handle)
  return known and known.cost
end

--- Whether a call may be asked again. One whose price is not known may only when
--- the user has said so.
---@param worst number? USD
---@return boolean
function Doubts:may_resend(worst)
  if self.budget <= 0 or not worst then
    return self.budget > 0 and self.unpriced
  end
  return self.spent + worst <= self.budget
end

local HELD = "%s; it may have been charged, and repeating it may cost %s more: "
  .. "allow that with --resend-doubt USD"

--- Lets the calls of a key be asked again, once for all of them, as long as the
--- budget for that lasts.
---@param key string
---@param request Request
---@param tell fun(event: string, request: Request, more: table)
---@return true?
---@return CallFailure?
function Doubts:settle(key, request, tell)
  local calls = self.by_key[key]
  if not calls then
    return true
  end
  local worst = request.provider.worst_cost(request)
  if not self:may_resend(worst) then
    local reason = calls[1].reason or "it was never answered"
    return nil, { class = "doubt", message = HELD:format(reason, sum_of(worst)) }
  end
  self.spent = self.spent + (worst or 0)
  request.resent = true
  for _, call in ipairs(calls) do
    local paid = reconciled(request, call)
    self.store:forgive(call.id, paid and ("paid $%.4f, the answer is lost"):format(paid) or "asked again")
    tell("resent", request, { cost = paid or worst, paid = paid ~= nil, message = call.reason })
  end
  self.by_key[key] = nil
  return true
end

return M
