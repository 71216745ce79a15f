-- lua/providers/catalogue.lua: the models as a provider lists them now, laid over
-- what models.lua knows; and what follows from both for a request.

local given = require "providers.given"
local http = require "host.http"
local json = require "host.json"
local models = require "providers.models"

local table_of = given.table_of

local M = {}

--- What is assumed of a model that nobody knows.
local UNKNOWN = { max_tokens = 16000, thinking = 16000 }

--
-- The provider's list
--

--- USD for one, from the text that a listing has. False: it varies, so that it is
--- not known.
local function price(text)
  local number = tonumber(text)
  if not number or number ~= number then
    return nil
  end
  return number >= 0 and number or false
end

local function texts(list)
  local kept = {}
  for _, text in ipairs(table_of(list)) do
    kept[#kept + 1] = type(text) == "string" and text or nil
  end
  return kept
end

--- What a listing says of how much a model can be told to think; nil when nothing.
local function efforts_of(reasoning)
  if type(reasoning) ~= "table" or type(reasoning.supported_efforts) ~= "table" then
    return nil
  end
  local efforts = texts(reasoning.supported_efforts)
  return #efforts > 0 and efforts or nil
end

local function is_drawn_alone(record)
  local output = texts(table_of(record.architecture).output_modalities)
  return #output == 1 and output[1] == "image"
end

--- One model of a listing, as models.lua would have it.
local function listed(record)
  local pricing, top = table_of(record.pricing), table_of(record.top_provider)
  local image = price(pricing.image_output)
  local parameters = texts(record.supported_parameters)
  local limit = math.tointeger(tonumber(top.max_completion_tokens))
  local base = models[record.id] or UNKNOWN
  return {
    input = price(pricing.prompt),
    output = price(pricing.completion),
    request = price(pricing.request) or nil,
    picture = image and image * (base.picture_tokens or base.max_tokens) or image,
    parameters = #parameters > 0 and parameters or nil,
    limit = limit and limit > 0 and limit or nil,
    efforts = efforts_of(record.reasoning),
    modalities = is_drawn_alone(record) and { "image" } or nil,
    retires = type(record.expiration_date) == "string" and record.expiration_date:match "^%d%d%d%d%-%d%d%-%d%d" or nil,
  }
end

--- Seconds that a run may wait for the list.
local LONGEST = 4

--- Asks a provider for its list of models. Waits, but not for long; without an
--- answer everything stays as it is.
---@param provider Provider
---@return integer? count of models that it lists
function M.refresh(provider)
  local answer = http.request {
    url = provider.base_url .. "/models?output_modalities=all",
    secret = provider.secret,
    timeout = LONGEST,
    connect_timeout = LONGEST / 2,
  }
  local value = answer and answer.status == 200 and json.decode(answer.body)
  local list, count = {}, 0
  for _, record in ipairs(table_of(table_of(value).data)) do
    if type(record) == "table" and type(record.id) == "string" then
      list[record.id] = listed(record)
      count = count + 1
    end
  end
  if count == 0 then
    return nil
  end
  provider.listed = list
  return count
end

--
-- A model
--

--- Everything known of a model; nil when that is nothing.
---@param name string
---@param provider Provider?
---@return Model?
function M.find(name, provider)
  local base = models[name] or provider and provider.family and models[provider.family .. name]
  local fresh = provider and provider.listed and provider.listed[name]
  if not fresh then
    return base
  end
  local merged = {}
  for _, source in ipairs { UNKNOWN, base or {}, fresh } do
    for field, value in pairs(source) do
      merged[field] = value
    end
  end
  return merged
end

--- Whether a parameter can be sent to it.
---@param model Model?
---@param name string
---@return boolean
function M.takes(model, name)
  if not model or not model.parameters then
    return true
  end
  for _, parameter in ipairs(model.parameters) do
    if parameter == name then
      return true
    end
  end
  return false
end

local ORDER = { none = 0, minimal = 1, low = 2, medium = 3, high = 4, xhigh = 5, max = 6 }

--- The effort nearest to the one wanted that a model knows, the lower of two.
---@param model Model?
---@param wanted string?
---@return string? effort nil: nothing is to be said of it
function M.effort(model, wanted)
  if not wanted or not model or not model.efforts or not ORDER[wanted] then
    return wanted
  end
  local best, distance
  for _, effort in ipairs(model.efforts) do
    local far = ORDER[effort] and math.abs(ORDER[effort] - ORDER[wanted])
    if far and (not distance or far < distance or (far == distance and ORDER[effort] < ORDER[best])) then
      best, distance = effort, far
    end
  end
  return best
end

--- OpenAI and Azure refuse less.
local LEAST_TOKENS = 16

--- The max_tokens of a request. Thinking counts within it; one whose answer was cut
--- gets twice as much.
---@param request Request
---@param provider Provider?
---@return integer
function M.max_tokens(request, provider)
  local model = M.find(request.model, provider) or UNKNOWN
  local effort = M.effort(model, request.effort)
  local thinks = request.kind == "text" and effort ~= "none" and effort ~= "minimal"
  local tokens = (model.max_tokens or UNKNOWN.max_tokens) + (thinks and model.thinking or 0)
  if request.generous then
    tokens = tokens * 2
  end
  return math.max(LEAST_TOKENS, math.min(tokens, model.limit or tokens))
end

--
-- Prices
--

--- Input tokens of a reference picture, about; models differ.
local REFERENCE_TOKENS = 1300

--- No more tokens than bytes are in a text.
local function input_tokens(request)
  local count = #request.user + #(request.system or "")
  for _, turn in ipairs(request.turns or {}) do
    count = count + #turn.content
  end
  if request.schema then
    count = count + #json.encode(request.schema.schema)
  end
  return count + REFERENCE_TOKENS * #(request.refs or {})
end

--- The most that a call can cost.
---@param request Request
---@param provider Provider?
---@return number? USD nil when a price is not known
function M.worst_cost(request, provider)
  local model = M.find(request.model, provider)
  local is_picture = request.kind == "picture"
  if not model or not model.input or not model.output or (is_picture and not model.picture) then
    return nil
  end
  return (model.request or 0)
    + input_tokens(request) * model.input
    + M.max_tokens(request, provider) * model.output
    + (is_picture and model.picture or 0)
end

--
-- Retirement
--

local NAMED = "its successor is %s: write successors = true in the story to have that one asked, "
  .. "or name another in the story's models"

--- What to say of a model that is not to be had any more; nil when nothing is known.
---@param name string
---@param provider Provider?
---@param told string? a model that the provider proposes; the vendor's successor, where that is known, comes first
---@return string? words
---@return string? successor
function M.retired(name, provider, told)
  local model = M.find(name, provider) or {}
  local successor = model.successor or told ~= name and told or nil
  local words = {}
  if model.retires then
    words[1] = "its retirement was announced for " .. model.retires
  end
  if successor then
    words[#words + 1] = NAMED:format(successor)
  end
  return #words > 0 and table.concat(words, "; ") or nil, successor
end

--- So long before a model is retired a run begins to say so, in seconds.
local AHEAD = 8 * 7 * 24 * 3600

--- What to say ahead of a model that is to be retired; nil when there is no need. A
--- date that has passed is no news of a model that the provider still lists.
---@param name string
---@param provider Provider?
---@param now number seconds since 1970
---@return string?
function M.warning(name, provider, now)
  local model = M.find(name, provider)
  local date = model and model.retires
  if not date or date > os.date("!%Y-%m-%d", math.floor(now + AHEAD)) then
    return nil
  end
  local is_past = date <= os.date("!%Y-%m-%d", math.floor(now))
  local fresh = provider and provider.listed and provider.listed[name]
  if is_past and fresh and not fresh.retires then
    return nil
  end
  local words = ("%s %s retired on %s"):format(name, is_past and "was to be" or "is to be", date)
  if not model.successor then
    return words
  end
  return ("%s; its successor is %s: with successors = true in the story, it is asked from then on"):format(
    words, model.successor)
end

--- What to say ahead of the models that a provider is to be asked for.
---@param provider Provider
---@return string[]
function M.warnings(provider)
  local list = {}
  for _, name in ipairs(provider.models or {}) do
    list[#list + 1] = M.warning(name, provider, os.time())
  end
  return list
end

return M
