-- Under limits: never earlier than told, and an end that says why. Counted at the server.

local json = require "host.json"
local loop = require "host.loop"
local project = require "pipeline.project"
local retry = require "pipeline.call.retry"
local storm = require "storm"
local support = require "support"

local forms = storm.forms

--- Makes so many calls of a storm. Gives its figures and what they came to.
local function weather(options, count, changes_of)
  local serving = storm.serve(options)
  local opened = project.open("storm", support.folder())
  local client = storm.client(opened, { url = serving.url, lanes = options.lanes, report = options.report })
  local came_to = storm.ask_many(client, count, changes_of)
  opened:close()
  serving.close()
  return storm.figures(serving.account), came_to, serving.account
end

--- A reply of the server that is not about its limit.
local function refusal(status, message, headers, metadata)
  headers = headers or {}
  headers["Content-Type"] = "application/json"
  return {
    status = status,
    headers = headers,
    body = json.encode { error = { code = status, message = message, metadata = metadata } },
  }
end

-- What calls send and how long they wait is looked at in tests/lua/storms_spec.lua, in
-- simulated time; here real clocks, network and disk are at work, and late as they like.
describe("in a storm", function()
  --- Whatever was refused was asked again, and not before it was told to be.
  local function expect_heeded(limit, told, count)
    local figures, came_to, account = weather({ limit = limit, forms = told, seconds = 0.05 }, count)
    assert.same({}, came_to.failures)
    assert.equal(count, came_to.answered)
    assert.is_true(figures.refused > 0)
    assert.equal(count + figures.refused, figures.sent)
    local early = storm.early_again(account)
    assert.is_true(early <= 0, early)
  end

  it("of refusals by a limit, all are answered and none comes back too early", function()
    expect_heeded(storm.bucket(60, 2), { forms.body, forms.seconds, forms.reset, forms.date }, 30)
  end)

  it("that says nothing of when to come back, all are answered", function()
    expect_heeded(storm.bucket(60, 2), { forms.untold }, 30)
  end)

  it("of refusals by chance, all are answered and none comes back too early", function()
    expect_heeded(storm.chance(30, 0.3), { forms.body }, 10)
  end)
end)

describe("a model that nobody gets an answer from", function()
  it("is asked once for each call and as often as its allowance lets, and said so", function()
    local figures, came_to = weather({
      answer = function()
        return refusal(500, "it fell over")
      end,
      lanes = { text = 8 },
    }, 30)
    assert.equal(30, #came_to.failures)
    assert.is_true(figures.sent <= 30 + 3 + 4, figures.sent)
    local said = 0
    for _, failure in ipairs(came_to.failures) do
      assert.truthy(failure.message:find("it fell over", 1, true))
      said = said + (failure.message:find("too many requests to this model fail", 1, true) and 1 or 0)
    end
    assert.is_true(said > 0)
  end)
end)

describe("a call that waits", function()
  it("does not hold up the end of the run", function()
    local serving = storm.serve {
      answer = function()
        return refusal(429, "slow down", { ["Retry-After"] = "600" })
      end,
    }
    local opened = project.open("storm", support.folder())
    local client
    client = storm.client(opened, {
      url = serving.url,
      lanes = { text = 1 },
      report = function(event)
        if event.event == "retry" then
          loop.spawn(client.calls.stop, client.calls, "enough")
        end
      end,
    })
    local came_to = loop.timeout(500, storm.ask_many, client, 3)
    opened:close()
    serving.close()
    assert.equal(3, #came_to.failures)
    assert.equal("enough", came_to.failures[1].message)
    assert.equal(1, #serving.account)
  end)

  it("is told to wait for nothing by a date that is past, a negative number or nonsense", function()
    for _, told in ipairs { "-5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT" } do
      local _, came_to, account = weather({
        answer = function(_, number)
          return number == 1 and refusal(429, "slow down", { ["Retry-After"] = told }) or nil
        end,
      }, 1)
      assert.equal(1, came_to.answered, told)
      assert.equal(2, #account)
    end
  end)

  it("is not, when it would be for too long: then nobody asks that model, and it says until when", function()
    local figures, came_to = weather({
      lanes = { text = 1 },
      answer = function(body)
        return body.model == "openai/gpt-5" and refusal(429, "slow down", { ["Retry-After"] = "86400" }) or nil
      end,
    }, 6, function(number)
      return { model = number == 6 and "google/gemini-2.5-pro" or "openai/gpt-5" }
    end)
    assert.equal(1, came_to.answered)
    assert.equal(2, figures.sent)
    local back = os.date("!%Y-%m-%d %H:", math.floor(loop.time() + 86400))
    for _, failure in ipairs(came_to.failures) do
      assert.equal("final", failure.class)
      assert.truthy(failure.message:find("after " .. back, 1, true), failure.message)
    end
    assert.is_true(retry.LONGEST < 86400)
  end)
end)

describe("the end of the day's limit, of the credit or of the key", function()
  local reset = math.floor(loop.time()) + 7200
  local limits = { headers = { ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset"] = reset .. "000" } }
  local back = os.date("!%Y-%m-%d %H:%M UTC", reset)
  for what, case in pairs {
    ["a limit per day"] = { 429, "Rate limit exceeded: free-models-per-day", limits, back },
    ["a limit that is far from its reset"] = { 429, "Rate limit exceeded", limits, back },
    ["no credit"] = { 402, "Insufficient credits", nil, "credit" },
    ["no key"] = { 401, "No auth credentials found", nil, "key" },
  } do
    it("ends the run at once: " .. what, function()
      local figures, came_to = weather({
        lanes = { text = 2 },
        answer = function(_, number)
          return number >= 5 and refusal(case[1], case[2], {}, case[3]) or nil
        end,
      }, 30)
      assert.equal(4, came_to.answered)
      assert.is_true(figures.sent <= 4 + 2, figures.sent)
      for _, failure in ipairs(came_to.failures) do
        assert.equal("stop", failure.class)
        assert.truthy(failure.message:find(case[4], 1, true), failure.message)
      end
    end)
  end
end)
