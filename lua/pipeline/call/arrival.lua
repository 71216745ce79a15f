-- lua/pipeline/call/arrival.lua: an answer that comes in events, taken as it comes.

local loop = require "host.loop"

local M = {}

--- What is larger is taken for no answer, bytes.
local MOST = 16 << 20

--- How long a server may leave an answer open that it has said is over, seconds.
local PATIENCE = 2

--- The answer as it came: a stream that holds these events and nothing else.
local function body_of(events)
  local texts = {}
  for i, event in ipairs(events) do
    texts[i] = "data: " .. event:gsub("\n", "\ndata: ") .. "\n\n"
  end
  return table.concat(texts)
end

--- The events up to where there is no use in waiting for more. They are whole when
--- the answer had said why it ends before the connection died.
---@return string[]? events
---@return FollowState|string|nil state, or a message
---@return boolean? sent
local function take_events(transfer, follow, on_text)
  local events, bytes, state = {}, 0, nil
  while state ~= "done" and state ~= "hopeless" do
    local event, message, _, sent = transfer:event()
    if message and state ~= "ended" then
      return nil, message, sent
    elseif not event then
      return events, state
    end
    bytes = bytes + #event
    if bytes > MOST then
      return nil, "the answer is larger than allowed", true
    end
    events[#events + 1] = event
    local text
    text, state = follow(event)
    if text then
      on_text(text)
    end
  end
  return events, state
end

--- Takes the answer of a transfer that was started with `events`. One that did not
--- come in events is taken whole. Waits.
---@param transfer host.http.transfer
---@param head host.http.head
---@param follow fun(event: string): string?, FollowState
---@param on_text fun(text: string)
---@return host.http.answer?
---@return string? message
---@return boolean? sent
function M.take(transfer, head, follow, on_text)
  local events, state, sent = take_events(transfer, follow, on_text)
  if not events then
    return nil, state, sent
  elseif state == "hopeless" then
    transfer:cancel()
    return { status = head.status, headers = head.headers, body = body_of(events), files = {} }
  end
  local answer = loop.timeout(PATIENCE, transfer.finish, transfer)
    or { status = head.status, headers = head.headers, files = {} }
  answer.body = answer.body or body_of(events)
  return answer
end

return M
