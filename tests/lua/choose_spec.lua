local choose = require "pipeline.choose"
local fault = require "pipeline.fault"

describe("a choice among options", function()
  it("is the command line's, then the story's, then the first", function()
    local chosen = choose.new {
      { where = "--choose", choices = { lore = 3 } },
      { where = "story.lua", choices = { lore = 1, narrative = 2 } },
    }
    assert.equal(3, chosen("lore", 3))
    assert.equal(2, chosen("narrative", 3))
    assert.equal(1, chosen("scenes", 3))
  end)

  it("that there is not is a fault which names the source and what there is", function()
    for _, wrong in ipairs { 0, 4, 1.5, 2.0 } do
      local ok, err = pcall(choose.new { { where = "--choose", choices = { lore = wrong } } }, "lore", 3)
      assert.is_false(ok)
      assert.is_true(fault.is(err))
      assert.truthy(tostring(err):find("^%-%-choose: "), tostring(err))
      assert.truthy(tostring(err):find("1 to 3", 1, true), tostring(err))
    end
  end)
end)
