-- lua/providers/key.lua: what OpenRouter says of the key that it is asked with: what
-- may still be spent, before it is.

local given = require "providers.given"
local http = require "host.http"
local json = require "host.json"

local M = {}

--- Seconds that a run may wait for it.
local LONGEST = 4

local LEFT = "the key may still spend $%.2f%s"
local FREE = "the account has never bought credit: it may ask free models alone, and those a few times a day"

--- What a person is to know of the key before anything is asked. Waits, but not for
--- long; a provider that tells nothing is no trouble.
---@param provider Provider
---@return string[]
function M.notices(provider)
  local answer = provider.secret
    and http.request {
      url = provider.base_url .. "/key",
      secret = provider.secret,
      timeout = LONGEST,
      connect_timeout = LONGEST / 2,
    }
  local value = answer and answer.status == 200 and json.decode(answer.body)
  local data = given.table_of(given.table_of(value).data)
  local list = {}
  local left, limit = given.number_in(data.limit_remaining), given.number_in(data.limit)
  if left then
    list[#list + 1] = LEFT:format(left, limit and (" of its limit of $%.2f"):format(limit) or "")
  end
  if data.is_free_tier == true then
    list[#list + 1] = FREE
  end
  return list
end

return M
