-- lua/pipeline/edits/likeness.lua: how alike texts are, in any script: by the letters that stand
-- together in them, where those that few texts have count more.

local names = require "pipeline.names"

local M = {}

--- A run of letters that more items than this share tells nothing, and is not counted.
local COMMON = 32

--- The characters of a text as a list.
local function characters(text)
  local list = {}
  for _, code in utf8.codes(text) do
    list[#list + 1] = utf8.char(code)
  end
  return list
end

--- How often each three letters stand together in a text, its ends marked; of
--- scripts where a word is a letter or two, fewer are counted as well.
---@param text string
---@return table<string, integer>
local function grams(text)
  local found = {}
  local list = characters("-" .. names.loose(text) .. "-")
  for i = 1, #list do
    for length = #list[i] > 2 and 1 or 3, 3 do
      if list[i + length - 1] then
        local gram = table.concat(list, "", i, i + length - 1)
        found[gram] = (found[gram] or 0) + 1
      end
    end
  end
  return found
end

--- In how many texts each run of letters is.
local function spread(...)
  local count = {}
  for _, set in ipairs { ... } do
    for _, of in ipairs(set) do
      for gram in pairs(of) do
        count[gram] = (count[gram] or 0) + 1
      end
    end
  end
  return count
end

local function weigh(set, count, total)
  local weighed = {}
  for i, of in ipairs(set) do
    local sum, weights = 0, {}
    for gram, times in pairs(of) do
      local weight = (1 + math.log(times)) * math.log(1 + total / count[gram])
      weights[gram] = weight
      sum = sum + weight * weight
    end
    weighed[i] = { weights = weights, length = math.sqrt(sum) }
  end
  return weighed
end

--- How alike each text of one list is to each of another: 1 the same, 0 nothing in
--- common. What is not in a row has nothing in common.
---@param old string[]
---@param new string[]
---@return table<integer, table<integer, number>> by old, then by new
function M.all(old, new)
  local old_grams, new_grams = {}, {}
  for i, text in ipairs(old) do
    old_grams[i] = grams(text)
  end
  for i, text in ipairs(new) do
    new_grams[i] = grams(text)
  end
  local count = spread(old_grams, new_grams)
  local total = #old + #new
  local before, after = weigh(old_grams, count, total), weigh(new_grams, count, total)
  local having = {}
  for j, of in ipairs(after) do
    for gram, weight in pairs(of.weights) do
      having[gram] = having[gram] or {}
      table.insert(having[gram], { j, weight })
    end
  end
  local likeness = {}
  for i, of in ipairs(before) do
    local row = {}
    for gram, weight in pairs(of.weights) do
      local there = having[gram]
      if there and #there <= math.max(COMMON, #new // 4) then
        for _, one in ipairs(there) do
          row[one[1]] = (row[one[1]] or 0) + weight * one[2]
        end
      end
    end
    for j, product in pairs(row) do
      row[j] = product / (of.length * after[j].length)
    end
    likeness[i] = row
  end
  return likeness
end

return M
