-- lua/providers/flood.lua: texts that run into blanks without end, as some models'
-- do within JSON.

local M = {}

--- So many blank characters in a row are no layout any more.
M.LEAST = 2048

--- Whether a text has so many, real ones, or written as escapes inside a string.
---@param text string as much of it as has come
---@return boolean
function M.is_flooded(text)
  if #text < M.LEAST then
    return false
  elseif text:find("\\n\\n\\n\\n", 1, true) or text:find("\\t\\t\\t\\t", 1, true) then
    text = text:gsub("\\[nrt]", "  ")
  end
  for from, to in text:gmatch "()%s+()" do
    if to - from >= M.LEAST then
      return true
    end
  end
  return false
end

return M
