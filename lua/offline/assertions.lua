-- lua/offline/assertions.lua: what a good client sends. check.lua refuses what a
-- provider refuses; here is what a provider lets pass, or bills.

local check = require "offline.check"

local M = {}

--- OpenRouter's own keys, which other servers do not know.
local OPENROUTER_KEYS = { "provider", "plugins", "models", "route", "transforms", "image_config" }

local MAGIC = {
  ["image/png"] = "^\x89PNG\r\n\x1a\n", ["image/jpeg"] = "^\xff\xd8\xff", ["image/webp"] = "^RIFF....WEBP",
  ["image/gif"] = "^GIF8",
}

local function first_bytes(path)
  local opened = path ~= "" and io.open(path, "rb")
  if not opened then return "" end
  local bytes = opened:read(16) or ""
  opened:close()
  return bytes
end

local function check_pictures(request, body, note)
  for _, message in ipairs(type(body.messages) == "table" and body.messages or {}) do
    for _, part in ipairs(type(message.content) == "table" and message.content or {}) do
      local url = type(part.image_url) == "table" and part.image_url.url
      local mime, index = tostring(url or ""):match "^data:([^;,]*).*{spill:(%d+)}$"
      local sent = index and request.files[tonumber(index)]
      if mime == "image/jpg" then
        note "a data URL says image/jpg instead of image/jpeg"
      elseif sent and not (MAGIC[mime] and first_bytes(sent.path):find(MAGIC[mime])) then
        note("a data URL says %s, and its bytes are none", mime)
      end
    end
  end
end

local function check_limits(body, note)
  local most = body.max_tokens or body.max_completion_tokens
  if type(most) ~= "number" or most < 16 then note "no max_tokens of at least 16" end
  local reasoning = type(body.reasoning) == "table" and body.reasoning or {}
  if reasoning.effort ~= nil and reasoning.max_tokens ~= nil then
    note "both reasoning.effort and reasoning.max_tokens"
  end
  if type(body.models) == "table" and #body.models > 3 then note "more than 3 models" end
end

local function check_openrouter(request, body, note)
  if not (request.headers.authorization or ""):find "^Bearer %S" then note "no bearer token" end
  local provider = type(body.provider) == "table" and body.provider or {}
  if provider.require_parameters and tostring(body.model):find "^openai/gpt%-5" and body.temperature ~= nil then
    note "a temperature for gpt-5, with require_parameters"
  end
  local picture = check.wants_picture(body)
  if body.modalities ~= nil and not picture then note "modalities for a text" end
  if body.image_config ~= nil and not picture then note "image_config for a text" end
  if type(body.image_config) == "table" and body.image_config.image_size ~= nil
    and tostring(body.model):find "gemini%-2%.5" then
    note "image_config.image_size for a model without"
  end
end

--- What is wrong with a chat request, in words.
---@param request host.server.request
---@param body table
---@return string[]
function M.check(request, body)
  local violations = {}
  local function note(text, ...) violations[#violations + 1] = text:format(...) end
  if not utf8.len(request.body) then note "the body is no UTF-8" end
  check_limits(body, note)
  check_pictures(request, body, note)
  if request.path:find "^/api/" then
    check_openrouter(request, body, note)
  else
    for _, key in ipairs(OPENROUTER_KEYS) do
      if body[key] ~= nil then note("%s, a key of OpenRouter's, to another server", key) end
    end
  end
  local refusal = check.request(body)
  if refusal then note("%s", refusal.message) end
  return violations
end

return M
