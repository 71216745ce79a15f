-- lua/pipeline/timings.lua: how long a task of each step took in earlier runs, from
-- which the next one tells what has most behind it.

local M = {}

--- Seconds a task by step; nothing for a step that never ran.
---@param store host.store.store
---@return table<string, number>
function M.read(store)
  local seconds = {}
  for step, text in pairs(store:all "timing" or {}) do
    seconds[step] = tonumber(text)
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
      store:put("timing", step.step, ("%.3f"):format(step.busy / made))
    end
  end
end

return M
