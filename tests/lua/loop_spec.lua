local loop = require "host.loop"

describe("host.loop", function()
  it("resumes a sleeper after the time it asked for", function()
    local before = loop.now()
    loop.sleep(0.01)
    assert.is_true(loop.now() - before >= 0.009)
  end)

  it("hands a task's results to whoever awaits it", function()
    local task = loop.spawn(function(a, b)
      loop.sleep(0)
      return a + b, "and more"
    end, 1, 2)
    assert.equal("ready", task:status())
    local sum, more = task:await()
    assert.equal(3, sum)
    assert.equal("and more", more)
    assert.equal("done", task:status())
  end)

  it("raises in the awaiter what the task raised, tables too", function()
    local task = loop.spawn(function() error({ reason = "spoiled" }) end)
    local ok, err = pcall(task.await, task)
    assert.is_false(ok)
    assert.equal("spoiled", err.reason)
  end)

  it("closes the variables of a task that is cancelled where it sleeps", function()
    local closed = false
    local task = loop.spawn(function()
      local guard <close> = setmetatable({}, { __close = function() closed = true end })
      loop.sleep(60)
      return guard
    end)
    loop.sleep(0)
    loop.sleep(0)
    assert.equal("waiting", task:status())
    task:cancel()
    assert.is_true(closed)
    local result, message, code = task:await()
    assert.is_nil(result)
    assert.equal("the task was cancelled", message)
    assert.equal("ECANCELED", code)
  end)

  it("runs all of a list at once and keeps their order", function()
    local began = 0
    local function slow(value, seconds)
      return function()
        began = began + 1
        loop.sleep(seconds)
        assert.equal(3, began)
        return value
      end
    end
    assert.same({ "a", "b", "c" }, loop.all { slow("a", 0.02), slow("b", 0), slow("c", 0.01) })
  end)

  it("ends the others of a list when one fails", function()
    local other = loop.spawn(function() loop.sleep(60) end)
    local ok, err = pcall(loop.all, { other, function() error("no ink", 0) end })
    assert.is_false(ok)
    assert.equal("no ink", err)
    assert.equal("cancelled", other:status())
  end)

  it("gives up on a function that takes too long, and says after how long", function()
    local result, message, code = loop.timeout(0.01, loop.sleep, 60)
    assert.is_nil(result)
    assert.equal("ETIMEDOUT", code)
    assert.truthy(message:find "0.01")
    assert.equal("in time", loop.timeout(60, function() return "in time" end))
  end)

  it("ends what it has spawned when whoever waits for that is ended", function()
    for _, wait in ipairs {
      function(fn) return loop.timeout(60, fn) end,
      function(fn) return loop.all { fn } end,
    } do
      local ended, went_on = false, false
      local task = loop.spawn(wait, function()
        local guard <close> = setmetatable({}, { __close = function() ended = true end })
        loop.sleep(0.01)
        went_on = true
        return guard
      end)
      loop.sleep(0)
      loop.sleep(0)
      task:cancel()
      assert.is_true(ended)
      loop.sleep(0.02)
      assert.is_false(went_on)
    end
  end)

  it("may be ended by what it has spawned", function()
    local task, ended
    task = loop.spawn(loop.timeout, 60, function()
      local guard <close> = setmetatable({}, { __close = function() ended = true end })
      task:cancel()
      assert.equal("cancelled", task:status())
      loop.sleep(60)
      return guard
    end)
    assert.equal("ECANCELED", select(3, task:await()))
    loop.sleep(0)
    assert.is_true(ended)
  end)

  it("spawns nothing when it cannot wait for it", function()
    local ran = false
    local function run() ran = true end
    local function fails(fn, ...) assert.is_false(pcall(fn, ...)) end
    fails(loop.all, { run, 5 })
    coroutine.wrap(fails)(loop.all, { run })
    coroutine.wrap(fails)(loop.timeout, 1, run)
    for _, length in ipairs { -1, 2 ^ 31, math.mininteger, math.maxinteger } do
      fails(loop.all, setmetatable({}, { __len = function() return length end }))
    end
    loop.sleep(0)
    loop.sleep(0)
    assert.is_false(ran)
  end)

  it("wakes all that wait for an event, and nobody who came later", function()
    local event, woken = loop.event(), 0
    local function waiter()
      event:wait()
      woken = woken + 1
    end
    local tasks = { loop.spawn(waiter), loop.spawn(waiter), loop.spawn(waiter) }
    loop.sleep(0)
    loop.sleep(0)
    tasks[2]:cancel()
    event:notify()
    loop.all { tasks[1], tasks[3] }
    assert.equal(2, woken)
    local late = loop.spawn(waiter)
    loop.sleep(0.01)
    assert.equal("waiting", late:status())
    event:notify()
    late:await()
    assert.equal(3, woken)
  end)

  it("refuses to wait in a coroutine of the script's own", function()
    local co = coroutine.create(function() loop.sleep(0) end)
    local ok, err = coroutine.resume(co)
    assert.is_false(ok)
    assert.truthy(err:find("cannot wait here", 1, true))
  end)

  it("lets no task yield on its own and hang", function()
    local said
    loop.spawn(function()
      said = select(2, pcall(function() coroutine.yield() end))
    end):await()
    assert.truthy(said:find("loop_spec.lua:%d+: coroutine.yield works only inside"), said)
  end)

  it("leaves coroutines of one's own as they are", function()
    local double = coroutine.wrap(function(n) while true do n = coroutine.yield(n * 2, "and more") end end)
    assert.same({ 4, "and more" }, { double(2) })
    assert.equal(6, (double(3)))
  end)
end)
