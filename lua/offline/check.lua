-- lua/offline/check.lua: what OpenRouter and the models behind it refuse of a chat
-- request. The offline server refuses it too, so that a mistake shows before it
-- costs anything.

local M = {}

-- Pixels by ratio, as Gemini 2.5 Flash Image draws them.
---@type table<string, integer[]>
M.sizes = {
  ["1:1"] = { 1024, 1024 }, ["2:3"] = { 832, 1248 }, ["3:2"] = { 1248, 832 },
  ["3:4"] = { 864, 1184 }, ["4:3"] = { 1184, 864 }, ["9:16"] = { 768, 1344 },
  ["16:9"] = { 1344, 768 }, ["21:9"] = { 1536, 672 }, ["4:5"] = { 896, 1152 },
  ["5:4"] = { 1152, 896 },
}

---@class offline.Refusal
---@field status integer
---@field message string

local function refuse(status, message, ...)
  return { status = status, message = message:format(...) }
end

local forbidden = {
  "allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "oneOf",
  "patternProperties", "propertyNames", "prefixItems", "uniqueItems", "contains", "minLength",
  "maxLength", "minProperties", "maxProperties", "default",
}

local function wrong_object(schema, path)
  local required = {}
  if schema.additionalProperties ~= false then
    return ("In context=(%s), 'additionalProperties' is required to be false"):format(path)
  end
  for _, name in ipairs(schema.required or {}) do required[name] = true end
  for name in pairs(schema.properties or {}) do
    if not required[name] then
      return ("In context=(%s), 'required' lacks '%s'"):format(path, name)
    end
  end
end

-- Why a strict schema is none, or nil.
local function wrong_schema(schema, path)
  if type(schema) ~= "table" then return ("In context=(%s), no schema"):format(path) end
  for _, keyword in ipairs(forbidden) do
    if schema[keyword] ~= nil then
      return ("In context=(%s), '%s' is not permitted"):format(path, keyword)
    end
  end
  if schema.type == "object" then
    local wrong = wrong_object(schema, path)
    if wrong then return wrong end
  end
  for name, property in pairs(schema.properties or {}) do
    local wrong = wrong_schema(property, path .. ", " .. name)
    if wrong then return wrong end
  end
  if schema.items ~= nil then return wrong_schema(schema.items, path .. ", items") end
end

local function check_format(body)
  local format = body.response_format
  if format == nil then return end
  if type(format) ~= "table" then return refuse(400, "response_format: an object is expected") end
  if format.type == "text" or format.type == "json_object" then return end
  local wanted = format.json_schema
  if format.type ~= "json_schema" or type(wanted) ~= "table" then
    return refuse(400, "response_format.json_schema: an object is expected")
  end
  if type(wanted.name) ~= "string" or not wanted.name:find "^[%w_-]+$" or #wanted.name > 64 then
    return refuse(400, "response_format.json_schema.name: 1 to 64 of a-z, A-Z, 0-9, _ and -")
  end
  if type(wanted.schema) ~= "table" or wanted.schema.type ~= "object" then
    return refuse(400, "response_format.json_schema.schema: its type is to be \"object\"")
  end
  local wrong = wanted.strict == true and wrong_schema(wanted.schema, "")
  if wrong then
    return refuse(400, "Invalid schema for response_format '%s': %s.", wanted.name, wrong)
  end
end

local function check_part(part, where)
  if type(part) ~= "table" or type(part.type) ~= "string" then
    return refuse(400, "%s: an object with a type is expected", where)
  elseif part.type == "text" and type(part.text) ~= "string" then
    return refuse(400, "%s.text: a string is expected", where)
  elseif part.type == "image_url" then
    local url = type(part.image_url) == "table" and part.image_url.url
    if type(url) ~= "string" then
      return refuse(400, "%s.image_url.url: a string is expected", where)
    end
    local mime = url:match "^data:([^;,]*)"
    if mime and mime ~= "image/png" and mime ~= "image/jpeg" and mime ~= "image/webp"
      and mime ~= "image/gif" then
      return refuse(400, "%s.image_url.url: Unsupported MIME type: %s", where, mime)
    end
  end
end

local function check_messages(body)
  if type(body.messages) ~= "table" or #body.messages == 0 then
    return refuse(400, "messages: a list of at least one message is expected")
  end
  for i, message in ipairs(body.messages) do
    local where = ("messages[%d]"):format(i - 1)
    if type(message) ~= "table" or type(message.role) ~= "string" then
      return refuse(400, "%s.role: a string is expected", where)
    end
    if type(message.content) == "table" then
      for j, part in ipairs(message.content) do
        local wrong = check_part(part, ("%s.content[%d]"):format(where, j - 1))
        if wrong then return wrong end
      end
    elseif type(message.content) ~= "string" then
      return refuse(400, "%s.content: a string or a list of parts is expected", where)
    end
  end
end

local function check_limits(body)
  local most = body.max_tokens or body.max_completion_tokens
  if most ~= nil and (type(most) ~= "number" or most < 16) then
    return refuse(400, "max_tokens: an integer of at least 16 is expected")
  end
  if type(body.models) == "table" and #body.models > 3 then
    return refuse(400, "models: 'models' array must have 3 items or fewer.")
  end
  local reasoning = body.reasoning
  if type(reasoning) ~= "table" then return end
  if reasoning.effort ~= nil and reasoning.max_tokens ~= nil then
    return refuse(400, "reasoning: Only one of \"reasoning.effort\" and \"reasoning.max_tokens\" "
      .. "can be specified")
  end
  if body.model:find "^openai/gpt%-5" and (reasoning.effort == "none"
    or reasoning.enabled == false) then
    return refuse(400, "Reasoning is mandatory for this endpoint and cannot be disabled.")
  end
end

local function check_routing(body)
  local provider = type(body.provider) == "table" and body.provider or {}
  if provider.require_parameters == true and body.model:find "^openai/gpt%-5"
    and (body.temperature ~= nil or body.top_p ~= nil) then
    return refuse(404, "No endpoints found that can handle the requested parameters.")
  end
end

local function check_picture(body)
  if not M.wants_picture(body) then return end
  if not body.model:find "image" then
    return refuse(404, "No endpoints found that support the requested output modalities: image, \z
      text")
  end
  local config = body.image_config
  if config == nil then return end
  if type(config) ~= "table" then return refuse(400, "image_config: an object is expected") end
  if config.aspect_ratio ~= nil and not M.sizes[config.aspect_ratio] then
    return refuse(400, "image_config.aspect_ratio: '%s' is not supported", config.aspect_ratio)
  end
  if config.image_size ~= nil and body.model:find "gemini%-2%.5" then
    return refuse(400, "image_config.image_size: not supported by this model")
  end
end

--- Does the request ask for a picture?
---@param body table
---@return boolean
function M.wants_picture(body)
  for _, modality in ipairs(type(body.modalities) == "table" and body.modalities or {}) do
    if modality == "image" then return true end
  end
  return false
end

--- Why a chat request is refused, or nil.
---@param body any the decoded request
---@return offline.Refusal?
function M.request(body)
  if type(body) ~= "table" then return refuse(400, "the body: a JSON object is expected") end
  if type(body.model) ~= "string" then return refuse(400, "model: a string is expected") end
  return check_messages(body) or check_limits(body) or check_format(body) or check_picture(body)
    or check_routing(body)
end

return M
