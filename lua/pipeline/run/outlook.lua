-- lua/pipeline/run/outlook.lua: what of a run is still to come: how long it will take and what
-- it will cost, as far as its own tasks and those of earlier runs tell.

local M = {}

---@class Outlook
---@field seconds number? that it will still take; nil: nobody knows
---@field cost number?    USD that all of it will have cost; nil: nobody knows

--- What a task of a step takes, and how many are still to come.
---@param step StepTally
---@param earlier Timing?
---@return integer rest
---@return number? seconds
---@return number? cost
local function still_to_come(step, earlier)
  local made = step.done - step.reused
  local total = math.max(step.total, earlier and earlier.tasks or 0)
  local rest = total - step.done - step.failed - step.skipped
  local seconds = made > 0 and step.busy / made or earlier and earlier.seconds
  local cost = earlier and earlier.cost
  if made > 0 then
    cost = step.unpriced == 0 and step.cost / made or nil
  end
  -- A step of which nothing is known yet has some tasks, but nobody knows how many.
  return total == 0 and 1 or math.max(0, rest), total > 0 and seconds or nil, total > 0 and cost or nil
end

--- What a run has still before it.
---@param tally Tally
---@param earlier table<string, Timing>
---@param graph StepGraph
---@param elapsed number seconds since the run began
---@return Outlook
function M.of(tally, earlier, graph, elapsed)
  local work, busy, known, cost = 0, 0, true, tally:sum "cost"
  local chain, priced = {}, tally:sum "unpriced" == 0
  for _, step in ipairs(tally.steps) do
    local rest, seconds, price = still_to_come(step, earlier[step.step])
    chain[step.step] = 0
    busy = busy + step.busy
    if rest > 0 then
      known = known and seconds ~= nil
      priced = priced and price ~= nil
      chain[step.step] = seconds or 0
      work = work + rest * (seconds or 0)
      cost = cost + rest * (price or 0)
    end
  end
  local longest = 0
  for _, seconds in pairs(graph:priorities(chain)) do
    longest = math.max(longest, seconds)
  end
  local at_once = math.max(1, tally:sum "running", elapsed > 0 and busy / elapsed or 1)
  return {
    seconds = known and math.max(longest, work / at_once) or nil,
    cost = priced and cost or nil,
  }
end

return M
