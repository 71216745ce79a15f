-- Ctrl-C: the first waits for what is in flight, the second does not.

local file = require "host.file"
local loop = require "host.loop"
local store = require "host.store"
local support = require "support"

--- Starts a run whose calls take so long, and waits until some are in flight.
local function start(delay)
  local mock = support.mock { "--delay", tostring(delay) }
  local at = support.write { ["story.lua"] = support.story() }
  local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url }
  local running = support.start(command)
  support.await("a call in flight", function()
    return #mock.account() > 0
  end)
  return running, mock, command, at .. "/data/small"
end

local function doubts(project)
  local opened = assert(store.open(project .. "/project.db", { readonly = true }))
  local count = #opened:doubts()
  opened:close()
  return count
end

local function ended(running)
  support.await("the run's end", function()
    return not running.is_running()
  end)
  return running.status()
end

describe("a run that gets Ctrl-C", function()
  it("keeps what was in flight, leaves no doubt, and goes on from there", function()
    local running, mock, command, project = start(400)
    running.interrupt()
    assert.equal(130, ended(running), running.out())
    assert.truthy(running.out():find("interrupted", 1, true))
    assert.equal(0, doubts(project))
    local before = #mock.account()
    local again = support.run(command)
    assert.equal(0, again.status, again.out .. again.err)
    assert.truthy(again.out:find "\nlore +1 +0 +1 ")
    assert.is_true(#mock.account() > before)
    mock.stop()
  end)

  it("twice, ends at once and knows what is in doubt", function()
    local running, mock, command, project = start(60000)
    running.interrupt()
    support.await("the first to be heard", function()
      return running.out():find("interrupted", 1, true)
    end)
    running.interrupt()
    assert.equal(130, ended(running), running.out())
    assert.equal(1, doubts(project))
    mock.stop()
    local status = support.run { "status", command[2], "--data", command[4] }
    assert.equal(0, status.status, status.err)
    assert.truthy(status.out:find("calls in doubt: 1", 1, true), status.out)
    assert.truthy(status.out:find "lore, sent %d+%-%d+%-%d+ %d+:%d+, may have cost up to %$0%.%d+")
    local listed = support.run { "doubt", command[2], "--data", command[4] }
    assert.equal(0, listed.status, listed.err)
    assert.truthy(listed.out:find "^calls in doubt: 1\n  lore, sent .-\n  together .- %$0%.%d+\n", listed.out)
  end)
end)

describe("a step whose code never ends", function()
  --- Starts a story with such a step, and waits until it is in it.
  local function stuck(body)
    local at = support.write {
      ["story.lua"] = support.story [[
extend = { [""] = { require("pipeline.field").text "joke" "The joke of the film." } }, steps = { "joke" }]],
      ["steps/joke.lua"] = ([[
local step = require "pipeline.step"
return step "joke" {
  needs = { "lore" }, reads = { "lore.mood" }, writes = { "joke" },
  run = function()
    io.open("%s", "w"):close() -- and not once more to the loop
    %s
  end,
}
]]):format("AT/begun", body),
    }
    local path = at .. "/steps/joke.lua"
    assert(file.write(path, (file.read(path):gsub("AT", at))))
    local running = support.start { "run", at .. "/story.lua", "--data", at .. "/data" }
    support.await("the step to begin", function()
      return file.exists(at .. "/begun")
    end)
    return running
  end

  --- Presses Ctrl-C until the process has ended; of two that come before it has run on
  --- a busy machine, it hears one.
  local function press(running, pauses)
    for _, pause in ipairs(pauses) do
      running.interrupt()
      for _ = 1, pause * 50 do
        if not running.is_running() then
          return running.status()
        end
        loop.sleep(0.02)
      end
    end
    return ended(running)
  end

  it("is broken off at its line by the second Ctrl-C", function()
    local running = stuck "while true do end"
    assert.equal(130, press(running, { 0.2, 5, 5, 5 }), running.out())
    assert.truthy(running.out():find("steps/joke.lua:6: broken off by Ctrl-C", 1, true), running.out())
  end)

  it("and lets itself not be broken off, ends with the process at the third", function()
    local running = stuck "while true do pcall(function() while true do end end) end"
    assert.truthy(press(running, { 0.2, 0.2, 5, 5, 5 }) ~= 0, running.out())
  end)
end)
