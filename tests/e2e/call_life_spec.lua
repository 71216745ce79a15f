-- One call through its whole life: rendered, keyed, intent, answer, outcome,
-- patch, reused.

local artifact = require "host.artifact"
local call = require "pipeline.call"
local calls = require "calls"
local chain = require "pipeline.call.chain"
local json = require "host.json"
local openrouter = require "providers.openrouter"
local outcome = require "pipeline.tasks.outcome"
local project = require "pipeline.project"
local provider = require "provider"
local support = require "support"

local function accept(text)
  return { name = text }
end

describe("a call", function()
  local opened, serving, state_when_asked

  before_each(function()
    state_when_asked = nil
    opened = project.open("life", support.folder())
    serving = provider.start {
      reply = function(_, number)
        -- The store is this process's own; what it says is durable was committed.
        state_when_asked = state_when_asked or opened.store:call(number).state
      end,
      text = function()
        return "The Constance"
      end,
    }
  end)

  after_each(function()
    serving.close()
    opened:close()
  end)

  --- Asks in a new run, as a provider of this identity.
  local function ask(identity, changes, judge)
    local rendered = calls.request(changes)
    rendered.provider = openrouter.new { base_url = serving.url, identity = identity }
    local result, failure = chain.text(calls.new(opened), rendered, { rendered.model }, judge or accept)
    return result, failure, rendered
  end

  it("is recorded before it is sent, and its answer before it is used", function()
    local stored
    local result = ask("offline 1", {}, function(text)
      stored = opened.store:call(1)
      return accept(text)
    end)
    assert.equal("intent", state_when_asked)
    assert.equal("answered", stored.state)
    assert.truthy(stored.answer:find("The Constance", 1, true))
    assert.equal(json.sha256(stored.request), stored.key)
    assert.same({ name = "The Constance" }, result.value)
  end)

  it("becomes an outcome that another run of the program finds", function()
    local result, _, rendered = ask "offline 1"
    local key = outcome.key(rendered)
    outcome.new(opened.store):keep(rendered.task, key, { value = result.value, ids = result.ids })
    local found = outcome.new(opened.store):find(rendered.task, key)
    assert.same({ name = "The Constance" }, found.value)
    local tree = artifact.new():patch { { { "boat" }, found.value } }
    assert.equal("The Constance", tree:get { "boat", "name" })
  end)

  it("is not made again, without an outcome too", function()
    ask "offline 1"
    assert.is_true(ask("offline 1").remembered)
    assert.equal(1, #serving.requests)
  end)

  it("of one provider does not stand for that of another", function()
    ask "offline 1"
    ask("openrouter " .. serving.url)
    assert.equal(2, #serving.requests)
  end)

  it("is another call when anything in it that decides the answer is other", function()
    local changes = {
      { user = "Name the dog." },
      { system = "You rename things." },
      { effort = "medium" },
      { task = "naming[two]" },
      { take = 2 },
      { schema = { name = "boat", schema = { type = "object" } } },
    }
    ask "offline 1"
    for i, change in ipairs(changes) do
      ask("offline 1", change)
      assert.equal(1 + i, #serving.requests)
    end
  end)

  it("whose answer never came is in doubt, and held when nothing may be spent on it", function()
    local rendered = calls.request()
    rendered.provider = openrouter.new { base_url = serving.url, identity = "offline 1" }
    local id = opened.store:intend(json.sha256(call.identity(rendered)), "{}", "{}")
    opened.store:doubt(id, "the connection died")
    local result, failure = ask "offline 1"
    assert.is_nil(result)
    assert.equal("doubt", failure.class)
    assert.truthy(failure.message:find("--resend-doubt", 1, true))
    assert.equal(0, #serving.requests)
  end)
end)
