local caught = require "caught"
local field = require "pipeline.field"
local spec = require "pipeline.spec"
local storyboard = require "pipeline.storyboard"

local text, record, list, refs, enum = field.text, field.record, field.list, field.refs, field.enum

local function artifact(fields)
  return record "Test" "An artifact." (fields)
end

local function refused(fields, message)
  local err = caught(function() return spec.new(artifact(fields)) end)
  assert.truthy(err.message:find(message, 1, true), err.message)
  return err
end

describe("pipeline.field", function()
  it("declares a field word by word", function()
    local size = enum "size" "The shot size." { "wide", "close" }
    assert.equal("enum", size.kind)
    assert.equal("The shot size.", size.description)
    assert.same({ "wide", "close" }, size.values)
    assert.truthy(size.where:find "spec_spec.lua:%d+$")
    local props = list "props" "prop" "What is seen." { text "name" "Its name." }
    assert.equal("prop", props.item)
    assert.equal(props.fields[1], props.by_name.name)
    assert.equal("props", (refs "props" "Seen here." "props").to)
  end)

  it("takes a range behind a number, and leaves the number without it as it was", function()
    local beats = field.integer "beats" "How many."
    local few = beats { min = 1, max = 3 }
    assert.equal(3, few.max)
    assert.is_nil(beats.max)
    caught(function() return beats { most = 3 } end)
    caught(function() return text "name" "Its name." { min = 1 } end)
  end)

  it("finds a field that lacks its description, by its place", function()
    local err = caught(function() return artifact { text "a" "A.", text "b" } end)
    assert.equal("the text field 'b' has no description", err.message)
    assert.truthy(err.where:find "spec_spec.lua:%d+$")
  end)

  it("refuses an entry that is no field", function()
    caught(function() return artifact { "name" } end)
    caught(function() return artifact { text "a" "A.", name = text "b" "B." } end)
    caught(function() return text(7) end)
    caught(function() return enum "kind" "What." "character" end)
  end)
end)

describe("pipeline.spec", function()
  it("refuses two fields of one name, and shows both places", function()
    local err = refused({ text "a" "A.", text "a" "A again." }, "two fields")
    assert.truthy(err.where:find "spec_spec.lua:%d+$")
    assert.truthy(err.hint:find "spec_spec.lua:%d+$")
  end)

  it("refuses names that cannot be", function()
    refused({ text "" "A." }, "cannot name a field")
    refused({ text "two words" "A." }, "cannot name a field")
    refused({ text "context" "A." }, "no field can be called")
    refused({ text "revision" "A." }, "no field can be called")
    refused({ text "a" " " }, "empty description")
    refused({ record "a" "A." {} }, "has no fields")
  end)

  it("refuses item names that are taken", function()
    local name = text "name" "Its name."
    refused({ text "prop" "A.", list "props" "prop" "B." { name } }, "is called 'prop'")
    refused({ list "props" "it" "A." { name }, list "scenes" "it" "B." { name } }, "is called 'it'")
  end)

  it("refuses lists whose items have no name", function()
    refused({ list "props" "prop" "A." { text "title" "Its title." } }, "no text field 'name'")
    local number = field.number "name" "Its name."
    refused({ list "props" "prop" "A." { number } }, "no text field 'name'")
  end)

  it("refuses references to what is no list, and enums of nothing", function()
    local name = text "name" "Its name."
    assert.equal("did you mean 'props'?",
      refused({ list "props" "prop" "A." { name }, refs "seen" "Seen." "prosp" }, "no list").hint)
    refused({ text "props" "A.", refs "seen" "Seen." "props" }, "no list")
    refused({ enum "kind" "What." {} }, "no values")
    refused({ enum "kind" "What." { "a", "a" } }, "twice")
  end)

  it("knows every field by its canonical path", function()
    local S = spec.new(storyboard)
    assert.equal("image", S:field("scenes[].shots[].image_url").kind)
    assert.equal("list", S:field("scenes[]").kind)
    assert.equal("StoryboardSpec", S:field("").name)
    assert.is_nil(S:field "scenes.shots")
    assert.same({ "own_props", "props", "scenes", "scenes[].shots" }, S:lists())
  end)

  it("writes what is declared first, first, in every record", function()
    local rank = {}
    local S = spec.new(storyboard)
    for i, name in ipairs(S:key_order()) do rank[name] = i end
    assert.equal(1, rank.revision)
    assert.equal(2, rank.key)
    local function check(fields)
      for i, child in ipairs(fields) do
        if i > 1 then assert.is_true(rank[fields[i - 1].name] < rank[child.name], child.name) end
        if child.fields then check(child.fields) end
      end
    end
    check(S.root.fields)
  end)

  it("has another hash when a description changes", function()
    local function hash(description) return spec.new(artifact { text "a" (description) }):hash() end
    assert.equal(hash "A.", hash "A.")
    assert.not_equal(hash "A.", hash "B.")
  end)
end)

describe("spec:extend", function()
  local S = spec.new(storyboard)

  it("adds fields to a record and leaves the spec as it was", function()
    local T = S:extend({
      ["scenes[]"] = { text "music" "The cue under the scene." },
      [""] = { text "credits" "Who made it." },
      ["scenes[].stage_setting_shot"] = { text "weather" "The weather." },
    })
    assert.equal("text", T:field("scenes[].music").kind)
    assert.equal("text", T:field("credits").kind)
    assert.equal("text", T:field("scenes[].stage_setting_shot.weather").kind)
    assert.is_nil(T:field "scenes[].shots[].weather")
    assert.is_nil(S:field "scenes[].music")
    assert.equal("scenes[].music", T:resolve("scene.music", "scenes").schema)
  end)

  it("refuses a record that there is not, and a field that there is", function()
    local err = caught(S.extend, S, { ["scene[]"] = {} }, "story.lua:9")
    assert.equal("story.lua:9", err.where)
    assert.equal("did you mean 'scenes[]'?", err.hint)
    caught(S.extend, S, { ["scenes"] = {} })
    caught(S.extend, S, { ["scenes[].name"] = {} })
    caught(S.extend, S, { ["scenes[]"] = text "music" "The cue." })
    caught(S.extend, S, { ["scenes[]"] = { text "name" "Another name." } })
  end)
end)

describe("spec:bindings", function()
  local S = spec.new(storyboard)

  it("names an item and its parents", function()
    assert.same({}, S:bindings(nil))
    assert.same({
      { name = "scene", list = "scenes", schema = "scenes[]" },
      { name = "shot", list = "scenes[].shots", schema = "scenes[].shots[]" },
    }, S:bindings "scenes[].shots")
  end)

  it("refuses what is no list", function()
    for _, each in ipairs { "scene", "scenes[]", "lore", "scenes.shots", "" } do
      assert.equal("a.lua:4", caught(S.bindings, S, each, "a.lua:4").where)
    end
  end)
end)

describe("spec:resolve", function()
  local S = spec.new(storyboard)

  local function resolve(path, each) return S:resolve(path, each, "a.lua:5") end

  it("starts from an item in scope, else from the top", function()
    local R = resolve("scene.name", "scenes")
    assert.equal("scenes[].name", R.schema)
    assert.equal("scene", R.binding)
    assert.same({}, R.lists)
    R = resolve("lore.mood", "scenes")
    assert.equal("lore.mood", R.schema)
    assert.is_nil(R.binding)
    assert.equal("scenes[]", resolve("scene", "scenes[].shots").schema)
  end)

  it("crosses lists, and says which", function()
    local R = resolve "scenes[*].shots[*].size"
    assert.equal("scenes[].shots[].size", R.schema)
    assert.same({ "scenes", "scenes[].shots" }, R.lists)
    assert.equal("scenes[].shots[]", R.segments[2].schema)
    assert.is_true(R.segments[2].all)
  end)

  it("takes a list that is named as a whole for all its items", function()
    assert.same({ "props" }, resolve("props").lists)
    assert.equal("props[]", resolve("props").schema)
    assert.same(resolve("props[*]").lists, resolve("props").lists)
  end)

  it("continues in the referred list behind a reference", function()
    local R = resolve("scene.props[*].description", "scenes")
    assert.equal("props[].description", R.schema)
    assert.equal("props", R.segments[2].ref)
    assert.same({ "scenes[].props" }, R.refs)
    assert.same({}, R.lists)
    assert.equal("scenes[].props", resolve("scene.props", "scenes").schema)
  end)

  it("names the nearest path for one that there is not", function()
    local err = caught(resolve, "scene.descripton", "scenes")
    assert.equal("a.lua:5", err.where)
    assert.equal("did you mean 'scene.description'?", err.hint)
    err = caught(resolve, "scene.props[*].knid", "scenes")
    assert.equal("did you mean 'scene.props[*].kind'?", err.hint)
    assert.equal("did you mean 'style'?", caught(resolve, "stlye").hint)
  end)

  it("tells what a list and a text are", function()
    assert.equal("write scenes[*].name", caught(resolve, "scenes.name").hint)
    assert.equal("write scene.props[*].kind", caught(resolve, "scene.props.kind", "scenes").hint)
    caught(resolve, "style.colour")
    caught(resolve, "style[*]")
    caught(resolve, "scene[*].name", "scenes")
    assert.truthy(caught(resolve, "scene.name").hint:find("each = \"scenes\"", 1, true))
  end)

  it("covers all fields of a record that is named, pictures apart", function()
    assert.same({ "props[].name", "props[].kind", "props[].description" },
      S:leaves(resolve "props[*]"))
    assert.same({ "props[].image_url" }, S:leaves(resolve "props[*].image_url"))
    assert.same({ "scenes[].props" }, S:leaves(resolve("scene.props", "scenes")))
    assert.equal(8, #S:leaves(resolve "lore"))
    local shot = S:leaves(resolve("scene.stage_setting_shot", "scenes"))
    assert.equal("scenes[].stage_setting_shot.name", shot[1])
  end)
end)

describe("spec:validate", function()
  local S = spec.new(storyboard)

  local function paths(value)
    local found = {}
    for i, wrong in ipairs(S:validate(value)) do found[i] = wrong.path end
    return found
  end

  it("lets anything be missing", function()
    assert.same({}, S:validate {})
    assert.same({}, S:validate {
      revision = 7,
      counts = { scenes = 5.0 },
      props = {},
      scenes = {
        { key = "the-storm", name = "The storm", props = { "The keeper" },
          shots = { { duration = 2.5 } } },
      },
    })
  end)

  it("finds what is of the wrong type or unknown, with its path", function()
    assert.same({
      "counts.scenes", "lore", "scenes[1].colour", "scenes[1].props[1]", "scenes[1].shots[1].size",
      "scenes[2]", "zap",
    }, paths {
      zap = 1,
      lore = "a dark sea",
      counts = { scenes = 1.5 },
      scenes = { { colour = "red", props = { 7 }, shots = { { size = "huge" } } }, "The storm" },
    })
    assert.same({ "key" }, paths { key = "the-storm" })
    assert.same({ "" }, paths "text")
    assert.same({ "scenes" }, paths { scenes = { name = "The storm" } })
  end)
end)
