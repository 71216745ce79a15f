-- Calls in storms, in simulated time: never earlier than told, retries within their
-- allowance, and hardly more requests than answers.

local weather = require "weather" -- before what needs a network

local json = require "host.json"
local loop = require "host.loop"
local storm = require "storm"

local forms = storm.forms
local TOLD = { forms.body, forms.seconds, forms.reset, forms.date }

--- The same storm each time.
local function run(options)
  math.randomseed(1)
  local result = weather.run(options)
  assert.is_nil(result.failures[1] and result.failures[1].message)
  return result
end

describe("in a storm", function()
  it("of which a heedless client feels 30 %, calls send at most a tenth too many, and none too early", function()
    -- 60 requests a second are let through, and 60 / 0.7 are sent.
    local limit, refused = storm.bucket(60, 2)(), 0
    for _ = 1, 300 do
      loop.sleep(0.7 / 60)
      refused = refused + (limit() and 1 or 0)
    end
    assert.is_true(refused > 75 and refused < 105, refused)

    local result = run { limit = storm.bucket(60, 2), forms = TOLD, seconds = 0.2, calls = 150 }
    assert.is_true(result.refused > 0 and result.load <= 1.1, result.load)
    assert.is_true(result.early <= 0, result.early)
  end)

  it("that says nothing of when to come back, calls send at most a tenth too many", function()
    local result = run { limit = storm.bucket(60, 2), forms = { forms.untold }, seconds = 0.2, calls = 150 }
    assert.is_true(result.refused > 0 and result.load <= 1.1, result.load)
  end)

  for _, climate in ipairs(require "climates") do
    it(climate.name .. ": hardly more requests than are needed, and none too early", function()
      local result = run(climate)
      local load = result.load / (climate.least or 1)
      assert.is_true(load <= (climate.most or 1.1), load)
      assert.is_true(result.early <= 0, result.early)
      assert.is_true(result.seconds <= 2 * (climate.ideal or math.huge) + 10, result.seconds)
      -- While first requests are to come, one for each ten others.
      assert.is_true(result.retries <= 12, result.retries)
    end)
  end

  it("of refusals by chance, a small board does not wait for long either", function()
    local SEEDS, seconds = 20, 0
    for seed = 1, SEEDS do
      math.randomseed(seed)
      local climate = { limit = storm.chance(30, 1), forms = { forms.body }, seconds = 0.3, calls = 40 }
      local result = weather.run(climate)
      assert.equal(40, result.answered)
      seconds = seconds + result.seconds / SEEDS
    end
    assert.is_true(seconds <= 60, seconds)
  end)

  it("no request leaves that was held up on the way when its model is told to wait", function()
    local result = run { limit = storm.bucket(60, 2), forms = TOLD, seconds = 0.2, calls = 150, commit = 0.2 }
    assert.is_true(result.early <= 0, result.early)
  end)
end)

describe("a call that waits", function()
  it("holds no slot, but its whole model waits with it", function()
    local waits = loop.event()
    local function refused_first(_, number)
      return number == 1
        and {
          status = 429,
          headers = { ["Content-Type"] = "application/json", ["Retry-After"] = "60" },
          body = json.encode { error = { code = 429, message = "slow down" } },
        }
    end
    local result = run {
      calls = 3,
      answer = refused_first,
      lanes = { text = 1 },
      report = function(event)
        if event.event == "retry" then
          waits:notify()
        end
      end,
      changes_of = function(number)
        if number == 3 then
          waits:wait()
          return { model = "google/gemini-2.5-pro" }
        end
      end,
    }
    local models = {}
    for i, entry in ipairs(result.account) do
      models[i] = entry.model
    end
    assert.same({ "openai/gpt-5", "google/gemini-2.5-pro", "openai/gpt-5", "openai/gpt-5" }, models)
    local refused_at = result.account[1].answered
    assert.is_true(result.account[2].at < refused_at + 1)
    assert.is_true(result.account[3].at >= refused_at + 60)
  end)
end)
