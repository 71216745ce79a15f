local file = require "host.file"
local http = require "host.http"
local image = require "host.image"
local json = require "host.json"
local loop = require "host.loop"
local offline = require "offline.server"

local dir, running

local function start(options)
  options = options or {}
  options.dir = dir
  running = assert(offline.start(options))
  return running
end

local function ask(body, headers)
  local answer = assert(http.request {
    method = "POST", url = running.base_url .. "/chat/completions", headers = headers,
    body = type(body) == "string" and body or json.encode(body), spill = { dir = dir },
  })
  return json.decode(answer.body), answer
end

local function get(path)
  local origin = running.base_url:gsub("/api/v1$", "")
  local answer = assert(http.request { url = origin .. path })
  return json.decode(answer.body), answer
end

local idea = "A keeper finds that her light is calling something up from the sea."

-- { "name", schema, "name", schema, ... }
local function object(list)
  local properties, required = {}, json.array {}
  for i = 1, #list, 2 do
    properties[list[i]] = list[i + 1]
    required[#required + 1] = list[i]
  end
  return { type = "object", properties = properties, required = required,
    additionalProperties = false }
end

local text = { type = "string" }

local function list(items, least, most)
  return { type = "array", items = items, minItems = least, maxItems = most }
end

local function request(schema, context)
  return {
    model = "openai/gpt-5", max_tokens = 4000,
    messages = {
      { role = "system", content = "You are a writer." },
      { role = "user", content = "Write it.\n\n<context>\n## user_prompt: The user's words.\n"
        .. idea .. (context or "") .. "\n</context>" },
    },
    response_format = {
      type = "json_schema", json_schema = { name = "answer", strict = true, schema = schema },
    },
  }
end

local function written(schema, context)
  local answer = ask(request(schema, context))
  return assert(json.decode(answer.choices[1].message.content)), answer.choices[1].message.content
end

describe("offline", function()
  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    assert(file.mkdir(dir))
  end)

  after_each(function()
    running.close()
    assert.same({}, file.list(dir))
    os.remove(dir)
  end)

  describe("server", function()
    it("answers in OpenRouter's shape, free of charge", function()
      start()
      local answer, response = ask { model = "openai/gpt-5", messages = { { role = "user",
        content = idea } } }
      assert.equal(200, response.status)
      assert.equal("stop", answer.choices[1].finish_reason)
      assert.equal("assistant", answer.choices[1].message.role)
      assert.truthy(answer.choices[1].message.content:find("keeper", 1, true))
      assert.equal(0, answer.usage.cost)
      assert.is_true(answer.usage.completion_tokens > 10)
      assert.equal(answer.id, response.headers["x-generation-id"])
    end)

    it("gives the same answer to the same request, another to another take", function()
      start()
      local body = request(object { "title", text, "logline", text })
      local _, first = ask(body)
      local _, second = ask(body)
      assert.equal(first.body, second.body)
      body.seed = 2001
      local third = ask(body)
      assert.is_not.equal(json.decode(first.body).choices[1].message.content,
        third.choices[1].message.content)
    end)

    it("bills what the models cost when it is told to", function()
      start { costs = true }
      local answer = ask(request(object { "title", text }))
      local usage = answer.usage
      assert.is_true(math.abs(usage.prompt_tokens * 1.25e-6 + usage.completion_tokens * 1e-5 - usage.cost) < 1e-9)
      local found = get("/api/v1/generation?id=" .. answer.id).data
      assert.equal(usage.cost, found.total_cost)
      assert.equal(404, select(2, get "/api/v1/generation?id=gen-unknown").status)
    end)

    it("lists its models with prices as strings", function()
      start()
      local listing = get "/api/v1/models"
      assert.equal("openai/gpt-5", listing.data[1].id)
      assert.equal(1.25e-6, tonumber(listing.data[1].pricing.prompt))
    end)

    it("refuses what OpenRouter refuses, naming the field", function()
      start()
      local good = request(object { "title", text })
      local function refused(change)
        local body = json.decode(json.encode(good))
        change(body)
        local answer, response = ask(body)
        assert.equal(response.status, answer.error.code)
        return ("%d %s"):format(answer.error.code, answer.error.message)
      end
      assert.truthy(refused(function(b) b.model = nil end):find "^400 model:")
      assert.truthy(refused(function(b) b.messages = json.array {} end):find "^400 messages:")
      assert.truthy(refused(function(b) b.messages[2].content = 5 end):find "^400 messages%[1%]%.content:")
      assert.truthy(refused(function(b) b.max_tokens = 15 end):find "^400 max_tokens:")
      assert.truthy(refused(function(b) b.models = { "a", "b", "c", "d" } end):find "^400 models:")
      assert.truthy(refused(function(b) b.reasoning = { effort = "low",
        max_tokens = 9 } end):find "^400 reasoning:")
      assert.truthy(refused(function(b)
        b.response_format.json_schema.schema.additionalProperties = nil
      end):find "additionalProperties")
      assert.truthy(refused(function(b) b.modalities = { "image",
        "text" } end):find "^404 No endpoints")
      assert.equal(400, select(2, ask "{").status)
      assert.equal(404, select(2, get "/elsewhere").status)
    end)

    it("lets only those in who have the key, when there is one", function()
      start { key = "secret" }
      local body = { model = "openai/gpt-5", messages = { { role = "user", content = "x" } } }
      assert.equal(401, select(2, ask(body)).status)
      assert.equal(200, select(2, ask(body, { Authorization = "Bearer secret" })).status)
    end)

    it("answers no earlier than it was told to", function()
      start { delay = 0.1 }
      local before = loop.now()
      ask { model = "openai/gpt-5", messages = { { role = "user", content = "x" } } }
      assert.is_true(loop.now() - before >= 0.1)
    end)

    it("keeps an account of what was asked, answered whole and billed", function()
      local path = os.tmpname()
      start { costs = true, account = path, delay = 0.2 }
      local body = request(object { "title", text })
      ask(body, { ["X-Task"] = "lore" })
      local given_up = http.request {
        method = "POST", url = running.base_url .. "/chat/completions", body = json.encode(body),
          timeout = 0.05,
      }
      assert.is_nil(given_up)
      local report
      repeat report = get "/_account" until report.requests[2].whole ~= nil
      assert.equal(2, report.asked)
      assert.equal(1, report.answered_whole)
      assert.is_true(report.requests[1].whole)
      assert.is_false(report.requests[2].whole)
      assert.equal("lore", report.requests[1].task)
      assert.equal(report.requests[1].hash, report.requests[2].hash)
      assert.is_true(report.billed > 0)
      local events = {}
      for line in io.lines(path) do
        local event = json.decode(line)
        events[#events + 1] = ("%s %d %s"):format(event.event, event.number, tostring(event.whole))
      end
      assert.same({ "asked 1 nil", "answered 1 true", "asked 2 nil", "answered 2 false" }, events)
      os.remove(path)
    end)
  end)

  describe("writer", function()
    it("fills any schema: nested, counted, typed, in the order required", function()
      start()
      local value, raw = written(object {
        "zeta", { type = "integer", minimum = 3, maximum = 5 },
        "alpha", { type = { "string", "null" } },
        "flag", { type = "boolean" },
        "ratio", { type = "number", minimum = 0.5, maximum = 0.9 },
        "tags", list({ type = "string", enum = { "a", "b", "c" } }, 2, 2),
        "deep", object { "list", { type = "array", description = "Exactly 4 items.",
          items = object { "x", text } } },
        "ref", { ["$ref"] = "#/properties/zeta" },
        "fixed", { const = "this" },
      })
      assert.is_true(value.zeta >= 3 and value.zeta <= 5 and value.zeta % 1 == 0)
      assert.equal("string", type(value.alpha))
      assert.equal("boolean", type(value.flag))
      assert.is_true(value.ratio >= 0.5 and value.ratio <= 0.9)
      assert.equal(2, #value.tags)
      assert.is_not.equal(value.tags[1], value.tags[2])
      assert.equal(4, #value.deep.list)
      assert.equal("number", type(value.ref))
      assert.equal("this", value.fixed)
      assert.truthy(raw:find '^{"zeta":.*"alpha":.*"flag":.*"ratio":.*"tags":.*"deep":.*"ref":.*"fixed":')
    end)

    it("gives each option another idea", function()
      start()
      local lore = object { "lore", object { "title", text, "world", text, "rules", text } }
      local value = written(object { "option_1", lore, "option_2", lore, "option_3", lore })
      for _, field in ipairs { "title", "world", "rules" } do
        assert.is_not.equal(value.option_1.lore[field], value.option_2.lore[field])
        assert.is_not.equal(value.option_2.lore[field], value.option_3.lore[field])
      end
    end)

    it("finds the cast in the idea, and shows every prop somewhere", function()
      start()
      local scenes = written(object {
        "scenes", list(object { "name", text, "description", text, "sketch", text }, 5, 5),
      }).scenes
      local names, context = json.array {}, { "\n## scenes: The scenes." }
      for i, scene in ipairs(scenes) do
        names[i] = scene.name
        context[#context + 1] = ("- name: %s\n  description: %s"):format(scene.name,
          scene.description)
      end
      local value = written(object {
        "props", list(object {
          "name", text, "kind", { type = "string", enum = { "character", "object", "place" } },
          "description", text,
        }),
        "scenes", list(object {
          "name", { type = "string", enum = names }, "props", list(text),
        }, 5, 5),
      }, table.concat(context, "\n"))
      local kinds, shown = {}, {}
      for _, prop in ipairs(value.props) do kinds[prop.name] = prop.kind end
      assert.equal("character", kinds["The keeper"])
      assert.equal("object", kinds["The light"])
      assert.equal("character", kinds["The something"])
      assert.equal("place", kinds["The sea"])
      for i, scene in ipairs(value.scenes) do
        assert.equal(names[i], scene.name)
        assert.is_true(#scene.props >= 2)
        for _, name in ipairs(scene.props) do
          assert.is_not_nil(kinds[name])
          shown[name] = true
        end
      end
      for name in pairs(kinds) do assert.is_true(shown[name], name) end
    end)

    it("cuts a scene into distinct shots of its own props", function()
      start()
      local enum = json.array { "The keeper", "The light" }
      local value = written(object {
        "shots", list(object {
          "name", text, "size", { type = "string", enum = { "wide", "medium", "close-up",
            "insert" } },
          "angle", text, "lens", text, "dialogue", text, "sound", text,
          "duration", { type = "number", minimum = 0.5, maximum = 60 },
          "props", list { type = "string", enum = enum },
        }, 6, 6),
      }, "\n## scene.name: Its name.\nThe storm\n## scene.props: The props.\n"
        .. "- name: The keeper\n  kind: character\n- name: The light\n  kind: object")
      local names, spoken = {}, 0
      for _, shot in ipairs(value.shots) do
        assert.is_nil(names[shot.name])
        names[shot.name] = true
        assert.is_true(shot.duration >= 2 and shot.duration <= 8)
        assert.is_true(#shot.props >= 1)
        if shot.dialogue ~= "" then
          spoken = spoken + 1
          assert.truthy(shot.dialogue:find "^KEEPER: ")
        end
        assert.truthy(shot.lens:find "mm")
      end
      assert.is_true(spoken > 0 and spoken < 6)
    end)
  end)

  describe("painter", function()
    it("draws a frame of the ratio asked for, and removes its file", function()
      start { costs = true }
      local answer, response = ask {
        model = "google/gemini-2.5-flash-image", modalities = { "image", "text" },
        image_config = { aspect_ratio = "3:2" },
        messages = { { role = "user", content = "A keeper on a rock.\nSize: wide\nAngle: low" } },
      }
      assert.equal("data:image/png;base64,{spill:1}",
        answer.choices[1].message.images[1].image_url.url)
      assert.is_true(math.abs(answer.usage.cost - 0.039) < 0.001)
      local info = assert(image.inspect(response.files[1].path))
      assert.equal("png", info.type)
      assert.equal(1248, info.width)
      assert.equal(832, info.height)
      os.remove(response.files[1].path)
    end)

    it("says that the disk takes no picture", function()
      start()
      running.close()
      running = assert(offline.start { dir = dir .. "/gone" })
      local answer, response = ask {
        model = "google/gemini-2.5-flash-image", modalities = { "image", "text" },
        messages = { { role = "user", content = "A keeper on a rock." } },
      }
      assert.equal(507, response.status)
      assert.truthy(answer.error.message:find("no such file or directory", 1, true), answer.error.message)
    end)
  end)

  describe("mock", function()
    it("serves in a process of its own until it is told to end", function()
      start() -- for its folder
      local program = "/proc/" .. io.open("/proc/self/stat"):read "n" .. "/exe"
      os.execute(("(sh -c 'echo $$; exec %s mock --port 0' >%s/out; echo $? >%s/status) &")
        :format(program, dir, dir))
      local function await(name, what)
        while true do
          local opened <close> = io.open(dir .. "/" .. name) or io.open "/dev/null"
          local pid, url = opened:read("n", "l")
          if what == "url" then url = opened:read "l" end
          if url then return url, pid end
          loop.sleep(0.01)
        end
      end
      local url, pid = await("out", "url")
      assert.equal(200, assert(http.request { url = url .. "/models" }).status)
      os.execute("kill -TERM " .. math.tointeger(pid))
      local _, status = await("status")
      assert.equal(0, status)
      os.remove(dir .. "/out")
      os.remove(dir .. "/status")
    end)
  end)
end)
