-- lua/offline/faults/others.lua: bad answers of the other routes: pictures by
-- OpenAI's route, generation statistics, the list of models.

local json = require "host.json"

local FRAME = "@frame@"

local function images(value, path)
  return function(it)
    it:good()
    return it:text(200, json.encode(value), nil, path)
  end
end

---@type offline.Case[]
return {
  {
    id = "46a", name = "a picture by the images route", routes = "images", billed = true,
    wire = "`data: [{\"b64_json\":…,\"media_type\":…}]`, `usage.cost`", expect = "saved",
    play = images { created = 1, data = { { b64_json = FRAME, media_type = "image/png" } }, usage = { cost = 0.04 } },
  },
  {
    id = "46b", name = "a picture of no type", routes = "images", billed = true,
    wire = "`data: [{\"b64_json\":…}]`", expect = "saved",
    play = images { created = 1, data = { { b64_json = FRAME } } },
  },
  {
    id = "46c", name = "no picture", routes = "images",
    wire = "`data: []`", expect = "asked again, a few times",
    play = images { created = 1, data = json.array {} },
  },
  {
    id = "46d", name = "a picture elsewhere", routes = "images", billed = true,
    wire = "`data: [{\"url\":\"https://…\"}]`", expect = "not fetched; says so",
    play = images { created = 1, data = { { url = "https://cdn.example.com/frame.png" } } },
  },
  {
    id = "46e", name = "a picture as an event", routes = "images", billed = true,
    wire = "`data: {\"type\":\"image_generation.completed\",\"b64_json\":…}`", expect = "saved",
    play = function(it)
      it:good()
      return it:text(200, "data: " .. json.encode { type = "image_generation.completed", b64_json = FRAME }
        .. "\n\ndata: [DONE]\n\n", { ["Content-Type"] = "text/event-stream" })
    end,
  },
  {
    id = "46f", name = "an error as an event", routes = "images",
    wire = "`data: {\"type\":\"error\",\"error\":…}`", expect = "its message is told",
    play = function(it)
      return it:text(200, "data: " .. json.encode {
        type = "error", error = { code = "server_error", message = "the drawing failed" },
      } .. "\n\n", { ["Content-Type"] = "text/event-stream" })
    end,
  },
  {
    id = "47", name = "no statistics yet", routes = "generation",
    wire = "404", expect = "asked again a few times; the run goes on without",
    play = function(it) return it:error(404, { message = "Generation not found", code = 404 }) end,
  },
  {
    id = "48a", name = "odd models", routes = "models",
    wire = "prices \"-1\" and null, `supported_parameters` missing", expect = "read, what is odd left out",
    play = function(it)
      return it:json(200, {
        data = {
          { id = "openrouter/auto", pricing = { prompt = "-1", completion = "-1" } },
          {
            id = "openai/gpt-5", pricing = { prompt = "0.00000125", completion = "0.00001" },
            architecture = json.null,
          },
          { id = "some/model", pricing = json.null, supported_parameters = json.null },
          { name = "no id" }, json.null, 3,
        },
      })
    end,
  },
  {
    id = "48b", name = "a limited key", routes = "key",
    wire = "`limit: 10`, `limit_remaining: 1.25`, `is_free_tier: true`", expect = "told before anything is asked",
    play = function(it)
      return it:json(200, {
        data = {
          label = "sk-or-v1-123...abc", limit = 10, limit_remaining = 1.25, usage = 8.75, is_free_tier = true,
          expires_at = json.null,
        },
      })
    end,
  },
  {
    id = "48c", name = "an odd key", routes = "key",
    wire = "`data` is a list of null", expect = "passed over",
    play = function(it) return it:json(200, { data = { json.null } }) end,
  },
}
