local dto = require "pipeline.dto"
local field = require "pipeline.field"
local json = require "host.json"
local spec = require "pipeline.spec"
local storyboard = require "pipeline.storyboard"

local S = spec.new(storyboard)

local function resolved(each, paths)
  local list = {}
  for i, text in ipairs(paths) do list[i] = S:resolve(text, each, "test") end
  return list
end

-- Every object of a schema is strict: all required, in order, nothing else, described.
local function check_strict(schema, order)
  if schema.type == "object" then
    assert.is_false(schema.additionalProperties)
    assert.truthy(schema.description)
    local seen = {}
    for _, name in ipairs(schema.required) do
      seen[name] = true
      check_strict(schema.properties[name], order)
    end
    for name in pairs(schema.properties) do assert.is_true(seen[name], name) end
  elseif schema.type == "array" then
    check_strict(schema.items, order)
  else
    assert.truthy(({ string = 1, number = 1, integer = 1 })[schema.type])
  end
end

local function components(names, more)
  local opts = {
    owned = { props = true },
    names = function(list) return list == "scenes" and names or nil end,
  }
  for key, value in pairs(more or {}) do opts[key] = value end
  return dto.output(S, resolved(nil, {
    "scenes[*].props", "props[*].name", "props[*].kind", "props[*].description",
  }), opts)
end

local keeper = { name = "The keeper", kind = "character", description = "Old, in oilskins." }
local lamp = { name = "The lamp", kind = "object", description = "Brass." }

-- The faults as one text a line.
local function wrong(D, value)
  local cleaned, faults = dto.check(D, value)
  assert.is_nil(cleaned)
  return dto.faults_text(faults)
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("dto.context", function()
  it("mirrors what is read, with descriptions", function()
    local schema = dto.context(S, resolved("scenes", {
      "lore.mood", "scene.name", "scene.props[*].description",
    }))
    check_strict(schema)
    local scene = schema.properties.scene
    assert.same({ "name", "props" }, scene.required)
    assert.same({ "name", "description" }, scene.properties.props.items.required)
    local lore = schema.properties.lore
    assert.equal(S:field("lore.mood").description, lore.properties.mood.description)
    assert.equal(S:field("scenes[].props").description, scene.properties.props.description)
  end)

  it("holds all of a record that is named, but no picture", function()
    local schema = dto.context(S, resolved(nil, { "props", "scenes[*].stage_setting_shot" }))
    assert.same({ "name", "kind", "description" }, schema.properties.props.items.required)
    assert.is_nil(schema.properties.scenes.items.properties.stage_setting_shot.properties.image_url)
  end)
end)

describe("dto.output", function()
  it("mirrors what is written, in the order of declaration", function()
    local D = components { "The storm", "Dawn" }
    check_strict(D.schema)
    assert.same({ "props", "scenes" }, D.schema.required)
    assert.same({ "name", "kind", "description" }, D.schema.properties.props.items.required)
    assert.equal("props", D.name)
    local text = json.encode(D.schema)
    assert.is_true(text:find "\"props\":{\"type\"" < text:find "\"scenes\":{\"type\"")
  end)

  it("addresses items that there are by name, each once", function()
    local scenes = components({ "The storm", "Dawn" }).schema.properties.scenes
    assert.same({ "The storm", "Dawn" }, scenes.items.properties.name.enum)
    assert.equal(2, scenes.minItems)
    assert.equal(2, scenes.maxItems)
    has(scenes.description, "Exactly 2 items.")
  end)

  it("starts from the step's own item", function()
    local D = dto.output(S, resolved("scenes", {
      "scene.stage_setting_shot.lens", "scene.stage_setting_shot.description",
    }), { each = "scenes" })
    check_strict(D.schema)
    assert.same({ "stage_setting_shot" }, D.schema.required)
    assert.same({ "description", "lens" }, D.schema.properties.stage_setting_shot.required)
  end)

  it("says counts in numbers and in words", function()
    local function shots(count)
      return dto.output(S, resolved("scenes", { "scene.shots" }), {
        each = "scenes", owned = { ["scenes[].shots"] = true }, counts = { shots = count },
      }).schema.properties.shots
    end
    assert.equal(3, shots({ 3, 6 }).minItems)
    assert.equal(6, shots({ 3, 6 }).maxItems)
    has(shots({ 3, 6 }).description, "3 to 6 items.")
    has(shots(1).description, "Exactly 1 item.")
  end)

  it("gives references as an enum of names, up to a hundred", function()
    local function refs(names)
      local writes = resolved("scenes", { "scene.shots[*].name", "scene.shots[*].props" })
      local D = dto.output(S, writes, {
        each = "scenes", owned = { ["scenes[].shots"] = true }, names = function() return names end,
      })
      return D.schema.properties.shots.items.properties.props
    end
    assert.same({ "The keeper" }, refs({ "The keeper" }).items.enum)
    local many = {}
    for i = 1, 101 do many[i] = "Prop " .. i end
    assert.is_nil(refs(many).items.enum)
    assert.is_nil(refs(nil).items.enum)
    assert.is_nil(refs({}).items.enum)
    assert.equal(0, refs({}).maxItems)
  end)

  it("leaves references to what the same answer makes open", function()
    local D = components({ "The storm" }, { names = function() return { "The storm" } end })
    assert.is_nil(D.schema.properties.scenes.items.properties.props.items.enum)
  end)

  it("wraps several options", function()
    local D = dto.output(S, resolved(nil, { "lore.title", "lore.mood" }), { options = 3 })
    check_strict(D.schema)
    assert.same({ "option_1", "option_2", "option_3" }, D.schema.required)
    assert.truthy(D.schema.properties.option_2.description:find("^Option 2 of 3: "))
    assert.same({ "title", "mood" }, D.schema.properties.option_1.properties.lore.required)
  end)

  it("gives the range of a number", function()
    local T = spec.new(field.record "T" "A test." {
      field.integer "beats" "How many." { min = 1, max = 8 }, field.number "pace" "How fast.",
    })
    local D = dto.output(T, { T:resolve "beats", T:resolve "pace" }, {})
    assert.same({
      type = "integer", description = "How many. From 1 to 8.", minimum = 1, maximum = 8,
    }, D.schema.properties.beats)
    assert.same({ type = "number", description = "How fast." }, D.schema.properties.pace)
  end)
end)

describe("dto.check", function()
  it("takes what fits, and resolves names that are spelt loosely", function()
    local D = components { "The storm", "Dawn" }
    local cleaned = assert(dto.check(D, {
      props = { { name = " The  keeper", kind = "Character", description = " Old. " }, lamp },
      scenes = {
        { name = "dawn", props = { "the lamp." } },
        { name = "The Storm", props = { "The keeper", "THE LAMP", "The lamp" } },
      },
    }))
    assert.same({ name = "The keeper", kind = "character", description = "Old." }, cleaned.props[1])
    assert.same({ name = "Dawn", props = { "The lamp" } }, cleaned.scenes[1])
    assert.same({ name = "The storm", props = { "The keeper", "The lamp" } }, cleaned.scenes[2])
  end)

  it("keeps an empty list a list", function()
    local cleaned = assert(dto.check(components { "Dawn" }, json.decode [[
      { "props": [], "scenes": [ { "name": "Dawn", "props": [] } ] } ]]))
    assert.equal([[{"props":[],"scenes":[{"name":"Dawn","props":[]}]}]], json.encode(cleaned))
  end)

  it("finds wrong types, what is missing and what is too much", function()
    local text = wrong(components { "Dawn" }, {
      props = {
        { name = "The keeper", kind = "wizard", description = 7, mood = "dark" },
        { name = json.null },
      },
      scenes = "none",
      lore = {},
    })
    for _, line in ipairs {
      "- props[1].kind: is 'wizard'; it must be one of: character; object; place",
      "- props[1].description: is a number, and must be a text",
      "- props[1].mood: was not asked for",
      "- props[2].name: is null, and must be a text",
      "- props[2].kind: is missing",
      "- scenes: is a text, and must be a list",
      "- lore: was not asked for",
    } do
      has(text, line)
    end
    assert.equal("- the answer: is a text, and must be an object", wrong(components {}, "sorry"))
    assert.equal("- the answer: is null, and must be an object", wrong(components {}, json.null))
  end)

  it("finds names that are empty, shared or endless", function()
    local function with(name)
      return { props = { keeper, { name = name, kind = "object", description = "" } }, scenes = {} }
    end
    local D = components {}
    assert.truthy(dto.check(D, with "The lamp"))
    has(wrong(D, with "  "), "props[2].name: is empty")
    has(wrong(D, with "the  KEEPER"), "the name of another one too")
  end)

  it("finds texts of absurd length", function()
    local D = dto.output(S, resolved(nil, { "lore.mood" }), {})
    assert.truthy(dto.check(D, { lore = { mood = ("é"):rep(20000) } }))
    has(wrong(D, { lore = { mood = ("é"):rep(20001) } }), "has 20001 characters")
  end)

  it("wants each item that there is exactly once", function()
    local D = components { "The storm", "Dawn" }
    local text = wrong(D, {
      props = {},
      scenes = { { name = "The storm", props = {} }, { name = "the storm", props = {} } },
    })
    has(text, "- scenes[2].name: 'The storm' is here a second time")
    has(text, "- scenes: 'Dawn' is missing")
    has(wrong(D, { props = {}, scenes = {} }), "has 0 items, and must have exactly 2")
    has(wrong(D, { props = {}, scenes = { { name = "Noon", props = {} } } }), "is 'Noon'")
  end)

  it("wants references that resolve", function()
    local D = components { "Dawn" }
    local scene = { name = "Dawn", props = { "The lamp", 4 } }
    local text = wrong(D, { props = { keeper }, scenes = { scene } })
    has(text, "- scenes[1].props[1]: is 'The lamp'; it must be one of: The keeper")
    has(text, "- scenes[1].props[2]: is a number")
  end)

  it("wants the counts that were asked for", function()
    local D = dto.output(S, resolved(nil, { "scenes[*].name" }),
      { owned = { scenes = true }, counts = { scenes = { 2, 3 } } })
    assert.truthy(dto.check(D, { scenes = { { name = "a" }, { name = "b" } } }))
    assert.equal("- scenes: has 1 item, and must have 2 to 3",
      wrong(D, { scenes = { { name = "a" } } }))
  end)

  it("makes whole floats integers, and takes no number in a text", function()
    local beats = field.integer "beats" "How many." { min = 1, max = 8 }
    local T = spec.new(field.record "T" "A test." { beats })
    local D = dto.output(T, { T:resolve "beats" }, {})
    assert.equal("integer", math.type(dto.check(D, { beats = 3.0 }).beats))
    assert.equal("- beats: is 2.5, and must be a whole number", wrong(D, { beats = 2.5 }))
    assert.equal("- beats: is a text, and must be a number", wrong(D, { beats = "3" }))
    assert.equal("- beats: is 9, and must be at most 8", wrong(D, { beats = 9 }))
    has(wrong(D, { beats = 0 / 0 }), "not a number")
  end)

  it("checks every option for itself", function()
    local D = dto.output(S, resolved(nil, { "lore.title" }), { options = 2 })
    local cleaned = assert(dto.check(D, {
      option_1 = { lore = { title = "Salt" } }, option_2 = { lore = { title = "Salt" } },
    }))
    assert.equal("Salt", cleaned.option_2.lore.title)
    assert.equal("- option_2.lore.title: is missing\n- option_3: was not asked for",
      wrong(D, {
        option_1 = { lore = { title = "Salt" } }, option_2 = { lore = {} }, option_3 = {},
      }))
  end)

  -- A small generator of its own, so that a failure comes again.
  local function random_source(seed)
    return function(n)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed // 65536 % n + 1
    end
  end

  -- A good answer with one place in it spoilt.
  local function spoil(value, pick)
    local spoilt = {
      json.null, true, -1, 1e300, 0 / 0, "", "x", ("y"):rep(20001), json.array {}, {}, { "The lamp" },
      { name = {} }, { [2] = "hole" }, function() end, "\xff\xfe", "The lamp",
    }
    if type(value) ~= "table" or next(value) == nil or pick(4) == 1 then return spoilt[pick(#spoilt)] end
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys)
    local at, copy = keys[pick(#keys)], {}
    for key, part in pairs(value) do copy[key] = part end
    copy[at] = spoil(value[at], pick)
    if pick(9) == 1 then copy[at] = nil end
    if pick(9) == 1 then copy.extra = true end
    return copy
  end

  it("takes or refuses any answer, and takes again what it has cleaned", function()
    local pick, taken = random_source(7), 0
    local D = components { "The storm", "Dawn" }
    local good = {
      props = { keeper, lamp },
      scenes = {
        { name = "Dawn", props = { "The lamp" } }, { name = "The storm", props = { "The keeper" } },
      },
    }
    for _ = 1, 1000 do
      local cleaned, faults = dto.check(D, spoil(good, pick))
      if cleaned then
        taken = taken + 1
        assert.same(cleaned, dto.check(D, cleaned))
        assert.truthy(json.encode(cleaned))
      else
        assert.is_true(#faults > 0 and #dto.faults_text(faults) > 0)
      end
    end
    assert.is_true(taken > 20)
  end)
end)
