local json = require "host.json"
local outcome = require "pipeline.tasks.outcome"
local rig = require "rig"

local K1, K2, K3 = ("1"):rep(64), ("2"):rep(64), ("3"):rep(64)

describe("what tasks have come to", function()
  local opened

  before_each(function()
    opened = rig.project()
  end)

  after_each(function()
    opened:close()
  end)

  local function fresh()
    return outcome.new(opened.store)
  end

  it("is numbered, and listed in the order in which it came", function()
    local kept = fresh()
    assert(kept:keep("scenes", K2, { value = { a = 1 }, ids = { 1 } }))
    assert(kept:keep("scenes", K1, { value = { a = 2 }, ids = { 2 } }))
    assert(kept:keep("shots[x y]", K1, { value = { a = 3 }, ids = { 3 } }))
    for _, outcomes in ipairs { kept, fresh() } do
      local list = outcomes:of "scenes"
      assert.equal(2, #list)
      assert.same({ 1, 2 }, { list[1].n, list[2].n })
      assert.same({ K2, K1 }, { list[1].key, list[2].key })
      assert.is_true(list[1].at > 0)
      assert.equal(3, outcomes:find("shots[x y]", K1).value.a)
      assert.equal(1, outcomes:of("shots[x y]")[1].n)
    end
  end)

  it("keeps its number when it is made again", function()
    local kept = fresh()
    for i, key in ipairs { K1, K2, K1 } do
      assert(kept:keep("scenes", key, { value = { a = i }, ids = { i } }))
    end
    local list = fresh():of "scenes"
    assert.same({ 1, 2 }, { list[1].n, list[2].n })
    assert.equal(3, list[1].value.a)
  end)

  it("is read as it was kept before there were numbers", function()
    opened.store:put("outcome", "scenes " .. K1, json.encode { value = { a = 1 }, ids = { 7 }, model = "m" })
    opened.store:put("outcome", "scenes " .. K2, json.encode { value = { a = 2 }, ids = { 3 }, model = "m" })
    local kept = fresh()
    assert.equal(1, kept:find("scenes", K1).value.a)
    local list = kept:of "scenes"
    assert.same({ K2, K1 }, { list[1].key, list[2].key })
    assert.same({ 1, 2, 1, 1 }, { list[1].n, list[2].n, list[1].take, list[2].take })
    assert(kept:keep("scenes", K3, { value = { a = 3 }, ids = { 9 } }))
    assert.equal(3, fresh():of("scenes")[3].n)
  end)

  it("can be taken back, for as long as the request is the same", function()
    local kept = fresh()
    assert(kept:keep("scenes", K1, { value = { a = 1 }, ids = { 1 } }))
    opened.store:put("take", "scenes", json.encode { take = 2 })
    kept = fresh()
    assert.equal(2, kept:take "scenes")
    assert.equal(1, kept:take "shots")
    assert.equal(2, assert(kept:keep("scenes", K2, { value = { a = 2 }, ids = { 2 } })).take)
    opened.store:put("take", "scenes", json.encode { take = 2, back = { key = K2, n = 1 } })
    kept = fresh()
    assert.equal(1, kept:find("scenes", K2).value.a)
    assert.is_nil(kept:find("scenes", K3))
  end)

  it("stands unseen while its task is evaluated from the same", function()
    local kept = fresh()
    assert(kept:keep("scenes", K1, { value = { a = 1 }, ids = { 1 } }))
    kept:mark("scenes", K2, K1)
    for _, outcomes in ipairs { kept, fresh() } do
      assert.equal(1, outcomes:unchanged("scenes", K2).value.a)
      assert.is_nil(outcomes:unchanged("scenes", K3))
      assert.is_nil(outcomes:unchanged("shots", K2))
    end
  end)
end)
