-- How long a call waits before it is tried again, and how often that may be.

local loop = require "host.loop"
local retry = require "pipeline.call.retry"

describe("a wait", function()
  it("is by chance, at most the doubled base or the cap", function()
    for try, most in ipairs { 1, 2, 4, 8, 16, 32, 60, 60 } do
      for _ = 1, 50 do
        local seconds = retry.delay("busy", try)
        assert.is_true(seconds >= 0 and seconds <= most)
      end
    end
    assert.is_nil(retry.delay("busy", 9))
    assert.is_nil(retry.delay("server", 3))
    for _, class in ipairs { "stop", "final", "unusable", "cost", "disk" } do
      assert.is_nil(retry.delay(class, 1))
    end
  end)

  it("is never shorter than told, and there is none when told to stay away for long", function()
    for _ = 1, 50 do
      assert.is_true(retry.delay("busy", 1, 7) >= 7)
      assert.is_true(retry.delay("busy", 1, 7) <= 7.7)
    end
    assert.is_number(retry.delay("busy", 1, retry.LONGEST))
    assert.is_nil(retry.delay("busy", 1, 86400))
    assert.is_nil(retry.delay("busy", 1, math.huge))
  end)
end)

describe("the allowance of a model", function()
  it("is one for each ten others of its last hundred requests", function()
    local allowance = retry.allowance()
    local call <close> = allowance:call()
    local other <close> = allowance:call()
    assert.is_truthy(call and other)
    for _ = 1, 300 do
      allowance:count(false)
    end
    for _ = 1, 9 do
      assert.is_true(allowance:has_room())
      assert.is_true(allowance:take())
    end
    assert.is_false(allowance:has_room())
    for _ = 1, 100 do
      allowance:count(false)
    end
    assert.is_true(allowance:has_room())
  end)

  local function spent()
    local allowance = retry.allowance()
    do
      local call <close> = allowance:call()
      assert.is_table(call)
      while allowance:has_room() do
        allowance:take()
      end
    end
    return allowance
  end

  it("lets one that is over it wait for others of the model", function()
    local allowance, taken = spent(), 0
    local other <close> = allowance:call()
    assert.is_table(other)
    loop.spawn(function()
      local call <close> = allowance:call()
      assert.is_table(call)
      taken = allowance:take() and 1
    end)
    loop.sleep(0)
    for _ = 1, 40 do -- with the three retries
      allowance:count(false)
      loop.sleep(0)
    end
    assert.equal(0, taken)
    allowance:count(false)
    loop.sleep(0)
    loop.sleep(0)
    assert.equal(1, taken)
  end)

  it("lets those that are left go one at a time", function()
    local allowance, under_way, most, tasks = spent(), 0, 0, {}
    for i = 1, 5 do
      tasks[i] = function()
        local call <close> = allowance:call()
        assert.is_table(call)
        assert.is_true(allowance:take())
        under_way = under_way + 1
        most = math.max(most, under_way)
        loop.sleep(0.001)
        under_way = under_way - 1
        allowance:ended(true)
      end
    end
    loop.all(tasks)
    assert.equal(1, most)
  end)

  it("ends when all fail", function()
    local allowance = spent()
    local call <close> = allowance:call()
    assert.is_table(call)
    for _ = 1, 10 do
      allowance:ended(false)
    end
    assert.is_false(allowance:take())
  end)
end)
