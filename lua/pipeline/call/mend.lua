-- lua/pipeline/call/mend.lua: text from outside, made fit to be kept.

local M = {}

--- A text with U+FFFD for each byte that is no part of UTF-8.
---@param text string
---@return string
function M.utf8(text)
  local parts, from = {}, 1
  local length, bad = utf8.len(text)
  while not length do
    parts[#parts + 1] = text:sub(from, bad - 1)
    from = bad + 1
    length, bad = utf8.len(text, from)
  end
  if from == 1 then
    return text
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts, "\u{FFFD}")
end

return M
