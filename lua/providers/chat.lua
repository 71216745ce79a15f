-- lua/providers/chat.lua: the body of a chat completion, as OpenAI-shaped servers
-- take it: messages, and pictures that are read from their files while it is sent.

local catalogue = require "providers.catalogue"
local forms = require "providers.forms"
local http = require "host.http"
local json = require "host.json"

local M = {}

--- The form that a request is sent in: the one asked for, and what the model is
--- known not to take.
---@param request Request
---@param model Model?
---@param asked WireForm?
---@return WireForm
function M.form(request, model, asked)
  local form = {}
  for name, value in pairs(asked or {}) do
    form[name] = value
  end
  if request.schema and not form.schema and not catalogue.takes(model, "structured_outputs") then
    form.schema = catalogue.takes(model, "response_format") and "object" or "prompt"
  end
  if not catalogue.takes(model, "reasoning") then
    form.reasoning = false
  end
  if not catalogue.takes(model, "seed") then
    form.seed = false
  end
  return form
end

--- Another take or attempt must differ in the body, or a cache on the way answers
--- with the old one.
---@param request Request
---@return integer
function M.seed(request)
  return request.take * 1000 + request.attempt
end

--- The limit of an answer, as far as the server lets one go.
---@param request Request
---@param provider Provider
---@param form WireForm
---@return integer
function M.max_tokens(request, provider, form)
  local limit = catalogue.max_tokens(request, provider)
  return math.min(limit, form.most or limit)
end

--- What stands for an attached file until the body is cut there. The quotes are
--- part of it: inside any string of a user's they would be escaped.
local function placeholder(index)
  return ('"url":"@attached:%d"'):format(index)
end

--- What is asked, the text first, then the pictures, each after its label.
local function user_content(request, words)
  local text = request.user .. words
  if #request.refs == 0 then
    return text
  end
  local parts = { { type = "text", text = text } }
  for i, ref in ipairs(request.refs) do
    parts[#parts + 1] = { type = "text", text = ("Reference picture %d: %s"):format(i, ref.label) }
    parts[#parts + 1] = { type = "image_url", image_url = { url = "@attached:" .. i } }
  end
  return parts
end

--- The messages of a request.
---@param request Request
---@param form WireForm
---@return table[]
function M.messages(request, form)
  local in_words = request.schema and (form.words or form.schema == "object" or form.schema == "prompt")
  local words = in_words and forms.in_words(request.schema.schema) or ""
  local list = {}
  if request.system then
    list[1] = { role = "system", content = request.system }
  end
  list[#list + 1] = { role = "user", content = user_content(request, words) }
  for _, turn in ipairs(request.turns or {}) do
    list[#list + 1] = turn
  end
  return list
end

--- Names of schemas may hold these characters, and 64 of them.
local function schema_name(name)
  return (name:gsub("[^%w_-]", "_"):sub(1, 64))
end

--- The response_format of a request; nil when its schema goes in the prompt.
---@param request Request
---@param form WireForm
---@return table?
function M.response_format(request, form)
  if not request.schema or form.schema == "prompt" then
    return nil
  elseif form.schema == "object" then
    return { type = "json_object" }
  end
  return {
    type = "json_schema",
    json_schema = {
      name = schema_name(request.schema.name),
      strict = true,
      schema = forms.schema(request.schema.schema, form),
    },
  }
end

--- The body as parts for host.http. References are PNG files, as every picture of a
--- project is.
---@param body table
---@param refs { path: string }[]
---@return (string|host.http.attachment)[]
function M.parts(body, refs)
  local text = json.encode(body)
  local parts, from = {}, 1
  for i, ref in ipairs(refs) do
    local first, last = text:find(placeholder(i), from, true)
    parts[#parts + 1] = text:sub(from, first - 1) .. '"url":"data:image/png;base64,'
    parts[#parts + 1] = http.attach(ref.path)
    from = last -- the closing quote goes with the next piece of text
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

return M
