local name = require "host.name"

describe("host.name", function()
  it("makes a file name of a title", function()
    assert.equal("the-storm", name.slug "The Storm!")
    assert.equal("item", name.slug "")
    assert.equal("etc-passwd", name.slug "../../etc/passwd\0")
    assert.equal(16, #name.slug(("x"):rep(4000), 16))
    assert.equal(48, #name.slug(("x"):rep(4000)))
    assert.has_error(function() name.slug("x", 15) end)
  end)

  it("numbers a name that is taken", function()
    local taken = {}
    for _, expected in ipairs { "storm", "storm-2", "storm-3" } do
      local slug = name.unique("storm", taken)
      assert.equal(expected, slug)
      taken[slug] = true
    end
    local all = setmetatable({}, { __index = function() return true end })
    assert.equal("storm", name.unique("storm", all)) -- what is in the table counts
    local long = ("é"):rep(24)
    assert.equal(("é"):rep(23) .. "-2", name.unique(long, { [long] = true }))
  end)

  it("counts the columns of a terminal", function()
    assert.equal(6, name.width "灯台-é")
  end)
end)
