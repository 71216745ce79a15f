local json = require "host.json"
local rig = require "rig"
local provider = require "provider"

local function step_of(run, more)
  local declaration = { writes = { "one" }, model = "detail", run = run }
  for name, value in pairs(more or {}) do
    declaration[name] = value
  end
  return rig.step("one", declaration)
end

describe("a step with code of its own", function()
  local opened, serving

  before_each(function()
    opened = rig.project()
    serving = provider.start()
  end)

  after_each(function()
    serving.close()
    opened:close()
  end)

  local function evaluate(step)
    local made = rig.evaluate(opened, { step }, { url = serving.url })
    local message
    for _, event in ipairs(made.events) do
      message = event.state == "failed" and event.message or event.event == "fault" and event.message or message
    end
    return made, message
  end

  it("asks as any step does, and is asked again for nothing", function()
    local step = step_of(function(ctx)
      local answer = ctx.ask { prompt = "About {{user_prompt}}" }
      return { one = answer.one .. " And more." }
    end)
    local made = evaluate(step)
    assert.equal("done", made.states.one)
    assert.equal("Some text. And more.", made.artifact.one)
    local again = evaluate(step)
    assert.equal("reused", again.states.one)
    assert.equal(1, #serving.requests)
  end)

  it("may hand on what it asked for", function()
    local made = evaluate(step_of(function(ctx)
      return ctx.ask { prompt = "About {{user_prompt}}" }
    end))
    assert.equal("Some text.", made.artifact.one)
  end)

  it("is told plainly, with its line, of a path that it did not say it reads", function()
    for _, run in ipairs {
      function(ctx)
        return ctx.ask { prompt = "About {{style}}" }
      end,
      function(ctx)
        local answer = ctx.ask { prompt = "About {{styel}}" }
        return answer
      end,
    } do
      local made, message = evaluate(step_of(run))
      assert.equal("failed", made.states.one)
      assert.truthy(message:find "^%S+%.lua:%d+: ", message)
      assert.is_nil(message:find("traceback", 1, true), message)
    end
    assert.equal(0, #serving.requests)
  end)

  it("is told what of its result does not fit", function()
    local made, message = evaluate(step_of(function()
      return { one = 3, two = "x" }
    end))
    assert.equal("failed", made.states.one)
    assert.truthy(message:find("one", 1, true) and message:find("two", 1, true), message)
    message = select(2, evaluate(step_of(function() end)))
    assert.truthy(message:find("does not fit", 1, true), message)
    message = select(2, evaluate(step_of(function() return 3 end)))
    assert.truthy(message:find("it is a number, and must be a table", 1, true), message)
    message = select(2, evaluate(step_of(function() return { onne = "x" } end)))
    assert.truthy(message:find("; onne is nothing that the step writes", 1, true), message)
  end)

  it("is told what ctx.ask does not take, and where nothing can wait", function()
    for words, run in pairs {
      ["did you mean 'model'?"] = function(ctx) return ctx.ask { modl = "detail", prompt = "About it." } end,
      ["'system' must be a text"] = function(ctx) return ctx.ask { system = {}, prompt = "About it." } end,
      ["coroutine.yield works only"] = function() coroutine.yield() end,
      ["%.lua:%d+: cannot wait here"] = function(ctx)
        return coroutine.wrap(function() return ctx.ask { prompt = "About it." } end)()
      end,
    } do
      local made, message = evaluate(step_of(run))
      assert.equal("failed", made.states.one)
      assert.truthy(message:find(words), message)
      assert.truthy(message:find "^%S+%.lua:%d+: ", message)
    end
    assert.equal(0, #serving.requests)
  end)

  it("may go on after a call that failed", function()
    serving.close()
    serving = provider.start {
      reply = function()
        return { status = 400, headers = {}, body = '{"error":{"code":400,"message":"not this"}}' }
      end,
    }
    local made = evaluate(step_of(function(ctx)
      local ok = pcall(ctx.ask, { prompt = "About {{user_prompt}}" })
      return { one = tostring(ok) }
    end))
    assert.equal("false", made.artifact.one)
  end)
end)

describe("a text step", function()
  local opened, serving

  before_each(function()
    opened = rig.project()
  end)

  after_each(function()
    serving.close()
    opened:close()
  end)

  --- A step with three options, each answered with its own name.
  local function options_step()
    return rig.step("one", { writes = { "one" }, options = 3, model = "detail", prompt = "Three ways." })
  end

  it("puts the chosen option into the artifact, and asks nothing when another is chosen", function()
    serving = provider.start {
      text = function()
        return json.encode { option_1 = { one = "a" }, option_2 = { one = "b" }, option_3 = { one = "c" } }
      end,
    }
    assert.equal("a", rig.evaluate(opened, { options_step() }, { url = serving.url }).artifact.one)
    local second = rig.evaluate(opened, { options_step() }, { url = serving.url, choices = { one = 3 } })
    assert.equal("c", second.artifact.one)
    assert.equal(1, #serving.requests)
  end)

  it("gives the same artifact when it is reused, empty lists and all", function()
    local steps = {
      rig.step("props", {
        writes = { "props[*].name", "props[*].description" },
        model = "detail",
        prompt = "None at all.",
      }),
    }
    serving = provider.start {
      text = function()
        return '{"props":[]}'
      end,
    }
    local first = rig.evaluate(opened, steps, { url = serving.url })
    local second = rig.evaluate(opened, steps, { url = serving.url })
    assert.equal("reused", second.states.props)
    assert.equal(first.run.artifact:hash(), second.run.artifact:hash())
    assert.equal("[]", json.encode(second.artifact.props))
    assert.equal(1, #serving.requests)
  end)
end)
