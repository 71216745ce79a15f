-- lua/offline/server.lua: a server on loopback that speaks OpenRouter's protocol
-- and makes up its answers: the `offline` provider, and `sbhost mock`.

local account = require "offline.account"
local assertions = require "offline.assertions"
local brief = require "offline.brief"
local check = require "offline.check"
local http = require "host.http"
local images = require "offline.images"
local json = require "host.json"
local loop = require "host.loop"
local models = require "offline.models"
local painter = require "offline.painter"
local server = require "host.server"
local stream = require "offline.stream"
local writer = require "offline.writer"

local M = {}

---@class offline.Options
---@field dir string      where frames lie until they are sent, and pictures received
---@field delay? number   seconds from a request to its answer, at least
---@field costs? boolean  bill what a real provider would
---@field port? integer   the system chooses one unless told
---@field key? string     the only bearer token that is let in
---@field account? string a file to append what happens to
---@field faults? offline.Faults what it answers badly
---@field strict? boolean note what a good client would not send

---@class offline.Server
---@field private options offline.Options
---@field private account offline.Account
---@field private generations table<string, table> by id
---@field private frames integer drawn so far
local Server = {}
Server.__index = Server

local function answer_json(status, value, headers)
  headers = headers or {}
  headers["Content-Type"] = "application/json"
  return { status = status, headers = headers, body = json.encode(value) }
end

local function refuse(status, message)
  return answer_json(status, { error = { code = status, message = message } })
end

--
-- Usage
--

-- A token is some four letters of English.
local function tokens(text)
  return math.ceil(#text / 4)
end

local function prompt_tokens(body)
  local count = 0
  for _, message in ipairs(body.messages) do
    if type(message.content) == "string" then
      count = count + tokens(message.content)
    else
      for _, part in ipairs(message.content) do
        count = count + (part.text and tokens(part.text) or 258) -- a picture is 258
      end
    end
  end
  return count + (body.response_format and tokens(json.encode(body.response_format)) or 0)
end

local reasoning_share = { xhigh = 4, high = 3, medium = 1.5, low = 0.5 }

local function reasoning_tokens(body, written)
  local effort = type(body.reasoning) == "table" and body.reasoning.effort
  return math.floor(written * (reasoning_share[effort] or 0))
end

---@param self offline.Server
local function usage_of(self, body, text, pictures)
  local model = models.find(body.model)
  local asked, written = prompt_tokens(body), tokens(text)
  local reasoned = reasoning_tokens(body, written)
  local drawn = 1290 * pictures
  local cost = asked * model.input + (written + reasoned) * model.output
    + pictures * (model.picture or 0)
  return {
    prompt_tokens = asked,
    completion_tokens = written + reasoned + drawn,
    total_tokens = asked + written + reasoned + drawn,
    cost = self.options.costs and cost or 0,
    is_byok = false,
    completion_tokens_details = { reasoning_tokens = reasoned, image_tokens = drawn },
    prompt_tokens_details = { cached_tokens = 0 },
  }
end

--
-- Chat completions
--

-- Stands for a frame's bytes until the body is cut there; nothing that the writer
-- writes holds it.
local FRAME = "@frame@"

local function completion(body, hash, message, usage)
  local created = 1750000000 + tonumber(hash:sub(1, 6), 16)
  return json.ordered({ "id", "object", "created", "model", "provider", "choices", "usage" }, {
    id = ("gen-%d-%s"):format(created, hash:sub(1, 20)),
    object = "chat.completion",
    created = created,
    model = body.model,
    provider = "offline",
    system_fingerprint = json.null,
    choices = {
      {
        index = 0, finish_reason = "stop", native_finish_reason = "stop",
        logprobs = json.null, message = message,
      },
    },
    usage = usage,
  })
end

---@param self offline.Server
local function write_text(self, body, hash)
  local text = writer.write(body, brief.read(body.messages))
  local message = {
    role = "assistant", content = text, refusal = json.null, reasoning = json.null,
  }
  local answer = completion(body, hash, message, usage_of(self, body, text, 0))
  return answer, { json.encode(answer) }
end

-- The text with the file where FRAME stands, if it does.
local function with_frame(text, path)
  local first, last = text:find(FRAME, 1, true)
  if not first then return { text } end
  return { text:sub(1, first - 1), http.attach(path), text:sub(last + 1) }
end

-- What is raised when the disk takes no picture.
local Unwritten = {}

---@param self offline.Server
local function draw_picture(self, body, hash)
  self.frames = self.frames + 1
  local path = ("%s/frame-%d.png"):format(self.options.dir, self.frames)
  local ratio = type(body.image_config) == "table" and body.image_config.aspect_ratio or "1:1"
  local drawn, message = painter.draw(brief.read(body.messages), check.sizes[ratio], hash, path)
  if not drawn then error(setmetatable({ message = "the picture cannot be drawn: " .. message }, Unwritten), 0) end
  local picture = { type = "image_url", image_url = { url = "data:image/png;base64," .. FRAME } }
  local answer = completion(body, hash, {
    role = "assistant", content = "", refusal = json.null, images = { picture },
  }, usage_of(self, body, "", 1))
  return answer, with_frame(json.encode(answer), path), path
end

local function record_of(answer)
  local usage = answer.usage
  return {
    id = answer.id, model = answer.model, provider_name = "offline", total_cost = usage.cost,
    usage = usage.cost, tokens_prompt = usage.prompt_tokens,
    tokens_completion = usage.completion_tokens, native_tokens_prompt = usage.prompt_tokens,
    native_tokens_completion = usage.completion_tokens,
    native_tokens_reasoning = usage.completion_tokens_details.reasoning_tokens,
    finish_reason = "stop", native_finish_reason = "stop", streamed = false, cancelled = false,
    created_at = os.date("!%Y-%m-%dT%H:%M:%SZ", answer.created),
  }
end

-- What the client calls it, or the schema that it asks for.
local function task_of(request, body)
  body = type(body) == "table" and body or {}
  local metadata = type(body.metadata) == "table" and body.metadata or {}
  local format = type(body.response_format) == "table" and body.response_format.json_schema
  local task = request.headers["x-task"] or metadata.task or type(format) == "table" and format.name
  return type(task) == "string" and task or nil
end

--
-- Answering badly
--

-- A request in the words of a faults file.
local function asked_for(route, body, hash)
  local picture = route == "images" or check.wants_picture(body)
  local format = type(body.response_format) == "table" and body.response_format.json_schema
  local answer = route == "chat" and (picture and "picture" or "text") or route
  local streamed = route == "chat" and body.stream == true
  return {
    route = answer, chat = route == "chat", body = body, hash = hash, picture = picture,
    schema = type(format) == "table" and format.name or nil,
    answer = streamed and (picture and "streamed-picture" or "stream") or answer,
  }
end

--- The bad answer to a request, if it is to get one.
---@param asked table of asked_for
---@param entry offline.Entry
---@param make fun(): table, string?
---@return host.server.response?
function Server:spoil(asked, entry, make)
  local faults, made = self.options.faults, nil
  local spoiled = faults and faults:answer(asked, self.options.dir, function()
    local answer, path = make()
    made = { id = answer.id, cost = answer.usage.cost }
    self.generations[answer.id] = record_of(answer)
    return answer, path
  end)
  if not spoiled then return nil end
  entry.case = spoiled.case
  self.account:billed(entry, spoiled.status, spoiled.billed and made and made.cost or 0)
  spoiled.response.on_sent = function(whole)
    spoiled.done()
    self.account:answered(entry, whole and not spoiled.cut)
  end
  return spoiled.response
end

---@param request host.server.request
---@return host.server.response
function Server:chat(request)
  local arrived = loop.now()
  local hash = json.sha256(stream.unstreamed(request.body))
  local body, message = json.decode(request.body)
  local known = type(body) == "table" and type(body.model) == "string"
  local entry = self.account:asked(hash, known and body.model or nil, task_of(request, body))
  local function on_sent(whole) self.account:answered(entry, whole) end

  if known and self.options.strict then
    self.account:violated(entry, assertions.check(request, body))
  end
  local refusal = message and { status = 400, message = "the body: " .. message }
    or check.request(body)
  if refusal then
    self.account:billed(entry, refusal.status, 0)
    local response = refuse(refusal.status, refusal.message)
    response.on_sent = on_sent
    return response
  end

  local make = check.wants_picture(body) and draw_picture or write_text
  local spoiled = self:spoil(asked_for("chat", body, hash), entry, function()
    local answer, _, path = make(self, body, hash)
    return answer, path
  end)
  if spoiled then return spoiled end
  local answer, parts, path = make(self, body, hash)
  loop.sleep(math.max(0, (self.options.delay or 0) - (loop.now() - arrived)))
  self.generations[answer.id] = record_of(answer)
  self.account:billed(entry, 200, answer.usage.cost)
  local response = body.stream == true and stream.answer(answer, function(text) return with_frame(text, path) end)
    or { headers = { ["Content-Type"] = "application/json", ["X-Generation-Id"] = answer.id }, body = parts }
  response.on_sent = function(whole)
    if path then os.remove(path) end
    on_sent(whole)
  end
  return response
end

--
-- Routes
--

---@param request host.server.request
---@return host.server.response
function Server:images(request)
  local hash = json.sha256(request.body)
  local asked, message = images.read(request)
  if not asked then return refuse(400, message) end
  local entry = self.account:asked(hash, asked.model, task_of(request, asked))
  local spoiled = self:spoil(asked_for("images", asked, hash), entry, function()
    local answer, _, path = draw_picture(self, asked, hash)
    return answer, path
  end)
  if spoiled then return spoiled end
  local answer, _, path = draw_picture(self, asked, hash)
  self.account:billed(entry, 200, answer.usage.cost)
  return {
    headers = { ["Content-Type"] = "application/json" },
    body = with_frame(json.encode {
      created = answer.created, data = { { b64_json = FRAME } },
      usage = {
        input_tokens = answer.usage.prompt_tokens, output_tokens = answer.usage.completion_tokens,
        total_tokens = answer.usage.total_tokens,
      },
    }, path),
    on_sent = function(whole)
      os.remove(path)
      self.account:answered(entry, whole)
    end,
  }
end

---@return host.server.response
function Server.models()
  local listing = models.listing()
  return answer_json(200, { data = listing, total_count = #listing })
end

---@param request host.server.request
---@return host.server.response
function Server:generation(request)
  local record = self.generations[request.query.id or ""]
  if not record then return refuse(404, "Generation not found") end
  return answer_json(200, { data = record })
end

--- A key that may spend what it likes.
---@return host.server.response
function Server.key()
  return answer_json(200, {
    data = {
      label = "sk-or-v1-000...000", limit = json.null, limit_remaining = json.null, usage = 0, is_free_tier = false,
    },
  })
end

---@return host.server.response
function Server:report()
  return answer_json(200, self.account:report())
end

local routes = {
  ["POST /api/v1/chat/completions"] = "chat",
  ["GET /api/v1/models"] = "models",
  ["GET /api/v1/generation"] = "generation",
  ["GET /api/v1/key"] = "key",
  ["POST /v1/chat/completions"] = "chat", -- as OpenAI and what is compatible with it
  ["POST /v1/images/generations"] = "images",
  ["POST /v1/images/edits"] = "images",
  ["GET /v1/models"] = "models",
  ["GET /_account"] = "report",
}

--- Routes that cost nothing.
local BESIDE = { models = true, generation = true, key = true }

-- An error as it is told: with where it was raised, but for what the disk says.
local function explained(err)
  return getmetatable(err) == Unwritten and err or debug.traceback(tostring(err), 2)
end

---@param request host.server.request
---@return host.server.response
function Server:handle(request)
  local route = routes[request.method .. " " .. request.path]
  if not route then
    return refuse(404, ("there is no %s %s"):format(request.method, request.path))
  end
  local key = self.options.key
  if key and route ~= "report" and request.headers.authorization ~= "Bearer " .. key then
    return refuse(401, "No auth credentials found")
  end
  if self.options.faults and BESIDE[route] then
    local spoiled = self.options.faults:answer({
      route = route, answer = route, chat = false, body = {}, hash = route .. (request.query.id or ""),
    }, self.options.dir, function() return {} end)
    if spoiled then return spoiled.response end
  end
  local ok, response = xpcall(self[route], explained, self, request)
  if ok then return response end
  if getmetatable(response) ~= Unwritten then error(response, 0) end
  return refuse(507, response.message)
end

--- Starts one.
---@param options offline.Options
---@return { base_url: string, port: integer, close: fun() }? running
---@return string? message
---@return string? code as of host.server, "EACCOUNT" for the account's file
function M.start(options)
  local book, message = account.open(options.account)
  if not book then return nil, message, "EACCOUNT" end
  local self = setmetatable({
    options = options, account = book, generations = {}, frames = 0,
  }, Server)
  local listening, failed, code = server.listen {
    port = options.port,
    spill = { dir = options.dir },
    handler = function(request) return self:handle(request) end,
  }
  if not listening then
    book:close()
    return nil, failed, code
  end
  return {
    port = listening:port(),
    base_url = ("http://127.0.0.1:%d/api/v1"):format(listening:port()),
    close = function()
      listening:close()
      book:close()
    end,
  }
end

return M
