
local file = require "host.file"
local session = require "pipeline.session"
local support = require "support"

--- What stands in for the calls: it notes what would be asked.
local function dry()
  local asked = {}
  return {
    asked = asked,
    ask = function(_, request)
      asked[#asked + 1] = request
      return nil, { class = "dry", message = "it would be asked" }
    end,
    tell = function() end,
    stop = function() end,
  }
end

local function load(chosen)
  local at = support.write { ["story.lua"] = support.story "" }
  chosen = chosen or {}
  chosen.data = at .. "/data"
  return session.load(at .. "/story.lua", chosen)
end

describe("a session", function()
  it("evaluates a project that was never run without a call, a key or a file", function()
    local opened = load { provider = "openai" }
    opened:open { readonly = true }
    local calls, states = dry(), {}
    local result, totals = opened:evaluate {
      calls = calls,
      report = function(event)
        if event.event == "task" then
          states[event.task] = event.state
        end
      end,
    }
    opened:close()
    assert.equal(1, #calls.asked)
    assert.equal("lore", calls.asked[1].task)
    assert.equal("planned", states.lore)
    assert.equal("skipped", states.narrative)
    assert.equal(1, totals:sum "planned")
    assert.is_nil(result.stopped)
    assert.is_false(file.exists(opened:folder()))
  end)

  it("lets other models take roles before anything is planned", function()
    local opened = load { model = { story = "some/model" } }
    opened:open { readonly = true }
    local calls = dry()
    opened:evaluate { calls = calls, report = function() end }
    opened:close()
    assert.equal("some/model", calls.asked[1].model)
  end)
end)
