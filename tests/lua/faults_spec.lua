local catalogue = require "offline.faults.catalogue"
local faults = require "offline.faults"
local file = require "host.file"
local http = require "host.http"
local json = require "host.json"
local server = require "offline.server"

local SCHEMA = {
  type = "object", additionalProperties = false, required = { "title", "parts" },
  properties = {
    title = { type = "string" }, parts = { type = "array", items = { type = "string" } },
  },
}

local function folder()
  local path = os.tmpname()
  os.remove(path)
  assert(file.mkdir(path))
  return path
end

local bodies = {
  text = {
    model = "openai/gpt-5", max_tokens = 1000, messages = { { role = "user", content = "A clock." } },
    response_format = { type = "json_schema", json_schema = { name = "tale", strict = true, schema = SCHEMA } },
  },
  picture = {
    model = "google/gemini-2.5-flash-image", max_tokens = 1000, modalities = { "image", "text" },
    image_config = { aspect_ratio = "16:9" }, messages = { { role = "user", content = "A clock." } },
  },
  images = { model = "gpt-image-1", prompt = "A clock.", size = "1536x1024" },
}
bodies.stream = json.decode(json.encode(bodies.text))
bodies.stream.stream = true
bodies["streamed-picture"] = json.decode(json.encode(bodies.picture))
bodies["streamed-picture"].stream = true

local paths = {
  images = "/v1/images/generations", models = "/api/v1/models", generation = "/api/v1/generation?id=gen-1",
}

describe("the mock's faults", function()
  local dir = folder()

  local function with(rules, use)
    local started = assert(server.start { dir = dir, costs = true, faults = assert(faults.parse(json.encode(rules))) })
    local origin = started.base_url:match "^http://[^/]+"
    local function ask(answer, changes)
      local body = bodies[answer] and json.decode(json.encode(bodies[answer]))
      for name, value in pairs(changes or {}) do body[name] = value end
      return http.request {
        method = body and "POST" or "GET", url = origin .. (paths[answer] or "/api/v1/chat/completions"),
        headers = { ["Content-Type"] = "application/json" }, body = body and json.encode(body),
        spill = { dir = dir }, timeout = 20,
      }
    end
    local function account()
      return json.decode(http.request { url = origin .. "/_account" }.body)
    end
    local ok, err = xpcall(use, debug.traceback, ask, account)
    started.close()
    if not ok then error(err, 0) end
  end

  local costly = { ["51h"] = { bytes = 1000000 }, ["51g"] = { headers = 1000 } }

  for _, case in ipairs(catalogue.list) do
    for route in case.routes:gmatch "%S+" do
      it(("play %s, %s, to %s"):format(case.id, case.name, route), function()
        local rule = { case = case.id, seconds = 0.02, pause = 0.001 }
        for name, value in pairs(costly[case.id] or {}) do rule[name] = value end
        with({ rule }, function(ask, account)
          local answer, _, _, sent = ask(route)
          if answer then
            assert.is_nil(answer.body:find("the request handler failed", 1, true))
          else
            assert.is_true(sent)
          end
          if bodies[route] then
            local entry = account().requests[1]
            assert.equal(case.id, entry.case)
            assert.equal(case.billed or false, entry.billed > 0 or route == "stream" and case.billed or false)
          end
        end)
      end)
    end
  end

  it("are chosen by count, by route and by schema", function()
    with({
      { case = "23b", route = "text", nth = { 2 } },
      { case = "23a", route = "picture", every = 2, times = 1 },
      { case = "15a", schema = "other" },
    }, function(ask)
      local seen = {}
      for i = 1, 3 do seen[#seen + 1] = ask("text", { seed = i }).status end
      for i = 1, 4 do seen[#seen + 1] = ask("picture", { seed = i }).status end
      assert.same({ 200, 500, 200, 200, 408, 200, 200 }, seen)
    end)
  end)

  it("are chosen by chance, the same for the same requests in any order", function()
    local function statuses(order)
      local by_seed = {}
      with({ { case = { "23a", "23b", "24a" }, probability = 0.5, seed = 3 } }, function(ask)
        for _, seed in ipairs(order) do by_seed[seed] = ask("text", { seed = seed }).status end
      end)
      return by_seed
    end
    local first = statuses { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }
    assert.same(first, statuses { 10, 3, 1, 2, 9, 8, 7, 6, 5, 4 })
    local kinds = {}
    for _, status in ipairs(first) do kinds[status] = true end
    assert.is_true(kinds[200])
    assert.truthy(kinds[408] or kinds[500] or kinds[413])
  end)

  it("limit the rate with a bucket of tokens", function()
    with({ rules = {}, rate = { per_second = 1, burst = 3 } }, function(ask)
      local seen = {}
      for i = 1, 5 do seen[i] = ask("text").status end
      assert.same({ 200, 200, 200, 429, 429 }, seen)
      assert.equal("1", ask("text").headers["retry-after"])
    end)
  end)

  it("are told what is wrong with a file of theirs", function()
    local function message(text) return select(2, faults.parse(text)) end
    assert.equal("rule 2: there is no case '99'", message '[{"case":"1"},{"case":["6","99"]}]')
    assert.equal("rule 1: there is no route 'chatt'", message '[{"case":"1","route":"chatt"}]')
    assert.equal("rule 1: probability: a number is expected", message '[{"case":"1","probability":"often"}]')
    assert.equal("rule 1: there is no 'nht' in it", message '[{"case":"1","nht":[1]}]')
    assert.equal("there is no 'rule' in it", message '{"rule":[{"case":"1"}]}')
    assert.truthy(message '{"rate":{"burst":1}}':find "per_second")
    assert.is_string(message "[")
  end)
end)
