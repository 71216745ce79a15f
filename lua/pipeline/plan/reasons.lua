-- lua/pipeline/plan/reasons.lua: why a task would make a call: against what it asked before.

local call = require "pipeline.call"
local differences = require "pipeline.plan.differences"
local json = require "host.json"

---@class Reason
---@field kind "new"|"changed"|"take"|"picture"|"doubt"
---@field text string
---@field difference Difference? of "changed"

local M = {}

--- What a difference from the last request means.
---@param difference Difference
---@return Reason
function M.changed(difference)
  if difference.part == "take" then
    return { kind = "take", text = "another take is requested", difference = difference }
  end
  local detail = difference.where and (" (%s)"):format(difference.where)
    or difference.part == "system" and ""
    or (": %s → %s"):format(difference.old or "none", difference.new or "none")
  local verb = difference.part == "refs" and "have changed" or "has changed"
  return { kind = "changed", text = difference.what .. " " .. verb .. detail, difference = difference }
end

M.NEW = { kind = "new", text = "it has not run yet" }

---@param outcomes Outcomes
---@param request Request
---@return Reason?
local function against_earlier(outcomes, request, text, key)
  local earlier = outcomes:of(request.task)
  for _, outcome in ipairs(earlier) do
    if outcome.key == key and outcome.picture then
      return { kind = "picture", text = ("its picture %s is no longer there"):format(outcome.picture.path) }
    end
  end
  local last = earlier[#earlier]
  local former = last and outcomes:request(last)
  local difference = former and differences.first(former, text)
  return difference and M.changed(difference)
end

--- Why a task would ask this.
---@param outcomes Outcomes
---@param doubts table<string, true> keys of calls in doubt
---@param request Request
---@return Reason
function M.of(outcomes, doubts, request)
  local text = call.identity(request)
  local key = json.sha256(text)
  if doubts[key] then
    return { kind = "doubt", text = "it was sent before, but never answered" }
  end
  return against_earlier(outcomes, request, text, key) or M.NEW
end

return M
