local ask = require "cli.ask"
local name = require "host.name"

local ANSWER = {
  option_1 = { lore = { mood = "calm", title = ("one "):rep(30), world = { "sea", "sky" } } },
  option_2 = { lore = { mood = "calm", title = "two", world = { "sea", "land" } } },
}

describe("what is shown of the options of a step", function()
  it("is wrapped between words to the columns that there are, in any script", function()
    assert.same({ "aa bb", "cc" }, ask.wrapped("aa  bb\ncc", 6))
    assert.same({ "灯台 海", "波" }, ask.wrapped("灯台 海 波", 7))
    assert.same({}, ask.wrapped(" \n ", 10))
    for _, columns in ipairs { 40, 100 } do
      for _, line in ipairs(ask.lines(2, ANSWER, {}, columns)) do
        assert.is_true(name.width(line) <= columns, line)
      end
    end
  end)

  it("has each option whole, in the order of the spec, and then where they differ", function()
    local text = table.concat(ask.lines(2, ANSWER, { "lore", "world", "title", "mood" }, 60), "\n")
    local whole, differences = text:match "^(.-)\n(── where they differ.*)$"
    local first = "option 1.*\nworld%.1:\n  sea\nworld%.2:\n  sky\ntitle:\n  one.*\nmood:\n  calm\n.*option 2"
    assert.truthy(whole:find(first), whole)
    local rest = "world%.2:\n  1  sky\n  2  land\ntitle:\n  1  one one [one ]*…\n  2  two$"
    assert.truthy(differences:find(rest), differences)
    assert.is_nil(differences:find("mood", 1, true))
    assert.is_nil(differences:find("world.1", 1, true))
  end)
end)
