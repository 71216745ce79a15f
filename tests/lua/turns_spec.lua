-- pipeline.run.turns: one after the other, and others in between.

local loop = require "host.loop"
local turns = require "pipeline.run.turns"

describe("turns", function()
  it("are given one by one, in the order of asking, with what else there is in between", function()
    local dealt, order, passed = turns.new(), {}, {}
    local tasks, beats = {}, 0
    local pulse = loop.spawn(function()
      while true do
        loop.sleep(0)
        beats = beats + 1
      end
    end)
    for i = 1, 20 do
      tasks[i] = loop.spawn(function()
        dealt:take()
        order[#order + 1], passed[#passed + 1] = i, beats
      end)
    end
    loop.all(tasks)
    pulse:cancel()
    for i = 1, 20 do
      assert.equal(i, order[i])
      assert.is_true(i == 1 or passed[i] > passed[i - 1], "the loop did nothing else between two")
    end
  end)

  it("are given way to by others, but only for the first", function()
    local dealt, order = turns.new(), {}
    dealt:give_way() -- there is nobody to give way to
    local first = loop.spawn(function()
      dealt:take()
      loop.sleep(0)
      order[#order + 1] = "first"
    end)
    local other = loop.spawn(function()
      dealt:give_way()
      order[#order + 1] = "other"
    end)
    loop.all { first, other }
    assert.same({ "first", "other" }, order)
    loop.sleep(0.02)
    dealt:take()
    local passed = false
    local late = loop.spawn(function()
      dealt:give_way()
      passed = true
    end)
    late:await()
    assert.is_true(passed)
  end)

  it("are there again when nobody waits, and are not lost with a task that is cancelled", function()
    local dealt, gone = turns.new(), {}
    dealt:take()
    local tasks = {}
    for i = 1, 3 do
      tasks[i] = loop.spawn(function()
        dealt:take()
        gone[#gone + 1] = i
      end)
    end
    loop.sleep(0)
    tasks[2]:cancel()
    tasks[3]:await()
    assert.same({ 1, 3 }, gone)
    loop.sleep(0.01)
    dealt:take()
  end)
end)
