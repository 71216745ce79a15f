-- lua/providers/errors.lua: what a server says when it does not answer: its words,
-- in whatever shape, and what can be done about it.

local forms = require "providers.forms"
local given = require "providers.given"
local json = require "host.json"
local retry_after = require "providers.retry_after"
local said = require "providers.said"

local table_of, text_in = given.table_of, given.text_in

local M = {}

---@class Failure
---@field class "busy"|"server"|"stop"|"final"|"unusable"|"form"
---@field message string
---@field retry_after number?  seconds
---@field form WireForm?       of "form": the way to put it next
---@field refused boolean?     of "final": what was asked for is the reason; other words may do
---@field status integer?      HTTP's, or the one that the error claims
---@field code string?         the provider's own word for it
---@field gone boolean?        of "final": the model as such is not to be had any more
---@field successor string?    the model to use instead of one that is gone

--
-- Words
--

--- JSON in JSON in JSON is read this deep.
local DEEPEST = 5
--- So many of a list of messages are shown.
local MOST_OF_LIST = 3

local describe

--- Where a fault is, as FastAPI tells it ({ "body", "prompt" }).
local function location_of(loc)
  local parts = {}
  for _, part in ipairs(table_of(loc)) do
    local index = math.tointeger(part)
    parts[#parts + 1] = type(part) == "string" and part or index and tostring(index) or nil
  end
  return #parts > 0 and table.concat(parts, ".") .. ": " or ""
end

local function describe_list(list, depth)
  local messages = {}
  for i = 1, math.min(#list, MOST_OF_LIST) do
    messages[#messages + 1] = describe(list[i], depth)
  end
  return #messages > 0 and table.concat(messages, "; ") or nil
end

--- Members that hold a message, the likeliest first.
local WORDS = {
  "message", "msg", "detail", "details", "error_description", "reason", "title", "errors", "raw", "text", "Message",
}

local function describe_record(record, depth)
  local message
  for _, name in ipairs(WORDS) do
    message = message or describe(record[name], depth)
  end
  local inner = record.error
  if message and text_in(inner) and inner ~= message then
    return inner .. ": " .. message
  end
  message = message or describe(inner, depth)
  return message and location_of(record.loc) .. message
end

--- The message in whatever an error is; nil when it has none.
---@param value any
---@param depth integer
---@return string?
function describe(value, depth)
  if depth > DEEPEST then
    return nil
  elseif type(value) == "table" then
    return #value > 0 and describe_list(value, depth + 1) or describe_record(value, depth + 1)
  elseif not text_in(value) then
    return nil
  elseif value:match "^%s*[{%[]" then
    local inner = json.decode(value)
    return type(inner) == "table" and describe(inner, depth + 1) or value
  end
  return value
end

--- An error's message in words, with what lies behind it: who said it, and what the
--- one behind OpenRouter said.
---@param err any as it was decoded
---@return string? nil when it has none
function M.words(err)
  local metadata = table_of(table_of(err).metadata)
  local message = describe(err, 0)
  local raw = describe(metadata.raw, 0)
  if raw and raw ~= message then
    message = message and message .. ": " .. raw or raw
  end
  local reasons = {}
  for _, name in ipairs { "reasons", "patterns" } do
    for _, reason in ipairs(table_of(metadata[name])) do
      reasons[#reasons + 1] = text_in(reason)
    end
  end
  if #reasons > 0 then
    message = (message or "refused") .. " (" .. table.concat(reasons, ", ") .. ")"
  elseif not message then
    return nil
  end
  if text_in(metadata.flagged_input) then
    message = message .. (" (it stumbled over '%s')"):format(metadata.flagged_input)
  end
  if text_in(metadata.remedy_hint) then
    message = message .. "; " .. metadata.remedy_hint
  end
  if text_in(metadata.provider_name) then
    message = message .. " (" .. metadata.provider_name .. ")"
  end
  return said.line(message, 600)
end

--- What can be shown of an error without words that are known as such: all of it.
local function shown(err)
  local is_empty = not given.is_given(err) or type(err) == "table" and next(err) == nil
  local ok, text = pcall(json.encode, err)
  return not is_empty and ok and said.line(text, 200) or "the server gave no reason"
end

--- What can be shown of a body that is no error as one expects it.
---@param body string
---@return string
function M.excerpt(body)
  local line = said.line(body, 200)
  if line == "" then
    return "the answer is empty"
  elseif body:match "^%s*<" then
    return "it answered with a web page, which begins: " .. line
  end
  return line
end

--
-- Status
--

local STATUS = {
  authentication = 401, payment_required = 402, insufficient_quota = 402, permission_denied = 403,
  not_found = 404, timeout = 504, payload_too_large = 413, unprocessable = 422,
  rate_limit_exceeded = 429, rate_limit_error = 429, capacity_exhausted = 429,
  provider_overloaded = 503, overloaded_error = 503, temporarily_unavailable = 503,
  invalid_request = 400, invalid_request_error = 400, invalid_prompt = 400, context_length_exceeded = 400,
  content_policy_violation = 400, refusal = 400, moderation_blocked = 400, max_tokens_exceeded = 400,
}

local function http_status(value)
  local status = math.tointeger(tonumber(value))
  return status and status >= 300 and status <= 599 and status or nil
end

--- The provider's own word for what is wrong.
---@param err any
---@return string?
local function code_of(err)
  err = table_of(err)
  for _, word in ipairs {
    table_of(err.availability).code or false, table_of(err.metadata).error_type or false,
    err.error_type or false, err.code or false, err.type or false,
  } do
    if text_in(word) and not tonumber(word) then
      return word:lower()
    end
  end
  return nil
end

--- What servers of one's own say in an answer of success and without a code, though
--- it will be no better the next time (LM Studio, of a prompt that is too long and of
--- a route that it has not got).
local SAID = {
  ["than the context length"] = 400,
  ["available context size"] = 400,
  ["maximum context length"] = 400,
  ["unexpected endpoint or method"] = 404,
}

local function status_in_words(err)
  local text = (describe(err, 0) or ""):lower()
  for words, status in pairs(SAID) do
    if text:find(words, 1, true) then
      return status
    end
  end
  return nil
end

--- The status that an error in an answer of status 200 claims for itself. One that
--- came after the answer had begun is the server's failure unless it says otherwise.
local function claimed_status(err)
  local record = table_of(err)
  return http_status(record.code) or http_status(record.http_status) or http_status(record.status)
    or STATUS[code_of(err)] or status_in_words(err) or 502
end

--
-- Failures
--

local BUSY = { [408] = true, [425] = true, [429] = true, [503] = true, [529] = true }

local KEY = "the provider does not accept the key: set %s to one that is valid (%s)"
local CREDIT = "the account has not enough credit: add some, or lower what is asked for (%s)"
local MOVED = "the address redirects elsewhere, which is not followed with a key: "
  .. "give the address that it names as the provider's (%s)"
local LARGE = "the request is too large%s (%s)"
local DAILY = "the account's limit for the day is reached%s (%s)"

--- Codes that mean that what was asked for is the reason.
local REFUSALS = {
  content_policy_violation = true, refusal = true, moderation_blocked = true, content_filter = true,
  responsibleaipolicyviolation = true,
}

local function is_refusal(status, code, err)
  local metadata = table_of(table_of(err).metadata)
  return REFUSALS[code] or (status == 403 and #table_of(metadata.reasons) > 0) or false
end

--- Nothing is left of a limit that begins anew so much later, in seconds, that it
--- is one for the day.
local FAR = 900

local function is_daily(message, headers, err, waits)
  local left = tonumber(retry_after.header(headers, err, "x-ratelimit-remaining"))
  local words = message:lower()
  return words:find "per[- ]day" or words:find "%f[%a]daily%f[%A]"
    or (left == 0 and retry_after.reset(headers, err) and waits > FAR)
end

local function daily(message, headers, err)
  local at = retry_after.reset(headers, err)
  local ends = at and at < 1e11 and os.date("!; it begins anew at %Y-%m-%d %H:%M UTC", math.floor(at)) or ""
  return DAILY:format(ends, message)
end

--- Spells out what to do where the server's own words do not.
local function advised(status, message, request)
  if status == 401 then
    return KEY:format(request.provider and request.provider.key_variable or "OPENROUTER_API_KEY", message)
  elseif status == 402 then
    return CREDIT:format(message)
  elseif status == 413 then
    local refs = request.refs and #request.refs or 0
    return LARGE:format(refs > 0 and (": it carries %d picture%s"):format(refs, refs > 1 and "s" or "") or "", message)
  elseif status >= 300 and status < 400 then
    return MOVED:format(message)
  end
  return message
end

local function class_of(status, waits)
  if BUSY[status] or (status == 402 and waits) then
    return "busy"
  elseif status == 401 or status == 402 then
    return "stop"
  end
  return status >= 500 and "server" or "final"
end

--- Credit that is only held by calls that are under way.
local function is_in_flight(err)
  return table_of(table_of(err).metadata).limit_source == "openrouter_in_flight_budget"
end

--- Longer waits are told of, in seconds.
local TELL_WAIT = 120

--- A failure from what a server said.
---@param request Request
---@param status integer of HTTP when it was no success, else what the error claims
---@param headers table<string, string>
---@param err any        the error as it was decoded; nil: it was none that can be read
---@param body string
---@return Failure
local function make(request, status, headers, err, body)
  local message = err == nil and M.excerpt(body) or M.words(err) or shown(err)
  local code = code_of(err)
  if code == "insufficient_quota" then
    status = 402 -- OpenAI says 429, but waiting brings no money
  end
  local waits = retry_after.seconds(headers, err)
  if waits and waits > TELL_WAIT and BUSY[status] then
    message = ("%s (it asks to wait for %d minutes)"):format(message, math.min(waits, 1e9) // 60)
  end
  local fallback = table_of(table_of(table_of(err).availability).fallback_models)[1]
  local failure = { status = status, code = code, successor = text_in(fallback) }
  local form = forms.next(request, status, message .. " " .. body:sub(1, 65536))
  if form then
    failure.class, failure.form = "form", form
  elseif status == 429 and is_daily(message, headers, err, waits) then
    failure.class, message = "stop", daily(message, headers, err)
  elseif code == "max_tokens_exceeded" or code == given.CUT_OFF then
    -- The model's limit, which can also come as an error, or an answer that was paid for and did not come whole.
    failure.class = "unusable"
  else
    failure.class = class_of(status, waits or is_in_flight(err))
    failure.retry_after = failure.class == "busy" and waits or nil
    failure.refused = failure.class == "final" and is_refusal(status, code, err) or nil
  end
  failure.message = ("%d: %s"):format(status, advised(status, message, request))
  return failure
end

--- The failure that an answer of no success is.
---@param request Request
---@param answer { status: integer, headers: table<string, string>, body: string }
---@param value any the body, if it is JSON
---@return Failure
function M.of_answer(request, answer, value)
  local err
  if type(value) == "table" then
    err = value.error
    -- Flat ones hold message and code beside a word or nothing in `error`.
    if type(err) ~= "table" then
      err = value
    end
  elseif text_in(value) then
    err = value
  end
  local failure = make(request, answer.status, answer.headers, err, answer.body)
  local location = answer.status < 400 and text_in(answer.headers.location)
  if location then
    failure.message = failure.message .. " " .. said.line(location)
  end
  return failure
end

--- The failure that an error within an answer of success is.
---@param request Request
---@param answer { status: integer, headers: table<string, string> }
---@param err any
---@return Failure
function M.of_error(request, answer, err)
  return make(request, claimed_status(err), answer.headers, err, "")
end

return M
