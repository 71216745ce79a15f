-- lua/pipeline/call/costs.lua: what answers cost that do not say it. The provider keeps
-- statistics of each call; they are asked for beside the run, which waits for none.

local json = require "host.json"
local limiter = require "host.limiter"
local loop = require "host.loop"

---@class Costs
---@field private calls Calls
---@field private gate host.limiter
---@field private asking table<host.task, true>
local Costs = {}
Costs.__index = Costs

local M = {}

--- The kind of the records that hold a call's statistics, by its id.
M.KIND = "cost"

--- Statistics that are asked for at once, and the seconds that the end of a run
--- waits for the last of them.
local AT_ONCE, PATIENCE = 4, 5

---@param calls Calls
---@return Costs
function M.new(calls)
  local gate = limiter.new()
  gate:lane(M.KIND, AT_ONCE)
  return setmetatable({ calls = calls, gate = gate, asking = {} }, Costs)
end

--- What an answer told nothing of, as the provider's statistics have it.
---@param usage Usage
---@param known table of Provider:generation
local function told_later(usage, known)
  return {
    cost = known.cost,
    input = not usage.input and known.input or nil,
    output = not usage.output and known.output or nil,
  }
end

---@param request Request
---@param read CallAnswer
---@param reserved number USD that the budget counted for it
function Costs:settle(request, read, reserved)
  local slot <close> = self.gate:acquire(M.KIND, request.provider.identity)
  local known = request.provider:generation(read.generation)
  slot:release "ok"
  if known and known.cost then
    local usage = told_later(read.usage, known)
    self.calls.store:put(M.KIND, tostring(read.id), json.encode(json.object(usage)))
    self.calls.budget:correct(reserved, known.cost)
    self.calls:tell("priced", request, { usage = usage })
  end
end

--- Asks what an answer cost that named none, if the provider can tell. Does not wait.
---@param request Request
---@param read CallAnswer
---@param reserved number USD
function Costs:look_up(request, read, reserved)
  local provider = request.provider
  if provider.free or not (read.generation and provider.generation) then
    return
  end
  local task
  task = loop.spawn(function()
    self:settle(request, read, reserved)
    self.asking[task] = nil
  end)
  self.asking[task] = true
end

--- Waits, but not for long, for what is still being asked.
function Costs:finish()
  loop.timeout(PATIENCE, function()
    while next(self.asking) do
      next(self.asking):await()
    end
  end)
end

--- Asks nothing more.
function Costs:close()
  for task in pairs(self.asking) do
    task:cancel()
  end
end

--- What the calls of a store cost that did not say so themselves, by their ids.
---@param store host.store.store
---@return table<string, { cost: number, input: integer?, output: integer? }>
function M.known(store)
  local known = {}
  for id, text in pairs(store:all(M.KIND) or {}) do
    known[id] = json.decode(text)
  end
  return known
end

return M
