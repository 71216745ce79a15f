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

local function entry_of(tree, name, failures)
  for _, entry in ipairs(completion.completion(nine(), artifact.from(tree), failures or {})) do
    if entry.step == name then
      return entry
    end
  end
end

describe("completion", function()
  it("of nothing is nothing, and the first step is next", function()
    for i, entry in ipairs(completion.completion(nine(), artifact.new(), {})) do
      assert.equal(0, entry.done)
      assert.is_false(entry.complete)
      assert.equal(i == 1 and "todo" or "waits", entry.state)
    end
  end)

  it("needs every field that a step writes", function()
    local lore = filled "lore"
    assert.is_true(entry_of({ lore = lore }, "lore").complete)
    assert.equal("todo", entry_of({ lore = lore }, "narrative").state)
    lore.mood = nil
    assert.is_false(entry_of({ lore = lore }, "lore").complete)
    assert.equal("waits", entry_of({ lore = lore }, "narrative").state)
  end)

  it("is told item by item", function()
    local tree = {
      props = {
        { key = "lamp", name = "Lamp", image_url = "images/lamp.png" },
        { key = "keeper", name = "Keeper" },
      },
    }
    local failures = { ["component_images[lamp]"] = "of long ago", ["component_images[keeper]"] = "no" }
    local entry = entry_of(tree, "component_images", failures)
    assert.same({ 2, 1, "failed" }, { entry.total, entry.done, entry.state })
    assert.same({ "component_images[keeper]" }, entry.failed)
    assert.is_false(entry.complete)
    assert.equal("skipped", entry_of(tree, "shot_images", failures).state)
  end)

  it("is had by a step that has nothing to do, once its list is there", function()
    assert.is_true(entry_of({ props = json.array {} }, "component_images").complete)
    assert.is_false(entry_of({}, "component_images").complete)
  end)

  it("is not had by a step of shots while a scene has none", function()
    local entry = entry_of({
      scenes = {
        { key = "a", name = "A", shots = { { key = "x", name = "X", image_url = "images/x.png" } } },
        { key = "b", name = "B" },
      },
    }, "shot_images")
    assert.same({ 1, 1 }, { entry.total, entry.done })
    assert.is_false(entry.complete)
  end)
end)
