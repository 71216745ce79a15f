-- What OpenRouter is sent: each request as its model takes it, and put another way
-- when that is refused.

local file = require "host.file"
local json = require "host.json"
local openrouter = require "providers.openrouter"

local provider = openrouter.new {}

local SCHEMA = {
  type = "object", required = { "format" }, additionalProperties = false,
  properties = {
    format = { type = "array", minItems = 2, maxItems = 3, items = { type = "string", format = "date" } },
  },
}

local function request(changes)
  local made = {
    kind = "text", provider = provider, model = "openai/gpt-5", effort = "medium", system = "You write.",
    user = "Write.", refs = {}, schema = { name = "shots of it", schema = SCHEMA }, step = "lore", task = "lore",
    take = 1, attempt = 1,
  }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

local function picture(changes)
  local made = request(changes)
  made.kind, made.aspect, made.schema, made.effort = "picture", "16:9", nil, nil
  made.model = changes and changes.model or "google/gemini-2.5-flash-image"
  return made
end

--- What a request is put as: the body, and the options for host.http.
local function wired(asked, form)
  local options = provider:wire(asked, form)
  local text = {}
  for i, part in ipairs(options.body) do
    text[i] = type(part) == "string" and part or "PICTURE"
  end
  return assert(json.decode(table.concat(text))), options
end

describe("a request for text", function()
  it("says what it must and nothing that the model does not list", function()
    local body, options = wired(request())
    assert.equal("https://openrouter.ai/api/v1/chat/completions", options.url)
    assert.equal("sbhost", options.headers["X-OpenRouter-Title"])
    assert.is_string(options.headers["HTTP-Referer"])
    assert.same({
      model = "openai/gpt-5",
      messages = { { role = "system", content = "You write." }, { role = "user", content = "Write." } },
      max_tokens = 32000,
      seed = 1001,
      reasoning = { effort = "medium" },
      provider = { require_parameters = true },
      response_format = {
        type = "json_schema",
        json_schema = {
          name = "shots_of_it", strict = true,
          schema = {
            type = "object", required = { "format" }, additionalProperties = false,
            properties = { format = { type = "array", items = { type = "string", format = "date" } } },
          },
        },
      },
    }, body)
  end)

  it("holds the effort that the model knows", function()
    local function effort(model, wanted)
      local body = wired(request { model = model, effort = wanted })
      return body.reasoning and body.reasoning.effort
    end
    assert.equal("minimal", effort("openai/gpt-5", "none"))
    assert.equal("high", effort("openai/gpt-5", "max"))
    assert.equal("minimal", effort("google/gemini-2.5-pro", "none"))
    assert.equal("none", effort("google/gemini-2.5-flash", "none"))
    assert.equal("xhigh", effort("nobody/knows", "xhigh"))
    local asked = request()
    asked.effort = nil
    assert.is_nil(wired(asked).reasoning)
  end)

  it("gives thinking its share of the tokens, and more where they did not do", function()
    assert.equal(16000, wired(request { effort = "minimal" }).max_tokens)
    assert.equal(64000, wired(request { generous = true }).max_tokens)
    assert.equal(64000, wired(request { model = "google/gemini-2.5-pro", generous = true }).max_tokens)
    assert.is_true(wired(request { model = "nobody/knows" }).max_tokens >= 16)
  end)

  it("differs from take to take and from attempt to attempt", function()
    local function seed_and_cache(take, attempt, more)
      local asked = request(more)
      asked.take, asked.attempt = take, attempt
      local body, options = wired(asked)
      return body.seed, options.headers["X-OpenRouter-Cache"]
    end
    assert.same({ 1001, "true" }, { seed_and_cache(1, 1) })
    assert.same({ 2001, "true" }, { seed_and_cache(2, 1) })
    assert.same({ 2002 }, { seed_and_cache(2, 2) })
    assert.same({ 2002, "true" }, { seed_and_cache(2, 2, { resent = true }) })
  end)

  it("comes in events when it is to be seen arriving", function()
    assert.is_nil(wired(request()).stream)
    assert.is_true(wired(request { stream = true }).stream)
  end)
end)

describe("a request for a picture", function()
  it("asks for one of a shape", function()
    local body, options = wired(picture())
    assert.same({ "image", "text" }, body.modalities)
    assert.same({ aspect_ratio = "16:9" }, body.image_config)
    assert.equal(4096, body.max_tokens)
    assert.is_nil(body.reasoning)
    assert.is_nil(body.response_format)
    assert.is_nil(body.provider)
    assert.equal(900, options.timeout)
    assert.same({ "image" }, wired(picture { model = "openai/gpt-image-2" }).modalities)
  end)

  it("carries its references after their labels", function()
    local path = os.tmpname()
    assert(file.write(path, "\x89PNG"))
    local refs = { { path = path, label = 'The "keeper"' }, { path = path, label = '"url":"@attached:1"' } }
    local content = wired(picture { refs = refs }).messages[2].content
    os.remove(path)
    local url = { type = "image_url", image_url = { url = "data:image/png;base64,PICTURE" } }
    assert.same({
      { type = "text", text = "Write." },
      { type = "text", text = 'Reference picture 1: The "keeper"' }, url,
      { type = "text", text = 'Reference picture 2: "url":"@attached:1"' }, url,
    }, content)
  end)
end)

--- Sends a request again and again to one who refuses it so, and returns what it was
--- put as each time.
local function refused(asked, answers)
  local bodies, form = {}, nil
  for i = 1, 20 do
    bodies[i] = wired(asked, form)
    local said = answers(bodies[i], i)
    if not said then
      return bodies
    end
    local read = provider.read(asked, {
      status = said.status or 400, headers = {}, body = json.encode { error = { message = said.message } },
    })
    if read.failure.class ~= "form" then
      return bodies, read.failure
    end
    form = read.failure.form
  end
  error "it never ends"
end

describe("a request that is refused as it was put", function()
  it("leaves out what it is refused for", function()
    local bodies = refused(request(), function(body)
      return body.reasoning and { message = "Unsupported value: 'minimal' for reasoning.effort" }
    end)
    assert.equal(2, #bodies)
    assert.is_table(bodies[2].response_format)
  end)

  it("goes down from the schema to words", function()
    local bodies, failure = refused(request(), function()
      return { message = "Invalid schema for response_format 'shots'" }
    end)
    assert.equal("final", failure.class)
    local formats = {}
    for i, body in ipairs(bodies) do
      formats[i] = body.response_format and body.response_format.type or "none"
    end
    assert.same({ "json_schema", "json_schema", "json_object", "none" }, formats)
    local reduced = bodies[2].response_format.json_schema.schema
    assert.is_nil(reduced.properties.format.items.format)
    assert.is_table(reduced.properties.format) -- a name, though a keyword is called the same
    for i = 3, 4 do
      assert.truthy(bodies[i].messages[2].content:find('JSON schema:\n{"additionalProperties":false', 1, true))
    end
  end)

  it("gives up one thing after the other, and ends", function()
    local complaints = {
      "Reasoning is mandatory for this endpoint and cannot be disabled.", "too many states for serving", "json_object",
      "Unsupported parameter: 'seed'", "Use 'max_completion_tokens' instead", "response_format",
    }
    local bodies, failure = refused(request(), function(_, i)
      return { message = complaints[(i - 1) % #complaints + 1] }
    end)
    assert.equal("final", failure.class)
    local last = bodies[#bodies]
    assert.is_nil(last.reasoning)
    assert.is_nil(last.seed)
    assert.is_nil(last.max_tokens)
    assert.equal(32000, last.max_completion_tokens)
    assert.is_nil(last.response_format)
  end)

  it("does without what no endpoint promises", function()
    local bodies, failure = refused(request(), function()
      return { status = 404, message = "No endpoints found that can handle the requested parameters." }
    end)
    assert.equal(2, #bodies)
    assert.is_nil(bodies[2].provider)
    assert.truthy(failure.message:find("openai/gpt-5 with a schema", 1, true))
    bodies = refused(picture { model = "x/flux" }, function()
      return { status = 404, message = "No endpoints found that support the requested output modalities: image, text" }
    end)
    assert.same({ "image" }, bodies[2].modalities)
    assert.equal(2, #bodies)
  end)

  it("keeps what was learnt of another", function()
    local forms = require "providers.forms"
    assert.same({ reasoning = false, schema = "object", seed = false },
      forms.merge({ reasoning = false, schema = "object" }, { schema = "reduced", seed = false }))
    assert.same({ schema = "prompt" }, forms.merge(nil, { schema = "prompt" }))
  end)

  it("says how much it carried when that was too much", function()
    local path = os.tmpname()
    assert(file.write(path, ("x"):rep(1500000)))
    local asked = picture { refs = { { path = path, label = "a" } } }
    local read = provider.read(asked, { status = 413, headers = {}, body = "" })
    os.remove(path)
    assert.truthy(read.failure.message:find("it carries 1 picture", 1, true), read.failure.message)
    assert.truthy(read.failure.message:find("together 1.5 MB", 1, true), read.failure.message)
  end)

  it("asks whether the address is right when someone else answers", function()
    local read = provider.read(request(), { status = 404, headers = {}, body = "<html>nginx</html>" })
    assert.truthy(read.failure.message:find("is https://openrouter.ai/api/v1 the right address?", 1, true))
    assert.is_nil(read.failure.successor)
    local page = { status = 200, headers = {}, body = "<!doctype html><title>Welcome</title>" }
    local words = provider.read(request(), page).failure.message
    assert.truthy(words:find("is https://openrouter.ai/api/v1 the right address?", 1, true), words)
    words = provider.read(request(), { status = 502, headers = {}, body = "<html>" }).failure.message
    assert.is_nil(words:find("right", 1, true), words)
  end)

  it("names the address that may have been meant", function()
    local explain = require "providers.explain"
    local router, openai = "/api/v1", "/v1"
    for _, known in ipairs {
      { "https://openrouter.ai", router, "https://openrouter.ai/api/v1" },
      { "https://openrouter.ai/api", router, "https://openrouter.ai/api/v1" },
      { "https://openrouter.ai/v1", router, "https://openrouter.ai/api/v1" },
      { "https://openrouter.ai/api/v1/chat/completions", router, "https://openrouter.ai/api/v1" },
      { "http://[::1]:11434", openai, "http://[::1]:11434/v1" },
      { "https://gateway.example/team", openai, "https://gateway.example/team/v1" },
    } do
      assert.equal(known[3], explain.meant(known[1], known[2]))
    end
    assert.is_nil(explain.meant("http://localhost:8080/v1", openai))
    assert.is_nil(explain.meant("https://example.com/v1beta/openai", openai))
  end)
end)
