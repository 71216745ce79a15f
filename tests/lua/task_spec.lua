-- What tasks do at the edges: ended in every state, awaited by many, failing
-- with any value, and collected at the worst time.
local loop = require "host.loop"

local function guard(on_close)
  return setmetatable({}, { __close = on_close })
end

-- Lets every task that can run do so, until all wait.
local function settle()
  for _ = 1, 4 do loop.sleep(0) end
end

-- What this program says and returns when it runs that Lua text.
local function run_script(text)
  local script = os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(text)
  file:close()
  local pipe = assert(io.popen('"$(readlink /proc/$PPID/exe)" lua ' .. script .. " 2>&1"))
  local output = pipe:read "a"
  local _, _, status = pipe:close()
  os.remove(script)
  return output, status
end

describe("a task", function()
  it("that never began is cancelled without running", function()
    local ran = false
    local task = loop.spawn(function() ran = true end)
    task:cancel()
    settle()
    assert.is_false(ran)
    assert.equal("cancelled", task:status())
  end)

  it("that was woken and has not run on is cancelled all the same", function()
    local first = loop.spawn(loop.sleep, 0)
    local ran = 0
    local twins = {}
    for i = 1, 2 do
      twins[i] = loop.spawn(function()
        first:await() -- wakes both at once
        ran = ran + 1
        twins[3 - i]:cancel()
      end)
    end
    settle()
    assert.equal(1, ran)
    local states = { twins[1]:status(), twins[2]:status() }
    table.sort(states)
    assert.same({ "cancelled", "done" }, states)
  end)

  it("is left as it ended by cancelling it afterwards", function()
    local done = loop.spawn(function() return 1 end)
    local failed = loop.spawn(function() error "spoiled" end)
    settle()
    done:cancel()
    failed:cancel()
    assert.equal(1, done:await())
    assert.is_false(pcall(failed.await, failed))
    assert.equal("failed", failed:status())
  end)

  it("cannot cancel itself", function()
    local task
    task = loop.spawn(function() task:cancel() end)
    local ok, err = pcall(task.await, task)
    assert.is_false(ok)
    assert.truthy(err:find("cannot cancel itself", 1, true))
  end)

  it("cannot cancel itself by what it closes after an error either", function()
    local task, message
    task = loop.spawn(function()
      local inner <close> = guard(function()
        message = select(2, pcall(task.cancel, task))
      end)
      loop.sleep(0)
      error("boom", 0)
      return inner
    end)
    assert.equal("boom", select(2, pcall(task.await, task)))
    assert.truthy(message:find("cannot cancel itself", 1, true))
  end)

  it("is cancelled by what another one closes, however many do so in turn", function()
    local first, all = nil, {}
    for i = 1, 20000 do
      local before = first
      first = loop.spawn(function()
        local inner <close> = guard(function()
          if before then before:cancel() end
        end)
        loop.sleep(60)
        return inner
      end)
      all[i] = first
    end
    settle()
    first:cancel()
    while all[1]:status() == "waiting" do loop.sleep(0) end
    for i = 1, #all do assert.equal("cancelled", all[i]:status()) end
  end)

  it("fails when a script resumes or closes its coroutine while it waits", function()
    for _, meddle in ipairs { coroutine.resume, coroutine.close } do
      for _, wait in ipairs { function() loop.sleep(60) end, function() loop.event():wait() end } do
        local co
        local task = loop.spawn(function()
          co = coroutine.running()
          wait()
        end)
        settle()
        local ok, message = meddle(co)
        if meddle == coroutine.resume then
          assert.is_false(ok)
          assert.truthy(message:find("only the loop resumes a task", 1, true))
        end
        ok, message = pcall(task.await, task)
        assert.is_false(ok)
        assert.truthy(message:find("resumed or closed by a coroutine function", 1, true))
      end
    end
  end)

  it("cannot be cancelled once more by what it closes", function()
    local task
    local message
    task = loop.spawn(function()
      local inner <close> = guard(function()
        local _, err = pcall(task.cancel, task)
        message = err
      end)
      loop.sleep(60)
      return inner
    end)
    settle()
    task:cancel()
    assert.equal("cancelled", task:status())
    assert.truthy(message:find("cannot cancel itself", 1, true))
  end)

  it("closes everything when cancelled, though a closer fails or wants to wait", function()
    local closed = {}
    local task = loop.spawn(function()
      local a <close> = guard(function() closed[#closed + 1] = "a" end)
      local b <close> = guard(function() error "closer" end)
      local c <close> = guard(function()
        closed[#closed + 1] = "c"
        loop.sleep(0)
        closed[#closed + 1] = "after the sleep"
      end)
      loop.sleep(60)
      return a, b, c
    end)
    settle()
    task:cancel()
    assert.same({ "c", "a" }, closed)
    assert.equal("cancelled", task:status())
  end)

  it("may wait in a closer while it ends by itself", function()
    local slept = false
    local task = loop.spawn(function()
      local a <close> = guard(function()
        loop.sleep(0)
        slept = true
      end)
      return a ~= nil
    end)
    assert.is_true(task:await())
    assert.is_true(slept)
  end)

  it("tells everybody who waits for it, in whatever way it ends", function()
    for _, how in ipairs { "done", "failed", "cancelled" } do
      local task = loop.spawn(function()
        loop.sleep(0.002)
        if how == "failed" then error { how = how } end
        if how == "cancelled" then loop.sleep(60) end
        return how
      end)
      local told = {}
      local waiters = {}
      for i = 1, 5 do
        waiters[i] = loop.spawn(function()
          local results = table.pack(pcall(task.await, task))
          if how == "failed" then
            told[i] = results[2].how
          else
            told[i] = how == "done" and results[2] or results[4]
          end
        end)
      end
      settle()
      waiters[3]:cancel()
      loop.sleep(0.004)
      if how == "cancelled" then task:cancel() end
      for i = 1, 5 do waiters[i]:await() end
      local expected = how == "cancelled" and "ECANCELED" or how
      for i = 1, 5 do
        if i ~= 3 then assert.equal(expected, told[i]) end
      end
      assert.is_nil(told[3])
    end
  end)

  it("fails with any value", function()
    for _, value in ipairs { "text", 7, false, { a = 1 }, print } do
      local task = loop.spawn(function() error(value, 0) end)
      local ok, err = pcall(task.await, task)
      assert.is_false(ok)
      assert.equal(value, err)
    end
    local task = loop.spawn(function() error() end)
    local ok, err = pcall(task.await, task)
    assert.is_false(ok)
    assert.is_nil(err)
  end)

  it("hands over as many values as it got and gives", function()
    local values = {}
    for i = 1, 200 do values[i] = i end
    local task = loop.spawn(function(...) return ... end, table.unpack(values))
    assert.same(values, { task:await() })
  end)

  it("survives a stack overflow, as a failure", function()
    local function deep(n) return 1 + deep(n + 1) end
    local task = loop.spawn(deep, 1)
    local ok, err = pcall(task.await, task)
    assert.is_false(ok)
    assert.truthy(err:find("stack overflow", 1, true))
  end)

  it("cannot wait below a C function, and says so", function()
    local task = loop.spawn(function()
      table.sort({ 1, 2, 3 }, function() loop.sleep(0) end)
    end)
    local ok, err = pcall(task.await, task)
    assert.is_false(ok)
    assert.truthy(err:find("a C function stands in between", 1, true))
  end)

  it("stays whole while the collector runs at every step", function()
    local function work(depth)
      local inner <close> = guard(function() collectgarbage() end)
      if depth == 0 then
        loop.sleep(0)
        if math.random(3) == 1 then error { inner } end
        return 1
      end
      local tasks = {}
      for i = 1, 3 do tasks[i] = loop.spawn(work, depth - 1) end
      if math.random(4) == 1 then tasks[2]:cancel() end
      local sum = 0
      for i = 1, 3 do
        local ok, n = pcall(tasks[i].await, tasks[i])
        sum = sum + (ok and n or 0)
      end
      return sum
    end
    for _, mode in ipairs { "generational", "incremental" } do
      collectgarbage(mode)
      debug.sethook(function() collectgarbage "step" end, "", 100) -- for new coroutines too
      local root = loop.spawn(work, 4)
      local sum = root:await()
      debug.sethook()
      assert.is_true(sum > 0 and sum <= 81)
    end
    collectgarbage "incremental"
  end)

  it("is kept by what it waits for, not by who made it", function()
    local finished = false
    loop.spawn(function()
      loop.sleep(0.002)
      finished = true
    end)
    collectgarbage()
    collectgarbage()
    loop.sleep(0.005)
    assert.is_true(finished)
  end)

  it("that fails unheard is reported", function()
    local output, status = run_script [[
      local loop = require "host.loop"
      loop.spawn(function() error("nobody listens", 0) end)
      loop.sleep(0)
      loop.sleep(0)
      collectgarbage()
    ]]
    assert.truthy(output:find("a task failed and nobody waited for it: nobody listens", 1, true))
    assert.equal(0, status)
  end)

  it("is closed when the program ends, while it waits in any way", function()
    local output, status = run_script [[
      local loop, dag = require "host.loop", require "host.dag"
      local limiter = require("host.limiter").new()
      limiter:lane("one", 1)
      local function closer(name)
        return setmetatable({}, { __close = function()
          collectgarbage()
          loop.spawn(print, "never printed")
          io.write(name, "\n")
        end })
      end
      loop.spawn(function() local c <close> = closer "sleeper" loop.sleep(60) end)
      local slot = limiter:acquire("one", "m")
      loop.spawn(function() local c <close> = closer "asker" limiter:acquire("one", "m") end)
      local graph = dag.new { run = function() local c <close> = closer "node" loop.sleep(60) end }
      graph:add(nil, 0)
      loop.spawn(function() local c <close> = closer "graph" graph:run() end)
      local long = loop.spawn(loop.sleep, 60)
      loop.spawn(function() local c <close> = closer "awaiter" long:await() end)
      loop.spawn(function() local c <close> = closer "timeout" loop.timeout(60, loop.sleep, 60) end)
      loop.spawn(function() local c <close> = closer "all" loop.all { long } end)
      for _ = 1, 5 do loop.sleep(0) end
      return 5
    ]]
    local names = {}
    for name in output:gmatch "[^\n]+" do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "all", "asker", "awaiter", "graph", "node", "sleeper", "timeout" }, names)
    assert.equal(5, status)
  end)

  it("that nothing can wake any more ends the program with a message", function()
    local output, status = run_script [[
      local loop = require "host.loop"
      local a, b
      a = loop.spawn(function() b:await() end)
      b = loop.spawn(function() a:await() end)
      a:await()
    ]]
    assert.truthy(output:find("waits for something that nothing left", 1, true))
    assert.equal(2, status)
  end)
end)
