-- Calls that are under way: joined by whoever asks the same, and given up when
-- nobody does any more.

local loop = require "host.loop"
local rig = require "rig"
local budget = require "pipeline.call.budget"
local limiter = require "host.limiter"
local provider = require "provider"
local support = require "support"

describe("a call that is under way", function()
  local opened, serving, replies, gate, calls, events

  --- Answers that wait for the gate.
  local function held()
    gate = { open = false, changed = loop.event() }
    replies = function()
      while not gate.open do
        gate.changed:wait()
      end
    end
  end

  local function release()
    gate.open = true
    gate.changed:notify()
  end

  local function new_calls(options)
    options = options or {}
    options.report = function(event)
      events[#events + 1] = event
    end
    return rig.calls(opened, options)
  end

  before_each(function()
    opened = rig.project()
    events, replies = {}, nil
    serving = provider.start {
      reply = function(...)
        return replies and replies(...)
      end,
      text = function(_, number)
        return "answer " .. number
      end,
    }
    calls = new_calls()
  end)

  after_each(function()
    calls:close()
    serving.close()
    opened:close()
  end)

  local function ask(user)
    return calls:ask(rig.request { user = user, provider = rig.provider(serving.url) })
  end

  local function asked(count)
    support.await(count .. " requests", function()
      return #serving.requests == count
    end)
  end

  local function told(name)
    local count = 0
    for _, event in ipairs(events) do
      count = count + (event.event == name and 1 or 0)
    end
    return count
  end

  local function await_told(name)
    support.await("the event " .. name, function()
      return told(name) > 0
    end)
  end

  --- The texts of the calls that were to be made, in any state.
  local function intended()
    local count = 0
    while opened.store:call(count + 1) do
      count = count + 1
    end
    return count
  end

  local function land()
    support.await("no call to be under way", function()
      return not next(calls.live)
    end)
  end

  it("is joined by who asks the same", function()
    held()
    local first, second, other = loop.spawn(ask), loop.spawn(ask), loop.spawn(ask, "Name the dog.")
    asked(2)
    release()
    local one, two = first:await(), second:await()
    assert.equal(one.text, two.text)
    assert.equal(one.id, two.id)
    assert.are_not.equal(one.text, other:await().text)
    assert.equal(2, #serving.requests)
    assert.equal(2, intended())
  end)

  --- Two that ask where one may: the first is at it, the second waits for its turn.
  local function one_behind_the_other()
    held()
    calls.limiter:lane("text", 1)
    local busy = loop.spawn(ask, "Name the dog.")
    asked(1)
    local queued = loop.spawn(ask)
    support.await("it to be queued", function()
      return calls.limiter:caps()[1].waiting == 1
    end)
    return busy, queued
  end

  it("goes on for the others when one that asked is cancelled", function()
    held()
    local first, second = loop.spawn(ask), loop.spawn(ask)
    asked(1)
    first:cancel()
    release()
    assert.equal("answer 1", second:await().text)
    assert.equal(1, #serving.requests)
  end)

  it("is dropped while it waits for its turn, when nobody asks any more", function()
    local busy, queued = one_behind_the_other()
    queued:cancel()
    assert.equal(0, calls.limiter:caps()[1].waiting)
    assert.equal(1, told "dropped")
    release()
    busy:await()
    land()
    assert.equal(1, intended())
    assert.equal("answer 2", ask().text)
  end)

  it("is a new one when it was dropped and is asked at the same moment", function()
    local busy, queued = one_behind_the_other()
    queued:cancel()
    local again = loop.spawn(ask)
    release()
    busy:await()
    assert.equal("answer 2", again:await().text)
    assert.equal(2, #serving.requests)
  end)

  it("gives up its share of the cost limit with its turn", function()
    held()
    local worst = 0.5
    calls = new_calls { budget = budget.new(0.75) }
    local priced = rig.provider(serving.url)
    priced.worst_cost = function()
      return worst
    end
    local function ask_priced(user)
      return calls:ask {
        kind = "text", model = "openai/gpt-5", user = user, refs = {}, step = "naming", task = "naming",
        take = 1, attempt = 1, priority = 1, provider = priced,
      }
    end
    local first = loop.spawn(ask_priced, "Name the dog.")
    asked(1)
    local unwanted, wanted = loop.spawn(ask_priced, "Name the boat."), loop.spawn(ask_priced, "Name the cat.")
    support.await("both to wait", function()
      return told "sent" == 3
    end)
    unwanted:cancel()
    release()
    first:await()
    assert.equal("answer 2", wanted:await().text)
    land()
    assert.equal(0, calls.budget.in_flight)
    assert.is_true(math.abs(calls.budget.spent - 0.002) < 1e-9)
  end)

  it("is dropped while it waits for another try", function()
    replies = function()
      return { status = 429, headers = { ["Retry-After"] = "60" }, body = "{}" }
    end
    local only = loop.spawn(ask)
    await_told "retry"
    only:cancel()
    land()
    assert.equal(1, #serving.requests)
    assert.equal("refused", opened.store:call(1).state)
  end)

  it("runs to its end once it was sent, and what comes is kept", function()
    held()
    local only = loop.spawn(ask)
    asked(1)
    only:cancel()
    release()
    land()
    assert.equal(1, told "answered")
    assert.equal("answered", opened.store:call(1).state)
    local read = ask()
    assert.is_true(read.remembered)
    assert.equal(1, #serving.requests)
  end)

  it("can be joined again while nobody waits for it", function()
    held()
    local first = loop.spawn(ask)
    asked(1)
    first:cancel()
    local second = loop.spawn(ask)
    loop.sleep(0)
    release()
    assert.equal("answer 1", second:await().text)
    assert.equal(1, #serving.requests)
  end)

  it("is not tried again when nobody waits for it", function()
    held()
    local answer = replies
    replies = function(...)
      answer(...)
      return { status = 503, body = "{}" }
    end
    local only = loop.spawn(ask)
    asked(1)
    only:cancel()
    release()
    land()
    assert.equal(1, #serving.requests)
    assert.equal(1, told "dropped")
  end)

  it("is waited for at the end of a run, and kept", function()
    held()
    local only = loop.spawn(ask)
    asked(1)
    only:cancel()
    local drained = loop.spawn(calls.drain, calls, 30)
    await_told "draining"
    release()
    drained:await()
    assert.equal("answered", opened.store:call(1).state)
    assert.equal(0, calls.doubts:left().count)
  end)

  it("is in doubt when it is not waited for any longer", function()
    held()
    local only = loop.spawn(ask)
    asked(1)
    only:cancel()
    calls:drain(0)
    calls:close()
    assert.equal("doubt", opened.store:call(1).state)
    assert.equal(1, calls.doubts:left().count)
    release()
  end)

  it("lets all who wait know why nothing is sent any more", function()
    calls.limiter = limiter.new()
    held()
    calls.limiter:lane("text", 1)
    local busy = loop.spawn(ask, "Name the dog.")
    asked(1)
    local one, two = loop.spawn(ask), loop.spawn(ask)
    support.await("it to be queued", function()
      return calls.limiter:caps()[1].waiting == 1
    end)
    calls:stop "enough"
    for _, waiting in ipairs { one, two } do
      local read, failure = waiting:await()
      assert.is_nil(read)
      assert.same({ class = "stop", message = "enough" }, failure)
    end
    release()
    assert.equal("answer 1", busy:await().text)
  end)
end)

describe("a step's code", function()
  it("that asks the same twice at once pays once", function()
    local opened = rig.project()
    local serving = provider.start()
    local naming = rig.step("naming", {
      writes = { "one", "two" },
      write = function(_, ctx)
        local answers = loop.all {
          function() return ctx.ask { prompt = "Name the boat." } end,
          function() return ctx.ask { prompt = "Name the boat." } end,
        }
        return { one = answers[1].one, two = answers[2].two }
      end,
    })
    local evaluated = rig.evaluate(opened, { naming }, { url = serving.url })
    assert.equal("done", evaluated.states.naming)
    assert.equal("Some text.", evaluated.artifact.one)
    assert.equal(1, #serving.requests)
    serving.close()
    opened:close()
  end)

  it("that waits no longer for an answer leaves it to the next run", function()
    local opened = rig.project()
    local gate = loop.event()
    local serving = provider.start {
      reply = function()
        gate:wait()
      end,
    }
    local patient = false
    local naming = rig.step("naming", {
      writes = { "one" },
      write = function(_, ctx)
        local asking = loop.spawn(ctx.ask, { prompt = "Name the boat." })
        support.await("the request", function()
          return #serving.requests == 1
        end)
        if not patient then
          asking:cancel()
        end
        return asking:await() or { one = "none came" }
      end,
    })
    local first = rig.evaluate(opened, { naming }, { url = serving.url })
    assert.equal("none came", first.artifact.one)
    local drained = loop.spawn(first.run.calls.drain, first.run.calls, 30)
    gate:notify()
    drained:await()
    patient = true
    local second = rig.evaluate(opened, { naming }, { url = serving.url })
    assert.equal("Some text.", second.artifact.one)
    assert.equal(1, #serving.requests)
    serving.close()
    opened:close()
  end)
end)
