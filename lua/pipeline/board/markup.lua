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
  return (text:gsub("\r\n?", "\n"):gsub("[%z\1-\8\11-\31\127]", "\u{FFFD}"))
end

--- A text between tags or between quotes.
---@param text any
---@return string
function M.escape(text)
  return (M.clean(tostring(text)):gsub("[&<>\"']", ESCAPES))
end

--- Appends a piece whose %s are escaped.
---@param out string[]
---@param template string
function M.add(out, template, ...)
  local values = table.pack(...)
  for i = 1, values.n do
    values[i] = M.escape(values[i])
  end
  out[#out + 1] = template:format(table.unpack(values, 1, values.n))
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
