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

--- A date as HTTP writes it ("Sun, 06 Nov 1994 08:49:37 GMT"), or wrote it once
--- ("Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994").
---@param text string?
---@return integer? seconds since 1970
function M.date(text)
  text = text or ""
  local day, name, year, hour, minute, second =
    text:match "^%a+, (%d%d?)[ -](%a%a%a)[ -](%d%d%d?%d?) (%d%d):(%d%d):(%d%d)"
  if not day then
    name, day, hour, minute, second, year = text:match "^%a+ (%a%a%a) +(%d%d?) (%d%d):(%d%d):(%d%d) (%d%d%d%d)"
  end
  local month = MONTHS[name]
  if not month then
    return nil
  end
  year = math.tointeger(year) + (#year < 4 and 2000 or 0)
  local days = days_from_epoch(year, month, math.tointeger(day))
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

--- A header of the answer, or one that an error tells of the provider behind.
---@param headers table<string, string> names in lower case
---@param err any
---@param name string in lower case
---@return any
function M.header(headers, err, name)
  local value = headers[name]
  for other, told in pairs(table_of(table_of(table_of(err).metadata).headers)) do
    if value == nil and type(other) == "string" and other:lower() == name then
      value = told
    end
  end
  return value
end

--- When the limit is over, as OpenRouter tells it: milliseconds since 1970.
---@param headers table<string, string>
---@param err any
---@return number? seconds since 1970
function M.reset(headers, err)
  local milliseconds = seconds_of(M.header(headers, err, "x-ratelimit-reset"))
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
  local told = M.header(headers, err, "retry-after")
  local date = type(told) == "string" and M.date(told) or nil
  local at = date or M.reset(headers, err)
  return seconds_of(told)
    or (date and math.max(at - now, 0))
    or seconds_of(table_of(err.availability).retry_after)
    or seconds_of(table_of(err.metadata).retry_after)
    or seconds_of(err.retry_after)
    or (at and math.max(at - now, 0))
    or nil
end

return M
