package.path = "tests/e2e/?.lua;" .. package.path

local file = require "host.file"
local plan = require "pipeline.plan"
local session = require "pipeline.session"
local support = require "support"

--- A story of its own, in a folder that may hold others' projects.
local function story(project, more)
  return (support.story(more):gsub('"small"', ('"%s"'):format(project)))
end

describe("the plan of a run", function()
  local at, data, mock

  before_each(function()
    at = support.folder()
    data = at .. "/data"
    mock = support.mock {}
  end)

  after_each(function()
    mock.stop()
  end)

  local function write(name, text)
    assert(file.write(("%s/%s.lua"):format(at, name), text))
  end

  local function open(name, options)
    local opened = session.load(("%s/%s.lua"):format(at, name), { data = data, ["base-url"] = mock.url })
    opened:open(options)
    return opened
  end

  local function planned(name)
    local opened = open(name, { readonly = true })
    local made = plan.of(opened)
    opened:close()
    return made
  end

  --- Runs a story. Returns how many calls that took and what they were billed.
  local function run(name)
    local before = #mock.account()
    local opened = open(name)
    local result = opened:evaluate { report = function() end }
    opened:close()
    assert.equal(0, result.failed + result.skipped)
    local calls, cost = 0, 0
    for i, entry in ipairs(mock.account()) do
      if i > before and entry.billed then
        calls, cost = calls + 1, cost + entry.billed
      end
    end
    return calls, cost
  end

  local function assert_within(range, actual, what)
    local said = ("%s: %g is not within %g and %g"):format(what, actual, range.low, range.high)
    assert.is_true(range.low <= actual and actual <= range.high, said)
  end

  --- Plans, runs, and holds the one against the other.
  local function back_test(name)
    local made = planned(name)
    local calls, cost = run(name)
    assert_within(made.calls, calls, "calls")
    assert_within(made.cost, cost, "cost")
    return made, cost
  end

  local function step_of(made, name)
    for _, step in ipairs(made.steps) do
      if step.step == name then
        return step
      end
    end
  end

  it("says what nobody knows, and counts it as nothing less than unknown", function()
    write("first", story "first")
    local made = planned "first"
    local pictures = step_of(made, "component_images")
    assert.is_true(made.unknown)
    assert.is_nil(pictures.waiting)
    assert.is_nil(pictures.calls)
    assert.is_nil(pictures.cost)
    assert.equal(4, step_of(made, "shot_images").waiting.low)
    assert.is_false(file.exists(data))
    assert.same({}, mock.account())
  end)

  it("holds what the runs that follow cost", function()
    write("first", story "first")
    run "first"
    -- Another story: what the first one came to says how many props there may be.
    write("second", story("second", 'style = "ink",'))
    local made = back_test "second"
    assert.is_false(made.unknown)
    -- All is there.
    made = back_test "second"
    assert.same({ low = 0, high = 0 }, made.cost)
    -- What is drawn in other proportions is drawn anew, and no text is asked for again.
    local other = 'style = "ink", aspect = "4:3",'
    write("second", story("second", other))
    made = back_test "second"
    assert.equal(0, step_of(made, "shots").todo)
    assert.equal(4, step_of(made, "shot_images").waiting.low)
    assert.is_true(made.cost.high < 3 * made.cost.low, "a band that says something")
    -- Another prompt: all of it.
    write("second", (story("second", other):gsub("clock maker", "glass blower")))
    made = back_test "second"
    assert.equal("changed", made.reasons.lore.kind)
  end)

  it("knows no price, and says so, of a model that nobody knows", function()
    write("first", story("first", 'models = { detail = { "some/unheard-of" } },'))
    local made = planned "first"
    assert.is_true(made.unknown)
    assert.is_nil(step_of(made, "shots").cost)
    assert.equal(2, step_of(made, "shots").calls.low)
    assert.is_table(step_of(made, "lore").cost)
  end)
end)
