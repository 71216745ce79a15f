-- lua/providers/retry_after.lua: how long a server asks to be left alone, from all
-- the places that it may say so in.

local given = require "providers.given"

local table_of = given.table_of

local M = {}

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6,
  Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

--- Days from 1970-01-01 to a day of the Gregorian calendar; os.time would take the
--- date as local time.
local function days_from_epoch(year, month, day)
  if month <= 2 then
    year = year - 1
  end
  local era = year // 400
  local year_of_era = year - era * 400
  local day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  local day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
  return era * 146097 + day_of_era - 719468
end

--- A date as HTTP writes it ("Sun, 06 Nov 1994 08:49:37 GMT").
---@param text string?
---@return integer? seconds since 1970
function M.date(text)
  local day, name, year, hour, minute, second =
    (text or ""):match "^%a+, (%d%d?)[ -](%a%a%a)[ -](%d%d%d%d) (%d%d):(%d%d):(%d%d)"
  local month = MONTHS[name]
  if not month then
    return nil
  end
  local days = days_from_epoch(math.tointeger(year), month, math.tointeger(day))
  return days * 86400 + math.tointeger(hour) * 3600 + math.tointeger(minute) * 60 + math.tointeger(second)
end

--- A number of seconds that makes sense; none is negative.
local function seconds_of(value)
  local seconds = tonumber(value)
  if not seconds or seconds ~= seconds or seconds == math.huge then
    return nil
  end
  return math.max(seconds, 0)
end

--- When the limit is over, as OpenRouter tells it: milliseconds since 1970.
---@param headers table<string, string>
---@param err table
---@return number? seconds since 1970
function M.reset(headers, err)
  local told = table_of(table_of(err.metadata).headers)
  local milliseconds = seconds_of(headers["x-ratelimit-reset"] or told["X-RateLimit-Reset"])
  -- Other servers give seconds, or a duration, under this name.
  return milliseconds and milliseconds > 1e11 and milliseconds / 1000 or nil
end

--- How long to wait, if anything says so.
---@param headers table<string, string> of the answer, names in lower case
---@param err any the answer's error, as it was decoded
---@return number? seconds
function M.seconds(headers, err)
  err = table_of(err)
  local now = M.date(headers.date) or os.time()
  local told = headers["retry-after"]
  local at = M.date(told) or M.reset(headers, err)
  return seconds_of(told)
    or (M.date(told) and math.max(at - now, 0))
    or seconds_of(table_of(err.availability).retry_after)
    or seconds_of(table_of(err.metadata).retry_after)
    or (at and math.max(at - now, 0))
    or nil
end

return M
