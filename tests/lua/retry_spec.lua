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
  --- Calls that have sent their first requests.
  local function begun(allowance, count)
    local call = allowance:call()
    for _ = 1, count do
      call:begin()
    end
    return call
  end

  --- Takes what retries there are. The call goes on.
  local function spent()
    local allowance = retry.allowance()
    local call = allowance:call()
    while allowance:has_room() do
      call:wait(0)
    end
    return allowance, call
  end

  it("is one for each ten others of its last hundred requests", function()
    local allowance = retry.allowance()
    local call <close> = begun(allowance, 300)
    local other <close> = allowance:call()
    assert.is_table(other)
    for _ = 1, 9 do
      assert.is_true(allowance:has_room())
      assert.is_true(call:wait(0))
    end
    assert.is_false(allowance:has_room())
    local more <close> = begun(allowance, 100)
    assert.is_table(more)
    assert.is_true(allowance:has_room())
  end)

  it("lets one that is over it wait for others of the model", function()
    local allowance, other = spent()
    local taken = 0
    loop.spawn(function()
      local call <close> = allowance:call()
      taken = call:wait(0) and 1
    end)
    for _ = 1, 40 do -- with the three retries
      other:begin()
      loop.sleep(0.001)
    end
    assert.equal(0, taken)
    other:begin()
    loop.sleep(0.001)
    loop.sleep(0.001)
    assert.equal(1, taken)
  end)

  --- The most retries that go at once when there are only such, after ten requests
  --- of which so many went well.
  local function at_once(well)
    local allowance, last = spent()
    for i = 1, 10 do
      last:ended(i <= well)
    end
    last:__close()
    local under_way, most, tasks = 0, 0, {}
    for i = 1, 12 do
      tasks[i] = function()
        local call <close> = allowance:call()
        assert.is_true(call:wait(0))
        under_way = under_way + 1
        most = math.max(most, under_way)
        loop.sleep(0.001)
        under_way = under_way - 1
        call:ended(under_way % 10 < well)
      end
    end
    loop.all(tasks)
    return most
  end

  it("lets those that are left go, as many at once as of the last ten went well", function()
    assert.equal(10, at_once(10))
    local most = at_once(1)
    assert.is_true(most < 10, most)
  end)

  it("ends when all fail", function()
    local allowance, last = spent()
    for _ = 1, 10 do
      last:ended(false)
    end
    last:__close()
    local call <close> = allowance:call()
    assert.is_false(call:wait(0))
  end)
end)
