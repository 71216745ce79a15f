-- lua/providers/init.lua: the providers by name, and which one a run uses.

local fault = require "pipeline.fault"
local http = require "host.http"
local openrouter = require "providers.openrouter"

local M = {}

local KEY_VARIABLE = "OPENROUTER_API_KEY"

---@alias Opened { provider: Provider, close: fun(), notice: string }

---@param base_url string
---@return string origin
local function origin_of(base_url)
  local origin = base_url:match "^(https?://[^/]+)"
  if not origin then
    fault.raise {
      message = ("'%s' is no address of a provider"):format(base_url),
      hint = "give one that begins with https:// or http://",
    }
  end
  return origin
end

local function open_openrouter(base_url)
  base_url = base_url or openrouter.BASE_URL
  local secret = http.secret_from_env(KEY_VARIABLE, origin_of(base_url))
  if not secret and base_url == openrouter.BASE_URL then
    fault.raise {
      message = "the provider openrouter needs a key",
      hint = ("set %s, or use --provider offline"):format(KEY_VARIABLE),
    }
  end
  local provider = openrouter.new { base_url = base_url, secret = secret }
  return {
    provider = provider,
    notice = "provider: openrouter at " .. base_url,
    close = function() end,
  }
end

--- The embedded provider: a server of our own that speaks OpenRouter's protocol
--- on loopback, so that a run without a key takes the same way as one with.
local function open_offline(folder, chosen)
  local server = require "offline.server"
  local started, message = server.start { dir = folder }
  if not started then
    fault.raise { message = "the offline provider cannot start: " .. message }
  end
  return {
    provider = openrouter.new {
      base_url = started.base_url,
      name = "offline",
      identity = "offline " .. server.version,
    },
    notice = chosen and "provider: offline (embedded)"
      or ("provider: offline (embedded), since %s is not set"):format(KEY_VARIABLE),
    close = started.close,
  }
end

M.NAMES = { "offline", "openrouter" }

--- Opens the provider that the user asked for; without a word from them
--- OpenRouter if there is a key for it, else the embedded one.
---@param wanted { provider: string?, base_url: string? }
---@param folder string for the embedded server's pictures
---@return Opened
function M.open(wanted, folder)
  local chosen = wanted.provider or (wanted.base_url and "openrouter") or nil
  if not chosen and os.getenv(KEY_VARIABLE) then
    chosen = "openrouter"
  end
  if chosen == "openrouter" then
    return open_openrouter(wanted.base_url)
  elseif chosen == nil or chosen == "offline" then
    return open_offline(folder, chosen ~= nil)
  end
  fault.unknown({ message = ("there is no provider '%s'"):format(chosen) }, chosen, M.NAMES)
end

return M
