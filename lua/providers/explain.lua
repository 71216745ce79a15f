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

-- How servers say that they have no such route: LM Studio, llama.cpp, and those made with FastAPI, as vLLM.
local NO_ROUTE = { "unexpected endpoint or method", '"file not found"', '"detail":%s*"not found"' }

--- Whether what answered is no provider, or has not got what was asked for under that address.
local function is_elsewhere(body)
  body = body:lower()
  for _, words in ipairs(NO_ROUTE) do
    if body:find(words) then
      return true
    end
  end
  return not body:find "^%s*{" -- a provider's own words are JSON
end

--- Completes the message of a failure that asking again does not mend.
---@param request Request
---@param answer { body: string }
---@param failure Failure
function M.failure(request, answer, failure)
  local parts = { failure.message }
  if failure.status == 413 and #request.refs > 0 then
    parts[#parts + 1] = ("together %.1f MB"):format(bytes_of(request.refs) / 1e6)
  elseif failure.status == 404 then
    parts[#parts + 1] = ("asked was %s%s"):format(request.model, asked_for(request))
    local elsewhere = request.provider and is_elsewhere(answer.body)
    parts[#parts + 1] = elsewhere and ("is %s the right address?"):format(request.provider.base_url) or nil
  end
  if is_gone(request, failure) then
    failure.gone = true
    parts[#parts + 1], failure.successor = catalogue.retired(request.model, request.provider, failure.successor)
  else
    failure.successor = nil
  end
  failure.message = table.concat(parts, "; ")
end

return M
