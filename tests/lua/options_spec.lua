local fault = require "pipeline.fault"
local options = require "cli.options"

local DECLARED = {
  data = { value = "DIR" },
  lane = { value = "LANE=N", pairs = true, number = true },
  model = { value = "ROLE=MODEL", pairs = true },
  ["max-cost"] = { value = "USD", number = true },
  json = {},
  quiet = {},
}

local function parse(...)
  return options.parse(DECLARED, { ... })
end

local function refusal(...)
  local ok, err = pcall(parse, ...)
  assert.is_false(ok)
  assert.is_true(fault.is(err), tostring(err))
  return tostring(err)
end

describe("a command's options", function()
  it("are read wherever they stand, attached or not", function()
    local read, rest = parse("--json", "story.lua", "--data", "out", "--max-cost=2.5")
    assert.same({ json = true, data = "out", ["max-cost"] = 2.5 }, read)
    assert.same({ "story.lua" }, rest)
  end)

  it("gather pairs, whose value may be attached and hold an equals sign", function()
    local read = parse("--lane=image=8", "--lane", "text=2", "--model", "image=x/y=z")
    assert.same({ lane = { image = 8, text = 2 }, model = { image = "x/y=z" } }, read)
  end)

  it("count as last said when they are repeated", function()
    assert.same({ data = "b" }, (parse("--data", "a", "--data", "b")))
    assert.same({ lane = { image = 3 } }, (parse("--lane", "image=2", "--lane", "image=3")))
  end)

  it("take 0 as a number", function()
    assert.same({ ["max-cost"] = 0 }, (parse("--max-cost", "0")))
  end)

  it("end with --, after which a story may begin with a dash", function()
    local read, rest = parse("--json", "--", "-odd.lua", "--data")
    assert.same({ json = true }, read)
    assert.same({ "-odd.lua", "--data" }, rest)
  end)

  it("say what they take when it is missing", function()
    assert.equal("--data takes DIR", refusal "--data")
    assert.equal("--data takes DIR", refusal("--data", "--json"))
    assert.equal("--data takes DIR", refusal "--data=")
    assert.equal("--data takes DIR", refusal("--data", ""))
    assert.equal("--max-cost takes USD", refusal "--max-cost")
  end)

  it("refuse a value that is none", function()
    assert.equal("--max-cost takes a number, not 'much'", refusal("--max-cost", "much"))
    assert.equal("--max-cost takes a number, not '-1'", refusal("--max-cost", "-1"))
    assert.equal("--max-cost takes a number, not '1e999'", refusal("--max-cost", "1e999"))
    assert.equal("--lane takes LANE=N, not 'image'", refusal("--lane", "image"))
    assert.equal("--lane takes LANE=N, not 'image='", refusal("--lane", "image="))
    assert.equal("--lane image takes a number, not 'x'", refusal("--lane", "image=x"))
  end)

  it("refuse a value for a switch", function()
    assert.equal("--json takes no value", refusal "--json=no")
  end)

  it("that are unknown are said, with the nearest that there is", function()
    assert.truthy(refusal("--jason"):find("did you mean '--json'?", 1, true))
    assert.truthy(refusal("--max_cost", "3"):find("did you mean '--max-cost'?", 1, true))
    assert.truthy(refusal("-q"):find("unknown option '-q'", 1, true))
  end)

  it("do not take a lone dash for an option", function()
    local _, rest = parse "-"
    assert.same({ "-" }, rest)
  end)
end)
