-- tests/e2e/servers.lua: servers that speak OpenAI's protocol, each with the habits
-- of one of those that people run: what it takes, what it refuses and in which
-- words, what its answers look like.

local http = require "host.http"
local image = require "host.image"
local json = require "host.json"
local provider = require "provider"
local server = require "host.server"
local support = require "support"

local M = {}

---@class Served
---@field url string        to be given as base URL
---@field requests table[]  { path, headers, body, fields, files } as they came
---@field close fun()

local JSON = { ["Content-Type"] = "application/json" }

local function reply(status, value)
  return { status = status, headers = JSON, body = type(value) == "string" and value or json.encode(value) }
end

M.reply = reply

--- The parts of a multipart body: fields by name, and files in order.
local function parse_multipart(request)
  local boundary = request.headers["content-type"]:match "^multipart/form%-data; boundary=(.+)$"
  local fields, files, at = {}, {}, 1
  while true do
    local _, open = request.body:find("--" .. boundary .. "\r\n", at, true)
    if not open then
      return fields, files
    end
    local _, head = request.body:find("\r\n\r\n", open, true)
    local stop = request.body:find("\r\n--" .. boundary, head, true)
    local about, content = request.body:sub(open + 1, head), request.body:sub(head + 1, stop - 1)
    local name = about:match 'name="([^"]+)"'
    if about:find("filename=", 1, true) then
      files[#files + 1] = { name = name, type = about:match "Content%-Type: (%S+)", content = content }
    else
      fields[name] = content
    end
    at = stop
  end
end

--- Serves by path. A handler is given what came, and its number.
---@param routes table<string, fun(seen: table, number: integer): table>
---@return Served
local function serve(routes)
  local requests = {}
  local function handle(request)
    local seen = { path = request.path, headers = request.headers }
    if (request.headers["content-type"] or ""):find "^multipart" then
      seen.fields, seen.files = parse_multipart(request)
    elseif request.method == "POST" then
      seen.body = assert(json.decode(request.body))
    end
    requests[#requests + 1] = seen
    local route = routes[request.path]
    return route and route(seen, #requests) or reply(404, [[{"detail":"Not Found"}]])
  end
  local started = assert(server.listen { handler = handle })
  return {
    url = ("http://127.0.0.1:%d/v1"):format(started:port()),
    requests = requests,
    close = function()
      started:close()
    end,
  }
end

M.serve = serve

--
-- Chat
--

-- Strict gateways refuse whatever is not among these.
local CHAT_KEYS = {
  model = true, messages = true, max_tokens = true, seed = true, response_format = true, reasoning_effort = true,
}

local function unknown_key(body)
  for key in pairs(body) do
    if not CHAT_KEYS[key] then
      return reply(400, { error = { message = "unknown field " .. key, type = "invalid_request_error" } })
    end
  end
end

local function completion(body, message, more)
  message.role = "assistant"
  local answer = {
    id = "chatcmpl-17", object = "chat.completion", created = 1, model = body.model, system_fingerprint = "fp_x",
    choices = { { index = 0, message = message, finish_reason = "stop" } },
    usage = { prompt_tokens = 40, completion_tokens = 30, total_tokens = 70 },
  }
  for name, value in pairs(more or {}) do
    answer[name] = value
  end
  return reply(200, answer)
end

M.completion = completion

local function last_words(body)
  local content = body.messages[1].content
  for _, message in ipairs(body.messages) do
    content = message.role == "user" and message.content or content
  end
  return type(content) == "table" and content[1].text or content
end

--- What a model that has understood says: JSON for a schema that it was given in
--- either way, else a sentence.
local function understood(body)
  local format = body.response_format
  local schema = format and format.json_schema and format.json_schema.schema
  for _, message in ipairs(schema and {} or body.messages) do
    local words = type(message.content) == "string" and message.content:match "fits this JSON schema:\n(.*)$"
    schema = schema or words and json.decode(words)
  end
  return schema and json.encode(provider.fill(schema)) or "Plainly: " .. last_words(body)
end

M.understood = understood

local function ollama_error(status, kind, message)
  return reply(status, { error = { message = message, type = kind, param = json.null, code = json.null } })
end

local OLLAMA_EFFORTS = { none = true, low = true, medium = true, high = true }

--- Ollama: its models are named, pictures come within the request or not at all, a
--- model that does not think will not be told to, and effort has four words.
---@param options { models: table<string, { thinks: boolean? }> }
function M.ollama(options)
  return serve {
    ["/v1/chat/completions"] = function(seen)
      local body = seen.body
      local model = options.models[body.model]
      local refuse = ollama_error
      if not model then
        return refuse(404, "not_found_error", ("model '%s' not found"):format(body.model))
      elseif body.reasoning_effort and not OLLAMA_EFFORTS[body.reasoning_effort] then
        return refuse(400, "invalid_request_error",
          ([[invalid reasoning value: '%s' (must be "high", "medium", "low", or "none")]])
            :format(body.reasoning_effort))
      elseif body.reasoning_effort and not model.thinks then
        return refuse(400, "invalid_request_error", ('"%s" does not support thinking'):format(body.model))
      end
      return unknown_key(body) or completion(body, { content = understood(body), reasoning = model.thinks and "Hm." })
    end,
  }
end

--- llama.cpp: has one model, which it is still loading at first; its name does not
--- matter. A prompt may be longer than its context, when that is told.
---@param context integer? tokens
function M.llama_cpp(context)
  return serve {
    ["/v1/chat/completions"] = function(seen, number)
      if number == 1 then
        return reply(503, { error = { code = 503, message = "Loading model", type = "unavailable_error" } })
      elseif context then
        return reply(400, {
          error = {
            code = 400, type = "exceed_context_size_error", n_prompt_tokens = 9000, n_ctx = context,
            message = ("request (9000 tokens) exceeds the available context size (%d tokens), try increasing it")
              :format(context),
          },
        })
      end
      return unknown_key(seen.body)
        or completion(seen.body, { content = understood(seen.body), reasoning_content = "Hm." },
          { model = "gpt-3.5-turbo", timings = { prompt_n = 40, predicted_ms = 3.5 } })
    end,
  }
end

--- vLLM: a context that holds prompt and answer together, and now and then blanks
--- until there is no room for more.
function M.vllm()
  local floods = 1
  return serve {
    ["/v1/chat/completions"] = function(seen)
      local body = seen.body
      if body.max_tokens > 15000 then
        return reply(400, {
          error = {
            type = "BadRequestError", param = "input_tokens", code = 400,
            message = ("This model's maximum context length is 16384 tokens. However, you requested %d output tokens "
              .. "and your prompt contains at least 1384 input tokens, for a total of at least %d tokens. Please "
              .. "reduce the length of the input prompt or the number of requested output tokens. "
              .. "(parameter=input_tokens, value=1384)"):format(body.max_tokens, body.max_tokens + 1384),
          },
        })
      elseif floods > 0 then
        floods = floods - 1
        local choice = { index = 0, finish_reason = "length", message = { content = '{"a":' .. (" \n"):rep(9000) } }
        return completion(body, {}, { choices = { choice } })
      end
      return unknown_key(body)
        or completion(body, { content = understood(body), refusal = json.null, reasoning = json.null },
          { service_tier = json.null, kv_transfer_params = json.null })
    end,
  }
end

--- LM Studio with a model that cannot be held to a schema: its errors are plain
--- strings, and it does not know JSON without one. The model thinks aloud. A prompt
--- may be too long for it, which it says in an answer of success.
---@param is_small boolean?
function M.lm_studio(is_small)
  return serve {
    ["/v1/chat/completions"] = function(seen)
      local kind = seen.body.response_format and seen.body.response_format.type
      if kind == "json_object" then
        return reply(400, [[{"error":"'response_format.type' must be 'json_schema' or 'text'"}]])
      elseif kind == "json_schema" then
        return reply(400, [[{"error":"This engine does not support structured output (response_format)"}]])
      end
      if is_small then
        return reply(200, [[{"error":"The number of tokens to keep from the initial prompt is greater than the ]]
          .. [[context length. Try to load the model with a larger context length, or provide a shorter input"}]])
      end
      local text = understood(seen.body)
      local fenced = text:sub(1, 1) == "{" and ("```json\n%s\n```"):format(text) or text
      return unknown_key(seen.body)
        or completion(seen.body, { content = "<think>\nWhat {could} that be?\n</think>\n\n" .. fenced })
    end,
    ["/v1/images/generations"] = function()
      return reply(200, [[{"error":"Unexpected endpoint or method. (POST /v1/images/generations)"}]])
    end,
  }
end

--- LocalAI: a schema that it cannot use is passed over in silence.
function M.local_ai()
  return serve {
    ["/v1/chat/completions"] = function(seen)
      local body = seen.body
      body.response_format = nil
      return completion(body, { content = understood(body) })
    end,
  }
end

--
-- Pictures
--

local at

--- Draws something of that size.
local function drawn(size, number)
  at = at or support.folder()
  local width, height = size:match "^(%d+)x(%d+)$"
  local path = ("%s/%s-%d.png"):format(at, size, number)
  assert(image.draw {
    path = path,
    width = math.tointeger(tonumber(width)),
    height = math.tointeger(tonumber(height)),
    background = (number * 7919) % 0x1000000,
    shapes = { { "ellipse", cx = 100 + number % 400, cy = 300, rx = 90, ry = 160, colour = 0xFFFFFF } },
  })
  return path
end

M.drawn = drawn

local function picture_reply(size, number)
  return {
    status = 200,
    headers = JSON,
    body = {
      [[{"created":1,"output_format":"png","data":[{"b64_json":"]], http.attach(drawn(size, number)), [["}]}]],
    },
  }
end

--- sd-server: one picture after the other; errors are plain strings.
function M.sd_server()
  local function draw(prompt, size, number)
    if not prompt or prompt == "" then
      return reply(400, [[{"error":"prompt required"}]])
    end
    return picture_reply(size, number)
  end
  return serve {
    ["/v1/images/generations"] = function(seen, number)
      return draw(seen.body.prompt, seen.body.size, number)
    end,
    ["/v1/images/edits"] = function(seen, number)
      if #(seen.files or {}) == 0 then
        return reply(400, [[{"error":"at least one image[] required"}]])
      end
      return draw(seen.fields.prompt, seen.fields.size, number)
    end,
  }
end

--- Ollama's pictures: all of its routes read JSON, also the one that others send
--- files to.
function M.ollama_images()
  return serve {
    ["/v1/images/generations"] = function(seen, number)
      local picture = picture_reply(seen.body.size, number)
      picture.body[1] = [[{"created":1,"data":[{"b64_json":"]]
      return picture
    end,
    ["/v1/images/edits"] = function()
      return ollama_error(400, "invalid_request_error", "invalid character '-' in numeric literal")
    end,
  }
end

--- OpenAI's own, with gpt-image-1: what it does not know is refused by name, and it
--- says what a picture took and not what it cost.
function M.openai_images()
  local known = { model = true, prompt = true, n = true, size = true, ["image[]"] = true }
  local sizes = { ["1024x1024"] = true, ["1536x1024"] = true, ["1024x1536"] = true }
  local function answer(asked, number)
    for name in pairs(asked) do
      if not known[name] then
        local message = ("Unknown parameter: '%s'."):format(name)
        return reply(400, { error = { message = message, param = name, code = "unknown_parameter" } })
      end
    end
    if not sizes[asked.size] then
      return reply(400, { error = { message = "Invalid size.", param = "size", code = "invalid_value" } })
    end
    local picture = picture_reply(asked.size, number)
    picture.body[3] = [["}],"usage":{"input_tokens":50,"output_tokens":4160,"total_tokens":4210}}]]
    return picture
  end
  return serve {
    ["/v1/images/generations"] = function(seen, number)
      return answer(seen.body, number)
    end,
    ["/v1/images/edits"] = function(seen, number)
      return answer(seen.fields, number)
    end,
  }
end

--- LocalAI's pictures: no edits, and an address instead of a picture, as long as it
--- serves it. `elsewhere` is another server's, where it says that the pictures are.
---@param elsewhere string?
function M.local_ai_images(elsewhere)
  local kept, served = {}, nil
  local routes = {
    ["/v1/images/generations"] = function(seen, number)
      local path = ("/generated-images/%d.png"):format(number)
      kept[path] = drawn(seen.body.size, number)
      return reply(200, { created = 1, data = { { url = (elsewhere or served.url:gsub("/v1$", "")) .. path } } })
    end,
  }
  setmetatable(routes, {
    __index = function(_, path)
      return kept[path] and function()
        return { headers = { ["Content-Type"] = "image/png" }, body = { http.file(kept[path]) } }
      end
    end,
  })
  served = serve(routes)
  return served
end

return M
