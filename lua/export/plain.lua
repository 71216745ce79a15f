-- lua/export/plain.lua: text from models and people made fit for formats that break on
-- what it may hold.

local M = {}

--- Characters that no format needs and that hide or turn what is read: bidirectional
--- controls, zero-width ones, the byte order mark.
local HIDDEN = {
  [0x200B] = true, [0x200E] = true, [0x200F] = true, [0x2028] = true, [0x2029] = true, [0x202A] = true,
  [0x202B] = true, [0x202C] = true, [0x202D] = true, [0x202E] = true, [0x2060] = true, [0x2066] = true,
  [0x2067] = true, [0x2068] = true, [0x2069] = true, [0xFEFF] = true, [0xFFFE] = true, [0xFFFF] = true,
}

--- A text without control characters (line ends become "\n") and hidden ones.
---@param text any nil is ""
---@return string
function M.text(text)
  text = text == nil and "" or tostring(text)
  local out = {}
  for _, code in utf8.codes(text:gsub("\r\n?", "\n")) do
    local is_control = code < 0x20 and code ~= 0x0A or code >= 0x7F and code < 0xA0
    out[#out + 1] = is_control and " " or not HIDDEN[code] and utf8.char(code) or nil
  end
  return table.concat(out)
end

--- The same on one line.
---@param text any
---@return string
function M.line(text)
  return (M.text(text):gsub("%s*\n%s*", " "):gsub("^ +", ""):gsub(" +$", ""))
end

--- The same as text or attribute of XML.
---@param text any
---@return string
function M.xml(text)
  return (M.text(text):gsub("[&<>\"']", {
    ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;",
  }))
end

--- A path as the path of a URL.
---@param path string
---@return string
function M.url(path)
  return (path:gsub("[^%w%-%._~/]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

return M
