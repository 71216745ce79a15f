local choose = require "pipeline.tasks.choose"
local fault = require "pipeline.fault"
local rig = require "rig"

describe("a choice among options", function()
  local opened, said

  before_each(function()
    opened, said = rig.project(), {}
  end)

  after_each(function()
    opened:close()
  end)

  local function choices(changes)
    local options = {
      store = opened.store,
      told = {},
      story = { where = "story.lua", choices = {} },
      report = function(event)
        said[#said + 1] = event.message
      end,
    }
    for field, value in pairs(changes or {}) do
      options[field] = value
    end
    return choose.new(options)
  end

  local STORY = { story = { where = "story.lua", choices = { lore = 1, narrative = 2 } } }

  it("is the command line's, then what was chosen before, then the story's, then the first", function()
    local chosen = choices { told = { lore = 3 }, story = STORY.story }
    assert.equal(3, chosen:option("lore", 3, "a", {}))
    assert.equal(2, chosen:option("narrative", 3, "b", {}))
    assert.equal(1, chosen:option("scenes", 3, "c", {}))
    assert.equal(3, choices(STORY):option("lore", 3, "a", {}), "it is kept")
  end)

  it("is bound to the answer: when the options are new it falls back, and that is said once", function()
    choices { told = { lore = 3 } }:option("lore", 3, "a", {})
    assert.equal(1, choices():option("lore", 3, "new", {}))
    assert.truthy(said[1]:find("option 3 was chosen", 1, true), said[1])
    assert.equal(1, choices():option("lore", 3, "new", {}))
    assert.equal(1, #said)
    assert.equal(3, choices():option("lore", 3, "a", {}), "the earlier options are back")
  end)

  it("holds for every answer that the same option was chosen from", function()
    choices { told = { lore = 2 } }:option("lore", 3, "a", {})
    choices { told = { lore = 2 } }:option("lore", 3, "b", {})
    assert.equal(2, choices():option("lore", 3, "a", {}))
    choose.keep(opened.store, "lore", 3, { "b" })
    assert.equal(3, choices():option("lore", 3, "b", {}))
    assert.equal(1, choices():option("lore", 3, "a", {}))
  end)

  it("is asked for where nobody has chosen, and kept", function()
    local asked = 0
    local function asker(answer)
      return {
        ask = function(_, step, count)
          asked = asked + 1
          assert.same({ "lore", 3 }, { step, count })
          return answer
        end,
      }
    end
    assert.equal(2, choices({ ask = asker(2) }):option("lore", 3, "a", {}))
    assert.equal(2, choices({ ask = asker(3) }):option("lore", 3, "a", {}))
    assert.equal(1, asked)
    assert.equal("again", choices({ ask = asker "again" }):option("lore", 3, "another", {}))
    assert.is_nil(choices({ ask = asker(nil) }):option("lore", 3, "another", {}))
    assert.equal(1, choices():option("lore", 3, "another", {}), "neither is a choice")
  end)

  it("writes nothing where the project is only looked at", function()
    assert.equal(3, choices({ told = { lore = 3 }, readonly = true }):option("lore", 3, "a", {}))
    assert.equal(1, choices():option("lore", 3, "a", {}))
  end)

  it("that there is not is a fault which names the source and what there is", function()
    for _, wrong in ipairs { 0, 4, 1.5, 2.0 } do
      local chosen = choices { told = { lore = wrong } }
      local ok, err = pcall(chosen.option, chosen, "lore", 3, "a", {})
      assert.is_false(ok)
      assert.is_true(fault.is(err))
      assert.truthy(tostring(err):find("^%-%-choose: "), tostring(err))
      assert.truthy(tostring(err):find("1 to 3", 1, true), tostring(err))
    end
  end)
end)
