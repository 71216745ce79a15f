local artifact = require "host.artifact"
local context = require "pipeline.context"
local json = require "host.json"
local spec = require "pipeline.spec"
local storyboard = require "pipeline.storyboard"

local S = spec.new(storyboard)

local sea = {
  user_prompt = "A keeper finds that her light is calling something up from the sea.",
  counts = { scenes = 2, shots = 4 },
  lore = { mood = "Dread.\nAnd patience.", title = "Salt" },
  props = {
    { key = "the-keeper", name = "The keeper", kind = "character",
      description = "Old, in oilskins.", image_url = "images/keeper.png" },
    { key = "the-lamp", name = "The lamp", kind = "object", description = "Brass." },
  },
  scenes = {
    { name = "Dusk", description = "She lights it.", props = json.array {} },
    { name = "The storm", description = "It answers.", props = { "The lamp", "the  keeper" },
      shots = {
        { name = "Wide", description = "The tower.", duration = 4.0, props = { "The lamp" } },
        { name = "Close", description = "Her hand.", duration = 1.5, dialogue = "" },
      } },
  },
}

local storm = { scene = { "scenes", 2 } }

local function extract(paths, each, scope, value)
  local list = {}
  for i, text in ipairs(paths) do list[i] = S:resolve(text, each, "test") end
  return context.extract(S, artifact.from(value or sea), list, scope or {})
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("context.extract", function()
  it("mirrors the paths", function()
    local paths = { "user_prompt", "scene.name", "lore.mood", "counts.scenes" }
    local C = extract(paths, "scenes", storm)
    assert.same({
      user_prompt = sea.user_prompt,
      scene = { name = "The storm" },
      lore = { mood = "Dread.\nAnd patience." },
      counts = { scenes = 2 },
    }, C.data)
    assert.same({}, C.missing)
  end)

  it("follows references, and names what it finds behind them", function()
    local C = extract({ "scene.props[*].description" }, "scenes", storm)
    assert.same({ scene = { props = {
      { name = "The lamp", description = "Brass." },
      { name = "The keeper", description = "Old, in oilskins." },
    } } }, C.data)
    assert.same({ "Brass.", "Old, in oilskins." }, C:value "scene.props[*].description")
    assert.same({}, C.missing)
  end)

  it("starts from an item within an item", function()
    local C = extract({ "shot.description", "scene.name", "shot.props[*].description" },
      "scenes[].shots", { scene = { "scenes", 2 }, shot = { "scenes", 2, "shots", 1 } })
    assert.equal("The tower.", C:value "shot.description")
    assert.same({ "Brass." }, C:value "shot.props[*].description")
    assert.equal("The storm", C.data.scene.name)
  end)

  it("takes every element of lists within lists", function()
    local C = extract { "scenes[*].shots[*].duration", "scenes[*].name" }
    assert.same({ { name = "Dusk" }, { name = "The storm", shots = {
      { name = "Wide", duration = 4.0 }, { name = "Close", duration = 1.5 },
    } } }, C.data.scenes)
    assert.same({ 4.0, 1.5 }, C:value "scenes[*].shots[*].duration")
  end)

  it("takes a record as a whole, pictures apart", function()
    local C = extract { "props" }
    assert.same({ name = "The lamp", kind = "object", description = "Brass." }, C.data.props[2])
    assert.is_nil(C.data.props[1].image_url)
    local pictures = extract { "props[*].image_url" }
    assert.same({ "images/keeper.png" }, pictures:value "props[*].image_url")
  end)

  it("gives names where names are asked for, whatever else is read", function()
    local C = extract({ "scene.props", "scene.props[*].kind" }, "scenes", storm)
    assert.same({ "The lamp", "The keeper" }, C:value "scene.props")
    assert.same({ "object", "character" }, C:value "scene.props[*].kind")
    assert.equal(1, #C.entries)
  end)

  it("tells what is missing, and an empty list from a missing one", function()
    local C = extract({
      "scene.sketch", "scene.props[*].kind", "scenes[*].shots[*].size", "narrative", "lore.palette",
      "scene.stage_setting_shot.image_url", "style",
    }, "scenes", { scene = { "scenes", 1 } })
    assert.same({
      "scene.sketch", "scenes[*].shots[*].size", "narrative", "lore.palette",
      "scene.stage_setting_shot.image_url", "style",
    }, C.missing)
    assert.same({}, C:value "scene.props[*].kind")
  end)

  it("tells a reference that leads nowhere", function()
    local C = extract({ "scene.props[*].description" }, "scenes", { scene = { "scenes", 1 } }, {
      scenes = { { name = "Dusk", props = { "The lamp" } } }, props = json.array {},
    })
    assert.same({ { name = "The lamp" } }, C.data.scene.props)
    assert.same({ "scene.props[*].description" }, C.missing)
  end)

  it("sees a list that has changed", function()
    local function description(first, second)
      return extract({ "scene.props[*].description" }, "scenes", { scene = { "scenes", 1 } }, {
        scenes = { { name = "Dusk", props = { "The lamp" } } },
        props = { { name = first, description = "First." }, { name = second, description = "Second." } },
      }):value("scene.props[*].description")[1]
    end
    assert.equal("Second.", description("The moon", "The lamp"))
    assert.equal("First.", description("The lamp", "The moon"))
  end)
end)

describe("context:block", function()
  it("gives each value under its path and description", function()
    local paths = { "user_prompt", "scene.name", "scene.props[*].description" }
    local C = extract(paths, "scenes", storm)
    assert.equal(([[
<context>
## user_prompt: What the user asked for, in the user's words.
A keeper finds that her light is calling something up from the sea.
## scene.name: %s
The storm
## scene.props: The props seen in it.
- name: The lamp
  description: Brass.
- name: The keeper
  description: Old, in oilskins.
</context>]]):format(S:field("scenes[].name").description), C:block())
  end)

  it("nests lists and keeps lines together", function()
    local C = extract { "scenes[*].shots[*].duration", "lore.mood", "counts" }
    assert.equal([[
<context>
## scenes: The scenes, in order.
- name: Dusk
  shots: (none)
- name: The storm
  shots:
    - name: Wide
      duration: 4
    - name: Close
      duration: 1.5
## lore.mood: The feeling that every scene shares, in one or two sentences.
Dread.
And patience.
## counts: How many the user asks for.
scenes: 2
shots: 4
</context>]], C:block())
  end)

  it("says what is once, and is empty when nothing is read", function()
    local C = extract { "lore.mood", "lore", "lore.title" }
    assert.equal(1, #C.entries)
    assert.equal("lore", C.entries[1].path)
    assert.equal("", extract({}):block())
  end)

  it("lets no value close the block", function()
    local C = extract({ "user_prompt" }, nil, nil, { user_prompt = "a</context>b<context>" })
    has(C:block(), "a(/context)b(context)\n</context>")
  end)
end)

describe("context:text", function()
  local function text(path, each, scope)
    return extract({ path }, each, scope):text(path)
  end

  it("writes values as one reads them", function()
    assert.equal("Salt", text "lore.title")
    assert.equal("2", text "counts.scenes")
    assert.equal("The lamp and the  keeper", text("scene.props", "scenes", storm))
    assert.equal("(none)", text("scene.props", "scenes", { scene = { "scenes", 1 } }))
    assert.equal("Dusk and The storm", text "scenes[*].name")
    assert.equal("- Dusk: She lights it.\n- The storm: It answers.", text "scenes[*].description")
    assert.equal("- The storm / Wide: 4\n- The storm / Close: 1.5",
      text "scenes[*].shots[*].duration")
    assert.equal("- Dusk: (none)\n- The storm: The lamp and the  keeper", text "scenes[*].props")
    assert.equal("scenes: 2\nshots: 4", text "counts")
    assert.equal("- name: The keeper\n  kind: character\n  description: Old, in oilskins.\n"
      .. "- name: The lamp\n  kind: object\n  description: Brass.", text "props")
    assert.equal("(none)", text "style")
  end)
end)
