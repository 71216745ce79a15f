local artifact = require "host.artifact"
local graph = require "pipeline.graph"
local json = require "host.json"
local patch = require "pipeline.run.patch"
local rig = require "rig"

--- What an answer of a step makes of an artifact.
local function applied(step, before, scope, answer)
  local told = rig.story()
  local spec = told:spec()
  local bound = step:bind(spec)
  local tree = artifact.from(before)
  return assert(tree:patch(patch.entries(spec, bound, tree, scope, answer))):get {}
end

local scenes = rig.step("scenes", { writes = { "scenes[*].name", "scenes[*].description" }, write = print })

describe("a patch of an answer", function()
  it("gives each item of a list that the step makes a key of its own", function()
    local made = applied(scenes, {}, {}, {
      scenes = {
        { name = "The Storm", description = "1" },
        { name = "the storm!", description = "2" },
        { name = "灯台", description = "3" },
        { name = "???", description = "4" },
      },
    })
    local keys = {}
    for i, scene in ipairs(made.scenes) do
      keys[i] = scene.key
    end
    assert.same({ "the-storm", "the-storm-2", "灯台", "item" }, keys)
    assert.equal("the storm!", made.scenes[2].name)
  end)

  it("gives keys in lists within lists that the step makes as well", function()
    local both = rig.step("both", {
      writes = { "scenes[*].name", "scenes[*].shots[*].name" },
      write = print,
    })
    local made = applied(both, {}, {}, {
      scenes = { { name = "A", shots = { { name = "One" }, { name = "one" } } } },
    })
    assert.same({ { key = "a", name = "A", shots = {
      { key = "one", name = "One" }, { key = "one-2", name = "one" },
    } } }, made.scenes)
  end)

  it("makes an empty list where there is nothing", function()
    local made = applied(scenes, {}, {}, { scenes = json.array {} })
    assert.equal('{"scenes":[]}', json.encode(made))
  end)

  it("fills items of another step's list by name, in whatever order they come", function()
    local music = rig.step("music", {
      needs = { "scenes" },
      reads = { "scenes[*].name" },
      writes = { "scenes[*].music" },
      write = print,
    })
    local before = { scenes = { { key = "a", name = "A", description = "x" }, { key = "b", name = "B" } } }
    local made = applied(music, before, {}, {
      scenes = { { name = "B", music = "b's" }, { name = "A", music = "a's" } },
    })
    assert.same({
      { key = "a", name = "A", description = "x", music = "a's" },
      { key = "b", name = "B", music = "b's" },
    }, made.scenes)
  end)

  it("lies in the step's own item when it is repeated", function()
    local note = rig.step("note", {
      needs = { "shots" },
      each = "scenes[].shots",
      reads = { "shot.name" },
      writes = { "shot.note" },
      write = print,
    })
    local shots = { { key = "x", name = "X" }, { key = "y", name = "Y" } }
    local before = { scenes = { { key = "a", name = "A", shots = shots } } }
    local scope = {
      scene = { path = { "scenes", 1 }, keys = { "a" } },
      shot = { path = { "scenes", 1, "shots", 2 }, keys = { "a", "y" } },
    }
    local made = applied(note, before, scope, { note = "here" })
    assert.is_nil(made.scenes[1].shots[1].note)
    assert.equal("here", made.scenes[1].shots[2].note)
  end)

  it("makes the record that a field lies in, and leaves its other fields alone", function()
    local stage = rig.step("stage", {
      needs = { "scenes" },
      each = "scenes",
      reads = { "scene.name" },
      writes = { "scene.stage_setting_shot.lens" },
      write = print,
    })
    local scope = { scene = { path = { "scenes", 1 }, keys = { "a" } } }
    local lens = { stage_setting_shot = { lens = "35 mm" } }
    local before = { scenes = { { key = "a", name = "A" } } }
    assert.same({ lens = "35 mm" }, applied(stage, before, scope, lens).scenes[1].stage_setting_shot)
    before.scenes[1].stage_setting_shot = { image_url = "images/x.png" }
    assert.same(
      { lens = "35 mm", image_url = "images/x.png" },
      applied(stage, before, scope, lens).scenes[1].stage_setting_shot
    )
  end)
end)

describe("the place of a picture", function()
  it("is found from the item that it is drawn for", function()
    local spec = rig.story():spec()
    local steps = {}
    for i, name in ipairs(require("pipeline.story").nine) do
      steps[i] = require("pipeline.step").load(name, { require("host.program").root .. "/steps" })
    end
    local draws = graph.new(spec, steps).by_name.stage_shot_images.draws
    local scope = { scene = { path = { "scenes", 2 }, keys = { "b" } } }
    assert.same({ "scenes", 2, "stage_setting_shot", "image_url" }, patch.place(draws, scope))
  end)
end)
