local artifact = require "host.artifact"
local graph = require "pipeline.graph"
local reach = require "pipeline.context.reach"
local story = require "pipeline.story"

local told = story.new { project = "p", prompt = "A clock counts backwards." }
local spec = told:spec()
local steps = graph.new(spec, told:steps())

local TREE = artifact.from {
  props = {
    { key = "lamp", name = "Lamp" },
    { key = "keeper", name = "Keeper" },
    { key = "boat", name = "Boat" },
  },
  scenes = {
    {
      key = "a",
      name = "A",
      props = { "Keeper", "Lamp" },
      shots = { { key = "x", name = "X" }, { key = "y", name = "Y" } },
    },
    { key = "b", name = "B", props = {}, shots = { { key = "x", name = "X" } } },
  },
}

--- Walks a path; `open` says which steps are not settled, for which items.
local function walk(path, each, scope, open)
  local waits = {}
  local ground = {
    graph = steps,
    artifact = TREE,
    unsettled = function(_, step, keys)
      local node = (open or {})[step.name]
      if type(node) == "table" then
        return node[table.concat(keys, "/")]
      end
      return node
    end,
  }
  local elements = reach.walk(ground, spec:resolve(path, each), scope or {}, waits)
  local places, keys = {}, {}
  for i, element in ipairs(elements or {}) do
    places[i] = table.concat(element.path, ".")
    keys[i] = table.concat(element.keys, "/")
  end
  return elements and places, keys, waits
end

local SCENE_A = { scene = { path = { "scenes", 1 }, keys = { "a" } } }

describe("what a path reaches", function()
  it("is the field that it names", function()
    assert.same({ "lore.mood" }, (walk "lore.mood"))
  end)

  it("is every element of nested lists, each with the keys on the way", function()
    local places, keys = walk "scenes[*].shots[*].name"
    assert.same({ "scenes.1.shots.1.name", "scenes.1.shots.2.name", "scenes.2.shots.1.name" }, places)
    assert.same({ "a/x", "a/y", "b/x" }, keys)
  end)

  it("starts from the item that the task is for", function()
    assert.same({ "scenes.1.shots.1.name", "scenes.1.shots.2.name" }, (walk("scene.shots[*].name", "scenes", SCENE_A)))
  end)

  it("goes through a reference to the items named, with their own keys", function()
    local places, keys = walk("scene.props[*].image_url", "scenes", SCENE_A)
    assert.same({ "props.1.image_url", "props.2.image_url" }, places)
    assert.same({ "lamp", "keeper" }, keys)
  end)

  it("is nothing where a reference names nothing", function()
    local scope = { scene = { path = { "scenes", 2 }, keys = { "b" } } }
    assert.same({}, (walk("scene.props[*].image_url", "scenes", scope)))
  end)

  it("cannot be said while the list is open, and says what to wait for", function()
    local places, _, waits = walk("scenes[*].name", nil, nil, { scenes = 7 })
    assert.is_nil(places)
    assert.same({ [7] = true }, waits)
  end)

  it("waits for every one of several lists that is open, and for no other", function()
    local places, _, waits = walk("scenes[*].shots[*].name", nil, nil, { shots = { b = 9 } })
    assert.is_nil(places)
    assert.same({ [9] = true }, waits)
  end)

  it("waits for who writes a reference, and for who owns what it names", function()
    local _, _, waits = walk("scene.props[*].image_url", "scenes", SCENE_A, { components = 4 })
    assert.same({ [4] = true }, waits)
  end)
end)
