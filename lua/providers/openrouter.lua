-- lua/providers/openrouter.lua: OpenRouter's chat completions: how a request is put
-- on the wire. What an answer says is answer.lua's, the network call.lua's.

local answers = require "providers.answer"
local catalogue = require "providers.catalogue"
local chat = require "providers.chat"
local common = require "providers.common"
local explain = require "providers.explain"
local given = require "providers.given"
local http = require "host.http"
local json = require "host.json"
local key = require "providers.key"
local loop = require "host.loop"

local M = {}

M.NAME = "openrouter"
M.BASE_URL = "https://openrouter.ai/api/v1"
M.KEY_VARIABLE = "OPENROUTER_API_KEY"

---@class OpenRouter: Provider
local Provider = common.class()

---@param options { base_url: string?, secret: userdata?, name: string?, identity: string?, free: boolean? }
---@return OpenRouter
function M.new(options)
  return common.new(Provider, M, options)
end

--
-- Asking
--

local function body_of(request, provider, model, form)
  local body = {
    model = request.model,
    messages = chat.messages(request, form),
    seed = form.seed ~= false and chat.seed(request) or nil,
    [form.max_tokens or "max_tokens"] = chat.max_tokens(request, provider, form),
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
  request.form = chat.form(request, model, form)
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

--- Learns what the models are and cost now, and what the key may spend. Waits, but
--- not for long.
---@return string[] what a person is to know before anything is asked
function Provider:prepare()
  if self.free then
    return {}
  end
  local told = loop.all {
    function()
      return key.notices(self)
    end,
    function()
      catalogue.refresh(self)
    end,
  }
  local list = catalogue.warnings(self)
  return table.move(told[1], 1, #told[1], #list + 1, list)
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

--- What an answer says.
---@param request Request
---@param answer table of host.http
---@return Reading
function Provider.read(request, answer)
  local read = answers.read(request, answer)
  explain.failure(request, answer, read.failure)
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
  local data = given.table_of(value).data
  if type(data) ~= "table" then
    return nil
  end
  return {
    cost = given.number_in(data.total_cost),
    input = given.count_in(data.native_tokens_prompt),
    output = given.count_in(data.native_tokens_completion),
    model = given.text_in(data.model),
  }
end

return M
