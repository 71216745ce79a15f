-- lua/providers/sse.lua: an answer that comes in events (server-sent events), put
-- together into the one that would have come whole, so that both are read the same
-- way. What it says while it comes is follow.lua's.

local flood = require "providers.flood"
local given = require "providers.given"
local json = require "host.json"

local table_of, is_given = given.table_of, given.is_given

local M = {}

--- The data of each event in a stream's text.
---@param text string
---@return string[]
function M.split(text)
  local events, lines = {}, {}
  text = text:gsub("^\xEF\xBB\xBF", ""):gsub("\r\n?", "\n")
  if text:sub(-1) ~= "\n" then
    text = text .. "\n"
  end
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    if line == "" and #lines > 0 then
      events[#events + 1] = table.concat(lines, "\n")
      lines = {}
    elseif line:sub(1, 5) == "data:" then
      lines[#lines + 1] = line:match "^data: ?(.*)$"
    end
  end
  return events
end

--- The fields that a line of an event may hold.
local FIELDS = { data = true, event = true, id = true, retry = true }

--- Whether a body is such a stream. What its label says is not kept with an answer, so
--- that the body has to tell it alone once the answer is read again.
---@param headers table<string, string>
---@param body string without comments before it
---@return boolean
function M.is_stream(headers, body)
  local kind = (headers["content-type"] or ""):lower()
  return FIELDS[body:match "^%s*(%a+):"] ~= nil
    or (kind:find("text/event-stream", 1, true) ~= nil and not body:find "^%s*[{<]")
end

--- The last of a picture's events, drawn from words or after others.
local COMPLETED = { ["image_generation.completed"] = true, ["image_edit.completed"] = true }

---@class Joined what has come so far
---@field first table        the members of the first event that has them
---@field message table<string, string[]> pieces of each text of the message
---@field images table[]
---@field choice table       finish_reason and its like
---@field said boolean       a choice brought something
---@field err any
---@field over boolean       an end was announced

local TEXTS = { "content", "reasoning", "reasoning_content", "refusal" }

local function add_delta(joined, delta)
  local images = #joined.images
  for _, name in ipairs(TEXTS) do
    local value = delta[name]
    if type(value) == "string" then
      table.insert(joined.message[name], value)
      joined.said = joined.said or value ~= ""
    elseif name == "content" and type(value) == "table" then
      for _, part in ipairs(value) do
        if type(part) == "table" and type(part.text) == "string" then
          table.insert(joined.message[name], part.text)
          joined.said = true
        else
          table.insert(joined.images, part)
        end
      end
    end
  end
  for _, image in ipairs(table_of(delta.images)) do
    table.insert(joined.images, image)
  end
  joined.said = joined.said or #joined.images > images
end

--- The one choice that was asked for: others would be mixed into it.
local function choice_in(event)
  local choice = table_of(table_of(event.choices)[1])
  return (tonumber(choice.index) or 0) == 0 and choice or {}
end

--- What an event says is wrong. An answer that has said why it ends is whole, whatever
--- comes then.
local function error_of(joined, event, choice)
  if joined.over then
    return nil
  end
  return given.error_in(event) or given.error_in(choice) or event.type == "error" and event or nil
end

local function add_event(joined, event)
  for _, name in ipairs { "id", "model", "provider", "created", "usage" } do
    if is_given(event[name]) then
      joined.first[name] = event[name]
    end
  end
  local choice = choice_in(event)
  joined.err = error_of(joined, event, choice)
  if COMPLETED[event.type] then
    table.insert(joined.images, event)
    joined.said, joined.over = true, true
  end
  add_delta(joined, is_given(choice.delta) and table_of(choice.delta) or table_of(choice.message))
  for _, name in ipairs { "finish_reason", "native_finish_reason" } do
    if is_given(choice[name]) then
      joined.choice[name] = choice[name]
      joined.said, joined.over = true, true
    end
  end
end

local NONSENSE = "an event of the answer's stream makes no sense"
local CUT = "the stream of the answer ended in the middle"
local BROKEN = "an event of the answer's stream is not JSON: "

--- Whether there is nothing that a longer wait would have brought: the answer came
--- to an end, or would not come to one.
local function is_complete(joined)
  return joined.over or flood.is_flooded(table.concat(joined.message.content))
end

--- The body, or the error that it is. What cannot be written again (numbers
--- beyond all bounds) is left out.
local function encoded(body, err)
  body.error = err
  local ok, text = pcall(json.encode, body)
  return ok and text or json.encode { error = { code = 502, message = NONSENSE } }
end

--- The body that would have come if the answer had not come in events: a chat
--- completion. A stream that failed, or that ended before the answer did, becomes
--- the error that it is; what had come until then is dropped, though it may be paid.
--- One that brought nothing has no choice.
---@param events string[] the data of each
---@return string body "" when there were none
function M.join(events)
  local joined = {
    first = {},
    message = { content = {}, reasoning = {}, reasoning_content = {}, refusal = {} },
    images = {},
    choice = {},
    said = false,
    over = false,
  }
  for _, text in ipairs(events) do
    if text:match "^%s*%[DONE%]%s*$" then
      joined.over = true
    elseif text:find "^%s*[{%[]" then -- whatever else there is keeps a connection alive
      local event, message = json.decode(text)
      if type(event) == "table" then
        add_event(joined, event)
      elseif not joined.over then
        joined.err = { code = given.CUT_OFF, message = BROKEN .. (message or text) }
      end
    end
    if joined.err then
      return encoded(joined.first, joined.err)
    end
  end
  if #events == 0 then
    return ""
  elseif not is_complete(joined) then
    return encoded(joined.first, { code = joined.said and given.CUT_OFF or 502, message = CUT })
  elseif not joined.said then
    joined.first.choices = json.array {}
    return encoded(joined.first)
  end
  local message = { role = "assistant" }
  for name, pieces in pairs(joined.message) do
    message[name] = #pieces > 0 and table.concat(pieces) or nil
  end
  message.images = #joined.images > 0 and joined.images or nil
  joined.choice.index = 0
  joined.choice.message = message
  joined.first.choices = { joined.choice }
  return encoded(joined.first)
end

return M
