local file = require "host.file"
local json = require "host.json"
local rig = require "rig"
local provider = require "provider"
local step = require "pipeline.step"

local function props_step(names)
  return rig.step("props", {
    writes = { "props[*].name", "props[*].description" },
    write = function()
      local props = json.array {}
      for i, name in ipairs(names) do
        props[i] = { name = name, description = "A thing." }
      end
      return { props = props }
    end,
  })
end

local function scenes_step(names)
  return rig.step("scenes", {
    needs = { "props" },
    reads = { "props[*].name" },
    writes = { "scenes[*].name", "scenes[*].props" },
    write = function()
      return { scenes = { { name = "a", props = json.array(names) } } }
    end,
  })
end

local drawn_props = step "pictures" {
  about = "Made up.",
  needs = { "props" },
  each = "props",
  reads = { "prop.name" },
  draws = "prop.image_url",
  model = "image",
  prompt = "Draw prop {{prop.name}}.",
}

local function stage_step(key)
  return step "stages" {
    about = "Made up.",
    needs = { "scenes", "pictures", "props" },
    each = "scenes",
    reads = { "scene.name" },
    [key] = { "scene.props[*].image_url" },
    draws = "scene.stage_setting_shot.image_url",
    model = "image",
    prompt = "Draw stage {{scene.name}}.",
  }
end

--- The pictures that went with a request.
local function pictures_in(body)
  local content = body.messages[#body.messages].content
  local count = 0
  for _, part in ipairs(type(content) == "table" and content or {}) do
    count = count + (part.type == "image_url" and 1 or 0)
  end
  return count
end

describe("the reference pictures of a task", function()
  local opened, serving, stages

  before_each(function()
    opened = rig.project()
    stages = {}
    serving = provider.start {
      reply = function(body)
        local text = json.encode(body.messages)
        if text:find "Draw prop broken" then
          return { status = 400, headers = {}, body = '{"error":{"code":400,"message":"not this"}}' }
        elseif body.modalities and text:find "Draw stage" then
          stages[#stages + 1] = body
        end
      end,
      text = function()
        return "Draw prop broken, said in other words."
      end,
    }
  end)

  after_each(function()
    serving.close()
    opened:close()
  end)

  local function evaluate(names, key)
    return rig.evaluate(opened, { props_step(names), scenes_step(names), drawn_props, stage_step(key) }, {
      url = serving.url,
      story = rig.story { counts = { scenes = 1 } },
    })
  end

  it("are all shown, and are asked for once", function()
    local made = evaluate({ "one", "two" }, "refs")
    assert.equal("done", made.states["stages[a]"])
    assert.equal(2, pictures_in(stages[1]))
    assert.equal("images/", made.artifact.scenes[1].stage_setting_shot.image_url:sub(1, 7))
    local again = evaluate({ "one", "two" }, "refs")
    assert.same({ done = 5, failed = 0, skipped = 0 }, {
      done = again.result.done > 0 and 5,
      failed = again.result.failed,
      skipped = again.result.skipped,
    })
    assert.equal("reused", again.states["stages[a]"])
    assert.equal(3, #serving.requests)
  end)

  it("go together on a plate when a model takes no more", function()
    evaluate({ "one", "two", "three", "four", "five" }, "refs")
    assert.equal(3, pictures_in(stages[1]))
    assert.truthy(json.encode(stages[1].messages):find("1. three, 2. four, 3. five", 1, true))
    local plates = 0
    for _, found in ipairs(file.list(opened:path "images")) do
      plates = plates + (found:find "^plate_" and 1 or 0)
    end
    assert.equal(1, plates)
  end)

  it("must be there", function()
    local made = evaluate({ "one", "broken" }, "refs")
    assert.equal("failed", made.states["pictures[broken]"])
    assert.equal("skipped", made.states["stages[a]"])
    assert.equal(0, #stages)
  end)

  it("may be absent where the step says so, and that is told", function()
    local made = evaluate({ "one", "broken" }, "optional_refs")
    assert.equal("failed", made.states["pictures[broken]"])
    assert.equal("done", made.states["stages[a]"])
    assert.equal(1, pictures_in(stages[1]))
    local told
    for _, event in ipairs(made.events) do
      told = event.event == "absent" and event or told
    end
    assert.equal("stages[a]", told.task)
    assert.truthy(told.message:find("'broken'", 1, true), told.message)
  end)

  it("that are gone from the disk are put there again, or drawn again", function()
    local made = evaluate({ "one", "two" }, "refs")
    local path = opened:path(made.artifact.props[1].image_url)
    assert(file.remove(path))
    local again = evaluate({ "one", "two" }, "refs")
    assert.equal("reused", again.states["pictures[one]"])
    assert.is_true(file.exists(path))
    for _, name in ipairs(file.list(opened:path "arriving")) do
      assert(file.remove(opened:path("arriving/" .. name)))
    end
    assert(file.remove(path))
    again = evaluate({ "one", "two" }, "refs")
    assert.equal("done", again.states["pictures[one]"])
    assert.equal("reused", again.states["pictures[two]"])
    assert.equal(0, again.result.failed)
  end)
end)
