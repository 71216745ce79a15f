-- lua/cli/ending.lua: how a run ends: its exit status, and how long it waits for what
-- is in flight after the first Ctrl-C.

local M = {}

M.DONE, M.INCOMPLETE, M.WRONG, M.COST_LIMIT, M.INTERRUPTED = 0, 1, 2, 3, 130
M.GRACE = 30 -- seconds

---@param result table what the evaluation came to
---@param totals Tally
---@return integer status
function M.status_of(result, totals)
  if result.interrupted then
    return M.INTERRUPTED
  elseif result.stopped == "fault" or result.refused then
    return M.WRONG
  elseif result.stopped == "cost" then
    return M.COST_LIMIT
  elseif result.stopped or #totals.problems > 0 then
    return M.INCOMPLETE
  end
  return M.DONE
end

return M
