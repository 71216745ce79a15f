-- lua/pipeline/edits/path.lua: places in the artifact as edits are known by: items by
-- their keys, never by their positions: `scenes[the-storm].shots[the-lamp].action`.


---@class EditSegment
---@field name string
---@field key? string of an item of the list of that name

---@class EditPath
---@field text string
---@field segments EditSegment[]
---@field schema string   its canonical path: "scenes[].shots[].action", "scenes[]" for an item
---@field keys string[]   of the items on the way, its own last
---@field is_item boolean

local M = {}

--- Takes a path apart; nil when it is none.
---@param text string
---@return EditPath?
function M.parse(text)
  local segments, names, keys, at = {}, {}, {}, 1
  repeat
    local name, after = text:match("^([%a_][%w_]*)()", at)
    if not name then
      return nil
    end
    local key, behind = text:match("^%[([^%[%]]+)%]()", after)
    segments[#segments + 1] = { name = name, key = key }
    names[#names + 1] = key and name .. "[]" or name
    keys[#keys + 1] = key
    after = behind or after
    at = text:match("^%.()", after)
    if not at and after <= #text then
      return nil
    end
  until not at
  return {
    text = text,
    segments = segments,
    schema = table.concat(names, "."),
    keys = keys,
    is_item = segments[#segments].key ~= nil,
  }
end

--- A field of what a path reaches.
---@param text string "" for the artifact itself
---@param name string
---@return string
function M.field(text, name)
  return text == "" and name or text .. "." .. name
end

--- An item of the list that a path reaches.
---@param text string
---@param key string
---@return string
function M.item(text, key)
  return ("%s[%s]"):format(text, key)
end

--- The list that an item's path names it in, and the item's key.
---@param text string
---@return string list
---@return string key
function M.split(text)
  return text:match "^(.*)%[([^%[%]]+)%]$"
end

--- Whether a path lies inside what another one reaches.
---@param text string
---@param outer string
---@return boolean
function M.is_inside(text, outer)
  local follows = text:sub(#outer + 1, #outer + 1)
  return text:sub(1, #outer) == outer and (follows == "." or follows == "[")
end

--- The text of a place in a tree, which has the keys.
---@param tree host.artifact.Tree
---@param place (string|integer)[]
---@return string
function M.of_place(tree, place)
  local text, at = "", {}
  for i, part in ipairs(place) do
    at[i] = part
    if math.type(part) == "integer" then
      text = M.item(text, tree:get(at, "key"))
    else
      text = M.field(text, part)
    end
  end
  return text
end

--- Finds places by their keys in a tree; each list is looked through once.
---@class EditPlaces
---@field tree host.artifact.Tree
---@field private positions table<string, table<string, integer>>
local Places = {}
Places.__index = Places

---@param tree host.artifact.Tree
---@return EditPlaces
function M.places(tree)
  return setmetatable({ tree = tree, positions = {} }, Places)
end

--- Where each key of a list is.
---@param list (string|integer)[]
---@return table<string, integer>
function Places:index(list)
  local id = table.concat(list, "\0")
  local found = self.positions[id]
  if not found then
    found = {}
    for i = 1, self.tree:length(list) or 0 do
      found[self.tree:get(list, i, "key")] = i
    end
    self.positions[id] = found
  end
  return found
end

--- The place that segments lead to, from one that is known.
---@param segments EditSegment[]
---@param from? integer   the first segment that is not in `place` yet
---@param place? (string|integer)[]
---@return (string|integer)[]? place nil when an item on the way is not there
---@return EditSegment?     gone the segment of that item
---@return boolean?         listed whether its list is there
function Places:find(segments, from, place)
  place = table.move(place or {}, 1, place and #place or 0, 1, {})
  for i = from or 1, #segments do
    local segment = segments[i]
    place[#place + 1] = segment.name
    if segment.key then
      local position = self:index(place)[segment.key]
      if not position then
        return nil, segment, self.tree:has(place)
      end
      place[#place + 1] = position
    end
  end
  return place
end

return M
