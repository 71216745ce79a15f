-- What is known of models, what a provider says of them, and of its calls.

local catalogue = require "providers.catalogue"
local json = require "host.json"
local models = require "providers.models"
local openrouter = require "providers.openrouter"
local server = require "host.server"

--- A provider whose server answers so; closed by the second value.
local function serving(handler)
  local listening = assert(server.listen { handler = handler })
  local provider = openrouter.new { base_url = ("http://127.0.0.1:%d/api/v1"):format(listening:port()) }
  return provider, listening
end

local function request(changes)
  local made = { kind = "text", model = "openai/gpt-5", user = "1234567890", refs = {}, take = 1, attempt = 1 }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

describe("the data of models", function()
  it("is whole", function()
    for name, model in pairs(models) do
      assert.is_true(model.max_tokens >= 16, name)
      assert.is_true((model.limit or math.huge) >= model.max_tokens + (model.thinking or 0), name)
      assert.is_true(model.retires == nil or model.retires:find "^%d%d%d%d%-%d%d%-%d%d$" ~= nil, name)
      assert.is_true(model.retires == nil or model.successor ~= nil, name)
      assert.is_true(model.successor == nil or model.successor ~= name, name)
    end
  end)

  it("tells what a call may cost", function()
    local cost = openrouter.new({}).worst_cost
    local expected = 10 * 1.25e-6 + 32000 * 1e-5
    assert.is_true(math.abs(cost(request { effort = "high" }) - expected) < 1e-9)
    assert.is_true(cost(request { generous = true }) > cost(request()))
    assert.is_true(cost(request { turns = { { role = "user", content = ("x"):rep(1000) } } }) > cost(request()))
    local drawn = cost(request { kind = "picture", model = "google/gemini-2.5-flash-image" })
    assert.is_true(drawn > 0.039 and drawn < 0.06)
    assert.is_nil(cost(request { model = "nobody/knows" }))
    assert.is_nil(cost(request { model = "openai/gpt-5", kind = "picture" }))
  end)

  it("tells how many references fit", function()
    local limit = openrouter.new({}).reference_limit
    assert.equal(3, limit "google/gemini-2.5-flash-image")
    assert.equal(14, limit "google/gemini-3.1-flash-image")
    assert.is_nil(limit "nobody/knows")
  end)

  it("names the successor of one that is retired", function()
    local words, successor = catalogue.retired "google/gemini-2.5-flash-image-preview"
    assert.equal("google/gemini-2.5-flash-image", successor)
    assert.truthy(words:find("announced for 2026-01-15", 1, true))
    assert.truthy(words:find("successors = true", 1, true))
    assert.is_nil(catalogue.retired "google/gemini-3-pro-image")
    assert.equal("x/y", select(2, catalogue.retired("google/gemini-3-pro-image", nil, "x/y")))
    assert.is_nil(select(2, catalogue.retired("nobody/knows", nil, "nobody/knows")))
  end)

  it("warns in time of one that is to be retired", function()
    local function on(year, month, day)
      return catalogue.warning("openai/gpt-5", nil, os.time { year = year, month = month, day = day })
    end
    assert.is_nil(on(2026, 9, 1))
    assert.truthy(on(2026, 11, 24):find("openai/gpt-5 is to be retired on 2026-12-11", 1, true))
    assert.truthy(on(2026, 11, 24):find("its successor is openai/gpt-6.1-sol", 1, true))
    assert.truthy(on(2027, 1, 5):find("openai/gpt-5 was to be retired on 2026-12-11", 1, true))
    assert.is_nil(catalogue.warning("nobody/knows", nil, os.time()))
  end)

  it("says nothing of a date that has passed when the provider still lists the model", function()
    local name, later = "google/gemini-2.5-flash-image", os.time { year = 2027, month = 1, day = 5 }
    assert.truthy(catalogue.warning(name, { listed = {} }, later))
    assert.is_nil(catalogue.warning(name, { listed = { [name] = {} } }, later))
    assert.truthy(catalogue.warning(name, { listed = { [name] = { retires = "2027-01-04" } } }, later))
    assert.is_nil(catalogue.warning(name, { listed = { [name] = { retires = "2027-09-01" } } }, later))
  end)
end)

local LISTING = {
  data = {
    {
      id = "new/model", pricing = { prompt = "0.00000125", completion = "0.00001" },
      supported_parameters = { "max_tokens", "response_format" },
      top_provider = { max_completion_tokens = 20000 }, expiration_date = "2027-01-31",
      reasoning = { supported_efforts = { "low", "high" } }, architecture = { output_modalities = { "text" } },
    },
    { id = "openai/gpt-5", pricing = { prompt = "-1", completion = "-1" } },
    {
      id = "google/gemini-3.1-flash-image", pricing = { prompt = "0.000001", image_output = "0.0001" },
      supported_parameters = json.null, top_provider = json.null, expiration_date = json.null,
    },
    { id = "new/brush", pricing = json.null, architecture = { output_modalities = { "image" } } },
    "odd", { id = 4 }, json.null,
  },
}

describe("a provider's list of models", function()
  it("comes before what is known", function()
    local asked
    local provider, listening = serving(function(got)
      asked = got
      return { body = json.encode(LISTING) }
    end)
    assert.equal(4, catalogue.refresh(provider))
    listening:close()
    assert.equal("/api/v1/models", asked.path)
    assert.equal("all", asked.query.output_modalities)

    local found = catalogue.find("new/model", provider)
    assert.equal(1.25e-6, found.input)
    assert.equal(20000, catalogue.max_tokens(request { model = "new/model" }, provider))
    assert.equal("low", catalogue.effort(found, "minimal"))
    assert.equal("low", catalogue.effort(found, "none"))
    assert.is_number(provider.worst_cost(request { model = "new/model", provider = provider }))
    assert.equal("2027-01-31", found.retires)

    local schema = { name = "n", schema = { type = "object" } }
    local parts = provider:wire(request { model = "new/model", schema = schema }).body
    local body = json.decode(table.concat(parts))
    assert.same({ type = "json_object" }, body.response_format)
    assert.is_nil(body.seed)

    assert.is_nil(provider.worst_cost(request { provider = provider })) -- its price varies
    local drawn = provider.worst_cost(request {
      kind = "picture", model = "google/gemini-3.1-flash-image", provider = provider,
    })
    assert.is_true(drawn > 1120 * 0.0001)
    assert.equal(14, catalogue.find("google/gemini-3.1-flash-image", provider).references)
    assert.same({ "image" }, catalogue.find("new/brush", provider).modalities)
    assert.is_nil(catalogue.find("new/model"))
  end)

  it("can be missing, or make no sense", function()
    for _, answer in ipairs {
      { status = 500, body = "" }, { body = "<html>" }, { body = "[]" },
      { body = '{"data":"no"}' }, { body = '{"data":[]}' },
    } do
      local provider, listening = serving(function()
        return answer
      end)
      assert.is_nil(catalogue.refresh(provider))
      assert.is_nil(provider.listed)
      listening:close()
    end
    assert.is_nil(catalogue.refresh(openrouter.new { base_url = "http://127.0.0.1:1/api/v1" }))
  end)
end)

describe("what became of a call", function()
  it("47 is known after a while", function()
    local asked = {}
    local provider, listening = serving(function(got)
      asked[#asked + 1] = got.query.id
      if #asked < 3 then
        return { status = 404, body = [[{"error":{"message":"Generation not found"}}]] }
      end
      return { body = [[{"data":{"id":"gen-1 &","model":"x/y","total_cost":0.0012,"native_tokens_prompt":10,
        "native_tokens_completion":5,"provider_name":"OpenAI"}}]] }
    end)
    assert.same({ cost = 0.0012, input = 10, output = 5, model = "x/y" }, provider:generation "gen-1 &")
    assert.same({ "gen-1 &", "gen-1 &", "gen-1 &" }, asked)
    listening:close()
  end)

  it("47 may never be known", function()
    local count = 0
    local provider, listening = serving(function()
      count = count + 1
      return count == 1 and { body = '{"data":null}' } or { status = 500, body = "" }
    end)
    assert.is_nil(provider:generation "gen-1")
    assert.is_nil(provider:generation "gen-1")
    assert.equal(2, count)
    listening:close()
    assert.is_nil(provider:generation "gen-1")
  end)
end)
