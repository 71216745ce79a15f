-- lua/providers/said.lua: what a server said, made fit to be shown to a person:
-- one short line, printable, with no key in it.

local M = {}

--- Of a longer text only so much is looked at.
local LOOKED_AT = 65536

--- Keys as they turn up in providers' messages, which quote what they were sent.
local function redact(text)
  text = text:gsub("[Bb]earer%s+[%w%-._~+/=]+", "Bearer [key]")
  text = text:gsub("sk%-[%w_%-]+", function(key)
    return #key >= 10 and "[key]" or nil
  end)
  return (text:gsub("AIza[%w_%-]+", "[key]"))
end

--- Bytes that are no UTF-8 become question marks.
local function mend(text)
  local length, at = utf8.len(text)
  while not length do
    text = text:sub(1, at - 1) .. "?" .. text:sub(at + 1)
    length, at = utf8.len(text, at)
  end
  return text
end

--- At most so many bytes, cut between two characters.
local function cut(text, most)
  if #text <= most then
    return text
  end
  local at = most
  while at > 0 and text:byte(at + 1) & 0xC0 == 0x80 do
    at = at - 1
  end
  return text:sub(1, at) .. "…"
end

--- One printable line. Control characters and marks that turn the direction of
--- writing would let a server draw on the terminal.
---@param text string
---@param most integer? bytes; 300 unless given
---@return string
function M.line(text, most)
  text = redact(text:sub(1, LOOKED_AT))
  text = text:gsub("\xC2[\x80-\x9F]", " "):gsub("\xE2\x80[\xAA-\xAE]", " "):gsub("[%c%s]+", " ")
  text = text:match "^ ?(.-) ?$"
  -- Long enough for the cut to see the character that it falls into.
  return cut(mend(text:sub(1, (most or 300) + 8)), most or 300)
end

return M
