-- lua/pipeline/run/timings.lua: what a task of each step took in earlier runs, from which the
-- next one tells what has most behind it and what is still to come.

local json = require "host.json"

local M = {}

--- What earlier runs measured of a step.
---@class Timing
---@field seconds number a task
---@field cost number?   USD a task; nil when nobody told
---@field tasks integer  how many there were

--- What is known by step; nothing for a step that never ran.
---@param store host.store.store
---@return table<string, Timing>
function M.read(store)
  local timings = {}
  for step, text in pairs(store:all "timing" or {}) do
    local kept = json.decode(text)
    if type(kept) == "number" then -- as it was once kept
      kept = { seconds = kept, tasks = 0 }
    end
    kept.tasks = math.tointeger(kept.tasks)
    timings[step] = kept
  end
  return timings
end

--- Seconds a task by step.
---@param timings table<string, Timing>
---@return table<string, number>
function M.seconds(timings)
  local seconds = {}
  for step, timing in pairs(timings) do
    seconds[step] = timing.seconds
  end
  return seconds
end

--- Keeps what a run measured.
---@param store host.store.store
---@param tally Tally
function M.keep(store, tally)
  for _, step in ipairs(tally.steps) do
    local made = step.done - step.reused
    if made > 0 then
      local cost = step.unpriced == 0 and step.cost / made or nil
      store:put("timing", step.step, json.encode { seconds = step.busy / made, cost = cost, tasks = step.total })
    end
  end
end

return M
