local differences = require "pipeline.plan.differences"
local json = require "host.json"

--- A recorded request with some fields of its own.
local function request(changes)
  local whole = {
    version = "v", provider = "p", kind = "text", model = "m", system = "Be brief.",
    user = "First line.\nThe keeper lights the lamp at dusk.\nLast line.",
    schema = { name = "s", schema = { type = "object", properties = { a = { description = "The name." } } } },
    refs = json.array {}, task = "shots[x]", take = 1, attempt = 1,
  }
  for field, value in pairs(changes or {}) do
    whole[field] = value
  end
  return json.encode(whole)
end

local function first(changes)
  return differences.first(request(), request(changes))
end

describe("the first difference of two requests", function()
  it("is none where they ask the same, whichever attempt it was", function()
    assert.is_nil(first())
    assert.is_nil(first { attempt = 2, turns = { { role = "user", content = "again" } } })
    assert.is_nil(differences.first(request { attempt = 4, model = "fallback" }, request()))
  end)

  it("is a line of the prompt, around the word that is another", function()
    local found = first { user = "First line.\nThe keeper breaks the lamp at dusk.\nLast line." }
    assert.same({ "user", "line 2" }, { found.part, found.where })
    assert.equal("The keeper lights the lamp at dusk.", found.old)
    assert.equal("The keeper breaks the lamp at dusk.", found.new)
  end)

  it("shows a long line by the place where it differs, whole words and characters", function()
    local before = ("wörd "):rep(40)
    local found = differences.first(request { user = before .. "çold" }, request { user = before .. "çnew" })
    assert.truthy(found.old:find "^….*çold$", found.old)
    assert.truthy(found.new:find "çnew$", found.new)
    assert.is_true(#found.old < 100)
    assert.truthy(utf8.len(found.old))
  end)

  it("shows a line that came or went as that", function()
    local found = first { user = "First line.\nA new one.\nThe keeper lights the lamp at dusk.\nLast line." }
    assert.same({ nil, "A new one." }, { found.old, found.new })
    found = first { user = "First line.\nLast line." }
    assert.same({ "The keeper lights the lamp at dusk.", nil }, { found.old, found.new })
    found = first { user = "First line.\nThe keeper lights the lamp at dusk.\nLast line.\nOne more." }
    assert.same({ "line 4", nil, "One more." }, { found.where, found.old, found.new })
  end)

  it("is a place in the schema", function()
    local schema = { name = "s", schema = { type = "object", properties = { a = { description = "The title." } } } }
    local found = first { schema = schema }
    assert.same({ "schema", "schema.properties.a.description" }, { found.part, found.where })
    assert.same({ "The name.", "The title." }, { found.old, found.new })
  end)

  it("is a reference picture, by what is in it", function()
    local function with(sha)
      return request { kind = "picture", refs = { { label = "The keeper", sha256 = sha:rep(64) } } }
    end
    local found = differences.first(with "a", with "b")
    assert.equal("refs", found.part)
    assert.equal("The keeper (picture aaaaaaaaaaaa)", found.old)
    assert.equal("The keeper (picture bbbbbbbbbbbb)", found.new)
  end)

  it("is the model, the effort, the take", function()
    assert.same({ "m", "n" }, { first({ model = "n" }).old, first({ model = "n" }).new })
    assert.same({ nil, "low" }, { first({ effort = "low" }).old, first({ effort = "low" }).new })
    assert.equal("take", first({ take = 2 }).part)
  end)
end)
