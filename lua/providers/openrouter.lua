-- lua/providers/openrouter.lua: OpenRouter's chat completions: how a request is
-- put on the wire, and what an answer says. Pure: the network is call.lua's.

local http = require "host.http"
local json = require "host.json"
local models = require "providers.models"

local M = {}

local UNKNOWN_MODEL = { max_tokens = 16000 }

---@class Provider
---@field name string
---@field identity string what a call's key holds of the provider
---@field base_url string
---@field secret userdata?
local Provider = {}
Provider.__index = Provider

---@param options { base_url: string?, secret: userdata?, name: string?, identity: string? }
---@return Provider
function M.new(options)
  local base_url = (options.base_url or M.BASE_URL):gsub("/+$", "")
  return setmetatable({
    name = options.name or "openrouter",
    identity = options.identity or "openrouter " .. base_url,
    base_url = base_url,
    secret = options.secret,
  }, Provider)
end

M.BASE_URL = "https://openrouter.ai/api/v1"

--
-- Asking
--

--- Keywords that some endpoint behind OpenRouter refuses or ignores. The counts
--- also stand in the descriptions, and every answer is checked here anyway.
local NOT_ON_THE_WIRE = { minItems = true, maxItems = true, minimum = true, maximum = true }

--- A copy of a schema without those, its key order kept.
local function wire_schema(value)
  if type(value) ~= "table" then
    return value
  end
  local copy = {}
  for key, inner in pairs(value) do
    if not NOT_ON_THE_WIRE[key] or type(inner) == "table" then
      copy[key] = wire_schema(inner)
    end
  end
  return setmetatable(copy, getmetatable(value))
end

--- What stands for an attached file until the body is cut there. The quotes are
--- part of it: inside any string of a user's they would be escaped.
local function placeholder(index)
  return ('"url":"@attached:%d"'):format(index)
end

local function user_content(request)
  if #request.refs == 0 then
    return request.user
  end
  local parts = { { type = "text", text = request.user } }
  for i, ref in ipairs(request.refs) do
    parts[#parts + 1] = { type = "text", text = ("Reference picture %d: %s"):format(i, ref.label) }
    parts[#parts + 1] = { type = "image_url", image_url = { url = "@attached:" .. i } }
  end
  return parts
end

local function messages(request)
  local list = {}
  if request.system then
    list[1] = { role = "system", content = request.system }
  end
  list[#list + 1] = { role = "user", content = user_content(request) }
  for _, turn in ipairs(request.turns or {}) do
    list[#list + 1] = turn
  end
  return list
end

local function body_table(request)
  local model = models[request.model] or UNKNOWN_MODEL
  local body = {
    model = request.model,
    messages = messages(request),
    max_tokens = model.max_tokens,
    -- Another take or attempt must differ in the body, or a cache on the way
    -- answers with the old one.
    seed = request.take * 1000 + request.attempt,
  }
  if request.kind == "picture" then
    body.modalities = { "image", "text" }
    body.image_config = { aspect_ratio = request.aspect }
  else
    body.reasoning = request.effort and { effort = request.effort } or nil
  end
  if request.schema then
    body.response_format = {
      type = "json_schema",
      json_schema = {
        name = request.schema.name,
        strict = true,
        schema = wire_schema(request.schema.schema),
      },
    }
    body.provider = { require_parameters = true }
  end
  return body
end

--- The body as parts: JSON text, with the reference pictures in between, which
--- are read from their files while they are sent.
local function body_parts(request)
  local text = json.encode(body_table(request))
  local parts, from = {}, 1
  for i, ref in ipairs(request.refs) do
    local first, last = text:find(placeholder(i), from, true)
    parts[#parts + 1] = text:sub(from, first - 1) .. '"url":"data:image/png;base64,'
    parts[#parts + 1] = http.attach(ref.path)
    from = last -- the closing quote goes with the next piece of text
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

--- The HTTP request for a rendered request.
---@param request Request
---@return table options for host.http
function Provider:wire(request)
  return {
    method = "POST",
    url = self.base_url .. "/chat/completions",
    headers = {
      ["Content-Type"] = "application/json",
      ["X-OpenRouter-Title"] = "sbhost",
    },
    secret = self.secret,
    body = body_parts(request),
    timeout = request.kind == "picture" and 900 or 600,
  }
end

--- The most that a call can cost, USD; nil when the model's price is not known.
---@param request Request
---@return number?
function Provider.worst_cost(request)
  local model = models[request.model]
  if not model then
    return nil
  end
  if request.kind == "picture" then
    return model.picture
  end
  -- A token is at least a byte.
  local input = #request.user + #(request.system or "")
  return input * model.input + model.max_tokens * model.output
end

--- How many reference pictures a request to a model may carry; nil: any number.
---@param model string
---@return integer?
function Provider.reference_limit(model)
  return models[model] and models[model].references
end

--
-- Reading
--

---@class Failure
---@field class "busy"|"server"|"stop"|"final"|"unusable"
---@field message string
---@field retry_after number? seconds

--- Whatever form an error takes, its message in words.
local function error_message(err)
  if type(err) ~= "table" then
    return tostring(err)
  end
  local message = type(err.message) == "string" and err.message or "the provider gave no message"
  local metadata = type(err.metadata) == "table" and err.metadata or {}
  local raw = metadata.raw
  if type(raw) == "string" then
    local inner = json.decode(raw)
    inner = type(inner) == "table" and (type(inner.error) == "table" and inner.error or inner) or nil
    raw = inner and inner.message or raw
  elseif type(raw) == "table" then
    raw = type(raw.error) == "table" and raw.error.message or raw.message
  end
  if type(raw) == "string" and raw ~= "" then
    message = message .. ": " .. raw
  end
  if type(metadata.provider_name) == "string" then
    message = message .. " (" .. metadata.provider_name .. ")"
  end
  return message
end

local BUSY = { [408] = true, [429] = true, [503] = true, [529] = true }

local ADVICE = {
  [401] = "the provider does not accept the key: set OPENROUTER_API_KEY to one that is valid",
  [402] = "the account has not enough credit: add some, or lower what is asked for",
}

---@param status integer
---@param message string
---@param retry_after number?
---@return Failure
local function failure_of(status, message, retry_after)
  local class = "final"
  if BUSY[status] or (status == 402 and retry_after) then
    class = message:find("per-day", 1, true) and "stop" or "busy"
  elseif ADVICE[status] then
    class = "stop"
    message = ADVICE[status] .. " (" .. message .. ")"
  elseif status >= 500 then
    class = "server"
  end
  return { class = class, message = ("%d: %s"):format(status, message), retry_after = retry_after }
end

local function unusable(message)
  return { failure = { class = "unusable", message = message } }
end

--- The answer's JSON; some gateways send comment lines in front of it.
local function decode(body)
  local text = body
  while text:match "^%s*:" do
    text = text:match "^%s*:[^\n]*\n?(.*)$"
  end
  local value, message = json.decode(text)
  if type(value) ~= "table" then
    return nil, message or "it is no JSON object"
  end
  return value
end

local function text_of(content)
  if type(content) == "string" then
    return content
  end
  local pieces = {}
  for _, part in ipairs(type(content) == "table" and content or {}) do
    if type(part) == "table" and type(part.text) == "string" then
      pieces[#pieces + 1] = part.text
    end
  end
  return table.concat(pieces)
end

--- The number of the spilled file that the first picture went into.
local function picture_of(message, count)
  local images = type(message.images) == "table" and message.images or {}
  for _, image in ipairs(images) do
    local url = type(image) == "table" and image.image_url
    url = type(url) == "table" and url.url or url
    local index = type(url) == "string" and math.tointeger(tonumber(url:match "^data:[^,]*,{spill:(%d+)}$"))
    if index and index <= count then
      return index
    end
  end
  return nil
end

local function usage_of(answer)
  local usage = type(answer.usage) == "table" and answer.usage or {}
  local function number(value)
    return type(value) == "number" and value or nil
  end
  return {
    input = number(usage.prompt_tokens),
    output = number(usage.completion_tokens),
    cost = number(usage.cost),
  }
end

local function read_choice(choice, kind, file_count)
  local message = type(choice.message) == "table" and choice.message or {}
  local finish = choice.finish_reason
  if type(message.refusal) == "string" then
    return { failure = { class = "final", message = "the model refused: " .. message.refusal } }
  elseif finish == "content_filter" then
    return { failure = { class = "final", message = "the provider's content filter blocked the answer" } }
  end
  local text = text_of(message.content)
  if kind == "picture" then
    local file = picture_of(message, file_count)
    if file then
      return { file = file, text = text }
    end
    local said = text ~= "" and (" (it said: %s)"):format(text:sub(1, 200)) or ""
    return unusable("the answer holds no picture" .. said)
  elseif finish == "length" then
    return unusable "the answer was cut off at the token limit"
  elseif text:match "^%s*$" then
    return unusable "the answer is empty"
  end
  return { text = text }
end

---@class Reading
---@field text string?
---@field file integer?    of a picture: which of the answer's files it is
---@field failure Failure?
---@field usage { input: number?, output: number?, cost: number? } USD
---@field model string?    the one that answered

--- What an answer says.
---@param request Request
---@param answer { status: integer, headers: table<string, string>, body: string, files: table[] }
---@return Reading
function Provider.read(request, answer)
  local retry_after = tonumber(answer.headers["retry-after"])
  local value, message = decode(answer.body)
  if answer.status < 200 or answer.status > 299 then
    local said = value and value.error ~= nil and error_message(value.error) or answer.body:sub(1, 200)
    return { failure = failure_of(answer.status, said, retry_after), usage = {} }
  elseif not value then
    local read = unusable("the answer is not JSON: " .. message)
    read.usage = {}
    return read
  end
  local choice = type(value.choices) == "table" and value.choices[1] or nil
  local err = value.error
  if err == nil or err == json.null then
    err = type(choice) == "table" and choice.error or nil
  end
  local read
  if err ~= nil and err ~= json.null then
    local code = type(err) == "table" and math.tointeger(tonumber(err.code)) or 502
    read = { failure = failure_of(code, error_message(err), retry_after) }
  elseif type(choice) ~= "table" then
    read = unusable "the answer holds no choice"
  else
    read = read_choice(choice, request.kind, #answer.files)
  end
  read.usage = usage_of(value)
  read.model = type(value.model) == "string" and value.model or nil
  return read
end

return M
