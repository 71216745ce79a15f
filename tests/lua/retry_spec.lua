local retry = require "pipeline.retry"

describe("a retry", function()
  it("waits between nothing and twice as long each time, up to the rule's cap", function()
    for class, rule in pairs(retry.rules) do
      for try = 1, rule.tries do
        for _ = 1, 50 do
          local seconds = retry.delay(class, try)
          assert.truthy(seconds >= 0 and seconds <= math.min(rule.cap, rule.base * 2 ^ (try - 1)))
        end
      end
      assert.is_nil(retry.delay(class, rule.tries + 1))
    end
  end)

  it("never comes back earlier than the provider said", function()
    for _ = 1, 50 do
      assert.truthy(retry.delay("busy", 1, 30) >= 30)
    end
  end)

  it("gives up rather than wait longer than is bearable", function()
    assert.is_nil(retry.delay("busy", 1, retry.LONGEST + 1))
    assert.truthy(retry.delay("busy", 1, retry.LONGEST))
  end)

  it("is no use for what was refused", function()
    for _, class in ipairs { "stop", "final", "unusable", "cost", "disk" } do
      assert.is_nil(retry.delay(class, 1))
    end
  end)
end)
