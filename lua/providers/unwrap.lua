-- lua/providers/unwrap.lua: the JSON object in a text that says more than that: a
-- byte order mark, a fence, a sentence before and after. What is broken stays
-- broken: a list that was cut must not come out as a shorter one.

local json = require "host.json"

local M = {}

--- Where the object ends that begins at `from`; nil if it never does.
local function end_of_object(text, from)
  local depth, at = 0, from
  while true do
    local found = text:find('[{}"]', at)
    if not found then
      return nil
    end
    local character = text:sub(found, found)
    at = found + 1
    if character == '"' then
      repeat
        local quote = text:find('["\\]', at)
        if not quote then
          return nil
        end
        local escaped = text:sub(quote, quote) == "\\"
        at = quote + (escaped and 2 or 1)
      until not escaped
    else
      depth = depth + (character == "{" and 1 or -1)
      if depth == 0 then
        return found
      end
    end
  end
end

--- The object of a text that holds one and no other brace.
local function alone(text)
  local bare = text:gsub("^\xEF\xBB\xBF", "")
  local from = bare:find("{", 1, true)
  local to = from and end_of_object(bare, from)
  local object = to and bare:sub(from, to)
  if not object or bare:find("{", to + 1, true) or not json.check(object) then
    return nil
  end
  -- A list around it, or before it, is not a sentence.
  return not bare:sub(1, from - 1):find "%[[%s]*$" and object or nil
end

--- The object that stands in the one fence with any, whatever is said around it.
local function fenced(text)
  local object
  local _, from = text:find "```%w*%s*{"
  while from do
    local to = text:find("}%s*```", from)
    local inner = to and text:sub(from, to)
    if object or not inner or not json.check(inner) then
      return nil
    end
    object = inner
    _, from = text:find("```%w*%s*{", select(2, text:find("```", to, true)) + 1)
  end
  return object
end

--- The text of the one JSON object in it; the text as it is where there is none,
--- or more than one, so that whoever judges it sees what was said.
---@param text string
---@return string
---@return boolean found
function M.object(text)
  if text:byte() == 0x7B and json.check(text) then -- it is nothing but the object
    return text:byte(-1) == 0x7D and text or text:match "^.*}", true
  end
  local object = alone(text) or fenced(text)
  return object or text, object ~= nil
end

return M
