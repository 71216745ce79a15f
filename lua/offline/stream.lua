-- lua/offline/stream.lua: an answer as a stream of events, as OpenRouter sends it
-- to whoever asks with `stream`.

local json = require "host.json"

local M = {}

M.DONE = "data: [DONE]\n\n"

local COMMENT = ": OPENROUTER PROCESSING\n\n"

--- What a delta carries: characters, about as many as a token or two.
local PIECE = 12

---@param answer table the whole completion
---@param choices table[]
---@param usage? table
local function chunk(answer, choices, usage)
  return "data: " .. json.encode {
    id = answer.id, object = "chat.completion.chunk", created = answer.created, model = answer.model,
    provider = answer.provider, choices = json.array(choices), usage = usage,
  } .. "\n\n"
end

--- One event with a part of the message.
---@param answer table
---@param delta table
---@return string
function M.delta(answer, delta)
  return chunk(answer, { { index = 0, delta = delta, finish_reason = json.null, native_finish_reason = json.null } })
end

--- The event that tells why the message ends.
---@param answer table
---@param reason string
---@return string
function M.finish(answer, reason)
  return chunk(answer, {
    { index = 0, delta = { role = "assistant", content = "" }, finish_reason = reason, native_finish_reason = reason },
  })
end

--- The text in pieces that end between characters.
local function pieces(text)
  local list, from = {}, 1
  while from <= #text do
    local to = utf8.offset(text, PIECE + 1, from) or #text + 1
    list[#list + 1] = text:sub(from, to - 1)
    from = to
  end
  return list
end

--- The events of an answer, one a text.
---@param answer table
---@return string[]
function M.events(answer)
  local choice = answer.choices[1]
  local message = choice.message
  local list = { COMMENT, M.delta(answer, { role = "assistant", content = "" }) }
  for _, piece in ipairs(pieces(type(message.content) == "string" and message.content or "")) do
    list[#list + 1] = M.delta(answer, { content = piece })
  end
  if message.images then list[#list + 1] = M.delta(answer, { content = "", images = message.images }) end
  list[#list + 1] = M.finish(answer, choice.finish_reason)
  list[#list + 1] = chunk(answer, {}, answer.usage)
  list[#list + 1] = M.DONE
  return list
end

--- A request without the wish for a stream: the same is answered either way.
---@param text string
---@return string
function M.unstreamed(text)
  return (text:gsub(',%s*"stream"%s*:%s*true', ""))
end

--- The response that streams an answer.
---@param answer table
---@param parts fun(text: string): table puts a picture's file where it belongs
---@return host.server.response
function M.answer(answer, parts)
  return {
    headers = {
      ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-cache", ["X-Generation-Id"] = answer.id,
    },
    body = parts(table.concat(M.events(answer))),
  }
end

return M
