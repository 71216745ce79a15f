-- lua/pipeline/call/room.lua: what a disk without room means to a run. What was answered is
-- kept in memory; the run waits, and writes it when there is room again.

local loop = require "host.loop"

---@class Room
---@field private report fun(event: table)
---@field private since number? when a write failed first, on the loop's clock, of those that wait
local Room = {}
Room.__index = Room

local M = {}

local FULL = { ENOSPC = true, EDQUOT = true, EFBIG = true }

--- How long a run waits for room, and how often it looks, seconds.
local PATIENCE, PERIOD = 120, 0.5

---@param report fun(event: table)
---@return Room
function M.new(report)
  return setmetatable({ report = report }, Room)
end

--- Waits a while, as long as there is patience.
---@param message string
---@return boolean
function Room:wait(message)
  if not self.since then
    self.since = loop.now()
    self.report { event = "full", message = message, seconds = PATIENCE }
  elseif loop.now() - self.since > PATIENCE then
    return false
  end
  loop.sleep(PERIOD)
  return true
end

--- Calls what writes, until it does not fail for lack of room. Whatever it failed for,
--- it is called once more at once, as a flush that failed must be made anew from
--- memory.
---@param write fun(...): any?, string?, string?
---@param again (fun(...): any?, string?, string?)? in its place from the second time on
---@param ... any
---@return any? what it gives
---@return string? message
---@return string? code
function Room:write(write, again, ...)
  local done = write(...)
  if done then
    return done
  end
  again = again or write
  local message, code
  done, message, code = again(...)
  while not done and FULL[code] and self:wait(message) do
    done, message, code = again(...)
  end
  if done and self.since then
    self.since = nil
    self.report { event = "room" }
  end
  return done, message, code
end

return M
