-- lua/pipeline/context/positions.lua: where the items of a list are, by their names.

local names = require "pipeline.names"

local M = {}

--- What is known of a list.
---@class PositionIndex
---@field tree host.artifact.Tree          the artifact that it was last held against
---@field hash string                      of the list when it was made
---@field length integer?
---@field positions table<string, integer>
---@field elements table<integer, Element> the items, once asked for

--- Made once for a list, and made anew when a name is not where it was.
---@type table<string, PositionIndex>
local indexes = {}

---@param artifact host.artifact.Tree
---@param list string
---@param hash string
---@return PositionIndex
local function make(artifact, list, hash)
  local positions, loosely = {}, {}
  local length = artifact:length { list }
  for i = 1, length or 0 do
    local name = artifact:get({ list }, i, "name")
    if name then
      positions[name] = positions[name] or i
      loosely[names.loose(name)] = loosely[names.loose(name)] or i
    end
  end
  for loose, i in pairs(loosely) do positions[loose] = positions[loose] or i end
  local index = { tree = artifact, hash = hash, positions = positions, length = length, elements = {} }
  indexes[list] = index
  return index
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

--- Calls a function that asks for positions in another artifact, with indexes of its own
--- for that. It must not wait.
---@param own table<string, PositionIndex> kept by the caller
---@param fn function
---@param ... any
---@return any ... what it returns
function M.aside(own, fn, ...)
  local outer = indexes
  local restore <close> = setmetatable({}, { __close = function() indexes = outer end })
  assert(restore)
  indexes = own
  return fn(...)
end

--- The position of an item in a list at the top of the artifact.
---@param artifact host.artifact.Tree
---@param list string
---@param name string
---@return integer|nil
function M.of(artifact, list, name)
  local index = indexes[list]
  local at = index and find(index.positions, name)
  if at and rawequal(index.tree, artifact) then return at end
  -- Fields of the items are filled in all the time, their names are not: while
  -- the name is where it was, the index is good.
  local there = at and index.length == artifact:length { list } and artifact:get({ list }, at, "name")
  if there and (there == name or names.loose(there) == names.loose(name)) then
    index.tree = artifact
    return at
  end
  local hash = artifact:hash { list }
  if index and index.hash == hash then return at end
  return find(make(artifact, list, hash).positions, name)
end

--- An item of a list, at a position that was just found by its name.
---@param artifact host.artifact.Tree
---@param list string
---@param at integer
---@return Element
function M.element(artifact, list, at)
  local elements = indexes[list].elements
  local element = elements[at]
  if not element then
    local path = { list, at }
    element = { path = path, keys = { artifact:get(path, "key") } }
    elements[at] = element
  end
  return element
end

return M
