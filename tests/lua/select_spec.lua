local fault = require "pipeline.fault"
local select_tasks = require "pipeline.tasks.select"

local KNOWN = {
  "lore",
  "shots[the-storm]",
  "shots[harbour]",
  "shot_images[the-storm/the-lamp]",
  "shot_images[the-storm/wave]",
  "shot_images[harbour/wave]",
  "shot_images[海辺/波]",
}

local function told(...)
  local ok, err = pcall(...)
  assert.is_false(ok)
  assert.is_true(fault.is(err), tostring(err))
  return tostring(err)
end

describe("the name of a task", function()
  it("means that task, and a step's name all of its tasks", function()
    assert.same({ "lore" }, select_tasks.tasks({ "lore" }, KNOWN))
    assert.same({ "shots[harbour]" }, select_tasks.tasks({ "shots[harbour]" }, KNOWN))
    assert.same({ "shots[the-storm]", "shots[harbour]" }, select_tasks.tasks({ "shots" }, KNOWN))
  end)

  it("may hold * and ?, for letters of any script", function()
    local storm = { "shot_images[the-storm/the-lamp]", "shot_images[the-storm/wave]" }
    assert.same(storm, select_tasks.tasks({ "shot_images[the-storm/*]" }, KNOWN))
    assert.same(KNOWN, select_tasks.tasks({ "*" }, KNOWN))
    assert.same({ "shot_images[海辺/波]" }, select_tasks.tasks({ "shot_images[??/?]" }, KNOWN))
    assert.same({ "shots[the-storm]" }, select_tasks.tasks({ "s*[the-?????]" }, KNOWN))
  end)

  it("that several words mean is taken once, in the order of the story", function()
    assert.same({ "lore", "shots[harbour]" }, select_tasks.tasks({ "shots[h*]", "lore", "l*" }, KNOWN))
  end)

  it("takes what else patterns are made of as it is written", function()
    for _, word in ipairs { "shots[.*]", "shots[%a+]", "lor.", "(lore)" } do
      told(select_tasks.tasks, { word }, KNOWN)
    end
  end)

  it("is a fault where there is none, with the nearest that there is", function()
    assert.truthy(told(select_tasks.tasks, { "shotz[harbour]" }, KNOWN):find("'shots[harbour]'", 1, true))
    assert.truthy(told(select_tasks.tasks, { "shots[harbur]" }, KNOWN):find("did you mean 'shots[harbour]'", 1, true))
    assert.truthy(told(select_tasks.tasks, { "shots[qqqqqqqq*]" }, KNOWN):find("2 tasks", 1, true))
    assert.truthy(told(select_tasks.tasks, { "qqqqqqqqqqqq" }, KNOWN):find("the steps are lore, shots", 1, true))
    assert.truthy(told(select_tasks.tasks, { "lore" }, {}):find("run it first", 1, true))
  end)

  it("must mean one where one is asked for", function()
    assert.equal("lore", select_tasks.task("lore", KNOWN))
    assert.truthy(told(select_tasks.task, "shots", KNOWN):find("matches 2 tasks", 1, true))
  end)
end)
