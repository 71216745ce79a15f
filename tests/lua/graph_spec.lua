local fault = require "pipeline.fault"
local field = require "pipeline.field"
local graph = require "pipeline.graph"
local program = require "host.program"
local spec = require "pipeline.spec"
local step = require "pipeline.step"
local storyboard = require "pipeline.storyboard"

local NINE = {
  "lore", "narrative", "scenes", "components", "component_images",
  "stage_shots", "stage_shot_images", "shots", "shot_images",
}

local function built_in()
  local steps = {}
  for i, name in ipairs(NINE) do
    steps[i] = step.load(name, { program.root .. "/steps" })
  end
  return steps
end

--- The storyboard with three fields at the top for steps made up here.
local function small_spec()
  return spec.new(storyboard):extend {
    [""] = { field.text "one" "One.", field.text "two" "Two.", field.text "three" "Three." },
  }
end

local function text_step(name, needs, reads)
  return step(name) {
    about = "Made up.",
    needs = needs,
    reads = reads or { "user_prompt" },
    writes = { name },
    model = "detail",
    prompt = "Write.",
  }
end

local function message_of(...)
  local ok, err = pcall(graph.new, ...)
  assert.is_false(ok)
  assert.is_true(fault.is(err), tostring(err))
  return tostring(err)
end

describe("a step graph", function()
  it("takes the nine steps, each after what it needs", function()
    local steps = graph.new(spec.new(storyboard), built_in())
    local names = {}
    for i, bound in ipairs(steps.steps) do
      names[i] = bound.name
    end
    assert.same(NINE, names)
  end)

  it("knows the one writer of each field, and who is in a list", function()
    local steps = graph.new(spec.new(storyboard), built_in())
    assert.equal("components", steps.writer["scenes[].props"].name)
    assert.equal("shot_images", steps.writer["scenes[].shots[].image_url"].name)
    assert.equal("shots", steps.owner["scenes[].shots"].name)
    assert.equal("scenes", steps.owner["scenes"].name)
  end)

  it("puts a step after what it needs, whatever the order they are named in", function()
    local steps = graph.new(small_spec(), { text_step("two", { "one" }, { "one" }), text_step("one", {}) })
    assert.equal("one", steps.steps[1].name)
  end)

  it("shows a circle as the path that it is", function()
    local message = message_of(small_spec(), {
      text_step("one", { "three" }),
      text_step("two", { "one" }),
      text_step("three", { "two" }),
    })
    assert.truthy(message:find("one → three → two → one", 1, true), message)
    assert.truthy(message:find "graph_spec.lua:%d+")
  end)

  it("refuses a need that no step of the story has", function()
    assert.truthy(message_of(small_spec(), { text_step("one", { "nothing" }) }):find("'nothing'", 1, true))
  end)

  it("refuses two writers of one field, naming both", function()
    local message = message_of(small_spec(), {
      text_step("one", {}),
      step "again" { about = "Made up.", reads = { "user_prompt" }, writes = { "one" }, prompt = "Write." },
    })
    assert.truthy(message:find("'again' writes 'one'", 1, true), message)
    assert.truthy(message:find("step 'one'", 1, true), message)
  end)

  it("refuses to let a step write what the story gives", function()
    local message = message_of(small_spec(), {
      step "again" { about = "Made up.", reads = { "aspect" }, writes = { "style" }, prompt = "Write." },
    })
    assert.truthy(message:find("the story itself", 1, true), message)
  end)

  it("refuses a read that a step does not need the writer of, and says which to add", function()
    local message = message_of(small_spec(), { text_step("one", {}), text_step("two", {}, { "one" }) })
    assert.truthy(message:find('add "one" to its needs', 1, true), message)
  end)

  it("takes needs of needs", function()
    graph.new(small_spec(), {
      text_step("one", {}),
      text_step("two", { "one" }),
      text_step("three", { "two" }, { "one" }),
    })
  end)

  it("tells a need of which nothing is read as a gate", function()
    local steps = graph.new(small_spec(), { text_step("one", {}), text_step("two", { "one" }) })
    local gates = steps:gates(steps.by_name["two"])
    assert.equal(1, #gates)
    assert.equal("one", gates[1].name)
  end)

  it("gives what has more behind it the higher priority", function()
    local steps = graph.new(spec.new(storyboard), built_in())
    local priorities = steps:priorities {}
    assert.is_true(priorities.lore > priorities.scenes)
    assert.is_true(priorities.components > priorities.shots)
    assert.equal(1, priorities.shot_images)
    assert.is_true(steps:priorities({ component_images = 60 }).component_images > priorities.stage_shots)
  end)
end)
