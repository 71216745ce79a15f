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

--- Base64 of the SHA-256 of a script or a style, as a content security policy names it.
---@param text string
---@return string
function M.source_hash(text)
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  local hex = json.sha256(text) .. "00" -- 33 bytes, eleven times three
  local digits = {}
  for i = 1, #hex, 6 do
    local bits = tonumber(hex:sub(i, i + 5), 16)
    for shift = 18, 0, -6 do
      local digit = (bits >> shift & 63) + 1
      digits[#digits + 1] = alphabet:sub(digit, digit)
    end
  end
  return ("'sha256-%s='"):format(table.concat(digits, "", 1, 43))
end

return M
