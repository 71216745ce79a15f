-- lua/offline/faults/catalogue.lua: every bad answer that can be played, by the
-- number that it has in docs/providers.md.

---@class offline.Case
---@field id string
---@field name string
---@field routes string    what it can answer: text, picture, stream, streamed-picture, images, models, generation, key
---@field wire string      what is on the wire
---@field expect string    what a good client makes of it
---@field billed? boolean  a provider would charge for it
---@field cut? boolean     the client does not get all of it
---@field play fun(it: offline.Spoil): host.server.response

local M = { list = {}, by_id = {} }

for _, name in ipairs { "text", "transport", "streams", "errors", "pictures", "others" } do
  for _, case in ipairs(require("offline.faults." .. name)) do
    assert(not M.by_id[case.id], case.id)
    M.list[#M.list + 1] = case
    M.by_id[case.id] = case
    case.answers = {}
    for route in case.routes:gmatch "%S+" do case.answers[route] = true end
  end
end

-- "5b" after "5a", "10a" after "9".
local function rank(case)
  local number, letter = case.id:match "^(%d+)(%a*)$"
  return tonumber(number), letter
end

table.sort(M.list, function(a, b)
  local x, s = rank(a)
  local y, t = rank(b)
  if x ~= y then return x < y end
  return s < t
end)

return M
