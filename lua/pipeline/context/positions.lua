-- lua/pipeline/context/positions.lua: where the items of a list are, by their names.

local names = require "pipeline.names"

local M = {}

--- Made once for a list, and made anew when a name is not where it was.
---@type table<string, { hash: string, positions: table<string, integer> }>
local indexes = {}

---@param artifact host.artifact.Tree
---@param list string
local function make(artifact, list, hash)
  local positions, loosely = {}, {}
  for i = 1, artifact:length { list } or 0 do
    local name = artifact:get { list, i, "name" }
    if name then
      positions[name] = positions[name] or i
      loosely[names.loose(name)] = loosely[names.loose(name)] or i
    end
  end
  for loose, i in pairs(loosely) do positions[loose] = positions[loose] or i end
  indexes[list] = { hash = hash, positions = positions, length = artifact:length { list } }
  return positions
end

---@param positions table<string, integer>
---@param name string
local function find(positions, name)
  return positions[name] or positions[names.loose(name)]
end

--- Forgets what lists were like: another evaluation begins.
function M.forget()
  indexes = {}
end

--- The position of an item in a list at the top of the artifact.
---@param artifact host.artifact.Tree
---@param list string
---@param name string
---@return integer|nil
function M.of(artifact, list, name)
  local index = indexes[list]
  local at = index and find(index.positions, name)
  -- Fields of the items are filled in all the time, their names are not: while
  -- the name is where it was, the index is good.
  local there = at and index.length == artifact:length { list } and artifact:get { list, at, "name" }
  if there and (there == name or names.loose(there) == names.loose(name)) then return at end
  local hash = artifact:hash { list }
  if index and index.hash == hash then return at end
  return find(make(artifact, list, hash), name)
end

return M
