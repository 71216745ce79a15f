-- lua/providers/init.lua: the providers by name, and which one each model role of
-- a story asks: what the command line says, else the role's own setting, else
-- OpenRouter when there is a key for it, else the embedded one.

local fault = require "pipeline.fault"
local http = require "host.http"
local names = require "pipeline.names"
local openai = require "providers.openai"
local openrouter = require "providers.openrouter"

local M = {}

--- One opened provider: what it is, how the first lines of output name it, and how
--- it is closed.
---@class OpenProvider
---@field provider Provider
---@field notice string
---@field close fun()?

--- The origin of a provider's address, or nil and what to write instead.
---@param base_url string
---@return string? origin "https://openrouter.ai"
---@return string? hint
function M.origin(base_url)
  local origin, rest = base_url:match "^(https?://[^/?#]+)(.*)$"
  if not origin then
    return nil, "give one that begins with https:// or http://"
  elseif origin:find "@" then
    return nil, "leave out the name and the password: a key comes from the environment"
  elseif rest:find "[?#]" then
    return nil, "leave out ? and # and what follows them"
  end
  local port = tonumber(origin:match ":(%d*)$" or 80) or 0
  if port < 1 or port > 65535 or origin:find "%[[^%]]*$" or base_url:find "[%s%c\\\"<>]" then
    return nil, "for example: http://127.0.0.1:8080/api/v1"
  end
  return origin
end

---@param base_url string
---@return string origin
local function origin_of(base_url)
  local origin, hint = M.origin(base_url)
  return origin or fault.raise { message = ("'%s' is no address of a provider"):format(base_url), hint = hint }
end

---@class ProviderSetting
---@field name string
---@field base_url string?
---@field chosen boolean
---@field folder string
---@field unasked boolean? nothing will be asked of it, so that it needs no key

--- The keys taken out of the environment, by variable: each goes to one origin.
local keys = {}

--- Takes the keys out of the environment, before any script of somebody else's runs.
--- A story may name any address; a key goes to the provider's usual one, or to the
--- one that the command line names.
---@param wanted { provider: string?, base_url: string? } what the command line says
function M.take_keys(wanted)
  for name, kind in pairs { openrouter = openrouter, openai = openai } do
    local is_named = wanted.base_url and (wanted.provider or "openrouter") == name
    local origin = origin_of(is_named and wanted.base_url or kind.BASE_URL)
    local variable = kind.KEY_VARIABLE
    keys[variable] = keys[variable] or { origin = origin, secret = http.secret_from_env(variable, origin) }
  end
end

---@type table<string, fun(setting: ProviderSetting): OpenProvider>
local openers = {}

--- Opens a provider that is somewhere else.
---@param name string
---@param kind table its module
---@param setting ProviderSetting
---@return OpenProvider
local function open_remote(name, kind, setting)
  local base_url = setting.base_url or kind.BASE_URL
  local key = keys[kind.KEY_VARIABLE]
  local secret = key.origin == origin_of(base_url) and key.secret or nil
  if not secret and not setting.unasked and origin_of(base_url) == origin_of(kind.BASE_URL) then
    fault.raise {
      message = ("the provider %s needs a key"):format(name),
      hint = ("set %s, or use --provider offline"):format(kind.KEY_VARIABLE),
    }
  end
  return {
    provider = kind.new { base_url = base_url, secret = secret },
    notice = ("provider: %s at %s"):format(name, base_url),
  }
end

function openers.openrouter(setting)
  return open_remote("openrouter", openrouter, setting)
end

--- OpenAI, or a server of one's own that speaks its protocol.
function openers.openai(setting)
  return open_remote("openai", openai, setting)
end

--- The embedded provider: a server of our own that speaks OpenRouter's protocol
--- on loopback, so that a run without a key takes the same way as one with. It
--- starts when it is first asked.
function openers.offline(setting)
  local provider = openrouter.new {
    name = "offline",
    identity = "offline " .. require "offline.version",
    free = true,
  }
  local running
  function provider:prepare()
    local started, message = require "offline.server".start { dir = setting.folder }
    if not started then
      fault.raise { message = "the offline provider cannot start: " .. message }
    end
    running = started
    self.base_url = started.base_url
    return {}
  end
  return {
    provider = provider,
    notice = setting.chosen and "provider: offline (embedded)"
      or ("provider: offline (embedded), since %s is not set"):format(openrouter.KEY_VARIABLE),
    close = function()
      if running then
        running.close()
      end
    end,
  }
end

M.NAMES = {}
for name in pairs(openers) do
  M.NAMES[#M.NAMES + 1] = name
end
table.sort(M.NAMES)

---@param wanted { provider: string?, base_url: string? }
---@param model pipeline.Model
---@return ProviderSetting
local function setting_of(wanted, model)
  if wanted.provider or wanted.base_url then
    return { name = wanted.provider or "openrouter", base_url = wanted.base_url, chosen = true }
  elseif model.provider or model.base_url then
    return { name = model.provider or "openrouter", base_url = model.base_url, chosen = true }
  end
  local has_key = keys[openrouter.KEY_VARIABLE].secret ~= nil
  return { name = has_key and "openrouter" or "offline", chosen = false }
end

--- Adds the names of a role's models to those that a provider may be asked for.
---@param provider Provider
---@param model pipeline.Model
local function add_models(provider, model)
  local list, known = provider.models or {}, {}
  for _, name in ipairs(list) do
    known[name] = true
  end
  local asked = table.move(model, 1, #model, 1, {})
  asked[#asked + 1] = model.fallback
  for _, name in ipairs(asked) do
    list[#list + 1] = not known[name] and name or nil
    known[name] = true
  end
  provider.models = list
end

---@class OpenProviders
---@field of fun(model: pipeline.Model): Provider
---@field take fun(models: table<string, pipeline.Model>) opens those too that the roles of a changed story ask
---@field notices string[] a line for each
---@field close fun()

--- Opens the providers that the roles of a story ask, each once.
---@param wanted { provider: string?, base_url: string? } what the command line says
---@param models table<string, pipeline.Model> by role
---@param options { folder: string, unasked: boolean? } the folder is for the embedded server's pictures
---@return OpenProviders
function M.open(wanted, models, options)
  M.take_keys(wanted)
  local opened, notices, by_model = {}, {}, setmetatable({}, { __mode = "k" })
  local function provider_of(setting)
    local opener = openers[setting.name]
    if not opener then
      fault.unknown({ message = ("there is no provider '%s'"):format(setting.name) }, setting.name, M.NAMES)
    end
    local key = setting.name .. " " .. (setting.base_url or "")
    if not opened[key] then
      setting.folder, setting.unasked = options.folder, options.unasked
      opened[key] = opener(setting)
      notices[#notices + 1] = opened[key].notice
    end
    return opened[key].provider
  end
  local function take(asked)
    for _, role in ipairs(names.keys(asked)) do
      local model = asked[role]
      by_model[model] = by_model[model] or provider_of(setting_of(wanted, model))
      add_models(by_model[model], model)
    end
  end
  take(models)
  return {
    of = function(model)
      return by_model[model]
    end,
    take = take,
    notices = notices,
    close = function()
      for _, open in pairs(opened) do
        if open.close then
          open.close()
        end
      end
    end,
  }
end

return M
