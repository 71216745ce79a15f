-- How answers are read that come in events, or that make no sense at all.

local answer = require "providers.answer"
local file = require "host.file"
local flood = require "providers.flood"
local follow = require "providers.follow"
local http = require "host.http"
local json = require "host.json"
local openrouter = require "providers.openrouter"
local retry_after = require "providers.retry_after"
local said = require "providers.said"
local server = require "host.server"
local sse = require "providers.sse"
local unwrap = require "providers.unwrap"

local function request(kind)
  return {
    kind = kind or "text", model = "x/y", user = "Write.", refs = {}, take = 1, attempt = 1,
    schema = kind ~= "picture" and { name = "n", schema = { type = "object" } } or nil, effort = "low",
  }
end

local function read(body, kind, headers, files)
  return answer.read(request(kind), { status = 200, headers = headers or {}, body = body, files = files or {} })
end

local function chunk(delta, choice, more)
  local event = { id = "gen-1", object = "chat.completion.chunk", model = "x/y-1" }
  choice = choice or {}
  choice.index, choice.delta = 0, delta
  event.choices = { choice }
  for name, value in pairs(more or {}) do
    event[name] = value
  end
  return json.encode(event)
end

local USAGE = json.encode { choices = json.array {}, usage = { total_tokens = 9, completion_tokens = 4, cost = 0.001 } }

local function joined(events, kind, files)
  return read(sse.join(events), kind, nil, files)
end

describe("an answer that is followed while it comes", function()
  --- The text that events bring, and what is said of the last one.
  local function followed(events)
    local next_event, texts, last = follow.new(), {}, nil
    for _, event in ipairs(events) do
      local text, state = next_event(event)
      texts[#texts + 1] = text
      last = state
    end
    return table.concat(texts), last, #texts
  end

  it("brings a piece of text with each event", function()
    local text, state, count = followed {
      chunk { role = "assistant", content = "" }, chunk { content = "{" }, chunk { content = "}" },
    }
    assert.equal("{}", text)
    assert.equal(2, count)
    assert.is_nil(state)
  end)

  it("has ended with a reason, and is done when it says so or failed", function()
    assert.equal("ended", select(2, followed { chunk({ content = "" }, { finish_reason = "stop" }) }))
    assert.equal("ended", select(2, followed { chunk({}, { finish_reason = "stop" }), USAGE }))
    assert.equal("done", select(2, followed { "[DONE]" }))
    assert.equal("done", select(2, followed { '{"error":{"message":"m"}}' }))
    assert.equal("done", select(2, followed { chunk({}, { error = { message = "m" } }) }))
    assert.equal("done", select(2, followed { "{nonsense" }))
    assert.is_nil(select(2, followed { "ping" }))
  end)

  it("is hopeless once it runs into blanks", function()
    local next_event, count, state = follow.new(), 0
    next_event(chunk { content = '{"a":"x"' })
    repeat
      count = count + 1
      state = select(2, next_event(chunk { content = (" \n"):rep(128) }))
    until state or count == 100
    assert.equal("hopeless", state)
    assert.is_true(count * 256 < 4096)
    assert.is_nil(select(2, followed { chunk { content = ("word" .. (" \n"):rep(5)):rep(5000) } }))
  end)

  it("may hold anything", function()
    for _, event in ipairs {
      "", " ", "null", "[]", "1", '{"choices":null}', '{"choices":[1]}', '{"choices":[{"delta":"x"}]}',
    } do
      assert.equal("", (followed { event }))
    end
  end)
end)

describe("an answer in events", function()
  local TEXT = ": OPENROUTER PROCESSING\n\n"
    .. 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"{\\"a\\":"}}]}\n\n'
    .. 'data:{"choices":[{"index":0,"delta":{"content":"\\"é\\"}"}}]}\n\n'
    .. ": OPENROUTER PROCESSING\n\n"
    .. 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    .. 'data: {"choices":[],"usage":{"total_tokens":9,"cost":0.001}}\n\ndata: [DONE]\n\n'

  it("5 is what it would be whole", function()
    for _, text in ipairs { TEXT, TEXT:gsub("\n", "\r\n"), TEXT:gsub("\n", "\r"), (TEXT:gsub("\n\n$", "")) } do
      local got = read(text, "text", { ["content-type"] = "text/event-stream" })
      assert.equal('{"a":"é"}', got.text)
      assert.same({ cost = 0.001 }, got.usage)
      assert.equal("stop", got.finish)
    end
  end)

  it("5 is told by what comes, not by its label", function()
    assert.equal('{"a":"é"}', read(TEXT, "text", { ["content-type"] = "application/json" }).text)
    local whole = json.encode { choices = { { message = { content = "{}" } } } }
    assert.equal("{}", read(whole, "text", { ["content-type"] = "text/event-stream" }).text)
  end)

  it("8 is dropped when an error comes", function()
    local failed = { code = "server_error", message = "Provider disconnected" }
    for _, event in ipairs {
      chunk({ content = "" }, { finish_reason = "error" }, { error = failed }),
      json.encode { error = failed },
      chunk({}, { error = failed, finish_reason = "error" }),
    } do
      local got = joined { chunk { content = '{"a":1}' }, event, "[DONE]" }
      assert.equal("server", got.failure.class)
      assert.truthy(got.failure.message:find("Provider disconnected", 1, true))
      assert.is_nil(got.text)
    end
    local busy = joined { chunk { content = "{" }, json.encode { error = { code = 429, message = "slow" } } }
    assert.equal("busy", busy.failure.class)
    local limit = { code = 400, message = "m", metadata = { error_type = "max_tokens_exceeded" } }
    local cut = joined { chunk { content = "{" }, json.encode { error = limit } }
    assert.equal("unusable", cut.failure.class)
    assert.equal("length", cut.finish)
  end)

  it("9 is cut when it ends before the answer does", function()
    local cut = joined { chunk { content = '{"a":1}' } }
    assert.equal("unusable", cut.failure.class) -- it may have been paid for
    assert.truthy(cut.failure.message:find("ended in the middle", 1, true))
    assert.equal("{}", joined({ chunk({ content = "{}" }, { finish_reason = "stop" }) }).text)
    assert.equal("{}", joined({ chunk { content = "{}" }, "[DONE]" }).text)
    assert.equal("unusable", joined({ chunk { content = "{}" }, '{"choices":[{"del' }).failure.class)
    assert.equal("server", joined({ chunk { content = "" } }).failure.class)
    assert.equal("server", joined({}).failure.class)
  end)

  it("9 is whole once it has said why it ends, whatever is cut then", function()
    local done = chunk({ content = "{}" }, { finish_reason = "stop" })
    assert.equal("{}", joined({ done, '{"usage":{"co' }).text)
  end)

  it("9 is whole once it has said why it ends, whatever is wrong then", function()
    local done = chunk({ content = "{}" }, { finish_reason = "stop" })
    assert.equal("{}", joined({ done, '{"error":{"code":502,"message":"too late"}}' }).text)
  end)

  it("is told from what keeps it alive, and from other choices", function()
    local got = joined {
      chunk { content = '{"a":' }, "ping", '{"type":"ping"}', '{"choices":[{"index":1,"delta":{"content":"no"}}]}',
      chunk({ content = "1}" }, { finish_reason = "stop" }, { error = {} }),
    }
    assert.equal('{"a":1}', got.text)
  end)

  it("33 has no choice when it brought nothing", function()
    for _, events in ipairs { { "[DONE]" }, { '{"choices":[]}', "[DONE]" }, { chunk { content = "" }, "[DONE]" } } do
      assert.equal("server", joined(events).failure.class)
    end
    assert.equal("unusable", joined({ USAGE, "[DONE]" }).failure.class)
  end)

  it("is known by its first line alone, as it is when it is read again", function()
    local event = "data: " .. chunk({ content = "{}" }, { finish_reason = "stop" }) .. "\n\n"
    for _, before in ipairs {
      "", "event: message\n", "id: 1\nretry: 5\n", "\u{FEFF}", "\u{FEFF}: on\n\n", ": on\r\r",
    } do
      assert.equal("{}", read(before .. event).text, before)
    end
  end)

  it("31 is a flood, when it was given up for one", function()
    local events = { chunk { content = '{"a":' } }
    for i = 1, 50 do
      events[i + 1] = chunk { content = (" \n"):rep(25) }
    end
    local got = joined(events)
    assert.equal("unusable", got.failure.class)
    assert.truthy(got.failure.message:find("blanks", 1, true))
  end)

  it("33 has events without a delta", function()
    local events = {
      '{"choices":[{"index":0,"delta":null}]}', '{"choices":[{"index":0}]}', "[1]", "{}",
      chunk({ content = "{}" }, { finish_reason = "stop" }), USAGE, "[DONE]",
    }
    local got = joined(events)
    assert.equal("{}", got.text)
    assert.same({ output = 4, cost = 0.001 }, got.usage)
    assert.equal("x/y-1", got.model)
    assert.equal("gen-1", got.generation)
  end)

  it("45 holds a picture", function()
    local url = "data:image/png;base64,{spill:1}"
    local delta = { content = "", images = { { type = "image_url", image_url = { url = url } } } }
    local events = { chunk(delta), chunk({}, { finish_reason = "stop" }), "[DONE]" }
    local got = joined(events, "picture", { { path = "/p" } })
    assert.equal(1, got.file)
  end)

  it("46 comes from an images endpoint", function()
    local whole = '{"type":"image_generation.completed","b64_json":"{spill:1}","usage":{"cost":0.04}}'
    local got = joined({ '{"type":"image_generation.partial_image"}', whole }, "picture", { { path = "/p" } })
    assert.equal(1, got.file)
    assert.equal(0.04, got.usage.cost)
    local failed = joined({ '{"type":"error","error":{"code":"rate_limit_exceeded","message":"slow"}}' }, "picture")
    assert.equal("busy", failed.failure.class)
  end)

  it("31 is known to run into blanks while it does", function()
    assert.is_false(flood.is_flooded('{"a":' .. ("\n"):rep(2000)))
    assert.is_true(flood.is_flooded('{"a":' .. (" \n"):rep(1024)))
    assert.is_true(flood.is_flooded('{"a":"' .. ("\\n"):rep(1024)))
    assert.is_false(flood.is_flooded(("word\n\n"):rep(5000)))
  end)
end)

describe("a text around JSON", function()
  it("is taken away", function()
    for text, object in pairs {
      ['x {"a":"}\\"{"} y'] = '{"a":"}\\"{"}', ['```\n{"a":{}}\n```'] = '{"a":{}}', [" {} "] = "{}",
    } do
      assert.equal(object, (unwrap.object(text)))
    end
  end)

  it("stays when what it holds is not one object", function()
    for _, text in ipairs { "", "x", '{"a":', "{a}", "{} {}", '[{"a":1}]', '"{', '{"a":"\\' } do
      local got, found = unwrap.object(text)
      assert.equal(text, got)
      assert.is_false(found)
    end
  end)
end)

describe("a wait", function()
  local function seconds(headers, err)
    return retry_after.seconds(headers, err)
  end

  it("is told in many ways", function()
    local date = "Sun, 06 Nov 1994 08:49:37 GMT"
    assert.equal(784111777, retry_after.date(date))
    assert.equal(784111777, retry_after.date "Sun Nov  6 08:49:37 1994")
    assert.equal(784111777 + 36525 * 86400, retry_after.date "Sunday, 06-Nov-94 08:49:37 GMT") -- of this century
    assert.equal(951782400, retry_after.date "Tue, 29 Feb 2000 00:00:00 GMT")
    assert.equal(1.5, seconds { ["retry-after"] = "1.5" })
    assert.equal(0, seconds { ["retry-after"] = "-3" })
    assert.equal(0, seconds { date = date, ["retry-after"] = "Sun, 06 Nov 1994 08:00:00 GMT" })
    assert.equal(3, seconds({}, { availability = { retry_after = 3 } }))
    assert.equal(4, seconds({}, { retry_after = 4 }))
    assert.equal(5, seconds({}, { metadata = { headers = { ["Retry-After"] = "5" } } }))
    assert.equal(23, seconds { date = date, ["x-ratelimit-reset"] = "784111800000" })
    assert.is_nil(seconds { ["x-ratelimit-reset"] = "12" })
  end)

  it("is not made up", function()
    for _, told in ipairs { "soon", "", "nan", "inf", "Sun, 06 Foo 1994 08:49:37 GMT", "-nan" } do
      assert.is_nil(seconds { ["retry-after"] = told })
    end
    for _, err in ipairs { "text", {}, { availability = "no" }, { metadata = { headers = 4 } } } do
      assert.is_nil(seconds({}, err))
    end
  end)
end)

describe("what a server said", function()
  it("is one printable line", function()
    assert.equal("a b c", said.line " a\n\tb\27c ")
    assert.equal("a?b", said.line "a\xFFb")
    assert.equal("a b", said.line "a\u{202E}b")
    assert.equal(("é"):rep(100) .. "…", said.line(("é"):rep(500), 201))
  end)

  it("holds no key", function()
    local line = said.line "sk-or-v1-abcdef0123456789 sk-proj-abc_def-123456 Bearer xyz.abc AIzaSyA-1234 task-list"
    assert.equal("[key] [key] Bearer [key] [key] task-list", line)
  end)
end)

describe("a picture that comes over HTTP", function()
  it("42 43 is a file wherever it stood", function()
    local dir = os.tmpname()
    os.remove(dir)
    assert(file.mkdir(dir))
    local bodies = {
      json.encode { choices = { { message = { content = "A ![x](data:image/png;base64,iVBORw0KGgo=)\nEnjoy." } } } },
      json.encode { choices = { { message = { images = { "DATA:IMAGE/PNG;BASE64,iVBORw0KGgo" } } } } },
      json.encode { data = { { b64_json = "iVBORw0KGgo=" } } },
    }
    local listening = assert(server.listen {
      handler = function(asked)
        return { body = bodies[tonumber(asked.path:sub(2))] }
      end,
    })
    for i = 1, #bodies do
      local got = assert(http.request {
        url = ("http://127.0.0.1:%d/%d"):format(listening:port(), i), spill = { dir = dir },
      })
      local reading = answer.read(request "picture", got)
      assert.equal(1, reading.file, reading.failure and reading.failure.message)
      assert.equal("\x89PNG\r\n\x1A\n", file.read(got.files[1].path))
      os.remove(got.files[1].path)
    end
    listening:close()
    os.remove(dir)
  end)
end)

-- Bodies to spoil: one of each kind of answer.
local SEEDS = {
  json.encode {
    id = "gen-1", model = "x/y",
    choices = { { finish_reason = "stop", message = { content = '{"a":1}', refusal = json.null } } },
    usage = { prompt_tokens = 1, completion_tokens = 2, cost = 0.1,
      completion_tokens_details = { reasoning_tokens = 1 } },
  },
  json.encode {
    choices = { {
      native_finish_reason = "STOP",
      message = { images = { { image_url = { url = "data:image/png;base64,{spill:1}" } } } },
    } },
  },
  json.encode { data = { { b64_json = "{spill:1}", url = "https://x.example" } }, usage = { cost = "0.04" } },
  json.encode {
    error = {
      code = 429, message = "m", metadata = { raw = '{"error":{"message":"inner"}}', reasons = { "r" }, headers = {} },
      availability = { code = "capacity_exhausted", retry_after = 3, fallback_models = { "a/b" } },
    },
  },
  json.encode { detail = { { loc = { "body", 1 }, msg = "m" } }, object = "error" },
  "data: " .. chunk({ content = "{}" }, { finish_reason = "stop" }) .. "\n\ndata: [DONE]\n\n",
}

local ODD = {
  json.null, true, false, 0, -1, 1e300, "", "null", "429", "{", "[[[", '{"error":{"error":"x"}}', "{spill:1}", "data:,",
  json.array {}, json.object {}, { "x" }, { { {} } }, { error = { error = { error = "deep" } } },
  { message = { 1, 2 } },
}

--- Puts something odd somewhere into a value.
local function mutate(value)
  if type(value) ~= "table" or next(value) == nil or math.random(6) == 1 then
    return ODD[math.random(#ODD)]
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  local copy = {}
  for _, key in ipairs(keys) do
    copy[key] = value[key]
  end
  local key = keys[math.random(#keys)]
  copy[key] = mutate(copy[key])
  return copy
end

local function spoiled(seed)
  local way = math.random(4)
  local value = json.decode(seed)
  if way == 1 and value then
    return json.encode { mutate(mutate(value)) }:sub(2, -2)
  elseif way == 2 then
    return seed:sub(1, math.random(#seed))
  elseif way == 3 then
    local at = math.random(#seed)
    return seed:sub(1, at - 1) .. string.char(math.random(0, 255)) .. seed:sub(at + 1)
  end
  return "data: " .. (value and json.encode { mutate(value) }:sub(2, -2) or seed) .. "\n\n" .. seed
end

local provider = openrouter.new {}

local CLASSES = { busy = true, server = true, stop = true, final = true, unusable = true, form = true }

local function check_reading(got, body)
  assert.is_table(got.usage, body)
  for _, name in ipairs { "input", "output", "reasoning", "cost" } do
    local value = got.usage[name]
    assert(value == nil or (value >= 0 and value < math.huge), body)
  end
  assert(json.encode(json.object(got.usage)))
  if not got.failure then
    assert(type(got.text) == "string" or got.file == 1, body)
    return
  end
  assert.is_true(CLASSES[got.failure.class], body)
  assert.is_true(#got.failure.message > 5 and #got.failure.message < 1500, got.failure.message)
  assert.is_truthy(utf8.len(got.failure.message), body)
  assert.is_nil(got.failure.message:find "%c", body)
  assert.equal(got.failure.class == "form", got.failure.form ~= nil)
end

describe("any body at all", function()
  it("is read as an answer, or as a failure that says something", function()
    math.randomseed(20261124)
    local statuses = { 200, 200, 200, 400, 404, 402, 403, 422, 429, 500, 301, 599 }
    for i = 1, 8000 do
      local body = spoiled(SEEDS[i % #SEEDS + 1])
      local got = provider.read(request(i % 2 == 0 and "picture" or "text"), {
        status = statuses[math.random(#statuses)],
        headers = { ["content-type"] = i % 3 == 0 and "text/event-stream" or nil },
        body = body,
        files = { { path = "/p", bytes = 1 } },
      })
      check_reading(got, body)
    end
  end)

  -- What took quadratic time would run into the time limit of the test.
  it("takes no longer for being made to", function()
    local long = 1 << 20
    for _, body in ipairs {
      (":\n"):rep(long // 2), ("![x"):rep(long // 3), ("data:"):rep(long // 5), (" "):rep(long), ("{"):rep(long),
      json.encode { choices = { { message = { content = (" x"):rep(long // 2) .. ("!["):rep(long // 2) } } } },
      json.encode { choices = { { message = { content = ('{"'):rep(long // 2) } } } },
      json.encode { error = { message = ("sk-"):rep(long // 3) .. ("\xC2\x80"):rep(long // 2) } },
    } do
      assert.is_table(read(body))
      assert.is_table(read(body, "picture").failure)
    end
  end)
end)
