-- lua/providers/openrouter.lua: OpenRouter's chat completions: how a request is put
-- on the wire. What an answer says is answer.lua's, the network call.lua's.

local answers = require "providers.answer"
local catalogue = require "providers.catalogue"
local chat = require "providers.chat"
local file = require "host.file"
local http = require "host.http"
local json = require "host.json"
local loop = require "host.loop"

local M = {}

M.BASE_URL = "https://openrouter.ai/api/v1"

---@class Provider
---@field name string
---@field identity string what a call's key holds of the provider
---@field base_url string
---@field secret userdata?
---@field listed table<string, Model>? the models as the provider lists them
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

--
-- Asking
--

--- The form that a request is sent in: the one asked for, and what the model is
--- known not to take.
---@return WireForm
local function form_for(request, model, asked)
  local form = {}
  for name, value in pairs(asked or {}) do
    form[name] = value
  end
  if request.schema and not form.schema and not catalogue.takes(model, "structured_outputs") then
    form.schema = catalogue.takes(model, "response_format") and "object" or "prompt"
  end
  if not catalogue.takes(model, "reasoning") then
    form.reasoning = false
  end
  if not catalogue.takes(model, "seed") then
    form.seed = false
  end
  return form
end

--- Another take or attempt must differ in the body, or a cache on the way answers
--- with the old one.
local function seed_of(request)
  return request.take * 1000 + request.attempt
end

local function body_of(request, provider, model, form)
  local body = {
    model = request.model,
    messages = chat.messages(request, form),
    seed = form.seed ~= false and seed_of(request) or nil,
    [form.max_tokens or "max_tokens"] = catalogue.max_tokens(request, provider),
  }
  if request.kind == "picture" then
    body.modalities = form.modalities and { form.modalities } or model and model.modalities or { "image", "text" }
    -- No image_size: Gemini 2.5 Flash Image refuses it, and 1K is what others do.
    body.image_config = { aspect_ratio = request.aspect }
    return body
  end
  local effort = form.reasoning ~= false and catalogue.effort(model, request.effort)
  body.reasoning = effort and { effort = effort } or nil
  body.stream = request.stream or nil
  -- No plugin that heals JSON: an answer that was cut must not come whole, and what
  -- can be unwrapped safely is unwrapped here.
  body.response_format = chat.response_format(request, form)
  if body.response_format and form.require ~= false then
    body.provider = { require_parameters = true }
  end
  return body
end

--- Whether the provider may answer from its memory: to a request that was sent
--- before and whose answer was lost. One that is meant to be answered anew is told
--- from it by its seed; a model without seeds gets none.
local function may_be_cached(request, form)
  local is_first = request.attempt == 1 and (request.take == 1 or form.seed ~= false)
  return is_first or request.resent
end

--- The HTTP request for a rendered request. Leaves in it the form that it was put in.
---@param request Request
---@param form WireForm?
---@return table options for host.http
function Provider:wire(request, form)
  local model = catalogue.find(request.model, self)
  request.form = form_for(request, model, form)
  return {
    method = "POST",
    url = self.base_url .. "/chat/completions",
    headers = {
      ["Content-Type"] = "application/json",
      -- OpenRouter counts a program by its title when the address is a local one.
      ["HTTP-Referer"] = "http://localhost/sbhost",
      ["X-OpenRouter-Title"] = "sbhost",
      ["X-OpenRouter-Cache"] = may_be_cached(request, request.form) and "true" or nil,
    },
    secret = self.secret,
    body = chat.parts(body_of(request, self, model, request.form), request.refs),
    timeout = request.kind == "picture" and 900 or 600,
  }
end

--- The most that a call can cost.
---@param request Request
---@return number? USD nil when the model's price is not known
function Provider.worst_cost(request)
  return catalogue.worst_cost(request, request.provider)
end

--- How many reference pictures a call may carry.
---@param model string
---@return integer? nil: nothing is known of a limit
function Provider.reference_limit(model)
  local known = catalogue.find(model)
  return known and known.references
end

--
-- Reading
--

--- Words for what was asked for, of which no endpoint takes all.
local function asked_for(request)
  local parts = {}
  parts[#parts + 1] = request.schema and "a schema" or nil
  parts[#parts + 1] = request.effort and "effort " .. request.effort or nil
  parts[#parts + 1] = request.kind == "picture" and "a picture" or nil
  parts[#parts + 1] = #request.refs > 0 and ("%d reference pictures"):format(#request.refs) or nil
  return #parts > 0 and " with " .. table.concat(parts, ", ") or ""
end

local function bytes_of(refs)
  local bytes = 0
  for _, ref in ipairs(refs) do
    local stat = file.stat(ref.path)
    bytes = bytes + (stat and stat.size or 0)
  end
  return bytes
end

local GONE = { model_deprecated = true, model_not_found = true, free_variant_ended = true }
local GONE_WORDS = {
  "valid model", "model not found", "no endpoints found for", "deprecated", "retired", "no longer", "not exist",
}

--- Whether what was refused is the model as such.
local function is_gone(failure)
  local words = failure.message:lower()
  for _, word in ipairs(GONE_WORDS) do
    if words:find(word, 1, true) then
      return true
    end
  end
  return GONE[failure.code] or false
end

--- Adds what only the one who asked knows.
local function explain(request, answer, failure)
  local parts = { failure.message }
  if failure.status == 413 and #request.refs > 0 then
    parts[#parts + 1] = ("together %.1f MB"):format(bytes_of(request.refs) / 1e6)
  elseif failure.status == 404 then
    parts[#parts + 1] = ("asked was %s%s"):format(request.model, asked_for(request))
    -- OpenRouter's own are JSON: someone else has answered.
    local elsewhere = request.provider and not answer.body:find "^%s*{"
    parts[#parts + 1] = elsewhere and ("is %s the right address?"):format(request.provider.base_url) or nil
  end
  if (failure.status == 404 or failure.status == 400) and is_gone(failure) then
    local words, successor = catalogue.retired(request.model, request.provider)
    failure.successor = failure.successor or successor
    parts[#parts + 1] = words
  end
  failure.message = table.concat(parts, "; ")
end

--- What an answer says.
---@param request Request
---@param answer table of host.http
---@return Reading
function Provider.read(request, answer)
  local read = answers.read(request, answer)
  if read.failure and read.failure.class == "final" then
    explain(request, answer, read.failure)
  end
  return read
end

--
-- Statistics
--

--- A call's statistics are there some time after its answer.
local PAUSES = { 0.5, 1, 2 }

local function escaped(text)
  return (text:gsub("[^%w._~-]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

--- What became of a call, by the name that the provider gave it. Waits.
---@param handle string
---@return { cost: number?, input: integer?, output: integer?, model: string? }? nil when it cannot tell
function Provider:generation(handle)
  local answer
  for try = 0, #PAUSES do
    if try > 0 then
      loop.sleep(PAUSES[try])
    end
    answer = http.request {
      url = self.base_url .. "/generation?id=" .. escaped(handle),
      secret = self.secret,
      timeout = 10,
    }
    if not answer or answer.status ~= 404 then
      break
    end
  end
  local value = answer and answer.status == 200 and json.decode(answer.body)
  local data = type(value) == "table" and value.data
  if type(data) ~= "table" then
    return nil
  end
  return {
    cost = tonumber(data.total_cost),
    input = math.tointeger(tonumber(data.native_tokens_prompt)),
    output = math.tointeger(tonumber(data.native_tokens_completion)),
    model = type(data.model) == "string" and data.model or nil,
  }
end

return M
