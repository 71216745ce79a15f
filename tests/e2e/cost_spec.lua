-- --max-cost: no call leaves that could take the run above its limit.

local json = require "host.json"
local support = require "support"

local function billed(mock)
  local sum = 0
  for _, entry in ipairs(mock.account()) do
    sum = sum + (entry.billed or 0)
  end
  return sum
end

describe("a run with --max-cost", function()
  it("ends with status 3 before it costs more, keeps what is done, and goes on with a higher limit", function()
    local mock = support.mock { "--delay", "20" }
    local at = support.write { ["story.lua"] = support.story() }
    local function run(limit)
      return support.run {
        "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url, "--max-cost", limit,
      }
    end

    -- The worst case of one text call is some $0.33: the model may think for long.
    local first = run "0.40"
    assert.equal(3, first.status, first.out .. first.err)
    assert.truthy(first.out:find("cost limit of $0.40", 1, true), first.out)
    local asked = #mock.account()
    assert.is_true(asked > 0)
    assert.is_true(billed(mock) <= 0.40)

    local second = run "5"
    mock.stop()
    assert.equal(0, second.status, second.out .. second.err)
    assert.truthy(second.out:find "\nlore +1 +0 +1 ")
  end)

  it("gives back what the statistics say that calls did not cost", function()
    local at = support.write {
      ["story.lua"] = support.story(),
      ["faults.json"] = json.encode { { case = "35b", route = "text" } },
    }
    local mock = support.mock { "--faults", at .. "/faults.json" }
    -- A dozen texts of $0.17 to $0.33 at worst, which cost some $0.10 together.
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url, "--max-cost", "1.5",
    }
    assert.equal(0, result.status, result.out .. result.err)
    mock.stop()
  end)

  it("refuses a model whose price is not known, and says where prices are", function()
    local mock = support.mock()
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url,
      "--max-cost", "5", "--model", "story=someone/unheard-of",
    }
    assert.equal(3, result.status, result.out .. result.err)
    assert.truthy(result.out:find("someone/unheard-of", 1, true), result.out)
    assert.truthy(result.out:find("lua/providers/models.lua", 1, true), result.out)
    assert.same({}, mock.account())
    mock.stop()
  end)
end)

describe("answers that do not say what they cost", function()
  it("are asked about, and what they cost is in the summary and the status", function()
    local at = support.write {
      ["story.lua"] = support.story(),
      ["faults.json"] = json.encode { { case = "35b", route = "chat", every = 2 } },
    }
    local mock = support.mock { "--faults", at .. "/faults.json" }
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url }
    local sum = billed(mock)
    mock.stop()
    assert.equal(0, result.status, result.out .. result.err)
    local told = assert(result.out:match "\nall [^\n]*%$(%d+%.%d+)\n", result.out)
    assert.is_true(math.abs(tonumber(told) - sum) < 0.001, told .. " " .. sum)
    local status = support.run { "status", at .. "/story.lua", "--data", at .. "/data" }
    assert.truthy(status.out:find(("calls answered: %%d+, $%.3f\n"):format(sum):gsub("%$", "%%$")), status.out)
  end)
end)
