-- tests/e2e/hostile.lua: texts with everything in them that could break a file, steer a
-- terminal or run on a page, and a model that answers with them.

local json = require "host.json"
local provider = require "provider"

local M = {}

M.TEXT = '=cmd|"/C calc"!A0\u{202E}\u{2067}\u{200B}\u{FEFF}\u{E0041}\27[2J\27[8m\27]0;owned\7\u{9B}31m\8\r\n\n'
  .. "999  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n\n"
  .. "7\n00:00:01,000 --> 00:00:02,000\n{\\an8}<b>\n\n.INT. X #1#\n@MAN ^\n[[[note]]] /*cut*/ *b* _u_ ===\n"
  .. "</script></style><script>alert(1)</script><img src=x onerror=\"alert('2')\">&amp; ]]> --> %s %n ${x} `id`\n"
  .. "＝1+1\t\u{0}../../etc/passwd\u{1F3AC} العربية 漢字"

--- The texts of an answer, each hostile and none like another.
local function spoiled(value, number)
  for name, inner in pairs(value) do
    if type(inner) == "table" then
      spoiled(inner, number .. "." .. name)
    elseif inner == "Some text." then
      value[name] = ("%s %s"):format(M.TEXT, number)
    end
  end
  return value
end

local function name_of(i, list)
  return ("%s %s %d"):format(M.TEXT, list, i)
end

--- A provider whose every text is hostile. Every third picture is refused, with such an error,
--- as long as `fails` says so.
---@param fails fun(): boolean
---@return table serving as provider.start gives it
function M.provider(fails)
  return provider.start {
    text = function(body, number)
      local format = body.response_format and body.response_format.json_schema
      return format and json.encode(spoiled(provider.fill(format.schema, name_of), number))
    end,
    reply = function(body, number)
      if fails() and body.modalities and number % 3 == 0 then
        local err = { code = 400, message = "No. " .. M.TEXT, metadata = { raw = M.TEXT } }
        local headers = { ["Content-Type"] = "application/json" }
        return { status = 400, headers = headers, body = json.encode { error = err } }
      end
    end,
  }
end

--- Fails where a text has something that a terminal would obey, or that hides or turns it.
---@param text string
function M.assert_inert(text)
  assert(utf8.len(text), "not UTF-8")
  for _, code in utf8.codes(text) do
    local is_control = code < 0x20 and code ~= 0x0A or code >= 0x7F and code < 0xA0
    local is_hidden = code == 0x200B or code == 0xFEFF or code >= 0x202A and code <= 0x202E
      or code >= 0x2066 and code <= 0x2069 or code >= 0xE0000 and code < 0xE0080
    assert(not is_control and not is_hidden, ("U+%04X in %s"):format(code, text))
  end
end

return M
