local budget = require "pipeline.call.budget"
local chain = require "pipeline.call.chain"
local file = require "host.file"
local image = require "host.image"
local loop = require "host.loop"
local rig = require "rig"
local provider = require "provider"

--- Accepts what begins with "good".
local function judge(text)
  if text:find "^good" then
    return text
  end
  return nil, "it does not begin with good"
end

describe("a chain of calls", function()
  local opened, serving, answers, pictures

  before_each(function()
    opened = rig.project()
    answers, pictures = {}, {}
    serving = provider.start {
      reply = function(_, number)
        return type(answers[number]) == "table" and answers[number] or nil
      end,
      text = function(_, number)
        return answers[number] or "bad " .. number
      end,
      picture = function(_, number)
        return pictures[number]
      end,
    }
  end)

  after_each(function()
    serving.close()
    opened:close()
  end)

  local function text(changes, options)
    local rendered = rig.request(changes)
    rendered.provider = rig.provider(serving.url)
    return chain.text(rig.calls(opened, options), rendered, { rendered.model, "google/gemini-2.5-pro" }, judge)
  end

  local function picture(keep, changes, options)
    local rendered = rig.request { kind = "picture", model = "google/gemini-2.5-flash-image", aspect = "16:9" }
    for field, value in pairs(changes or {}) do
      rendered[field] = value
    end
    rendered.provider = rig.provider(serving.url)
    local rewriter = { provider = rendered.provider, model = "google/gemini-2.5-pro" }
    return chain.picture(rig.calls(opened, options), rendered, rewriter, keep)
  end

  it("sends the faults of an answer back, asks anew, and then another model", function()
    answers = { "bad 1", "bad 2", "bad 3", "good" }
    local result = text()
    assert.equal("good", result.value)
    assert.equal("google/gemini-2.5-pro", result.model)
    assert.equal(4, #result.ids)
    local second, third = serving.requests[2].messages, serving.requests[3].messages
    assert.equal("bad 1", second[#second - 1].content)
    assert.truthy(second[#second].content:find("it does not begin with good", 1, true))
    assert.equal(1, #third)
    assert.equal("openai/gpt-5", serving.requests[3].model)
    assert.equal("google/gemini-2.5-pro", serving.requests[4].model)
  end)

  it("does not send an answer back that is too long to be paid for twice", function()
    answers = { ("bad "):rep(20000), "good" }
    assert.equal("good", text().value)
    assert.equal(1, #serving.requests[2].messages)
  end)

  it("says what was wrong with the last answer when none will do", function()
    local result, failure = text()
    assert.is_nil(result)
    assert.equal(6, #serving.requests)
    assert.truthy(failure.message:find("it does not begin with good", 1, true), failure.message)
  end)

  it("goes through the same answers again without a call, and no further than it came", function()
    answers = { "bad 1", "good" }
    text()
    local again = text()
    assert.equal("good", again.value)
    assert.is_true(again.remembered)
    assert.equal(2, #serving.requests)
  end)

  it("reads an answer with a broken byte in it, and keeps it", function()
    local body = '{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"good \xFF"}}]}'
    answers = { { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body } }
    assert.equal("good \u{FFFD}", text().value)
    assert.equal("good \u{FFFD}", text().value)
    assert.equal(1, #serving.requests)
  end)

  it("has the brief of a picture that never comes rewritten", function()
    pictures = { provider.bytes "no picture", provider.bytes "none either" }
    answers[3] = "A boat, plainly."
    local result = picture(function(path)
      local known, message, code = image.inspect(path)
      return known, message, code
    end)
    assert.equal("png", result.value.type)
    assert.equal(4, #serving.requests)
    assert.equal("google/gemini-2.5-pro", serving.requests[3].model)
    local brief = serving.requests[4].messages
    assert.equal("A boat, plainly.", brief[#brief].content)
  end)

  it("does not pay for another picture when the disk takes none", function()
    local result, failure = picture(function()
      return nil, "no space left on device", "ENOSPC"
    end)
    assert.is_nil(result)
    assert.equal("stop", failure.class)
    assert.equal(1, #serving.requests)
    -- It was paid for, and is there once there is room.
    local later = picture(function(path)
      return image.inspect(path)
    end)
    assert.equal("png", later.value.type)
    assert.is_true(later.remembered)
    assert.equal(1, #serving.requests)
  end)

  it("does not pay for another picture when the arriving one cannot be written", function()
    assert(file.remove(opened:path "arriving"))
    local result, failure = picture(image.inspect, {}, { resend_budget = 100 })
    assert.is_nil(result)
    assert.equal("stop", failure.class)
    assert.truthy(failure.message:find("the project cannot be written", 1, true), failure.message)
    assert.equal(1, #serving.requests)
  end)

  it("asks the same again when an answer's picture is gone", function()
    local keep = function(path)
      return image.inspect(path)
    end
    for round = 1, 4 do
      local result = picture(keep)
      assert.equal("png", result.value.type)
      assert.equal(1, #result.ids)
      assert.equal(round, #serving.requests)
      assert(file.remove(result.path))
    end
  end)

  it("is not held up by a file that an earlier store left", function()
    assert(file.write(opened:path "arriving/1-1", "of another store"))
    local result = picture(function(path)
      return image.inspect(path)
    end)
    assert.equal("png", result.value.type)
    assert.equal(1, #serving.requests)
  end)

  it("does not sit out a wait when the run is stopped", function()
    local calls
    answers = {
      { status = 429, headers = { ["Content-Type"] = "application/json", ["Retry-After"] = "100" }, body = "{}" },
    }
    local rendered = rig.request()
    rendered.provider = rig.provider(serving.url)
    calls = rig.calls(opened, {
      report = function(event)
        if event.event == "retry" then
          loop.spawn(calls.stop, calls, "enough")
        end
      end,
    })
    local result, failure = loop.timeout(30, chain.text, calls, rendered, { rendered.model }, judge)
    assert.is_nil(result)
    assert.same({ class = "stop", message = "enough" }, failure)
    assert.equal(1, #serving.requests)
  end)

  it("sends nothing after a stop that came while it waited for the cost limit", function()
    local limit = budget.new(1)
    local taken = limit:reserve("another", 0.999)
    local calls = rig.calls(opened, { budget = limit })
    local rendered = rig.request()
    rendered.provider = rig.provider(serving.url)
    local task = loop.spawn(function()
      return table.pack(chain.text(calls, rendered, { rendered.model }, judge))
    end)
    loop.sleep(0)
    calls:stop "enough"
    limit:settle(taken, { cost = 0 })
    local result = task:await()
    assert.equal("stop", result[2].class)
    assert.equal(0, #serving.requests)
  end)

  it("asks nobody else when the provider ends the run", function()
    local body = '{"error":{"code":402,"message":"no credits"}}'
    answers = { { status = 402, headers = { ["Content-Type"] = "application/json" }, body = body } }
    local result, failure = text()
    assert.is_nil(result)
    assert.equal("stop", failure.class)
    assert.equal(1, #serving.requests)
  end)
end)
