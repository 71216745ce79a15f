-- bench/json.lua: what JSON, names and the artifact cost. Each is the least of
-- five rounds.

local artifact = require "host.artifact"
local cjson = require "cjson"
local json = require "host.json"
local loop = require "host.loop"
local name = require "host.name"

local function row(what, count, fn)
  local least = math.huge
  for _ = 1, 5 do
    collectgarbage()
    local start = loop.now()
    for i = 1, count do fn(i) end
    least = math.min(least, (loop.now() - start) / count)
  end
  if least < 1e-3 then
    print(("  %-50s %9.2f us"):format(what, least * 1e6))
  else
    print(("  %-50s %9.2f ms"):format(what, least * 1e3))
  end
end

local sentence = "The keeper climbs the stair and finds the lamp already lit. "

local function request()
  local properties, required = {}, {}
  for i, key in ipairs { "name", "description", "camera", "lighting", "mood" } do
    properties[2 * i - 1] = key
    properties[2 * i] = json.ordered { "type", "string", "description", "What it is." }
    required[i] = key
  end
  return {
    model = "openai/gpt-5",
    reasoning = { effort = "medium" },
    messages = {
      { role = "system", content = sentence:rep(4) },
      { role = "user", content = sentence:rep(16) .. '"quoted"\n' },
    },
    response_format = {
      type = "json_schema",
      json_schema = {
        name = "shots",
        strict = true,
        schema = json.ordered {
          "type", "object",
          "properties", json.ordered(properties),
          "required", required,
          "additionalProperties", false,
        },
      },
    },
  }
end

local asked = request()
local asked_text = json.encode(asked)
local answer_text = json.encode {
  id = "gen-1764000000-abcdefghijklmnop",
  model = "openai/gpt-5",
  choices = {
    {
      index = 0,
      finish_reason = "stop",
      message = { role = "assistant", content = json.encode { shots = sentence:rep(18) } },
    },
  },
  usage = { prompt_tokens = 812, completion_tokens = 377, total_tokens = 1189, cost = 0.00541 },
}

print(("a request of %d bytes, an answer of %d"):format(#asked_text, #answer_text))
row("json.encode, the request", 20000, function() json.encode(asked) end)
row("  lua-cjson's encode, in no order", 20000, function() cjson.encode(asked) end)
row("json.hash, the request", 20000, function() json.hash(asked) end)
row("json.check, the answer", 20000, function() json.check(answer_text) end)
row("json.decode, the answer", 20000, function() json.decode(answer_text) end)
row("  lua-cjson's decode, unchecked", 20000, function() cjson.decode(answer_text) end)
row("name.slug", 20000, function() name.slug "The Keeper's Lamp, seen from below" end)

local function shot(i)
  return {
    name = "shot " .. i,
    description = sentence .. i,
    camera = "low angle, slow push in",
    lighting = "one warm lamp",
    seconds = 2.5 + i % 4,
    props = { "The keeper", "The lamp" },
  }
end

local shots = {}
for i = 1, 10000 do shots[i] = shot(i) end
local board = { title = "The light", shots = shots }
local text = json.encode(board)
local tree = artifact.from(board)

print(("an artifact of 10,000 shots, %.1f MB as text"):format(#text / 1e6))
row("artifact.parse", 1, function() artifact.parse(text) end)
row("artifact.from", 1, function() artifact.from(board) end)
row("tree:encode", 1, function() tree:encode() end)
row("tree:encode, indented and in order", 1, function()
  tree:encode { indent = 2, order = { "title", "name", "description", "camera" } }
end)
row("tree:hash, nothing hashed yet", 1, (function()
  local fresh = {}
  for i = 1, 5 do fresh[i] = artifact.parse(text) end
  return function() table.remove(fresh):hash() end
end)())
row("tree:get, all of it", 1, function() tree:get() end)
tree:hash()
row("tree:get, one field", 20000, function(i) tree:get { "shots", i % 10000 + 1, "name" } end)
row("tree:patch, one field of one shot", 10000, function(i)
  tree:patch { { { "shots", i, "camera" }, "wide" } }
end)
row("tree:patch, and the new hash", 10000, function(i)
  tree:patch({ { { "shots", i, "camera" }, "wide" } }):hash()
end)
row("tree:diff, one field changed", 1000, function(i)
  tree:diff(tree:patch { { { "shots", i, "camera" }, "wide" } })
end)
row("tree:patch, 10,000 one after the other", 1, function()
  local t = tree
  for i = 1, 10000 do t = t:patch { { { "shots", i, "camera" }, "wide" } } end
end)
row("tree:patch, 10,000 at once", 1, function()
  local changes = {}
  for i = 1, 10000 do changes[i] = { { "shots", i, "camera" }, "wide" } end
  tree:patch(changes)
end)
