-- lua/providers/follow.lua: an answer that comes in events, while it comes: what
-- text each brings, and whether there is a use in waiting for more.

local flood = require "providers.flood"
local given = require "providers.given"
local json = require "host.json"

local table_of, is_given = given.table_of, given.is_given

local M = {}

--- How much of the text is looked at for blanks, and how often: after so much more.
local WINDOW, STRIDE = 3 * flood.LEAST, flood.LEAST // 4

local function has_failed(event, choice)
  return event.type == "error" or given.error_in(event) ~= nil or given.error_in(choice) ~= nil
end

--- What becomes of the answer: "ended" has said why it ends and is whole, though
--- more may come that tells of it; "done" is over; "hopeless" will not get better.
---@alias FollowState "ended"|"done"|"hopeless"|nil

--- Follows one answer.
---@return fun(event: string): string?, FollowState takes each event, and tells the text that it brings
function M.new()
  local tail, unseen, state = "", 0, nil

  local function has_flooded(text)
    tail = (tail .. text):sub(-WINDOW)
    unseen = unseen + #text
    if unseen < STRIDE then
      return false
    end
    unseen = 0
    return flood.is_flooded(tail)
  end

  return function(data)
    if data:match "^%s*%[DONE%]" then
      return nil, "done"
    elseif not data:find "^%s*[{%[]" then -- it keeps the connection alive
      return nil, state
    end
    local event = json.decode(data)
    local choice = table_of(table_of(table_of(event).choices)[1])
    if type(event) ~= "table" or has_failed(event, choice) then
      return nil, "done"
    end
    local text = table_of(choice.delta).content
    text = type(text) == "string" and text ~= "" and text or nil
    if is_given(choice.finish_reason) then
      state = "ended"
    elseif text and has_flooded(text) then
      state = "hopeless"
    end
    return text, state
  end
end

return M
