local rig = require "rig"
local takes = require "pipeline.tasks.takes"

describe("the take of a task", function()
  local opened

  before_each(function()
    opened = rig.project()
  end)

  after_each(function()
    opened:close()
  end)

  it("is the first one until another is wished for, and each wish is one take", function()
    local kept = takes.new(opened.store)
    assert.equal(1, kept:number "lore")
    assert.is_true(kept:wish("lore", { { take = 1 } }))
    assert.equal(2, kept:number "lore")
    assert.is_false(kept:wish("lore", { { take = 1 } }), "the wish is still open")
    assert.is_true(kept:wish("lore", { { take = 1 }, { take = 2 } }))
    assert.equal(3, takes.new(opened.store):number "lore")
    assert.equal(1, kept:number "narrative")
  end)

  it("needs no wish where there was none before", function()
    assert.is_false(takes.new(opened.store):wish("lore", {}))
  end)

  it("may be an earlier one, for as long as the request is the same", function()
    local kept = takes.new(opened.store)
    kept:put("lore", { take = 1, back = { key = "abc", n = 2 } })
    kept = takes.new(opened.store)
    assert.equal(2, kept:back("lore", "abc"))
    assert.is_nil(kept:back("lore", "another"))
    assert.is_true(kept:wish("lore", { { take = 1 }, { take = 1 } }))
    assert.is_nil(kept:back("lore", "abc"))
    assert.equal(2, kept:number "lore")
  end)
end)
