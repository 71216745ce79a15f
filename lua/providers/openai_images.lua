-- lua/providers/openai_images.lua: pictures as OpenAI's images endpoints draw them:
-- from words alone, or from words and reference pictures, which are sent from their
-- files as they are (multipart/form-data).

local chat = require "providers.chat"
local http = require "host.http"
local json = require "host.json"

local M = {}

--
-- Sizes
--

-- Those who draw in a few sizes only, by the beginning of their names; the others
-- get about a megapixel, each side a multiple of what they take.
local SIZES = {
  { "dall-e-2", { { 1024, 1024 } } },
  { "dall-e-3", { { 1024, 1024 }, { 1792, 1024 }, { 1024, 1792 } } },
  { "gpt-image-1", { { 1024, 1024 }, { 1536, 1024 }, { 1024, 1536 } } },
}
local PIXELS = 1024 * 1024

--- A model's name without whose it is.
local function bare(model)
  return model:match "[^/]*$"
end

local function is_openai(model)
  local name = bare(model)
  return name:match "^gpt%-image" ~= nil or name:match "^dall%-e" ~= nil
end

--- The nearest of some sizes.
local function nearest(sizes, ratio)
  local best
  for _, size in ipairs(sizes) do
    local off = math.abs(math.log(size[1] / size[2] / ratio))
    if not best or off < best.off then
      best = { off = off, width = size[1], height = size[2] }
    end
  end
  return best.width, best.height
end

local function rounded(value, step)
  return math.floor(value / step + 0.5) * step
end

--- The size that a model is asked for.
---@param model string
---@param aspect string "16:9"
---@return string "1344x768"
function M.size(model, aspect)
  local width, height = aspect:match "^(%d+):(%d+)$"
  local ratio = width / height
  for _, known in ipairs(SIZES) do
    if bare(model):sub(1, #known[1]) == known[1] then
      return ("%dx%d"):format(nearest(known[2], ratio))
    end
  end
  local step = is_openai(model) and 16 or 64
  local high = rounded(math.sqrt(PIXELS / ratio), step)
  return ("%dx%d"):format(rounded(high * ratio, step), high)
end

--
-- Asking
--

local WITHOUT = "\n\nNo reference pictures come with this: go by the words."

--- The brief, and what the pictures that go with it show.
local function prompt_of(request, form, with)
  local lines = { request.user }
  for i, ref in ipairs(with and request.refs or {}) do
    lines[#lines + 1] = ("Reference picture %d: %s"):format(i, ref.label)
  end
  local text = table.concat(lines, "\n\n")
  if #request.refs > 0 and not with then
    text = text .. WITHOUT
  end
  if request.model == "sd-cpp-local" and form.seed ~= false then
    -- sd-server reads a seed only here, and draws with the same one otherwise.
    text = ("%s\n<sd_cpp_extra_args>{\"seed\":%d}</sd_cpp_extra_args>"):format(text, chat.seed(request))
  end
  return text
end

--- What is asked for, in order.
local function fields_of(request, form, with)
  local theirs = is_openai(request.model)
  local fields = {
    { "model", request.model },
    { "prompt", prompt_of(request, form, with) },
    { "n", 1 },
  }
  if form.size ~= false then
    fields[#fields + 1] = { "size", M.size(request.model, request.aspect) }
  end
  -- gpt-image gives nothing else, and refuses to be told.
  if form.b64 ~= false and not bare(request.model):match "^gpt%-image" then
    fields[#fields + 1] = { "response_format", "b64_json" }
  end
  if form.seed ~= false and not theirs then
    fields[#fields + 1] = { "seed", chat.seed(request) }
  end
  return fields
end

local PART = '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
local FILE = '--%s\r\nContent-Disposition: form-data; name="%s"; filename="%d.png"\r\nContent-Type: image/png\r\n\r\n'

--- References are PNG files, as every picture of a project is.
local function multipart(fields, refs, name)
  local hashes = {}
  for i, ref in ipairs(refs) do
    hashes[i] = ref.sha256
  end
  -- A hash of the whole content does not occur in it.
  local boundary = "sbhost-" .. json.hash { fields, json.array(hashes) }
  local texts = {}
  for i, field in ipairs(fields) do
    texts[i] = PART:format(boundary, field[1], field[2])
  end
  local parts = { table.concat(texts) }
  for i, ref in ipairs(refs) do
    parts[#parts + 1] = FILE:format(boundary, name, i)
    parts[#parts + 1] = http.file(ref.path)
    parts[#parts + 1] = "\r\n"
  end
  parts[#parts + 1] = ("--%s--\r\n"):format(boundary)
  return parts, "multipart/form-data; boundary=" .. boundary
end

--- How a picture is asked for.
---@param request Request its `form` says how to put it
---@return string path
---@return table<string, string> headers
---@return string|(string|host.http.attachment)[] body
function M.wire(request)
  local form = request.form
  if #request.refs > 0 and form.references ~= false then
    local fields = fields_of(request, form, true)
    local body, kind = multipart(fields, request.refs, form.references or "image[]")
    return "/images/edits", { ["Content-Type"] = kind }, body
  end
  local body = {}
  for _, field in ipairs(fields_of(request, form, false)) do
    body[field[1]] = field[2]
  end
  return "/images/generations", { ["Content-Type"] = "application/json" }, json.encode(body)
end

--
-- What a server refuses
--

--- There is no such endpoint, or it takes no files.
local NO_EDITS = { [404] = true, [405] = true, [415] = true, [501] = true }

--- The server wants its pictures under another name than the one it got.
local function wants_other_name(text)
  return text:find "%f[%w]image%f[%W]" and (text:find "required" or text:find "missing")
end

--- The server reads nothing but JSON there (Ollama, in the words of Go).
local function wants_json(text)
  return text:find("invalid character", 1, true) or text:find("application/json", 1, true)
end

--- A way to send reference pictures that is refused so, changed in the form.
local function without_references(form, status, text)
  if not NO_EDITS[status] and form.references == nil and wants_other_name(text) then
    form.references = "image"
    return form
  elseif NO_EDITS[status] or wants_other_name(text) or wants_json(text) or text:find '"param"%s*:%s*"model"' then
    form.references = false
    return form
  end
  return nil
end

--- What a request for a picture holds that a server may not know.
local OPTIONAL = { { "b64", "response_format" }, { "size", "size" }, { "seed", "seed" } }

--- Another way to ask for a picture that was refused so; nil when there is none.
---@param request Request its `form` is how it was asked for
---@param failure Failure
---@param body string all that the server said
---@return WireForm?
function M.next_form(request, failure, body)
  local form = {}
  for name, value in pairs(request.form) do
    form[name] = value
  end
  local text = (failure.message .. " " .. body:sub(1, 65536)):lower()
  local status = failure.status
  if failure.refused then
    return nil
  elseif status == 400 or status == 422 then
    for _, optional in ipairs(OPTIONAL) do
      if form[optional[1]] == nil and text:find("%f[%w_]" .. optional[2] .. "%f[^%w_]") then
        form[optional[1]] = false
        return form
      end
    end
  elseif not NO_EDITS[status] then
    return nil
  end
  local with = #request.refs > 0 and form.references ~= false
  return with and without_references(form, status, text) or nil
end

return M
