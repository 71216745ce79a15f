-- lua/providers/forms.lua: the ways in which one request can be put, for servers
-- that refuse the first: which one to try next. Each refusal gives up one more
-- thing, so they compose, and end.

local catalogue = require "providers.catalogue"
local json = require "host.json"

local M = {}

---@class WireForm what is left out or put otherwise; nothing of it changes a call's key
---@field reasoning false?    no word about thinking
---@field require false?      no provider.require_parameters
---@field seed false?         no seed
---@field modalities "image"? a picture alone is asked for, without text
---@field max_tokens string?  what the field for the limit is called
---@field most integer?       what the limit is at most
---@field schema "reduced"|"object"|"prompt"|nil how the schema goes along
---@field words true?         the schema is told in words besides
---@field references "image"|false|nil as what pictures go to an images endpoint; not at all
---@field size false?         no size of a picture
---@field b64 false?          no word about how a picture comes back

-- What a schema may hold that some endpoint refuses, ignores or chokes on. The
-- first are never sent: counts also stand in the descriptions, and every answer is
-- checked here anyway.
local NEVER = { minItems = true, maxItems = true, minimum = true, maximum = true }
local REDUCED = {
  minItems = true, maxItems = true, minimum = true, maximum = true,
  exclusiveMinimum = true, exclusiveMaximum = true, multipleOf = true,
  minLength = true, maxLength = true, pattern = true, format = true, default = true, title = true,
}
--- Longer enums are what makes a schema too large to serve.
local ENUM_MOST = 12

--- A copy of a schema without those keywords, its key order kept. What stands
--- under `properties` are names and not keywords.
local function without(schema, dropped, enum_most, are_names)
  if type(schema) ~= "table" then
    return schema
  end
  local copy = {}
  for key, inner in pairs(schema) do
    local is_dropped = not are_names and dropped[key]
      or (key == "enum" and not are_names and enum_most and #inner > enum_most)
    if not is_dropped then
      copy[key] = without(inner, dropped, enum_most, key == "properties" or key == "$defs")
    end
  end
  return setmetatable(copy, getmetatable(schema))
end

--- A schema as it goes on the wire.
---@param schema table
---@param form WireForm?
---@return table
function M.schema(schema, form)
  if form and form.schema == "reduced" then
    return without(schema, REDUCED, ENUM_MOST)
  end
  return without(schema, NEVER)
end

--- What is asked for in words when no schema goes along, or is not believed.
---@param schema table
---@return string
function M.in_words(schema)
  return "\n\nAnswer with one JSON object and nothing else. It fits this JSON schema:\n" .. json.encode(schema)
end

--- The next rung below one.
local function lower_schema(request, form, text)
  local schema = request.schema.schema
  if form.schema == "prompt" then
    return nil
  elseif form.schema == "object" or text:find("must be 'json_schema' or 'text'", 1, true) then
    return "prompt"
  end
  local reduced = M.schema(schema, { schema = "reduced" })
  if form.schema == nil and json.encode(reduced) ~= json.encode(M.schema(schema)) then
    return "reduced"
  end
  return "object"
end

-- How servers name what they do not like. All lower case.
local SCHEMA = {
  "schema", "response_format", "response format", "responseformat", "too many states", "structured output",
  "json mode", "json_object", "grammar", "invalid_argument", "contains an invalid argument",
}
local THINKING = { "reasoning", "effort", "thinking" }

local function names(text, words)
  for _, word in ipairs(words) do
    if text:find(word, 1, true) then
      return true
    end
  end
  return false
end

--- Smaller limits are no use to anyone.
local LEAST = 1024

-- How servers tell what the prompt alone takes of their context.
local PROMPTS = { "(%d+) of text input", "(%d+) in the messages", "at least (%d+) input tokens" }

--- What a context leaves for an answer.
local function room_in(context, text)
  for _, words in ipairs(PROMPTS) do
    local prompt = tonumber(text:match(words))
    if prompt then
      return context - prompt
    end
  end
  return context // 2
end

--- A limit that fits, where the server says what would, and lower than the one that
--- was sent.
local function lower_limit(request, form, text)
  local most = tonumber(text:match "at most (%d+) completion tokens")
  local context = tonumber(text:match "maximum context length is (%d+)")
  local limit = math.tointeger(most or context and room_in(context, text))
  local sent = math.min(catalogue.max_tokens(request, request.provider), form.most or math.maxinteger)
  if limit and limit >= sent then
    limit = sent // 2
  end
  return limit and limit >= LEAST and limit or nil
end

local ladder = {
  {
    applies = function(request, form, text)
      return lower_limit(request, form, text)
    end,
    change = function(request, form, text)
      form.most = lower_limit(request, form, text)
    end,
  },
  {
    applies = function(request, form, text)
      return request.effort and form.reasoning == nil and names(text, THINKING)
    end,
    change = function(_, form)
      form.reasoning = false
    end,
  },
  {
    applies = function(_, form, text)
      return form.max_tokens == nil and text:find("max_completion_tokens", 1, true)
    end,
    change = function(_, form)
      form.max_tokens = "max_completion_tokens"
    end,
  },
  {
    applies = function(_, form, text)
      return form.seed == nil and text:find "%f[%w]seed%f[%W]"
    end,
    change = function(_, form)
      form.seed = false
    end,
  },
  {
    applies = function(request, form, text)
      return request.schema and names(text, SCHEMA) and lower_schema(request, form, text)
    end,
    change = function(request, form, text)
      form.schema = lower_schema(request, form, text)
    end,
  },
}

--- No endpoint is left that takes all that was asked for.
local function after_routing(request, form, text)
  if request.schema and form.require == nil and text:find("requested parameters", 1, true) then
    form.require = false
  elseif request.kind == "picture" and form.modalities == nil and text:find("output modalities", 1, true) then
    form.modalities = "image"
  else
    return nil
  end
  return form
end

local RUNGS = { reduced = 1, object = 2, prompt = 3 }

--- The form that gives up all that either does. Requests to one model are refused
--- at the same time for different reasons; what was learnt of one must not be lost.
---@param a WireForm?
---@param b WireForm?
---@return WireForm
function M.merge(a, b)
  local form = {}
  for _, source in ipairs { a or {}, b or {} } do
    for name, value in pairs(source) do
      local gives_up_less = name == "schema" and RUNGS[value] <= (RUNGS[form.schema] or 0)
        or name == "most" and value > (form.most or value)
        or form[name] == false
      if not gives_up_less then
        form[name] = value
      end
    end
  end
  return form
end

--- Another way to put a request that was refused so; nil when there is none. It
--- follows from the form that the request was sent in, so that several that are
--- refused at once come to the same.
---@param request Request its `form` is how it was sent
---@param status integer
---@param text string all that the server said
---@return WireForm?
function M.next(request, status, text)
  local form = {}
  for name, value in pairs(request.form or {}) do
    form[name] = value
  end
  text = text:lower()
  if status == 404 then
    return after_routing(request, form, text)
  elseif status ~= 400 and status ~= 422 then
    return nil
  end
  for _, step in ipairs(ladder) do
    if step.applies(request, form, text) then
      step.change(request, form, text)
      return form
    end
  end
  return nil
end

return M
