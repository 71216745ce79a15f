-- lua/offline/base64.lua: base64 of a string, for answers that are spoilt in it.
-- Whatever is sent as it should be is encoded while it is sent, by host.http.

local M = {}

local letters = {}
for i, letter in ipairs { ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(1, -1) } do
  letters[i - 1] = string.char(letter)
end

---@param bytes string
---@return string
function M.encode(bytes)
  local text = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    text[#text + 1] = letters[bits >> 18] .. letters[bits >> 12 & 63]
      .. (b and letters[bits >> 6 & 63] or "=") .. (c and letters[bits & 63] or "=")
  end
  return table.concat(text)
end

return M
