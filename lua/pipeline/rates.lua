-- lua/pipeline/rates.lua: frame rates, how long shots are held, and times as
-- editing programs write them.

local M = {}

--- A frame rate. What is called 29.97 runs at 30000/1001 frames a second and counts
--- them as 30: its timecode, without dropped frames, is slower than the clock.
---@class Rate
---@field name number      as a story writes it: 23.976
---@field timebase integer frames that a second of timecode counts
---@field ntsc boolean     runs slower by 1000/1001

--- The rates of film and television.
M.names = { 23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60 }
M.default = 24

---@param name number one of M.names
---@return Rate
function M.of(name)
  local timebase = math.ceil(name)
  return { name = name, timebase = timebase, ntsc = timebase ~= name }
end

--- Frames a second, as they really run.
---@param rate Rate
---@return number
function M.speed(rate)
  return rate.ntsc and rate.timebase * 1000 / 1001 or rate.timebase
end

--- The frame that is nearest to a moment.
---@param rate Rate
---@param seconds number
---@return integer
function M.frame(rate, seconds)
  return math.floor(seconds * M.speed(rate) + 0.5)
end

local HELD = 3 -- seconds

--- How long a shot is held in the film, also one that does not say it.
---@param shot table
---@return number seconds
function M.held(shot)
  return shot.duration or HELD
end

--- "01:00:04:12", no frames dropped.
---@param rate Rate
---@param frame integer
---@return string
function M.timecode(rate, frame)
  local seconds = frame // rate.timebase
  return ("%02d:%02d:%02d:%02d"):format(seconds // 3600, seconds // 60 % 60, seconds % 60, frame % rate.timebase)
end

return M
