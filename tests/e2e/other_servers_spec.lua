-- Boards that are written and drawn by servers of one's own: each of the usual ones
-- with its habits, text from one and pictures from another.

local file = require "host.file"
local json = require "host.json"
local servers = require "servers"
local support = require "support"

local TEXT_ROLES = { "story", "detail", "rewrite" }

--- A story whose text comes from one server and whose pictures from another.
---@param text { [1]: string, [2]: Served, [3]: string? } model, server, further settings
---@param drawing { [1]: string, [2]: Served }
local function story_of(text, drawing)
  local lines = {}
  local function role(name, model, served, more)
    lines[#lines + 1] = ("    %s = { %q, provider = \"openai\", base_url = %q%s },"):format(name, model, served.url,
      more and ", " .. more or "")
  end
  for _, name in ipairs(TEXT_ROLES) do
    role(name, text[1], text[2], text[3])
  end
  role("image", drawing[1], drawing[2])
  return support.story("models = {\n" .. table.concat(lines, "\n") .. "\n  },")
end

local function run(text, drawing, options, environment)
  local at = support.write { ["story.lua"] = story_of(text, drawing) }
  local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--lane", "text=3" }
  table.move(options or {}, 1, #(options or {}), #command + 1, command)
  local result = support.run(command, environment)
  text[2].close()
  drawing[2].close()
  return result, at .. "/data/small"
end

--- Fails unless every picture of the board is there.
local function assert_complete(result, project)
  assert.equal(0, result.status, result.out .. result.err)
  local board = assert(json.decode(file.read(project .. "/artifact.json")))
  local pictures = {}
  for _, prop in ipairs(board.props) do
    pictures[#pictures + 1] = prop.image_url or "none"
  end
  for _, scene in ipairs(board.scenes) do
    pictures[#pictures + 1] = scene.stage_setting_shot.image_url or "none"
    for _, shot in ipairs(scene.shots) do
      pictures[#pictures + 1] = shot.image_url or "none"
    end
  end
  for _, picture in ipairs(pictures) do
    assert.is_true(file.exists(project .. "/" .. picture), picture)
  end
  assert.equal(3 + 2 + 4, #pictures)
end

local function count(served, path)
  local n = 0
  for _, seen in ipairs(served.requests) do
    n = n + (seen.path == path and 1 or 0)
  end
  return n
end

--- How often each kind of response_format was asked for.
local function formats(served)
  local seen = { json_schema = 0, json_object = 0, none = 0 }
  for _, request in ipairs(served.requests) do
    local format = request.body.response_format
    local kind = format and format.type or "none"
    seen[kind] = seen[kind] + 1
  end
  return seen
end

describe("a board", function()
  it("comes whole with text from Ollama and pictures from sd-server", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local sd = servers.sd_server()
    local result, project = run({ "llama3.2", ollama }, { "sd-cpp-local", sd })
    assert_complete(result, project)
    assert.truthy(result.out:find("provider: openai at " .. ollama.url, 1, true), result.out)
    assert.truthy(result.out:find("provider: openai at " .. sd.url, 1, true), result.out)

    -- Props are drawn from words, stages and shots with what is seen in them.
    assert.equal(3, count(sd, "/v1/images/generations"))
    assert.equal(2 + 4, count(sd, "/v1/images/edits"))
    local known = {}
    for _, name in ipairs(file.list(project .. "/images")) do
      known[json.sha256(assert(file.read(project .. "/images/" .. name)))] = true
    end
    for _, seen in ipairs(sd.requests) do
      for _, sent in ipairs(seen.files or {}) do
        assert.equal("image[]", sent.name)
        assert.equal("image/png", sent.type)
        assert.is_true(known[json.sha256(sent.content)])
      end
      local prompt = (seen.body or seen.fields).prompt
      assert.truthy(prompt:find('<sd_cpp_extra_args>{"seed":1001}', 1, true))
    end
  end)

  it("is refused within a cost limit where no price is known, with what to do", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local result = run({ "llama3.2", ollama }, { "sdxl", servers.sd_server() }, { "--max-cost", "5" })
    assert.equal(3, result.status, result.out .. result.err)
    assert.truthy(result.out:find("the price of llama3.2 is not known", 1, true), result.out)
    assert.truthy(result.out:find("lua/providers/models.lua (0 for a server of your own)", 1, true), result.out)
    assert.equal(0, #ollama.requests)
  end)

  it("waits for llama.cpp to load its model", function()
    local llama = servers.llama_cpp()
    assert_complete(run({ "whatever", llama }, { "sdxl", servers.sd_server() }))
    assert.equal(formats(llama).json_schema, #llama.requests)
  end)

  it("fits the context of vLLM, and asks again after a flood of blanks", function()
    local vllm = servers.vllm()
    local result, project = run({ "qwen", vllm }, { "sdxl", servers.sd_server() })
    assert_complete(result, project)
    assert.equal(32000, vllm.requests[1].body.max_tokens)
    assert.equal(15000, vllm.requests[2].body.max_tokens)
    for i = 3, #vllm.requests do
      assert.is_true(vllm.requests[i].body.max_tokens <= 15000)
    end
  end)

  it("goes down the ladder with LM Studio, once", function()
    local studio = servers.lm_studio()
    assert_complete(run({ "phi", studio }, { "sdxl", servers.sd_server() }, { "--lane", "text=1" }))
    local seen = formats(studio)
    assert.is_true(seen.json_schema <= 2, "the schema as it is, and reduced")
    assert.equal(1, seen.json_object)
    assert.equal(#studio.requests - seen.json_schema - 1, seen.none)
    assert.is_true(seen.none > 5)
  end)

  it("comes whole from LocalAI, which passes over schemas and leaves its pictures at an address", function()
    local text, drawing = servers.local_ai(), servers.local_ai_images()
    local result, project = run({ "mistral", text }, { "stablediffusion", drawing })
    assert_complete(result, project)
    -- There is no place for references: the first that has some finds that out.
    assert.is_true(count(drawing, "/v1/images/edits") >= 1)
    assert.equal(9, count(drawing, "/v1/images/generations"))
    local fetched, told = 0, 0
    for _, seen in ipairs(drawing.requests) do
      fetched = fetched + (seen.path:find "^/generated%-images/" and 1 or 0)
      local prompt = seen.body and seen.body.prompt or ""
      told = told + (prompt:find("No reference pictures come with this", 1, true) and 1 or 0)
    end
    assert.equal(9, fetched)
    assert.equal(2 + 4, told)
  end)

  it("is drawn by OpenAI's images without what they refuse", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local drawing = servers.openai_images()
    assert_complete(run({ "llama3.2", ollama }, { "gpt-image-1", drawing }))
    assert.equal(9, #drawing.requests)
    for _, seen in ipairs(drawing.requests) do
      assert.equal("1536x1024", (seen.body or seen.fields).size)
    end
  end)

  it("is drawn by Ollama from words alone, where it takes no files", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local drawing = servers.ollama_images()
    assert_complete(run({ "llama3.2", ollama }, { "x/z-image-turbo", drawing }))
    assert.equal(9, count(drawing, "/v1/images/generations"))
  end)

  it("is written with an effort that the server knows, or with no word about it", function()
    local ollama = servers.ollama { models = { qwen3 = { thinks = true } } }
    local result, project = run({ "qwen3", ollama, 'effort = "minimal"' }, { "sdxl", servers.sd_server() },
      { "--lane", "text=1" })
    assert_complete(result, project)
    assert.is_nil(ollama.requests[2].body.reasoning_effort)
  end)

  it("tells a model to think only as long as it takes that", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local result, project = run({ "llama3.2", ollama, 'effort = "low"' }, { "sdxl", servers.sd_server() },
      { "--lane", "text=1" })
    assert_complete(result, project)
    assert.equal("low", ollama.requests[1].body.reasoning_effort)
    for i = 2, #ollama.requests do
      assert.is_nil(ollama.requests[i].body.reasoning_effort)
    end
  end)
end)

describe("a run with servers of one's own", function()
  it("says which model a server has not got", function()
    local ollama = servers.ollama { models = {} }
    local result = run({ "llama9", ollama }, { "sdxl", servers.sd_server() })
    assert.equal(1, result.status)
    assert.truthy(result.out:find("model 'llama9' not found", 1, true), result.out)
    assert.equal(1, #ollama.requests)
  end)

  it("says that a prompt is too long for a server, and asks no second time", function()
    local llama = servers.llama_cpp(4096)
    local result = run({ "whatever", llama }, { "sdxl", servers.sd_server() })
    assert.equal(1, result.status)
    assert.truthy(result.out:find("exceeds the available context size (4096 tokens)", 1, true), result.out)
    assert.equal(2, #llama.requests, "and the one that it was loading its model for")

    local studio = servers.lm_studio(true)
    result = run({ "phi", studio }, { "sdxl", servers.sd_server() })
    assert.equal(1, result.status)
    assert.truthy(result.out:find("load the model with a larger context length", 1, true), result.out)
    assert.equal(1, formats(studio).none)
  end)

  it("asks whether an address without its /v1 is the right one, and asks it no second time", function()
    for _, no_route in ipairs {
      { 200, [[{"error":"Unexpected endpoint or method. (POST /chat/completions)"}]] }, -- LM Studio
      { 404, [[{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}]] }, -- llama.cpp
      { 404, [[{"detail":"Not Found"}]] }, -- vLLM
      { 404, "404 page not found" }, -- Ollama
      { 404, [[{"error":{"message":"Invalid URL (POST /chat/completions)","type":"invalid_request_error"}}]] }, -- OpenAI
      { 405, "<html><body>405 Not Allowed</body></html>" }, -- nginx, of a page
    } do
      local served = servers.serve {
        ["/chat/completions"] = function() return servers.reply(table.unpack(no_route)) end,
      }
      local address = served.url:gsub("/v1$", "")
      local result = run({ "any", { url = address, close = served.close } }, { "sdxl", servers.sd_server() })
      assert.equal(1, result.status)
      local words = ("is %s the right address? It may be %s/v1"):format(address, address)
      assert.truthy(result.out:find(words, 1, true), result.out)
      assert.equal(1, #served.requests)
    end
  end)

  it("says that a server draws no pictures, and asks it no second time for one", function()
    local ollama, studio = servers.ollama { models = { ["llama3.2"] = {} } }, servers.lm_studio()
    local result = run({ "llama3.2", ollama }, { "phi", studio })
    assert.equal(1, result.status)
    assert.truthy(result.out:find("Unexpected endpoint or method. (POST /v1/images/generations)", 1, true), result.out)
    assert.equal(3, #studio.requests)
  end)

  it("fetches no picture from another server", function()
    local ollama = servers.ollama { models = { ["llama3.2"] = {} } }
    local elsewhere = servers.serve {}
    local result = run({ "llama3.2", ollama },
      { "sdxl", servers.local_ai_images((elsewhere.url:gsub("/v1$", ""))) })
    elsewhere.close()
    assert.equal(1, result.status)
    assert.truthy(result.out:find("it lies on another server, from which nothing is fetched", 1, true), result.out)
    assert.equal(0, #elsewhere.requests)
  end)

  it("keeps its key from addresses that a story names", function()
    local ollama, sd = servers.ollama { models = { ["llama3.2"] = {} } }, servers.sd_server()
    local result, project = run({ "llama3.2", ollama }, { "sdxl", sd }, nil, "OPENAI_API_KEY=sk-own-secret")
    assert_complete(result, project)
    for _, served in ipairs { ollama, sd } do
      for _, seen in ipairs(served.requests) do
        assert.is_nil(seen.headers.authorization)
      end
    end
  end)

  it("sends its key to the address of the command line, and nowhere else", function()
    local keys = {}
    local both = servers.serve {
      ["/v1/chat/completions"] = function(seen)
        keys[seen.headers.authorization or "none"] = true
        return servers.completion(seen.body, { content = servers.understood(seen.body) })
      end,
      ["/v1/images/generations"] = function()
        return servers.reply(500, [[{"error":"generate_image returned no results"}]])
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run({
      "run", at .. "/story.lua", "--data", at .. "/data", "--provider", "openai", "--base-url", both.url,
    }, "OPENAI_API_KEY=sk-own-secret")
    both.close()
    assert.equal(1, result.status)
    assert.truthy(result.out:find("generate_image returned no results", 1, true), result.out)
    assert.same({ ["Bearer sk-own-secret"] = true }, keys)
    assert.equal("", support.shell("grep -rl sk-own-secret " .. support.quote(at) .. "; true").out)
  end)

  it("shows no key to a story", function()
    local at = support.write { ["story.lua"] = "error(tostring(os.getenv 'OPENAI_API_KEY'))" }
    local result = support.run({ "run", at .. "/story.lua" }, "OPENAI_API_KEY=sk-own-secret")
    assert.equal(2, result.status)
    assert.truthy(result.err:find("nil", 1, true), result.err)
    assert.falsy(result.err:find("sk-own-secret", 1, true), result.err)
  end)

  it("needs a key for OpenAI itself", function()
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run({ "run", at .. "/story.lua", "--provider", "openai" }, "env -u OPENAI_API_KEY")
    assert.equal(2, result.status)
    assert.truthy(result.err:find("set OPENAI_API_KEY", 1, true), result.err)
  end)
end)

describe("docs/guide.md", function()
  it("shows a story with own models that runs", function()
    local block = file.read(support.tree .. "/docs/guide.md"):match "\n```lua\n(%-%- own%-models%.lua\n.-)\n```"
    local ollama = servers.ollama { models = { ["qwen3:14b"] = { thinks = true } } }
    local sd = servers.sd_server()
    local text = block:gsub("http://127%.0%.0%.1:11434/v1", ollama.url):gsub("http://127%.0%.0%.1:1234/v1", sd.url)
    local at = support.write { ["story.lua"] = text }
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--quiet" }
    ollama.close()
    sd.close()
    assert.equal(0, result.status, result.out .. result.err)
    assert.is_true(#ollama.requests > 5 and #sd.requests > 5)
  end)
end)
