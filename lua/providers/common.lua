-- lua/providers/common.lua: what all providers are and do alike, wherever they are.

local catalogue = require "providers.catalogue"
local follow = require "providers.follow"

local M = {}

---@class Provider
---@field name string
---@field identity string what a call's key holds of the provider
---@field base_url string
---@field path string     how a base URL of its kind ends
---@field secret userdata?
---@field key_variable string where the key comes from
---@field free boolean? nothing that it does costs anything
---@field models string[]? the names of those that it may be asked for
---@field listed table<string, Model>? the models as the provider lists them
local Provider = {}
Provider.__index = Provider

--- An answer in events, while it comes.
Provider.follow = follow.new

--- The most that a call can cost.
---@param request Request
---@return number? USD nil when the model's price is not known
function Provider.worst_cost(request)
  if request.provider and request.provider.free then
    return 0
  end
  return catalogue.worst_cost(request, request.provider)
end

--- A class of providers, to be given what its kind does in its own way.
---@return table
function M.class()
  local class = setmetatable({}, Provider)
  class.__index = class
  return class
end

--- Makes one of a class.
---@param class table
---@param kind { NAME: string, BASE_URL: string, KEY_VARIABLE: string } its module
---@param options { base_url: string?, secret: userdata?, name: string?, identity: string?, free: boolean? }
---@return Provider
function M.new(class, kind, options)
  local base_url = (options.base_url or kind.BASE_URL):gsub("/+$", "")
  return setmetatable({
    name = options.name or kind.NAME,
    identity = options.identity or kind.NAME .. " " .. base_url,
    base_url = base_url,
    path = kind.BASE_URL:match "^%a+://[^/]+(.*)$",
    secret = options.secret,
    key_variable = kind.KEY_VARIABLE,
    free = options.free,
  }, class)
end

return M
