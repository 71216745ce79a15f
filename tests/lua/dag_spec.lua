local dag = require "host.dag"
local loop = require "host.loop"

-- A graph whose nodes do what `acts[id]` says, and the order they began in.
local function recorded(options)
  local order, acts = {}, {}
  options = options or {}
  options.run = function(id)
    order[#order + 1] = id
    if acts[id] then return acts[id](id) end
  end
  return dag.new(options), order, acts
end

describe("host.dag", function()
  it("runs what is ready by priority, then in the order it was added", function()
    local graph, order = recorded()
    local first = graph:add(nil, 1)
    local high = graph:add(nil, 5)
    local second = graph:add(nil, 1)
    local after = graph:add(nil, 9, first, high)
    assert.same({ 3 + 1, 0, 0 }, { graph:run() })
    assert.same({ high, first, after, second }, order)
  end)

  it("lets nodes wait, all of them at once", function()
    local running = 0
    local graph = dag.new { run = function()
      running = running + 1
      repeat loop.sleep(0.001) until running == 50
    end }
    for _ = 1, 50 do graph:add(nil, 0) end
    assert.same({ 50, 0, 0 }, { loop.timeout(60, graph.run, graph) })
  end)

  it("keeps a lane to its cap, and takes a new cap while it runs", function()
    local graph
    local running, seen = 0, {}
    graph = dag.new { lanes = { image = 2 }, run = function(id)
      running = running + 1
      seen[#seen + 1] = running
      loop.sleep(0)
      running = running - 1
      if id == 10 then graph:limit("image", 5) end
    end }
    for _ = 1, 40 do graph:add("image", 0) end
    graph:run()
    local early, late = 0, 0
    for i = 1, 10 do early = math.max(early, seen[i]) end
    for i = 11, 40 do late = math.max(late, seen[i]) end
    assert.equal(2, early)
    assert.equal(5, late)
  end)

  it("does not limit a lane that has no cap", function()
    local running, most = 0, 0
    local graph = dag.new { lanes = { image = 1 }, run = function()
      running = running + 1
      most = math.max(most, running)
      loop.sleep(0)
      running = running - 1
    end }
    for _ = 1, 9 do graph:add("text", 0) end
    graph:run()
    assert.equal(9, most)
  end)

  it("fails a node that raises or returns false, and skips what follows", function()
    local skips, errors = {}, {}
    local graph, order, acts = recorded {
      on_skip = function(id, cause) skips[#skips + 1] = { id, cause } end,
      on_error = function(id, err, traceback)
        errors[#errors + 1] = { id, err.reason, type(traceback) }
      end,
    }
    local bad = graph:add(nil, 0)
    local no = graph:add(nil, 0)
    local child = graph:add(nil, 0, bad)
    local grandchild = graph:add(nil, 0, child)
    local of_no = graph:add(nil, 0, no)
    local fine = graph:add(nil, 0)
    local after_fine = graph:add(nil, 0, fine)
    acts[bad] = function() error { reason = "no ink" } end
    acts[no] = function() loop.sleep(0) return false end
    assert.same({ 2, 2, 3 }, { graph:run() })
    assert.same({ { child, bad }, { grandchild, bad }, { of_no, no } }, skips)
    assert.same({ { bad, "no ink", "string" } }, errors)
    assert.equal("failed", graph:state(bad))
    assert.equal("failed", graph:state(no))
    assert.equal("skipped", graph:state(grandchild))
    assert.equal("done", graph:state(after_fine))
    assert.same({ bad, no, fine, after_fine }, order)
    assert.same({ waiting = 0, ready = 0, running = 0, done = 2, failed = 2, skipped = 3 },
      graph:counts())
  end)

  it("takes nil and true for done", function()
    local graph, _, acts = recorded()
    acts[graph:add(nil, 0)] = function() return nil end
    acts[graph:add(nil, 0)] = function() return true, "more" end
    acts[graph:add(nil, 0)] = function() return end
    assert.same({ 3, 0, 0 }, { graph:run() })
  end)

  it("grows while it runs, with what is done, failed and open as dependencies", function()
    local skips = {}
    local graph, order, acts = recorded { on_skip = function(id) skips[#skips + 1] = id end }
    local a = graph:add(nil, 0)
    local bad = graph:add(nil, 0)
    local maker = graph:add(nil, 0, a)
    acts[bad] = function() return false end
    local b, c, d
    acts[maker] = function()
      b = graph:add(nil, 0, a)
      loop.sleep(0)
      c = graph:add(nil, 0, b, maker)
      d = graph:add(nil, 0, bad)
      assert.equal("waiting", graph:state(c))
      assert.equal("running", graph:state(maker))
      assert.equal("skipped", graph:state(d))
    end
    assert.same({ 4, 1, 1 }, { graph:run() })
    assert.same({ a, bad, maker, b, c }, order)
    assert.same({ d }, skips)
  end)

  it("is fed by other tasks while it waits, until nothing is left", function()
    local graph, order, acts = recorded()
    local long = graph:add(nil, 0)
    acts[long] = function() loop.sleep(0.01) end
    loop.spawn(function()
      loop.sleep(0)
      graph:add(nil, 0)
      graph:add(nil, 0, long)
    end)
    assert.same({ 3, 0, 0 }, { graph:run() })
    assert.same({ 1, 2, 3 }, order)
  end)

  it("counts what is added between the last node's end and the return", function()
    local graph, order, acts = recorded()
    local last = graph:add(nil, 0)
    acts[last] = function()
      loop.spawn(function() graph:add(nil, 0) end)
    end
    graph:run()
    loop.sleep(0)
    graph:run()
    assert.same({ 1, 2 }, order)
  end)

  it("delays a node that has not started by an edge", function()
    local graph, order = recorded()
    local a, b, c = graph:add(nil, 1), graph:add(nil, 2), graph:add(nil, 3)
    graph:edge(a, c)
    graph:edge(c, b)
    graph:run()
    assert.same({ a, c, b }, order)
    assert.error_matches(function() graph:edge(a, b) end, "node 2 has started")
    local e = graph:add(nil, 0)
    assert.error_matches(function() graph:edge(e, e) end, "waits for itself")
  end)

  it("names the nodes of a cycle", function()
    local graph = recorded()
    local a = graph:add(nil, 0)
    local b = graph:add(nil, 0, a)
    local c = graph:add(nil, 0, b)
    graph:add(nil, 0, c)
    graph:edge(c, a)
    local ok, err = pcall(graph.run, graph)
    assert.is_false(ok)
    assert.truthy(err:find("1 -> 3 -> 2 -> 1", 1, true) or err:find("3 -> 2 -> 1 -> 3", 1, true)
      or err:find("2 -> 1 -> 3 -> 2", 1, true), err)
  end)

  it("starts nothing more once stopped, and goes on with another run", function()
    local graph, order, acts = recorded()
    local a = graph:add(nil, 0)
    graph:add(nil, 0, a)
    acts[a] = function()
      graph:stop()
      loop.sleep(0)
    end
    assert.same({ 1, 0, 0 }, { graph:run() })
    assert.equal("ready", graph:state(2))
    assert.same({ 2, 0, 0 }, { graph:run() })
    assert.same({ 1, 2 }, order)
  end)

  it("ends its nodes where they wait when the run is cancelled", function()
    local closed = 0
    local graph
    graph = dag.new { run = function()
      local guard <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
      loop.sleep(60)
      return guard
    end }
    for _ = 1, 3 do graph:add(nil, 0) end
    local result, _, code = loop.timeout(0.005, graph.run, graph)
    assert.is_nil(result)
    assert.equal("ETIMEDOUT", code)
    assert.equal(3, closed)
    assert.equal(3, graph:counts().ready)
  end)

  it("may be cancelled by one of its own nodes", function()
    local graph, task
    local after = {}
    graph = dag.new { run = function(id)
      if id == 2 then loop.sleep(0) end
      task:cancel()
      after[#after + 1] = id
      loop.sleep(0)
      after[#after + 1] = -id
    end }
    graph:add(nil, 0)
    task = loop.spawn(graph.run, graph)
    task:await()
    assert.equal("cancelled", task:status())
    graph:add(nil, 5)
    task = loop.spawn(graph.run, graph)
    task:await()
    loop.sleep(0)
    -- 2 starts first and sleeps; 1 cancels both.
    assert.same({ 1, 1 }, after)
  end)

  it("may be cancelled by a node that has waited", function()
    local task
    local resumed = false
    local graph = dag.new { run = function()
      loop.sleep(0)
      task:cancel()
      resumed = true
      loop.sleep(60)
    end }
    graph:add(nil, 0)
    task = loop.spawn(graph.run, graph)
    task:await()
    assert.is_true(resumed)
    assert.equal("cancelled", task:status())
    assert.equal(1, graph:counts().ready)
  end)

  it("raises what on_skip or on_error raises, and ends what runs", function()
    local closed = false
    local graph, _, acts = recorded { on_skip = function() error("no room", 0) end }
    local slow = graph:add(nil, 1)
    acts[slow] = function()
      local guard <close> = setmetatable({}, { __close = function() closed = true end })
      loop.sleep(60)
      return guard
    end
    local bad = graph:add(nil, 0)
    graph:add(nil, 0, bad)
    acts[bad] = function() return false end
    local ok, err = pcall(graph.run, graph)
    assert.same({ false, "no room" }, { ok, err })
    assert.is_true(closed)

    graph = dag.new {
      run = function() error("bad", 0) end,
      on_error = function(_, raised) error { wrapped = raised } end,
    }
    graph:add(nil, 0)
    ok, err = pcall(graph.run, graph)
    assert.is_false(ok)
    assert.equal("bad", err.wrapped)
  end)

  it("may be ended and forgotten in on_error", function()
    local task
    local function begin()
      local graph = dag.new {
        run = function()
          loop.sleep(0)
          error "bad"
        end,
        on_error = function()
          task:cancel()
          collectgarbage()
          collectgarbage()
        end,
      }
      graph:add(nil, 0)
      return loop.spawn(graph.run, graph)
    end
    task = begin()
    assert.equal("ECANCELED", select(3, task:await()))
  end)

  it("lives among other tasks while a long graph runs", function()
    local graph, turns = dag.new { run = function() end }, 0
    for _ = 1, 100000 do graph:add(nil, 0) end
    local other = loop.spawn(function()
      while true do
        turns = turns + 1
        loop.sleep(0)
      end
    end)
    graph:run()
    other:cancel()
    assert.is_true(turns > 3)
  end)

  it("uses coroutines again", function()
    local seen, count = {}, 0
    local graph = dag.new { run = function(id)
      local co = coroutine.running()
      if not seen[co] then
        seen[co] = true
        count = count + 1
      end
      if id % 7 == 0 then loop.sleep(0) end
      if id % 5 == 0 then error "spoiled" end
      if id % 11 == 0 then coroutine.yield() end
    end, on_error = function() end }
    local before
    for _ = 1, 500 do before = graph:add(nil, 0) end
    local done, failed = graph:run()
    assert.equal(before, done + failed)
    assert.equal(100 + 36, failed)
    assert.is_true(count < 100)
  end)

  it("runs a graph inside a node of another", function()
    local inner = 0
    local graph = dag.new { run = function()
      local mine = dag.new { run = function() loop.sleep(0) inner = inner + 1 end }
      mine:add(nil, 0)
      mine:add(nil, 0, 1)
      mine:run()
    end }
    for _ = 1, 10 do graph:add(nil, 0) end
    assert.equal(10, (graph:run()))
    assert.equal(20, inner)
  end)

  it("keeps its books while the collector runs all the time", function()
    collectgarbage("generational")
    local skipped = 0
    local graph
    graph = dag.new { lanes = { a = 3 }, run = function(id)
      collectgarbage("step")
      if id % 3 == 0 then loop.sleep(0) end
      if id % 17 == 0 then error { "table" } end
      if id < 200 then graph:add("a", -id, id, id - id // 2) end
      collectgarbage()
    end, on_error = function() collectgarbage() end,
      on_skip = function() skipped = skipped + 1 end }
    for i = 1, 60 do graph:add(i % 2 == 0 and "a" or nil, i % 4) end
    local done, failed, skips = graph:run()
    collectgarbage("incremental")
    local counts = graph:counts()
    assert.same({ 0, 0, 0 }, { counts.waiting, counts.ready, counts.running })
    assert.equal(skips, skipped)
    assert.is_true(done > 60 and failed > 3)
  end)

  it("refuses wrong use by raising", function()
    local graph
    graph = dag.new { run = function()
      assert.error_matches(function() graph:run() end, "the graph is running")
    end }
    graph:add(nil, 0)
    graph:run()
    assert.error_matches(function() dag.new {} end, "run")
    assert.error_matches(function() dag.new { run = print, on_skip = 1 } end, "on_skip")
    assert.error_matches(function() dag.new { run = print, lanes = { x = 0 } } end, "limit")
    assert.error_matches(function() graph:add(nil, 0, 2) end, "no such node")
    assert.error_matches(function() graph:add(nil, 0 / 0) end, "invalid")
    assert.error_matches(function() graph:add(nil) end, "number expected")
    assert.error_matches(function() graph:state(0) end, "no such node")
  end)

  it("has nothing to do when it is empty", function()
    assert.same({ 0, 0, 0 }, { recorded():run() })
  end)
end)
