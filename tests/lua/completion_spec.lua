local artifact = require "host.artifact"
local completion = require "pipeline.tasks.completion"
local graph = require "pipeline.graph"
local json = require "host.json"
local program = require "host.program"
local step = require "pipeline.step"
local story = require "pipeline.story"

local told = story.new { project = "p", prompt = "A clock counts backwards." }

local function nine()
  local steps = {}
  for i, name in ipairs(story.nine) do
    steps[i] = step.load(name, { program.root .. "/steps" })
  end
  return graph.new(told:spec(), steps)
end

local function filled(record)
  local value = {}
  for _, field in ipairs(told:spec():field(record).fields) do
    value[field.name] = "x"
  end
  return value
end

local function entry_of(tree, name)
  for _, entry in ipairs(completion.completion(nine(), artifact.from(tree))) do
    if entry.step == name then
      return entry
    end
  end
end

describe("completion", function()
  it("of nothing is nothing, and the first step is next", function()
    for _, entry in ipairs(completion.completion(nine(), artifact.new())) do
      assert.equal(0, entry.done)
      assert.is_false(entry.complete)
    end
    assert.same({ "lore" }, completion.next_steps(nine(), artifact.new()))
  end)

  it("needs every field that a step writes", function()
    local lore = filled "lore"
    assert.is_true(entry_of({ lore = lore }, "lore").complete)
    assert.same({ "narrative" }, completion.next_steps(nine(), artifact.from { lore = lore }))
    lore.mood = nil
    assert.is_false(entry_of({ lore = lore }, "lore").complete)
  end)

  it("is told item by item", function()
    local entry = entry_of({
      props = {
        { key = "lamp", name = "Lamp", image_url = "images/lamp.png" },
        { key = "keeper", name = "Keeper" },
      },
    }, "component_images")
    assert.same({ lamp = true, keeper = false }, entry.items)
    assert.equal(2, entry.total)
    assert.equal(1, entry.done)
    assert.is_false(entry.complete)
  end)

  it("is had by a step that has nothing to do, once its list is there", function()
    assert.is_true(entry_of({ props = json.array {} }, "component_images").complete)
    assert.is_false(entry_of({}, "component_images").complete)
  end)

  it("names items of nested lists by all their keys", function()
    local entry = entry_of({
      scenes = {
        { key = "a", name = "A", shots = { { key = "x", name = "X", image_url = "images/x.png" } } },
        { key = "b", name = "B" },
      },
    }, "shot_images")
    assert.same({ ["a/x"] = true }, entry.items)
  end)

  it("is not had by a step of shots while a scene has none", function()
    local entry = entry_of({
      scenes = {
        { key = "a", name = "A", shots = { { key = "x", name = "X", image_url = "images/x.png" } } },
        { key = "b", name = "B" },
      },
    }, "shot_images")
    assert.is_false(entry.complete)
  end)
end)
