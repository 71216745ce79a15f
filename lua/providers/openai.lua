-- lua/providers/openai.lua: servers that speak OpenAI's protocol: OpenAI itself,
-- Ollama, llama.cpp, vLLM, LM Studio, LocalAI, sd-server and their like. They are
-- sent only what all of them know or pass over; what one refuses is left out from
-- then on (forms.lua). Pictures are openai_images.lua's.

local answers = require "providers.answer"
local catalogue = require "providers.catalogue"
local chat = require "providers.chat"
local common = require "providers.common"
local explain = require "providers.explain"
local file = require "host.file"
local http = require "host.http"
local images = require "providers.openai_images"
local json = require "host.json"

local M = {}

M.NAME = "openai"
M.BASE_URL = "https://api.openai.com/v1"
M.KEY_VARIABLE = "OPENAI_API_KEY"

---@class OpenAI: Provider
---@field origin string
---@field is_hosted boolean OpenAI's own server
---@field family string? what models.lua puts before the names of its models
local Provider = common.class()

local ORIGIN = "^%a+://[^/?#]+"

---@param options { base_url: string?, secret: userdata?, identity: string? }
---@return OpenAI
function M.new(options)
  local self = common.new(Provider, M, options)
  self.origin = self.base_url:match(ORIGIN)
  self.is_hosted = self.origin == M.BASE_URL:match(ORIGIN)
  self.family = self.is_hosted and "openai/" or nil
  return self
end

--
-- Asking
--

local function form_for(request, provider, asked)
  local form = chat.form(request, catalogue.find(request.model, provider), asked)
  if provider.is_hosted then
    form.max_tokens = "max_completion_tokens"
  end
  -- Some servers take a schema and do not keep to it, without a word.
  form.words = request.schema and request.attempt > 1 or nil
  return form
end

local function body_of(request, provider, form)
  local effort = form.reasoning ~= false
    and catalogue.effort(catalogue.find(request.model, provider), request.effort)
  return {
    model = request.model,
    messages = chat.messages(request, form),
    seed = form.seed ~= false and chat.seed(request) or nil,
    [form.max_tokens or "max_tokens"] = chat.max_tokens(request, provider, form),
    reasoning_effort = effort or nil,
    response_format = chat.response_format(request, form),
    stream = request.stream or nil,
    stream_options = request.stream and { include_usage = true } or nil,
  }
end

--- Seconds. A server of one's own works off one request after the other, and those
--- that wait are not answered meanwhile.
local HOSTED, OWN = 900, 3600

--- The HTTP request for a rendered request. Leaves in it the form that it was put in.
---@param request Request
---@param form WireForm?
---@return table options for host.http
function Provider:wire(request, form)
  request.form = form_for(request, self, form)
  local options = { method = "POST", secret = self.secret, timeout = self.is_hosted and HOSTED or OWN }
  local path
  if request.kind == "picture" then
    path, options.headers, options.body = images.wire(request)
  else
    path = "/chat/completions"
    options.headers = { ["Content-Type"] = "application/json" }
    options.body = chat.parts(body_of(request, self, request.form), request.refs)
  end
  options.url = self.base_url .. path
  return options
end

--- What a person is to know before anything is asked.
---@return string[]
function Provider:prepare()
  return catalogue.warnings(self)
end

--- How many reference pictures a call may carry: what OpenAI takes. The others do
--- not say.
---@return integer
function Provider.reference_limit()
  return 16
end

--
-- Reading
--

--- What an answer cost by the price of its model, where the server does not tell;
--- what it remembered of the prompt counts like the rest.
local function price_of(request, usage)
  local model = catalogue.find(request.model, request.provider)
  if not model or not model.input or not usage.input then
    return nil
  elseif request.kind == "picture" then
    return model.picture and model.picture + usage.input * model.input or nil
  end
  return model.output and usage.output and usage.input * model.input + usage.output * model.output or nil
end

--- What an answer says.
---@param request Request
---@param answer table of host.http
---@return Reading
function Provider.read(request, answer)
  local read = answers.read(request, answer)
  local failure = read.failure
  if not failure or failure.class == "unusable" then
    read.usage.cost = read.usage.cost or price_of(request, read.usage)
  elseif failure.class == "server" and not failure.status and request.kind == "picture" then
    -- An answer of success, so that it may have been paid for.
    failure.class = "unusable"
  elseif request.kind == "picture" and failure.class ~= "form" then
    failure.form = images.next_form(request, failure, answer.body)
    failure.class = failure.form and "form" or failure.class
  end
  explain.failure(request, answer, failure)
  return read
end

--- Larger pictures are not fetched.
local MOST_BYTES = 32 * 1024 * 1024

local function download(provider, address, folder)
  address = address:gsub("^/%f[^/]", provider.origin .. "/")
  if address:match(ORIGIN) ~= provider.origin then
    return nil, "it lies on another server, from which nothing is fetched: " .. address
  end
  local answer, message = http.request { url = address, timeout = 120, max_bytes = MOST_BYTES }
  if not answer then
    return nil, message
  elseif answer.status ~= 200 then
    return nil, ("%s answers %d"):format(address, answer.status)
  end
  local path = ("%s/fetched-%s"):format(folder, json.sha256(address))
  local kept, problem = file.write(path, answer.body)
  return kept and path, problem, answer.body
end

--- Fetches a picture that did not come with its answer, from the same server and
--- without the key. Waits.
---@param address string
---@param folder string
---@return { address: string, path: string?, data: string?, error: string? } like one of the answer's files
function Provider:fetch(address, folder)
  local path, message, data = download(self, address, folder)
  if data and not path then
    return { address = address, data = data } -- the disk did not take it
  end
  return { address = address, path = path, error = message }
end

return M
