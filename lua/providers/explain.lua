-- lua/providers/explain.lua: adds to a server's words what only the one who asked
-- knows: what was asked for, and of which model.

local catalogue = require "providers.catalogue"
local file = require "host.file"

local M = {}

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

--- Whether what was refused is the model as such, and no parameter of it.
local function is_gone(request, failure)
  if failure.status ~= 404 and failure.status ~= 400 then
    return false
  elseif GONE[failure.code] then
    return true
  end
  local words = failure.message:lower()
  local is_about_it = words:find("model", 1, true) or words:find(request.model:lower(), 1, true)
  for _, word in ipairs(is_about_it and GONE_WORDS or {}) do
    if words:find(word, 1, true) then
      return true
    end
  end
  return false
end

-- How servers say that they have no such route: LM Studio, llama.cpp, those made with FastAPI, as vLLM; OpenAI,
-- gateways of several kinds, and sbhost mock.
local NO_ROUTE = {
  "unexpected endpoint or method", '"file not found"', '"detail":%s*"not found"', "invalid url %(post",
  '"message":%s*"not found"', '"error":%s*"not found"', "cannot post /", "there is no post /",
}

--- Whether what answered is no provider, or has not got what was asked for under that address.
local function is_elsewhere(body)
  body = body:sub(1, 65536):lower()
  for _, words in ipairs(NO_ROUTE) do
    if body:find(words) then
      return true
    end
  end
  return not body:find "^%s*{" -- a provider's own words are JSON
end

--- The address that may have been meant; nil when nothing speaks for another one.
---@param base_url string
---@param path string how it usually ends
---@return string?
function M.meant(base_url, path)
  for _, route in ipairs { "/chat/completions", "/images/generations", "/images/edits", "/models" } do
    if base_url:sub(-#route) == route then
      return base_url:sub(1, -#route - 1)
    end
  end
  local origin, rest = base_url:match "^(%a+://[^/]+)(.*)$"
  if not origin or rest == path or (rest ~= "/v1" and rest:find "/v%d") then
    return nil
  elseif path:sub(1, #rest) == rest or path:sub(-#rest) == rest then
    return origin .. path -- a part of it is there, or nothing
  end
  return base_url .. "/v1"
end

local ADDRESS = "is %s the right address?%s"
local MEANT = " It may be %s, which is told with --base-url, or as base_url in the story's models"

--- Asks whether the address is the right one, where what answered is no provider.
local function address_of(request, answer)
  local provider = request.provider
  if not provider or not is_elsewhere(answer.body) then
    return nil
  end
  local meant = M.meant(provider.base_url, provider.path)
  return ADDRESS:format(provider.base_url, meant and MEANT:format(meant) or "")
end

local NO_ROUTE_STATUS = { [404] = true, [405] = true }

--- Whether an answer speaks for another address: there is no such route, or a web page
--- where only a program asks.
local function may_be_misled(answer, failure)
  if failure.class == "final" then
    local status = failure.status or 0
    return NO_ROUTE_STATUS[status] or (status >= 400 and status ~= 413 and answer.body:find "^%s*<")
  end
  return answer.status < 300 and failure.class == "server" and not failure.status and answer.body:find "%S"
end

--- Completes the message of a failure that asking again does not mend, or of one that
--- comes of asking in the wrong place.
---@param request Request
---@param answer { status: integer, body: string }
---@param failure Failure?
function M.failure(request, answer, failure)
  if not failure then
    return
  elseif failure.class ~= "final" then
    local words = may_be_misled(answer, failure) and address_of(request, answer)
    failure.message = words and failure.message .. "; " .. words or failure.message
    return
  end
  local parts = { failure.message }
  if failure.status == 413 and #request.refs > 0 then
    parts[#parts + 1] = ("together %.1f MB"):format(bytes_of(request.refs) / 1e6)
  elseif failure.status == 404 then
    parts[#parts + 1] = ("asked was %s%s"):format(request.model, asked_for(request))
  end
  parts[#parts + 1] = may_be_misled(answer, failure) and address_of(request, answer) or nil
  if is_gone(request, failure) then
    failure.gone = true
    parts[#parts + 1], failure.successor = catalogue.retired(request.model, request.provider, failure.successor)
  else
    failure.successor = nil
  end
  failure.message = table.concat(parts, "; ")
end

return M
