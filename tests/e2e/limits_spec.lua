-- Under limits: never earlier than told, no more requests than needed, and an end
-- that says why. Counted at the server.

local json = require "host.json"
local loop = require "host.loop"
local retry = require "pipeline.call.retry"
local storm = require "storm"

local forms = storm.forms

--- Makes so many calls of a storm. Gives its figures and what they came to.
local function weather(options, count, changes_of)
  local serving = storm.serve(options)
  local client = storm.client { url = serving.url, lanes = options.lanes, report = options.report }
  local began = loop.now()
  local came_to = storm.ask_many(client, count, changes_of)
  came_to.seconds = loop.now() - began
  client.close()
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

describe("in a storm", function()
  it("of which a heedless client feels 30 %, calls send at most a tenth too many, and none too early", function()
    -- 60 requests a second are let through, and 60 / 0.7 would be sent.
    local heedless = storm.serve { limit = storm.bucket(60, 2), forms = { forms.body } }
    local share = storm.heedless(heedless, 200, 60 / 0.7)
    heedless.close()
    -- On a busy machine the heedless client is late, and sends in bursts.
    assert.is_true(share > 0.2 and share < 0.5, share)

    local figures, came_to = weather({
      limit = storm.bucket(60, 2),
      forms = { forms.body, forms.seconds, forms.reset, forms.date },
      seconds = 0.2,
    }, 150)
    assert.equal(150, came_to.answered)
    assert.is_true(figures.refused > 0 and figures.told == figures.refused)
    assert.is_true(figures.sent <= 165, figures.sent)
    assert.is_true(figures.early <= 0, figures.early)
  end)

  it("that says nothing of when to come back, calls send at most a tenth too many", function()
    local figures, came_to =
      weather({ limit = storm.bucket(60, 2), forms = { forms.untold }, seconds = 0.2 }, 150)
    assert.equal(150, came_to.answered)
    assert.is_true(figures.sent <= 165, figures.sent)
  end)

  it("of refusals by chance, retries keep to their allowance and all are answered", function()
    local under_way, most = 0, 0
    local limit = storm.chance(30, 0.3)
    local figures, came_to, account = weather({ limit = limit, forms = { forms.body }, seconds = 0.05 }, 15)
    assert.equal(15, came_to.answered)
    assert.is_true(figures.early <= 0, figures.early)
    -- Once what the allowance has is spent, they go one at a time; as these are
    -- counted too, there may be room for one more meanwhile.
    local events = {}
    for i, entry in ipairs(account) do
      if i > 15 + 5 then
        table.insert(events, { entry.at, 1 })
        table.insert(events, { entry.answered, -1 })
      end
    end
    table.sort(events, function(a, b)
      return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])
    end)
    for _, event in ipairs(events) do
      under_way = under_way + event[2]
      most = math.max(most, under_way)
    end
    assert.is_true(most <= 2, most)
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
      said = said + (failure.message:find("so many requests to the model fail", 1, true) and 1 or 0)
    end
    assert.is_true(said > 0)
  end)
end)

describe("a call that waits", function()
  it("holds no slot, but its whole model waits with it", function()
    local waits = loop.event()
    local serving = storm.serve {
      answer = function(_, number)
        return number == 1 and refusal(429, "slow down", { ["Retry-After"] = "1" }) or nil
      end,
    }
    local client = storm.client {
      url = serving.url,
      lanes = { text = 1 },
      report = function(event)
        if event.event == "retry" then
          waits:notify()
        end
      end,
    }
    local function same(number)
      return function()
        assert.is_table((client.ask(number)))
      end
    end
    loop.all {
      same(1),
      same(2),
      function()
        waits:wait()
        assert.is_table((client.ask(3, { model = "google/gemini-2.5-pro" })))
      end,
    }
    client.close()
    serving.close()
    local models = {}
    for i, entry in ipairs(serving.account) do
      models[i] = entry.model
    end
    assert.same({ "openai/gpt-5", "google/gemini-2.5-pro", "openai/gpt-5", "openai/gpt-5" }, models)
    local told = serving.account[1].answered + 1
    assert.is_true(serving.account[2].at < told)
    assert.is_true(serving.account[3].at >= told)
  end)

  it("does not hold up the end of the run", function()
    local serving = storm.serve {
      answer = function()
        return refusal(429, "slow down", { ["Retry-After"] = "600" })
      end,
    }
    local client
    client = storm.client {
      url = serving.url,
      lanes = { text = 1 },
      report = function(event)
        if event.event == "retry" then
          loop.spawn(client.calls.stop, client.calls, "enough")
        end
      end,
    }
    local came_to = loop.timeout(60, storm.ask_many, client, 3)
    client.close()
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
