-- lua/export/plain.lua: text from models and people made fit for formats that break on
-- what it may hold.

local M = {}

--- Characters that no format needs and that hide or turn what is read: bidirectional
--- controls, zero-width ones, tags, byte order marks and other noncharacters.
local HIDDEN = {
  { 0x061C, 0x061C }, { 0x180E, 0x180E }, { 0x200B, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202E },
  { 0x2060, 0x206F }, { 0xFDD0, 0xFDEF }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF },
  { 0xE0000, 0xE007F },
}

---@param code integer
local function is_hidden(code)
  for _, range in ipairs(HIDDEN) do
    if code <= range[2] then
      return code >= range[1]
    end
  end
  return code & 0xFFFE == 0xFFFE
end

--- A text without control characters (line ends become "\n") and hidden ones.
---@param text any nil is ""
---@return string
function M.text(text)
  text = text == nil and "" or tostring(text):gsub("\r\n?", "\n")
  if not text:find "[^\n -~]" then
    return text
  end
  local out = {}
  for _, code in utf8.codes(text) do
    local is_control = code < 0x20 and code ~= 0x0A or code >= 0x7F and code < 0xA0
    out[#out + 1] = is_control and " " or not is_hidden(code) and utf8.char(code) or nil
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
