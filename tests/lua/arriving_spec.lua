-- Texts that arrive while a run shows itself: the last line of each, no wider than
-- the terminal (80 columns where there is none).

local arriving = require "cli.arriving"
local name = require "host.name"

local function text(task, piece) return { event = "text", task = task, text = piece } end

describe("arriving texts", function()
  it("are shown by their last line", function()
    local texts = arriving.new()
    texts:add(text("lore", "one\ntw"))
    texts:add(text("scenes", "{"))
    texts:add(text("lore", "o\n\n"))
    local lines = texts:lines()
    assert.equal(2, #lines)
    assert.truthy(lines[1]:find "^  lore +two$")
    assert.truthy(lines[2]:find "^  scenes +{$")
  end)

  it("show their end when they are wider than the terminal", function()
    for _, word in ipairs { "word ", "é", "漢", "🦑", "e\u{301}" } do
      local texts = arriving.new()
      for _ = 1, 2000 do texts:add(text("lore", word)) end
      texts:add(text("lore", "end"))
      local line = texts:lines()[1]
      assert.is_true(name.width(line) <= 80)
      assert.is_true(name.width(line) >= 50)
      assert.truthy(line:find "end$")
      assert.is_truthy(utf8.len(line))
    end
  end)

  it("leave room for themselves beside the longest name, in any script", function()
    local texts = arriving.new()
    texts:add(text("shots[" .. ("漢"):rep(40) .. "]", ("a"):rep(200) .. "end"))
    texts:add(text("ложь", "end"))
    local lines = texts:lines()
    assert.equal(80, name.width(lines[1]))
    assert.truthy(lines[1]:find "^  shots%[漢[漢]+… ? a+end$", lines[1])
    assert.equal(name.width(lines[1]:match "^(.- )a"), name.width(lines[2]:match "^(.- )end"))
  end)

  it("are gone with whatever else is told of their task", function()
    local texts = arriving.new()
    texts:add(text("lore", "one"))
    texts:add(text("scenes", "two"))
    texts:add { event = "planted", step = "lore" }
    texts:add { event = "answered", task = "lore" }
    assert.equal(1, #texts:lines())
    texts:add { event = "answered", task = "lore" }
    texts:add { event = "retry", task = "scenes" }
    assert.same({}, texts:lines())
  end)

  it("are counted where there are too many", function()
    local texts = arriving.new()
    for i = 1, 40 do texts:add(text("shots[" .. i .. "]", "x")) end
    local lines = texts:lines()
    assert.equal(7, #lines)
    assert.equal("  … and 34 more", lines[7])
  end)
end)
