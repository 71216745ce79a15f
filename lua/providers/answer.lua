-- lua/providers/answer.lua: what an answer of an OpenAI-shaped server says. All that
-- was seen in the wild is read, nothing that is not there is made up: what a server
-- does not tell stays unknown. Pure.

local errors = require "providers.errors"
local flood = require "providers.flood"
local given = require "providers.given"
local json = require "host.json"
local pictures = require "providers.pictures"
local said = require "providers.said"
local sse = require "providers.sse"
local unwrap = require "providers.unwrap"

local table_of, is_given, text_in = given.table_of, given.is_given, given.text_in
local number_in, count_in = given.number_in, given.count_in

local M = {}

---@class Usage what is nil is not known
---@field input integer?     tokens
---@field output integer?    tokens, thinking included
---@field reasoning integer? tokens of thinking
---@field cost number?       USD

---@class Reading
---@field text string?
---@field file integer?       of a picture: which of the answer's files it is
---@field pictures integer?   how many there were
---@field address string?     where it is, when it did not come along
---@field failure Failure?
---@field usage Usage
---@field model string?       the one that answered
---@field finish string?      why it ended: "stop", "length", …
---@field generation string?  the provider's name for the call

---@param value table the answer
---@return Usage
local function usage_of(value)
  local usage = table_of(value.usage)
  local details = table_of(usage.completion_tokens_details or usage.output_tokens_details)
  return {
    input = count_in(usage.prompt_tokens) or count_in(usage.input_tokens),
    output = count_in(usage.completion_tokens) or count_in(usage.output_tokens),
    reasoning = count_in(details.reasoning_tokens),
    cost = number_in(usage.cost),
  }
end

--
-- Texts
--

--- Parts that are thought and not said.
local THOUGHTS = { reasoning = true, thinking = true }

--- The text of a message's content: a string, or parts.
local function text_of(content)
  if type(content) == "string" then
    return content
  end
  local pieces = {}
  for _, part in ipairs(table_of(content)) do
    local text = type(part) == "table" and not THOUGHTS[part.type] and part.text or part
    pieces[#pieces + 1] = type(text) == "string" and text or nil
  end
  return table.concat(pieces)
end

local function refusal_of(message)
  local refusal = text_in(message.refusal)
  for _, part in ipairs(table_of(message.content)) do
    refusal = refusal or text_in(table_of(part).refusal)
  end
  return refusal
end

--
-- Failures
--

local function failed(class, message)
  return { failure = { class = class, message = said.line(message, 600) } }
end

local function refused(message)
  local read = failed("final", message)
  read.failure.refused = true
  return read
end

--- Words of a provider for "not this one": other words may do, the same will not.
local BLOCKS = { "SAFETY", "PROHIBITED", "RECITATION", "BLOCKLIST", "SPII", "CONTENT_FILTER", "REFUSAL" }

local function block_of(choice)
  local native = type(choice.native_finish_reason) == "string" and choice.native_finish_reason:upper() or ""
  for _, word in ipairs(BLOCKS) do
    if native:find(word, 1, true) then
      return native
    end
  end
  return choice.finish_reason == "content_filter" and (native ~= "" and native or "content_filter") or nil
end

--- What a filter says it found, where it says so (Azure).
local function filtered(choice)
  local results = table_of(choice.content_filter_results or table_of(choice.message).content_filter_results)
  local names = {}
  for name, result in pairs(results) do
    if type(name) == "string" and table_of(result).filtered == true then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return #names > 0 and ": " .. table.concat(names, ", ") or ""
end

local function blocked(choice, block)
  return refused(("the provider's filter blocked the answer (%s%s)"):format(block, filtered(choice)))
end

--- Words of providers for an answer that came to its limit.
local LIMITS = { length = true, max_tokens = true, max_output_tokens = true }

--- Whether an answer says that it was cut off. A provider's own word counts as well,
--- for an answer that is not whole.
local function is_at_limit(choice)
  for _, name in ipairs { "finish_reason", "native_finish_reason" } do
    local reason = choice[name]
    if type(reason) == "string" and LIMITS[reason:lower()] then
      return true
    end
  end
  return false
end

local function cut_off(usage)
  local thought = (usage.reasoning or 0) > 0 and (", %d of them for thinking"):format(usage.reasoning) or ""
  local spent = usage.output and (" after %d tokens%s"):format(usage.output, thought) or ""
  return failed(
    "unusable",
    ("the answer was cut off at its limit%s: it needs a higher max_tokens or a lower effort"):format(spent)
  )
end

--
-- A choice
--

--- JSON that was thought and then not said. It is taken for the answer only if it
--- is whole; whether it fits is checked like any answer.
local function thought_of(request, message)
  local details = text_of(message.reasoning_details)
  local thought = request.schema
    and (text_in(message.reasoning) or text_in(message.reasoning_content) or text_in(details))
  local object, found = unwrap.object(thought or "")
  return found and object or nil
end

--- Without the thoughts that some servers leave in front of what a model says; where
--- they begin may have been said in the prompt.
local function spoken(text)
  if text:find "^%s*{" then
    return text
  end
  return (text:gsub("^.-</think>%s*", "", 1))
end

local function read_text(request, choice, message, usage)
  local text, is_whole = spoken(text_of(message.content)), false
  if request.schema then
    text, is_whole = unwrap.object(text)
  end
  local is_blank = not text:find "%S"
  if flood.is_flooded(text) then
    return failed("unusable", "the answer runs into blanks without end")
  elseif is_whole then
    return { text = text } -- whatever came after it, and why ever it ended
  elseif is_at_limit(choice) then
    return cut_off(usage)
  elseif (is_blank or request.schema) and block_of(choice) then
    return blocked(choice, block_of(choice))
  elseif is_blank then
    local thought = thought_of(request, message)
    return thought and { text = thought } or failed("unusable", "the answer is empty")
  end
  return { text = text }
end

--- Why there is no picture in an answer that has none.
local function no_picture(choice, found, text, usage)
  if block_of(choice) then
    return blocked(choice, block_of(choice))
  elseif found.web then
    local read = failed("unusable", "the picture is at an address, which is not fetched: " .. found.web)
    read.address = found.web
    return read
  elseif found.foreign then
    return failed("unusable", "what stands for the picture is no base64: " .. said.line(found.foreign, 60))
  elseif is_at_limit(choice) then
    return cut_off(usage)
  end
  local why = text_in(choice.native_finish_reason)
  why = why and why:upper() ~= "STOP" and (" (%s)"):format(why) or ""
  local words = text:find "%S" and ("; it says: %s"):format(said.line(text, 200)) or ""
  return failed("unusable", "the answer holds no picture" .. why .. words)
end

local function read_picture(choice, message, files, usage)
  local found = pictures.of_message(message, #files)
  local text = text_of(message.content)
  local file = pictures.choose(found, files)
  if not file then
    return no_picture(choice, found, text, usage)
  end
  return { file = file, pictures = #found.files, text = text }
end

--- An answer that lacks what it should hold: it may have cost nothing, and comes right
--- when it is asked for again.
local function malformed(usage, lacking)
  local class = ((usage.cost or 0) > 0 or (usage.output or 0) > 0) and "unusable" or "server"
  return failed(class, "the answer is malformed: it holds no " .. lacking)
end

local function read_choice(request, choice, files, usage)
  local message = choice.message
  if type(message) ~= "table" then
    return malformed(usage, "message")
  end
  local refusal = refusal_of(message)
  if refusal then
    return refused("the model refused: " .. refusal)
  elseif choice.finish_reason == "content_filter" then
    return blocked(choice, block_of(choice))
  elseif choice.finish_reason == "error" then
    return failed("server", "the provider broke off with an error")
  elseif request.kind == "picture" then
    return read_picture(choice, message, files, usage)
  end
  return read_text(request, choice, message, usage)
end

--
-- An answer
--

--- An answer of an images endpoint.
local function read_data(value, files)
  local found = pictures.of_data(value.data, #files)
  local file = pictures.choose(found, files)
  if not file then
    return no_picture({}, found, "", {})
  end
  return { file = file, pictures = #found.files }
end

--- The error within an answer of success, if there is one.
local function error_in(value)
  local choice = table_of(table_of(value.choices)[1])
  local is_error = value.object == "error" or value.type == "error"
  return given.error_in(value) or given.error_in(choice) or is_error and value or nil
end

--- No choice, and what stands there instead.
local function no_choice(value, usage)
  local words = errors.words(value)
  return malformed(usage, "choice" .. (words and "; it says: " .. words or ""))
end

local function read_value(request, answer, value)
  local usage = usage_of(value)
  local err = error_in(value)
  local choice = table_of(value.choices)[1]
  local read
  if err ~= nil then
    read = { failure = errors.of_error(request, answer, err) }
  elseif type(choice) == "table" then
    read = read_choice(request, choice, answer.files or {}, usage)
    read.finish = text_in(choice.finish_reason)
  elseif request.kind == "picture" and is_given(value.data) then
    read = read_data(value, answer.files or {})
  elseif request.kind == "picture" and type(value.choices) == "table" then
    read = failed("unusable", "the answer holds no picture: its list of choices is empty")
  else
    read = no_choice(value, usage)
  end
  if read.failure and read.failure.code == "max_tokens_exceeded" then
    read.finish = "length"
  end
  read.usage = usage
  read.model = text_in(value.model)
  read.generation = text_in(value.id)
  return read
end

--- Lines after an answer are looked for so far from its end.
local TAIL = 128

--- Where the last line of a body begins, if it is none of its JSON: a comment, or the
--- mark of a stream's end.
local function stray_line(body)
  local tail = body:sub(-TAIL)
  local at = tail:match "[\r\n]():[^\r\n{}]*%s*$" or tail:match "[\r\n]()data: ?%[DONE%]%s*$"
  return at and #body - #tail + at
end

--- The JSON of a body: some gateways let the lines through that keep a connection
--- alive, before it and after it.
local function json_of(body)
  local at = body:find "^\xEF\xBB\xBF" and 4 or 1
  repeat
    local _, last = body:find("^%s*:[^\r\n]*[\r\n]?", at)
    at = last and last + 1 or at
  until not last
  body = body:sub(at)
  local stray = body:find "^%s*{" and stray_line(body)
  while stray do
    body = body:sub(1, stray - 1)
    stray = stray_line(body)
  end
  return body
end

--- A body as if it had come whole, whatever way it came.
local function whole_body(answer)
  local body = json_of(answer.body)
  return sse.is_stream(answer.headers, body) and sse.join(sse.split(answer.body)) or body
end

local function read_success(request, answer)
  local body = whole_body(answer)
  if not body:find "%S" then
    return failed("server", "the answer is empty")
  elseif not body:match "^%s*[{%[]" then
    return failed("server", "the answer is not JSON: " .. errors.excerpt(body))
  end
  local value, message = json.decode(body)
  if type(value) ~= "table" then
    local is_cut = message and message:find("but the text ends", 1, true)
    return failed("unusable", is_cut and "the answer was cut off in the middle"
      or "the answer is not JSON: " .. (message or "it is no object"))
  end
  return read_value(request, answer, value)
end

--- What an answer says. Never raises, whatever came.
---@param request Request
---@param answer { status: integer, headers: table<string, string>, body: string, files: { error: string? }[]? }
---@return Reading
function M.read(request, answer)
  local read
  if answer.status >= 200 and answer.status <= 299 then
    read = read_success(request, answer)
  else
    local body = whole_body(answer)
    local value = body:match '^%s*[{%["]' and json.decode(body) or nil
    read = { failure = errors.of_answer(request, answer, value), usage = usage_of(table_of(value)) }
  end
  read.usage = read.usage or {}
  read.generation = read.generation or answer.headers["x-generation-id"]
  return read
end

return M
