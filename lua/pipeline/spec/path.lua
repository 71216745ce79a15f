-- lua/pipeline/spec/path.lua: the syntax of paths, as steps and prompts write them:
-- `scene.props[*].description`. What a path means is the spec's to say.

local fault = require "pipeline.fault"

local M = {}

local looks = "paths look like scene.name or scene.props[*].description"

---@class pipeline.Segment
---@field name string
---@field all? true    every element of the list: `[*]`

--- Takes a path apart; one that is none is a fault.
---@param text string
---@param where? pipeline.Place for the fault
---@return pipeline.Segment[]
function M.parse(text, where)
  local function bad(message, hint)
    fault.raise { message = message, where = where, hint = hint }
  end
  if type(text) ~= "string" then
    bad("a path is a text such as \"scene.name\", not a " .. type(text))
  end
  local segments, at = {}, 1
  repeat
    local name, after = text:match("^([%a_][%w_]*)()", at)
    if not name then
      local why = at > 1 and ": a name is missing at '" .. text:sub(at) .. "'" or ""
      bad("'" .. text .. "' is not a path" .. why, looks)
    end
    local all = text:match("^%[%*%]()", after)
    if all then
      after = all
    elseif text:find("^%[", after) then
      bad("'" .. text .. "' is not a path: only [*] can stand in brackets",
        "[*] is every element; a step that is repeated names its own as in scene.name")
    end
    segments[#segments + 1] = { name = name, all = all and true or nil }
    local dot = text:match("^%.()", after)
    if not dot and after <= #text then
      bad("'" .. text .. "' is not a path: it cannot be read from '" .. text:sub(after) .. "' on",
        looks)
    end
    at = dot
  until not at
  return segments
end

--- The canonical path of a field of a record; "" is the artifact itself.
---@param record string
---@param name string
---@return string
function M.join(record, name)
  return record == "" and name or record .. "." .. name
end

--- The text of a path that was taken apart.
---@param segments pipeline.Segment[]
---@return string
function M.text(segments)
  local parts = {}
  for i, segment in ipairs(segments) do
    parts[i] = segment.all and segment.name .. "[*]" or segment.name
  end
  return table.concat(parts, ".")
end

return M
