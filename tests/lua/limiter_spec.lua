local limiter = require "host.limiter"
local loop = require "host.loop"

-- Lets every task that can run do so, until all wait.
local function settle()
  for _ = 1, 5 do loop.sleep(0) end
end

describe("host.limiter", function()
  it("keeps a lane to its cap and serves the rest by priority, then in order", function()
    local l = limiter.new()
    l:lane("image", 1)
    local order, tasks = {}, {}
    local gate = l:acquire("image", "m")
    for i, priority in ipairs { 0, 2, 1, 2, 0 } do
      tasks[i] = loop.spawn(function()
        local slot <close> = l:acquire("image", "m", priority)
        order[#order + 1] = i
        loop.sleep(0)
        assert.equal(1, l:caps()[1].used)
        slot:release "ok"
      end)
    end
    settle()
    assert.same({ { key = "m", cap = 1, used = 1, waiting = 5 } }, l:caps())
    gate:release "ok"
    loop.all(tasks)
    assert.same({ 2, 4, 3, 1, 5 }, order)
  end)

  it("starts at four, doubles while all goes well, halves when it is too much", function()
    local l = limiter.new()
    local function round(outcome)
      local running, most, tasks = 0, 0, {}
      local cap = l:caps()[1] and l:caps()[1].cap or 4
      for i = 1, cap do
        tasks[i] = loop.spawn(function()
          local slot = l:acquire("text", "m")
          running = running + 1
          most = math.max(most, running)
          loop.sleep(0.001)
          running = running - 1
          slot:release(outcome)
        end)
      end
      loop.all(tasks)
      return most
    end
    assert.equal(4, round "ok")
    assert.equal(8, round "ok")
    assert.equal(16, round "busy")
    assert.equal(8, round "ok")
    assert.equal(9, l:caps()[1].cap)
  end)

  it("gives a slot up while it backs off, and comes back before its equals", function()
    local l = limiter.new()
    l:lane("image", 1)
    local order = {}
    local first = loop.spawn(function()
      local slot = l:acquire("image", "m")
      order[#order + 1] = "first"
      assert.equal(slot, slot:backoff(0.001))
      order[#order + 1] = "first again"
      slot:release "ok"
    end)
    local second = loop.spawn(function()
      local slot = l:acquire("image", "m")
      order[#order + 1] = "second"
      while l:caps()[1].waiting < 2 do loop.sleep(0.001) end -- the first is back
      slot:release "ok"
    end)
    local third = loop.spawn(function()
      l:acquire("image", "m"):release "ok"
      order[#order + 1] = "third"
    end)
    loop.all { first, second, third }
    assert.same({ "first", "second", "first again", "third" }, order)
  end)

  it("tells the model's cap of a backoff as of a busy answer, unless told otherwise", function()
    local l = limiter.new()
    local slot = l:acquire("text", "m")
    slot:backoff(0, "other")
    assert.equal(4, l:caps()[1].cap)
    slot:backoff(0)
    assert.equal(2, l:caps()[1].cap)
    slot:release "other"
  end)

  it("takes back what a cancelled task held, waited for or was just granted", function()
    local l = limiter.new()
    l:lane("image", 1)
    local holder = loop.spawn(function()
      local slot <close> = l:acquire("image", "m")
      loop.sleep(60)
      return slot
    end)
    local waiter = loop.spawn(function() return l:acquire("image", "m") end)
    local granted = loop.spawn(function() return l:acquire("image", "m") end)
    settle()
    assert.equal(2, l:caps()[1].waiting)
    waiter:cancel()
    assert.equal(1, l:caps()[1].waiting)
    holder:cancel()
    assert.same({ key = "m", cap = 1, used = 1, waiting = 0 }, l:caps()[1])
    granted:cancel() -- before it runs on
    assert.equal(0, l:caps()[1].used)
    local resting = loop.spawn(function() l:acquire("image", "m"):backoff(60) end)
    settle()
    resting:cancel()
    assert.same({ key = "m", cap = 1, used = 0, waiting = 0 }, l:caps()[1])
  end)

  it("takes back a slot that was lost", function()
    local l = limiter.new()
    l:acquire("text", "m")
    collectgarbage()
    collectgarbage()
    assert.equal(0, l:caps()[1].used)
  end)

  it("holds a parked model back, and only that one", function()
    local l = limiter.new()
    l:park("m", 0.02)
    local before = loop.now()
    local parked = loop.spawn(function()
      l:acquire("text", "m"):release "ok"
      return loop.now() - before
    end)
    l:acquire("text", "n"):release "ok"
    settle()
    assert.equal(1, l:caps()[1].waiting)
    assert.is_true(parked:await() >= 0.02)
  end)

  it("keeps no program alive for a park that nobody waits for", function()
    local l = limiter.new()
    l:park("m", 0.001)
    local waiter = loop.spawn(function() l:acquire("text", "m") end)
    settle()
    waiter:cancel()
    assert.equal(0, l:caps()[1].waiting)
    collectgarbage()
  end)

  it("lets a slot be released more than once, and used only while it is held", function()
    local l = limiter.new()
    local slot = l:acquire("text", "m")
    slot:release "ok"
    slot:release "ok"
    assert.equal(0, l:caps()[1].used)
    assert.error_matches(function() slot:backoff(1) end, "was released")
    assert.error_matches(function() slot:release "good" end, "invalid option")
    assert.error_matches(function() l:lane("text", 0) end, "at least 1")
    assert.error_matches(function() l:acquire("text", "m", 0 / 0) end, "not a number")
    local resting = l:acquire("text", "m")
    local other = loop.spawn(function()
      assert.error_matches(function() resting:release "ok" end, "backing off")
    end)
    resting:backoff(0.001)
    other:await()
  end)
end)
