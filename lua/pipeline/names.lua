-- lua/pipeline/names.lua: names as people and models write them: compared loosely,
-- by nearness, and put into a sentence.

local name = require "host.name"

local M = {}

-- More than any name has: the slug is compared, never used as a key here.
local WHOLE = 1024

--- A text without the spaces around it, in time that does not grow with the
--- square of its length as that of the usual pattern does.
---@param text string
---@return string
function M.trim(text)
  local first = text:find "%S"
  return first and text:match("^.*%S", first) or ""
end

--- What two spellings of one name have in common: case, spaces and punctuation
--- are left out, in any script.
---@param text string
---@return string
function M.loose(text)
  local slug = name.slug(text, WHOLE)
  if slug ~= "item" then return slug end
  -- "item" also stands for a name without any letter, such as an emoji
  return M.trim(text:lower())
end

---@param a string
---@param b string
---@return integer edits how many letters to add, drop, change or swap
local function distance(a, b)
  local before, row = {}, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local last, x = row, a:byte(i)
    row = { [0] = i }
    for j = 1, #b do
      local y = b:byte(j)
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y and 0 or 1))
      if i > 1 and j > 1 and x == b:byte(j - 1) and y == a:byte(i - 1) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before = last
  end
  return row[#b]
end

---@param a string
---@param b string
---@return integer letters that both begin with
local function common_beginning(a, b)
  for i = 1, #a do
    if a:byte(i) ~= b:byte(i) then return i - 1 end
  end
  return #a
end

--- The known name that a misspelt word was probably meant to be; of several as
--- near, the one that begins most like it.
---@param word string
---@param known string[]
---@return string|nil
function M.nearest(word, known)
  if #word > 100 then return nil end
  word = word:lower()
  local best, least, longest = nil, math.max(1, #word // 3) + 1, -1
  for _, candidate in ipairs(known) do
    local lower = candidate:lower()
    local edits, beginning = distance(word, lower), common_beginning(word, lower)
    if edits < least or best and edits == least and beginning > longest then
      best, least, longest = candidate, edits, beginning
    end
  end
  return best
end

--- The names that something is kept under, sorted.
---@param by_name table<string, any>
---@return string[]
function M.keys(by_name)
  local list = {}
  for key in pairs(by_name) do list[#list + 1] = key end
  table.sort(list)
  return list
end

--- "a", "a and b", "a, b and c".
---@param list string[]
---@return string
function M.sentence(list)
  if #list < 2 then return list[1] or "" end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

return M
