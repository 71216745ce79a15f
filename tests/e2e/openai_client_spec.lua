-- The official OpenAI client for Node against `sbhost mock`: a client that knows
-- nothing of sbhost finds there what it expects of a provider.

local file = require "host.file"
local json = require "host.json"
local support = require "support"

describe("OpenAI's client", function()
  local at, why = support.npm("openai@6", "openai_client.mjs")
  local got, account
  if at then
    assert(file.write(at .. "/faults.json", [[ [{ "case": "11a", "route": "text", "nth": [1] }] ]]))
    local mock = support.mock { "--faults", at .. "/faults.json" }
    local origin = mock.url:match "^http://[^/]+"
    local result = support.shell(("cd %s && node openai_client.mjs %s"):format(at, origin))
    got = assert(json.decode(result.out), result.out .. result.err)
    account = mock.account()
    mock.stop()
  end

  local function test(name, run)
    it(name, function()
      if not at then pending(why) end
      run()
    end)
  end

  test("chats, after a 429 that it waits out", function()
    assert.is_true(#got.chat > 20)
    assert.is_true(got.cost > 0)
    assert.equal(429, account[2].status)
  end)

  test("parses an answer that fits its schema", function()
    assert.is_string(got.parsed.title)
    assert.is_string(got.parsed.scenes[1])
  end)

  test("reads a stream to its end", function()
    assert.is_string(got.streamed.title)
    assert.is_true(got.chunks > 5)
    assert.equal("stop", got.finish)
    assert.is_true(got.tokens > 0)
  end)

  test("draws", function()
    assert.same({ magic = "PNG", width = 1248, height = 832 }, got.picture)
  end)

  test("lists the models", function()
    assert.equal("openai/gpt-5", got.models[1])
  end)

  test("is told what is wrong", function()
    assert.equal(400, got.refused.status)
    assert.truthy(got.refused.message:find("messages", 1, true))
  end)
end)
