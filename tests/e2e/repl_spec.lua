-- `sbhost lua`: lines that are typed, and what a script is given.

local support = require "support"

--- What the program says to these lines, on both of its outputs.
local function say(lines)
  local at = support.write { lines = lines }
  local result = support.shell(("%s lua < %s/lines"):format(support.sbhost, at))
  assert.equal(0, result.status, result.err)
  return result.out, result.err
end

describe("sbhost lua", function()
  it("prints what lines give, and keeps what they set", function()
    assert.equal('2\n"a\\nb"\n{ 1, { x = "y" } }\n10\n', (say '1 + 1\n"a\\nb"\n{ 1, { x = "y" } }\nn = 5\nn * 2\n'))
  end)

  it("waits for what waits, and has the host modules by their names", function()
    local waiting = "loop.all { function() loop.sleep(0.01) return 'late' end, function() return 'soon' end }"
    assert.equal('{ "late", "soon" }\n"{}"\n', (say(waiting .. "\njson.encode {}\n")))
  end)

  it("takes what goes over several lines", function()
    assert.equal('1\n2\n"ab"\n', (say 'for i = 1, 2 do\nprint(i)\nend\n"a" ..\n"b"\n'))
  end)

  it("tells errors, also those that are tables, and goes on", function()
    local out, err = say 'error "no"\nerror { code = 7 }\n1 +* 2\n"still here"\n'
    assert.equal('"still here"\n', out)
    assert.truthy(err:find("typed:1: no", 1, true), err)
    assert.truthy(err:find("{ code = 7 }", 1, true), err)
    assert.truthy(err:find("unexpected symbol", 1, true), err)
  end)

  it("hands a script all of its arguments, however many", function()
    local at = support.write { ["count.lua"] = "print(select('#', ...), (select(-1, ...)))" }
    local result = support.shell(("%s lua %s/count.lua $(seq 5000)"):format(support.sbhost, at))
    assert.equal("5000\t5000\n", result.out, result.err)
  end)

  it("does not wait for more where nothing more can mend a line", function()
    local out, err = say 'nil.x\na b\n"next"\n'
    assert.equal('"next"\n', out)
    assert.is_nil(err:find("incomplete: ", 1, true), err)
  end)

  it("says when the input ends in the middle", function()
    local out, err = say "print 'one'\nfor i = 1, 2 do\n"
    assert.equal("one\n", out)
    assert.truthy(err:find("incomplete: ", 1, true), err)
  end)
end)
