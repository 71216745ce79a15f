-- lua/pipeline/project/leftovers.lua: takes away what a run that was killed has left in a
-- project's folder and nobody will ask for.

local file = require "host.file"

local M = {}

--- What was just being written: hidden files, pictures that had not come whole, and
--- such as were fetched and not yet recorded.
local function is_half_done(name)
  return name:match "^%.sbhost%-%x+%.tmp$" or name:match "^spill%-.*%.part$" or name:match "^fetched%-%x+$"
end

--- The calls whose answers were of no use: those of an outcome before its last one.
---@param store host.store.store
---@return table<integer, true> by the call's number
local function useless_calls(store)
  local useless = {}
  for _, text in pairs(store:all "outcome") do
    for id in (text:match '"ids":%[([%d,]*),' or ""):gmatch "%d+" do
      useless[math.tointeger(id)] = true
    end
  end
  return useless
end

--- Takes away pictures that arrived, but for those of which the answer is recorded, and
--- is not known to be of no use.
local function remove_arrived(folder, store)
  local useless
  for _, name in ipairs(file.list(folder) or {}) do
    local id = math.tointeger(name:match "^(%d+)%-%d+$")
    if id then
      useless = useless or useless_calls(store)
      local call = store:call(id)
      if useless[id] or not call or call.state ~= "answered" then
        file.remove(folder .. "/" .. name)
      end
    end
  end
end

--- Nobody else may be writing: the store's lock is the caller's.
---@param folder string the project's
---@param store host.store.store
function M.remove(folder, store)
  for _, inner in ipairs { "", "/images", "/steps", "/arriving" } do
    for _, name in ipairs(file.list(folder .. inner) or {}) do
      if is_half_done(name) then
        file.remove(("%s%s/%s"):format(folder, inner, name))
      end
    end
  end
  remove_arrived(folder .. "/arriving", store)
end

return M
