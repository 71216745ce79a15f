local standing = require "pipeline.run.standing"

-- A graph of two steps, as far as it matters here.
local shots = { name = "shots", each = { { list = "scenes" } } }
local pictures = { name = "pictures", each = { { list = "scenes" }, { list = "scenes[].shots" } } }
local graph = {
  writer = { ["scenes[].shots[].name"] = shots, ["scenes[].shots[].image_url"] = pictures, ["lore.title"] = {
    name = "lore", each = {},
  } },
}

local function told(...)
  local made = standing.new(graph)
  for _, event in ipairs { ... } do
    made:hear(event)
  end
  return made
end

local function task(name, state, message)
  return { event = "task", step = name:match "^[^%[]+", task = name, state = state, message = message }
end

describe("how tasks stand", function()
  it("is asked by what they write, and for which item", function()
    local made = told(
      task("pictures[a/x]", "running"),
      task("pictures[a/y]", "failed", "no picture"),
      task("shots[b]", "skipped", "why"),
      task("lore", "failed", "no answer")
    )
    assert.same({ state = "running" }, made:of("scenes[].shots[].image_url", { "a", "x" }))
    assert.same({ state = "failed", message = "no picture" }, made:of("scenes[].shots[].image_url", { "a", "y" }))
    assert.same({ state = "skipped", message = "why" }, made:of("scenes[].shots[].name", { "b" }))
    assert.same({ state = "failed", message = "no answer" }, made:of("lore.title", {}))
    assert.is_nil(made:of("scenes[].shots[].name", { "a" }))
    assert.is_nil(made:of("nobody.writes", {}))
  end)

  it("is nothing to tell once they are done, or were before", function()
    local made = told(task("shots[a]", "running"), task("shots[a]", "done"), task("shots[b]", "reused"))
    assert.is_nil(made:of("scenes[].shots[].name", { "a" }))
    assert.equal(told():stamp(), made:stamp())
  end)

  it("is that of their step where they never came to be", function()
    local made = told { event = "unplanted", step = "pictures", message = "'shots' failed" }
    assert.same({ state = "skipped", message = "'shots' failed" }, made:of("scenes[].shots[].image_url", { "a", "x" }))
  end)

  it("has another version for the item that it changes for, and for no other", function()
    local made = told(task("shots[a]", "running"))
    local a, b = made:version "a", made:version "b"
    made:hear(task("pictures[a/x]", "failed", "no"))
    assert.not_equal(a, made:version "a")
    assert.equal(b, made:version "b")
    a = made:version "a"
    assert.is_true(made:hear(task("pictures[a/x]", "done")))
    assert.not_equal(a, made:version "a")
    assert.is_false(made:hear(task("pictures[a/x]", "done")))
    made:hear { event = "stopping", message = "enough" }
    assert.not_equal(b, made:version "b")
    assert.equal("enough", made.stopped)
  end)

  it("has one stamp for one standing, in whatever order it came to be", function()
    local one = told(task("shots[a]", "running"), task("shots[b]", "failed", "no"))
    local other = told(task("shots[b]", "running"), task("shots[b]", "failed", "no"), task("shots[a]", "running"))
    assert.equal(one:stamp(), other:stamp())
    assert.not_equal(one:stamp(), told(task("shots[a]", "running")):stamp())
  end)
end)
