-- A storm: three of ten requests get a 429 that says when to come back.

local json = require "host.json"
local support = require "support"

local TOLD = 1

describe("a run in a storm of 429", function()
  local at = support.write {
    ["story.lua"] = support.story(),
    ["faults.json"] = json.encode { { case = "11a", route = "chat", probability = 0.3, seed = 5, retry_after = TOLD } },
  }
  local mock = support.mock { "--faults", at .. "/faults.json" }
  local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url }
  local account = mock.account()
  mock.stop()

  -- When a refusal had left is told by a busy server later than it was so; but it was
  -- not before its request had come.
  local asked, refused, early, most, asked_at, refused_at, tries = 0, 0, {}, 0, {}, {}, {}
  for _, entry in ipairs(account) do
    local hash = entry.hash
    if entry.event == "asked" then
      asked = asked + 1
      tries[hash] = (tries[hash] or 0) + 1
      most = math.max(most, tries[hash])
      local waited = entry.at - (refused_at[hash] or 0)
      if waited < TOLD then early[#early + 1] = waited end
      asked_at[hash] = entry.at
    elseif entry.event == "answered" and entry.status == 429 then
      refused = refused + 1
      refused_at[hash] = asked_at[hash]
    end
  end

  it("ends complete", function()
    assert.equal(0, result.status, result.out .. result.err)
    assert.is_true(refused > 3, refused .. " refused")
  end)

  it("never comes back earlier than told", function()
    assert.same({}, early)
  end)

  it("asks once for each answer, and once more for each refusal", function()
    local distinct = 0
    for _ in pairs(tries) do distinct = distinct + 1 end
    assert.equal(distinct + refused, asked)
    assert.is_true(most <= 9, most .. " tries")
  end)
end)
