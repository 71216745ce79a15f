-- lua/providers/given.lua: what decoded JSON holds, when nothing is sure of it: not
-- whether a member is there, nor whether it is what it should be.

local json = require "host.json"

local M = {}

--- A table to look into, whatever came.
---@param value any
---@return table
function M.table_of(value)
  return type(value) == "table" and value or {}
end

--- Whether there is something: neither left out nor null.
---@param value any
---@return boolean
function M.is_given(value)
  return value ~= nil and value ~= json.null
end

--- The error that a record holds, if that says anything: some have an empty one in every answer.
---@param record table
---@return any
function M.error_in(record)
  local err = record.error
  if not M.is_given(err) or err == false or err == "" or type(err) == "table" and next(err) == nil then
    return nil
  end
  return err
end

--- The code, of our own, of an answer that was cut off: it may have been paid for.
M.CUT_OFF = "answer_cut_off"

--- A text with something in it.
---@param value any
---@return string?
function M.text_in(value)
  return type(value) == "string" and value:find "%S" and value or nil
end

--- A number from 0 on, which may be written as a text.
---@param value any
---@return number?
function M.number_in(value)
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value) or nil
  return number and number >= 0 and number < math.huge and number or nil
end

--- The same, of something that is counted.
---@param value any
---@return integer?
function M.count_in(value)
  local number = M.number_in(value)
  return number and math.tointeger(number) or nil
end

return M
