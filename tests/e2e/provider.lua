-- tests/e2e/provider.lua: a provider of the tests' own, which answers whatever a
-- test wants. Left alone, it fills the schema that it is sent.

local file = require "host.file"
local http = require "host.http"
local image = require "host.image"
local json = require "host.json"
local loop = require "host.loop"
local server = require "host.server"
local support = require "support"

local M = {}

--- A value that fits a schema; strings are made by `name_of` and `text_of`.
local function fill(schema, property, options)
  if schema.enum then
    return schema.enum[1]
  elseif schema.type == "object" then
    local value = {}
    for name, inner in pairs(schema.properties) do
      value[name] = fill(inner, name, options)
    end
    return value
  elseif schema.type == "array" then
    local count = tonumber((schema.description or ""):match "Exactly (%d+)")
    local list = json.array {}
    if schema.items.enum then
      count = #schema.items.enum
    end
    for i = 1, count or 3 do
      list[i] = fill(schema.items, property, options)
      local names = schema.items.properties and schema.items.properties.name
      if names then
        list[i].name = names.enum and names.enum[i] or options.name_of(i, property)
      elseif schema.items.type == "string" then
        list[i] = schema.items.enum and schema.items.enum[i] or options.name_of(i, property)
      end
    end
    return list
  elseif schema.type == "integer" or schema.type == "number" then
    return 3
  end
  return property == "name" and options.name_of(1, property) or "Some text."
end

local function numbered(i, list)
  return ("%s %d"):format(list:gsub("s$", ""), i)
end

--- A value that fits a schema, for servers of other kinds.
---@param schema table
---@param name_of? fun(i: integer, list: string): string what items are called
---@return table
function M.fill(schema, name_of)
  return fill(schema, "", { name_of = name_of or numbered })
end

local function picture_file(at, seed)
  local path = ("%s/%d.png"):format(at, seed)
  assert(image.draw {
    width = 1344,
    height = 768,
    path = path,
    background = (seed * 7919) % 0x1000000,
    shapes = { { "ellipse", cx = 100 + seed % 900, cy = 300, rx = 90, ry = 160, colour = 0xFFFFFF } },
  })
  return path
end

--- Starts it. `options.reply(body, number)` may answer a request in whole (a
--- response of host.server), `options.text(body, number)` with a text and
--- `options.picture(body, number)` with a picture file or bytes; what they leave
--- (nil) is answered as it should be. `options.get(request)` answers what costs
--- nothing; left alone, it lists no models and keeps no statistics.
--- `hold(which)` holds answers back from now on, all or those to requests for which
--- `which(body)` says so, and gives a function that lets go of them.
---@param options { reply: function?, text: function?, picture: function?, name_of: function?, get: function? }?
---@return { url: string, requests: { hashes: string[], [integer]: table }, close: fun(), hold: (fun(which: function?): fun()) }
function M.start(options)
  options = options or {}
  options.name_of = options.name_of or numbered
  local at = support.folder()
  local requests = { hashes = {} }
  local held -- the gate that answers wait at

  -- An answer is named by what was asked, so that a record of it says that too.
  local function name_of(number)
    return "gen-" .. requests.hashes[number]:sub(1, 20)
  end

  local function wrap(message)
    return {
      id = name_of(#requests),
      object = "chat.completion",
      created = 1,
      model = requests[#requests].model,
      choices = { { index = 0, finish_reason = "stop", message = message } },
      usage = { prompt_tokens = 10, completion_tokens = 20, total_tokens = 30, cost = 0.001 },
    }
  end

  local function picture_reply(body, number)
    local given = options.picture and options.picture(body, number) or picture_file(at, number)
    local text = json.encode(wrap {
      role = "assistant",
      content = "",
      images = { { type = "image_url", image_url = { url = "@" } } },
    })
    local before, after = text:match '^(.*"url":")@(".*)$'
    return { before .. "data:image/png;base64,", http.attach(given), after }
  end

  local function handle(request)
    if request.method == "GET" then
      return options.get and options.get(request) or { status = 404, body = "{}" }
    end
    local body = assert(json.decode(request.body))
    requests[#requests + 1] = body
    local number = #requests
    requests.hashes[number] = json.sha256(request.body)
    if held and (not held.which or held.which(body)) then
      held.gate:wait()
    end
    local reply = options.reply and options.reply(body, number, request)
    if reply then
      return reply
    end
    local headers = { ["Content-Type"] = "application/json", ["X-Generation-Id"] = name_of(number) }
    if body.modalities then
      return { status = 200, headers = headers, body = picture_reply(body, number) }
    end
    local text = options.text and options.text(body, number)
    if not text then
      local format = body.response_format
      text = format and json.encode(fill(format.json_schema.schema, "", options))
        or "Plainly: " .. body.messages[#body.messages].content
    end
    return { status = 200, headers = headers, body = json.encode(wrap { role = "assistant", content = text }) }
  end

  local started = assert(server.listen { port = 0, handler = handle, spill = { dir = at } })
  return {
    url = ("http://127.0.0.1:%d/api/v1"):format(started:port()),
    requests = requests,
    hold = function(which)
      local mine = { which = which, gate = loop.event() }
      held = mine
      return function()
        held = held ~= mine and held or nil
        mine.gate:notify()
      end
    end,
    close = function()
      started:close()
    end,
  }
end

--- Writes a file that holds these bytes, for a picture that is none.
function M.bytes(text)
  local path = support.folder() .. "/bytes"
  assert(file.write(path, text))
  return path
end

return M
