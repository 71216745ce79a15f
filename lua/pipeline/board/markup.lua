-- lua/pipeline/board/markup.lua: HTML of texts that nobody has looked at: whatever a
-- model or a user wrote is escaped here, and nowhere else.

local json = require "host.json"

local M = {}

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- What HTML has no form for, such as a zero byte, is seen as U+FFFD; lines end in
--- one way.
---@param text string
---@return string
function M.clean(text)
  if not text:find "%c" then
    return text
  end
  return (text:gsub("\r\n?", "\n"):gsub("[%z\1-\8\11-\31\127]", "\u{FFFD}"))
end

--- A text between tags or between quotes.
---@param text any
---@return string
function M.escape(text)
  text = M.clean(tostring(text))
  if text:find "[&<>\"']" then
    text = text:gsub("[&<>\"']", ESCAPES)
  end
  return text
end

--- Appends a piece whose %s are escaped: at most five. It is called some ten times a
--- panel, so it packs no table.
---@param out string[]
---@param template string
---@param a? string
---@param b? string
---@param c? string
---@param d? string
---@param e? string
function M.add(out, template, a, b, c, d, e)
  local escape = M.escape
  out[#out + 1] = template:format(a and escape(a), b and escape(b), c and escape(c), d and escape(d), e and escape(e))
end

--- A text of the story's, in whatever language and direction it is.
---@param out string[]
---@param open string tag with its attributes, without brackets: 'p class="lead"'
---@param text string|false|nil nothing is written of an empty one
function M.text(out, open, text)
  if text and text ~= "" then
    out[#out + 1] = ('<%s lang="" dir="auto">%s</%s>'):format(open, M.escape(text), open:match "^%w+")
  end
end

--- A path as a relative URL. One that would lead out of the project has none.
---@param path string
---@return string?
function M.url(path)
  if path:find "^[/\\]" or ("/" .. path .. "/"):find("/../", 1, true) then
    return nil
  end
  return (path:gsub("[^%w%-%._~/]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

--- Minutes and seconds: "1:20".
---@param seconds number
---@return string
function M.time(seconds)
  local whole = math.floor(seconds + 0.5)
  return ("%d:%02d"):format(whole // 60, whole % 60)
end

--- A number of things, in words: "1 panel", "3 panels".
---@param n integer
---@param what string
---@return string
function M.count(n, what)
  return ("%d %s%s"):format(n, what, n == 1 and "" or "s")
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- Twelve bits as two letters.
local PAIRS = {}
for i = 0, 4095 do
  local high, low = i // 64 + 1, i % 64 + 1
  PAIRS[i] = ALPHABET:sub(high, high) .. ALPHABET:sub(low, low)
end

---@param bytes string
---@return string
local function base64(bytes)
  local out, missing = {}, -#bytes % 3
  bytes = bytes .. ("\0"):rep(missing)
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local bits = a << 16 | b << 8 | c
    out[#out + 1] = PAIRS[bits >> 12] .. PAIRS[bits & 4095]
  end
  local text = table.concat(out)
  return text:sub(1, #text - missing) .. ("="):rep(missing)
end

--- How a content security policy names a script or a style.
---@param text string
---@return string
function M.source_hash(text)
  local digest = json.sha256(text):gsub("%x%x", function(byte)
    return string.char(tonumber(byte, 16))
  end)
  return ("'sha256-%s'"):format(base64(digest))
end

return M
