-- lua/host/batch.lua: many HTTP calls, so many at once.

local http = require "host.http"
local loop = require "host.loop"

local M = {}

---@class host.batch.options
---@field limit? integer how many are in flight at once; 16 unless given
---@field on_result? fun(index: integer, answer: host.http.answer?, message: string?, code: string?): any
---  called with each result as it comes, and with what went wrong where there is no answer; what it
---  returns, unless nil, is kept in the place of the result, so that many answers need not stay in
---  memory until the last has come

---@class host.batch.failure
---@field error string
---@field code string
---@field sent boolean whether a byte of the request may have left

--- Makes every call and waits for the last. An error raised by on_result ends those in flight.
---@param requests host.http.options[]
---@param options? host.batch.options
---@return (host.http.answer|host.batch.failure|any)[] results in the order of the requests
function M.run(requests, options)
  options = options or {}
  local limit = math.min(options.limit or 16, #requests)
  local on_result = options.on_result
  local results, last = {}, 0

  local function work()
    while last < #requests do
      last = last + 1
      local index = last
      local answer, message, code, sent = http.request(requests[index])
      local kept = on_result and on_result(index, answer, message, code)
      if kept == nil then kept = answer or { error = message, code = code, sent = sent } end
      results[index] = kept
    end
  end

  local workers = {}
  for i = 1, limit do workers[i] = work end
  loop.all(workers)
  return results
end

return M
