local budget = require "pipeline.call.budget"
local loop = require "host.loop"

describe("a cost limit", function()
  it("takes what fits to the cent", function()
    local b = budget.new(0.3)
    for _ = 1, 3 do
      assert.equal(0.1, b:reserve("m", 0.1))
    end
    assert.equal(3, b.in_flight)
  end)

  it("lets a call wait for those in flight to cost less than they might", function()
    local b = budget.new(1)
    local first = b:reserve("m", 0.9)
    local task = loop.spawn(b.reserve, b, "m", 0.5)
    loop.sleep(0)
    assert.equal("waiting", task:status())
    b:settle(first, { cost = 0.1 })
    assert.equal(0.5, task:await())
  end)

  it("refuses what can never fit, and says what was spent", function()
    local b = budget.new(1)
    b:settle(b:reserve("m", 0.9), { cost = 0.9 })
    local reserved, message = b:reserve("m", 0.5)
    assert.is_nil(reserved)
    assert.truthy(message:find("$1.00", 1, true) and message:find("$0.90", 1, true), message)
  end)

  it("keeps what is in doubt reserved", function()
    local b = budget.new(1)
    b:settle(b:reserve("m", 0.9), { doubt = true })
    local reserved, message = b:reserve("m", 0.5)
    assert.is_nil(reserved)
    assert.truthy(message:find("in doubt", 1, true), message)
  end)

  it("counts a cost that was not told as the worst case", function()
    local b = budget.new(1)
    b:settle(b:reserve("m", 0.9), {})
    assert.equal(0.9, b.spent)
  end)

  it("never takes an unknown price for nothing", function()
    local reserved, message = budget.new(1):reserve("some/model", nil)
    assert.is_nil(reserved)
    assert.truthy(message:find("some/model", 1, true))
    assert.equal(0, budget.new():reserve("some/model", nil))
  end)

  it("gives back what a call turns out not to have cost", function()
    local b = budget.new(1)
    b:settle(b:reserve("m", 0.9), {})
    assert.equal(0.9, b.spent)
    local waiting = loop.spawn(b.reserve, b, "m", 0.5)
    b:correct(0.9, 0.25)
    assert.equal(0.5, waiting:await())
    assert.equal(0.25, b.spent)
  end)

  it("lets everyone go that can when one of several ends", function()
    local b = budget.new(1)
    local first = b:reserve("m", 1)
    local tasks = {}
    for i = 1, 3 do
      tasks[i] = loop.spawn(b.reserve, b, "m", 0.3)
    end
    loop.sleep(0)
    b:settle(first, { cost = 0 })
    for i = 1, 3 do
      assert.equal(0.3, tasks[i]:await())
    end
  end)
end)
