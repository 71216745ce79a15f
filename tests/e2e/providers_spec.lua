-- Which provider a run uses, and that none's answers stand for another's.

local support = require "support"

describe("a run with --provider openrouter", function()
  it("makes a whole board against sbhost mock, with the key that it is given", function()
    local mock = support.mock { "--key", "sk-or-v1-secret" }
    local at = support.write { ["story.lua"] = support.story() }
    local command = {
      "run", at .. "/story.lua", "--data", at .. "/data", "--provider", "openrouter", "--base-url", mock.url,
    }

    local refused = support.run(command)
    assert.equal(1, refused.status)
    assert.truthy(refused.out:find("OPENROUTER_API_KEY", 1, true), refused.out)

    local result = support.run(command, "OPENROUTER_API_KEY=sk-or-v1-secret")
    mock.stop()
    assert.equal(0, result.status, result.out .. result.err)
    -- The mock bills as OpenRouter would.
    local cost = tonumber(result.out:match "all .-%$(%d+%.%d+)")
    assert.is_true(cost > 0.3, result.out)
    local leaked = support.shell("grep -rl sk-or-v1-secret " .. support.quote(at) .. "; true")
    assert.equal("", leaked.out)
  end)

  it("takes no answer of the offline provider for its own", function()
    local at = support.write { ["story.lua"] = support.story() }
    local offline = support.run { "run", at .. "/story.lua", "--data", at .. "/data" }
    assert.equal(0, offline.status, offline.out .. offline.err)
    local mock = support.mock()
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url }
    mock.stop()
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal("0", result.out:match "\nall +%S+ +%d+ +(%d+)")
  end)
end)
