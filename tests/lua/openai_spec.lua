-- What servers that speak OpenAI's protocol are sent, how it is put otherwise when
-- they refuse it, and how what only they answer is read.

local file = require "host.file"
local forms = require "providers.forms"
local json = require "host.json"
local openai = require "providers.openai"

local own = openai.new { base_url = "http://127.0.0.1:11434/v1/" }
local hosted = openai.new {}

local SCHEMA = {
  type = "object", required = { "a" }, additionalProperties = false,
  properties = { a = { type = "array", minItems = 2, items = { type = "string" } } },
}

local function request(changes)
  local made = {
    kind = "text", provider = own, model = "llama3.2", user = "Write.", refs = {},
    schema = { name = "shots", schema = SCHEMA }, step = "lore", task = "lore", take = 1, attempt = 1,
  }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

local function picture(changes)
  local made = request(changes)
  made.kind, made.aspect, made.schema = "picture", made.aspect or "16:9", nil
  made.model = changes and changes.model or "sdxl"
  return made
end

--- What is sent, as one text.
local function sent(asked, form)
  local options = asked.provider:wire(asked, form)
  local parts = type(options.body) == "table" and options.body or { options.body }
  local text = {}
  for i, part in ipairs(parts) do
    text[i] = type(part) == "string" and part or ("<%s>"):format(tostring(part):match "^%w+")
  end
  return table.concat(text), options
end

local function body_of(asked, form)
  return assert(json.decode((sent(asked, form))))
end

--- What an answer is read as, after the request was sent.
local function read(asked, body, more)
  local answer = { status = 200, headers = {}, body = body, files = {} }
  for name, value in pairs(more or {}) do
    answer[name] = value
  end
  if not asked.form then
    asked.provider:wire(asked)
  end
  return asked.provider.read(asked, answer)
end

--- The form that follows when a request sent in one form is refused so.
local function next_form(asked, form, status, body)
  sent(asked, form)
  local failure = read(asked, body, { status = status }).failure
  return failure.form, failure
end

describe("a request for text", function()
  it("holds only keys that every server knows", function()
    local body = body_of(request())
    assert.same({
      model = "llama3.2",
      messages = { { role = "user", content = "Write." } },
      max_tokens = 32000,
      seed = 1001,
      response_format = {
        type = "json_schema",
        json_schema = {
          name = "shots", strict = true,
          schema = {
            type = "object", required = { "a" }, additionalProperties = false,
            properties = { a = { type = "array", items = { type = "string" } } },
          },
        },
      },
    }, body)
  end)

  it("carries no header but its kind, and no key where there is none", function()
    local _, options = sent(request())
    assert.equal("http://127.0.0.1:11434/v1/chat/completions", options.url)
    assert.same({ ["Content-Type"] = "application/json" }, options.headers)
    assert.is_nil(options.secret)
  end)

  it("speaks of effort only where the story or the model's data does", function()
    assert.is_nil(body_of(request()).reasoning_effort)
    assert.equal("low", body_of(request { effort = "low" }).reasoning_effort)
    local known = request { provider = hosted, model = "gpt-5", effort = "none" }
    assert.equal("minimal", body_of(known).reasoning_effort)
  end)

  it("names its limit as OpenAI does, to OpenAI", function()
    local body = body_of(request { provider = hosted, model = "gpt-5" })
    assert.is_nil(body.max_tokens)
    assert.is_number(body.max_completion_tokens)
  end)

  it("carries pictures within itself", function()
    local path = os.tmpname()
    assert(file.write(path, "picture"))
    local text = sent(request { refs = { { path = path, label = "The keeper", sha256 = "x" } } })
    assert.truthy(text:find('"url":"data:image/png;base64,<attachment>"', 1, true), text)
    os.remove(path)
  end)

  it("tells the schema in words to a model whose first answer did not fit", function()
    local messages = body_of(request { attempt = 2 }).messages
    assert.truthy(messages[1].content:find('"additionalProperties":false', 1, true))
    assert.is_not_nil(body_of(request { attempt = 2 }).response_format)
  end)
end)

describe("a refused request", function()
  it("goes down the ladder: schema, JSON, words", function()
    local asked = request()
    local form = next_form(asked, nil, 400, [[{"error":"this model takes no json_schema"}]])
    assert.equal("object", form.schema)
    local body = body_of(asked, form)
    assert.same({ type = "json_object" }, body.response_format)
    assert.truthy(body.messages[1].content:find("JSON schema", 1, true))

    local last = next_form(asked, form, 400, [[{"error":{"message":"response_format is not supported"}}]])
    assert.equal("prompt", last.schema)
    body = body_of(asked, last)
    assert.is_nil(body.response_format)
    assert.truthy(body.messages[1].content:find("JSON schema", 1, true))

    local none, failure = next_form(asked, last, 400, [[{"error":"response_format"}]])
    assert.is_nil(none)
    assert.equal("final", failure.class)
  end)

  it("passes over JSON without a schema where LM Studio says that it is of no use", function()
    local body = [[{"error":"'response_format.type' must be 'json_schema' or 'text'"}]]
    assert.equal("prompt", next_form(request(), { schema = "object" }, 400, body).schema)
    assert.equal("prompt", next_form(request(), nil, 400, body).schema)
  end)

  it("leaves out what a model is no good at", function()
    local asked = request { effort = "low" }
    local form = next_form(asked, nil, 400,
      [[{"error":{"message":"\"llama3.2\" does not support thinking","type":"invalid_request_error"}}]])
    assert.is_nil(body_of(asked, form).reasoning_effort)
  end)

  it("takes the limit down to what the server's context holds", function()
    local asked = request()
    local form = next_form(asked, nil, 400, [[{"object":"error","message":"'max_tokens' or 'max_completion_tokens']]
      .. [[ is too large: 32000. This model's maximum context length is 16384 tokens","code":400}]])
    assert.equal(8192, body_of(asked, form).max_tokens)
    form = next_form(asked, form, 400, [[{"message":"This model's maximum context length is 16384 tokens."}]])
    assert.equal(4096, body_of(asked, form).max_tokens)
    form = next_form(asked, { most = 1500 }, 400, [[{"message":"maximum context length is 2000 tokens"}]])
    assert.is_nil(form)
    local long = "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens "
      .. "(%d in the messages, 32000 in the completion)."
    form = next_form(asked, nil, 400, json.encode { message = long:format(98000) })
    assert.equal(30000, body_of(asked, form).max_tokens)
    form = next_form(asked, nil, 400, json.encode { message = long:format(130000) })
    assert.is_nil(form)
    form = next_form(asked, nil, 400, json.encode { message = long:sub(1, 70) })
    assert.equal(16000, body_of(asked, form).max_tokens, "a half, as what would fit was not sent")
  end)

  it("takes the limit that OpenAI names", function()
    local asked = request { provider = hosted, model = "gpt-4o" }
    local form = next_form(asked, nil, 400, [[{"error":{"message":"max_tokens is too large: 32000. This model]]
      .. [[ supports at most 16384 completion tokens","param":"max_tokens"}}]])
    assert.equal(16384, body_of(asked, form).max_completion_tokens)
  end)

  it("ends with the server's words, the model's name and what was asked", function()
    local _, failure = next_form(request(), nil, 404,
      [[{"error":{"message":"model 'llama3.2' not found","type":"not_found_error","param":null,"code":null}}]])
    assert.equal("final", failure.class)
    assert.truthy(failure.message:find("model 'llama3.2' not found; asked was llama3.2 with a schema", 1, true))
  end)

  it("names the variable of its own key", function()
    local _, failure = next_form(request(), nil, 401, [[{"error":{"message":"Incorrect API key provided"}}]])
    assert.equal("stop", failure.class)
    assert.truthy(failure.message:find("OPENAI_API_KEY", 1, true))
  end)

  it("does not wait for money", function()
    local _, failure = next_form(request(), nil, 429,
      [[{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}]])
    assert.equal("stop", failure.class)
  end)

  it("waits for a model that is being loaded", function()
    local _, failure = next_form(request(), nil, 503,
      [[{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}]])
    assert.equal("busy", failure.class)
  end)
end)

describe("what was learnt of several refusals", function()
  it("is all kept, and never taken back", function()
    assert.same({ most = 4096, references = false, schema = "prompt", seed = false },
      forms.merge({ most = 8192, references = false, schema = "prompt" },
        { most = 4096, references = "image", schema = "object", seed = false }))
    assert.equal(4096, forms.merge({ most = 4096 }, { most = 8192 }).most)
  end)
end)

describe("a server's error", function()
  -- Case 36 of the catalogue.
  for body, says in pairs {
    [ [[{"error":"model not loaded"}]] ] = "model not loaded",
    [ [[{"object":"error","message":"m is wrong","type":"BadRequestError","param":null,"code":400}]] ] = "m is wrong",
    [ [[{"detail":"Not Found"}]] ] = "Not Found",
    [ [[{"detail":[{"loc":["body","prompt"],"msg":"field required"}]}]] ] = "body.prompt: field required",
    [ [[{"message":"m is wrong"}]] ] = "m is wrong",
    [ [[{"error":{"message":["a is wrong","b is wrong"]}}]] ] = "a is wrong; b is wrong",
    [ [[{"error":"server_error","message":"out of memory"}]] ] = "out of memory",
    ["prompt required"] = "prompt required",
  } do
    it("is shown: " .. body, function()
      local _, failure = next_form(request { schema = false }, nil, 400, body)
      assert.equal("final", failure.class)
      assert.truthy(failure.message:find(says, 1, true), failure.message)
    end)
  end
end)

describe("an answer in text", function()
  local function completion(content, usage)
    return json.encode {
      model = "llama3.2", choices = { { finish_reason = "stop", message = { content = content } } }, usage = usage,
    }
  end

  it("costs what nobody tells, which is not nothing", function()
    local usage = read(request(), completion('{"a":[]}', { prompt_tokens = 10, completion_tokens = 5 })).usage
    assert.equal(10, usage.input)
    assert.is_nil(usage.cost)
    assert.is_nil(own.worst_cost(request()))
  end)

  it("costs what its model's price makes of its tokens", function()
    local asked = request { provider = hosted, model = "gpt-5" }
    local usage = read(asked, completion('{"a":[]}', { prompt_tokens = 1000, completion_tokens = 100 })).usage
    assert.near(1000 * 1.25e-6 + 100 * 1e-5, usage.cost, 1e-9)
    assert.is_true(hosted.worst_cost(asked) > usage.cost)
    assert.is_nil(own.worst_cost(request { model = "gpt-5" }))
  end)

  it("is what stands behind the thoughts", function()
    local content = '<think>\nA list {a}, or "b"?\n</think>\n\n{"a":["x"]}'
    assert.equal('{"a":["x"]}', read(request(), completion(content)).text)
    assert.equal('{"a":["x"]}', read(request(), completion(content:gsub("<think>", ""))).text)
    local quoted = '{"a":["</think>"]}'
    assert.equal(quoted, read(request(), completion(quoted)).text)
    assert.equal("So be it.", read(request { schema = false }, completion "<think>Hm.</think>So be it.").text)
  end)
end)

describe("a request for a picture", function()
  it("is asked for in words, of about a megapixel", function()
    local body = body_of(picture())
    assert.same({
      model = "sdxl", prompt = "Write.", n = 1, size = "1344x768", response_format = "b64_json", seed = 1001,
    }, body)
    local _, options = sent(picture())
    assert.equal("http://127.0.0.1:11434/v1/images/generations", options.url)
  end)

  it("has the size nearest to its proportions that the model draws", function()
    for _, one in ipairs {
      { "sdxl", "1:1", "1024x1024" }, { "sdxl", "9:16", "768x1344" }, { "sdxl", "4:3", "1216x896" },
      { "gpt-image-1", "16:9", "1536x1024" }, { "openai/gpt-image-1-mini", "2:3", "1024x1536" },
      { "gpt-image-1", "1:1", "1024x1024" }, { "dall-e-3", "16:9", "1792x1024" }, { "dall-e-2", "16:9", "1024x1024" },
      { "gpt-image-2", "16:9", "1360x768" },
    } do
      assert.equal(one[3], body_of(picture { model = one[1], aspect = one[2] }).size, one[1])
    end
  end)

  it("holds nothing that gpt-image refuses", function()
    assert.same({ model = "gpt-image-1", prompt = "Write.", n = 1, size = "1536x1024" },
      body_of(picture { model = "gpt-image-1" }))
  end)

  it("tells sd-server its seed where it reads one", function()
    local body = body_of(picture { model = "sd-cpp-local", take = 2 })
    assert.equal('Write.\n<sd_cpp_extra_args>{"seed":2001}</sd_cpp_extra_args>', body.prompt)
  end)

  local refs = {
    { path = "/p/keeper.png", label = "The keeper", sha256 = "aa" },
    { path = "/p/lamp.png", label = "The lamp", sha256 = "bb" },
  }

  it("sends reference pictures as files, and says what they show", function()
    local text, options = sent(picture { refs = refs })
    assert.equal("http://127.0.0.1:11434/v1/images/edits", options.url)
    local boundary = options.headers["Content-Type"]:match "^multipart/form%-data; boundary=(sbhost%-%x+)$"
    assert.equal("--" .. boundary .. "--\r\n", text:sub(-#boundary - 6))
    local _, parts = text:gsub("%-%-" .. boundary:gsub("%-", "%%-") .. "\r\n", "")
    assert.equal(6 + 2, parts)
    assert.truthy(text:find('name="image[]"; filename="1.png"\r\nContent-Type: image/png\r\n\r\n<file>\r\n', 1, true))
    assert.truthy(text:find('name="size"\r\n\r\n1344x768\r\n', 1, true))
    assert.truthy(text:find("Reference picture 2: The lamp", 1, true))
    assert.equal(16, own.reference_limit "sdxl")
  end)

  it("goes without them where a server has no place for them, and says so", function()
    for _, status in ipairs { 404, 405, 501 } do
      local asked = picture { refs = refs }
      local form = next_form(asked, nil, status, [[{"detail":"Not Found"}]])
      local body = body_of(asked, form)
      assert.truthy(body.prompt:find("No reference pictures", 1, true))
      assert.is_nil((next_form(asked, form, status, [[{"detail":"Not Found"}]])))
    end
    local form = next_form(picture { refs = refs }, nil, 400,
      [[{"error":{"message":"Invalid value: 'dall-e-3'.","param":"model","code":"invalid_value"}}]])
    assert.is_false(form.references)
  end)

  it("calls them what a server wants them called", function()
    local asked = picture { refs = refs }
    local missing = [[{"detail":[{"loc":["body","image"],"msg":"Field required","type":"missing"}]}]]
    local form = next_form(asked, nil, 422, missing)
    assert.truthy(sent(asked, form):find('name="image"; filename="1.png"', 1, true))
    assert.is_false(next_form(asked, form, 422, missing).references)
  end)

  it("leaves out what a server does not know", function()
    local asked, form = picture(), nil
    for _, name in ipairs { "response_format", "size", "seed" } do
      form = next_form(asked, form, 400,
        ([[{"error":{"message":"Unknown parameter: '%s'.","code":"unknown_parameter"}}]]):format(name))
      assert.is_nil(body_of(asked, form)[name])
    end
    assert.same({ model = "sdxl", prompt = "Write.", n = 1 }, body_of(asked, form))
  end)

  it("takes a refusal for one", function()
    local form, failure = next_form(picture(), nil, 400,
      [[{"error":{"message":"Your request was rejected. Size matters not.","code":"moderation_blocked"}}]])
    assert.is_nil(form)
    assert.equal("final", failure.class)
    assert.is_true(failure.refused)
  end)
end)

describe("an answer with a picture", function()
  local arrived = { { path = "/p1", bytes = 9 } }

  it("is the file that came with it", function()
    local seen = read(picture(), [[{"created":1,"output_format":"png","data":[{"b64_json":"{spill:1}"}]}]],
      { files = arrived })
    assert.equal(1, seen.file)
    assert.is_nil(seen.usage.cost)
  end)

  it("may be at an address, and is then the file that was fetched from there", function()
    local body = [[{"data":[{"url":"http://127.0.0.1:11434/generated-images/b64.png"}]}]]
    local seen = read(picture(), body)
    assert.equal("http://127.0.0.1:11434/generated-images/b64.png", seen.address)
    local again = read(picture(), body, { files = { { path = "/p", address = seen.address } } })
    assert.equal(1, again.file)
    assert.is_nil(again.address)
  end)

  it("is fetched from its own server alone", function()
    for _, address in ipairs {
      "http://127.0.0.1:11434@evil.example/p.png", "http://127.0.0.1:1143/p.png", "https://127.0.0.1:11434/p.png",
      "file:///etc/passwd",
    } do
      local fetched = own:fetch(address, "/tmp")
      assert.is_nil(fetched.path)
      assert.truthy(fetched.error:find("another server", 1, true))
    end
  end)

  it("is unusable without one, for it may have been paid", function()
    for _, body in ipairs { [[{"created":1,"data":[]}]], [[{"created":1}]], "", [[{"data":null}]] } do
      assert.equal("unusable", read(picture(), body).failure.class, body)
    end
  end)
end)
