-- What makes a task be rendered, and what makes it be asked, again: counted in
-- renderings and requests.

local file = require "host.file"
local image = require "host.image"
local rig = require "rig"
local provider = require "provider" -- rig says where it is
local render = require "pipeline.render"

describe("a task that was evaluated before", function()
  local opened, serving, rendered, plain

  before_each(function()
    opened = rig.project()
    serving = provider.start()
    rendered, plain = {}, { text = render.text, picture = render.picture }
    for kind, made in pairs(plain) do
      render[kind] = function(run, task, ...)
        rendered[#rendered + 1] = task.name
        return made(run, task, ...)
      end
    end
  end)

  after_each(function()
    render.text, render.picture = plain.text, plain.picture
    serving.close()
    opened:close()
  end)

  --- The steps of a small story; `changes` are fields of their declarations, by step.
  local function steps(changes)
    changes = changes or {}
    local declared = {
      scenes = { writes = { "scenes[*].name", "scenes[*].description" }, prompt = "Scenes for {{user_prompt}}" },
      cue = {
        needs = { "scenes" }, each = "scenes", reads = { "scene.description" }, writes = { "scene.music" },
        prompt = "A cue, {{style}}.",
      },
      stage_shots = {
        needs = { "scenes" }, each = "scenes", reads = { "scene.name" },
        writes = { "scene.stage_setting_shot.description" }, prompt = "The stage.",
      },
      stage_shot_images = {
        needs = { "scenes", "stage_shots" }, each = "scenes", reads = { "scene.stage_setting_shot.description" },
        draws = "scene.stage_setting_shot.image_url", prompt = "Draw.",
      },
    }
    local list = {}
    for i, name in ipairs { "scenes", "cue", "stage_shots", "stage_shot_images" } do
      local declaration = declared[name]
      for field, value in pairs(changes[name] or {}) do
        declaration[field] = value
      end
      declaration.model = declaration.draws and "image" or "detail"
      local comment = declaration.comment
      declaration.comment = nil
      list[i] = rig.step(name, declaration)
      list[i].hash = list[i].hash .. (comment or "")
    end
    return list
  end

  --- Evaluates; what it rendered and asked is counted anew.
  local function evaluate(changes, story)
    rendered = {}
    local before = #serving.requests
    local given = { counts = { scenes = 2 } }
    for field, value in pairs(story or {}) do
      given[field] = value
    end
    local made = rig.evaluate(opened, steps(changes), { url = serving.url, story = rig.story(given) })
    assert.equal(0, made.result.failed)
    table.sort(rendered)
    return made, #serving.requests - before
  end

  it("is not even rendered when nothing changed", function()
    local first, asked = evaluate()
    assert.equal(7, asked)
    local second
    second, asked = evaluate()
    assert.same({ 0, {} }, { asked, rendered })
    assert.equal(first.run.artifact:hash(), second.run.artifact:hash())
    assert.equal("reused", second.states["cue[scene-1]"])
  end)

  it("is rendered once for a comment in its step, and asked nothing", function()
    evaluate()
    local _, asked = evaluate { cue = { comment = "-- new" } }
    assert.same({ 0, { "cue[scene-1]", "cue[scene-2]" } }, { asked, rendered })
    _, asked = evaluate { cue = { comment = "-- new" } }
    assert.same({ 0, {} }, { asked, rendered })
  end)

  it("is asked again when a value that it reads is another, and nobody else", function()
    evaluate()
    local _, asked = evaluate(nil, { style = "ink" })
    assert.same({ 2, { "cue[scene-1]", "cue[scene-2]" } }, { asked, rendered })
    _, asked = evaluate()
    assert.equal(0, asked)
  end)

  it("is asked again for what its requests hold of the settings", function()
    evaluate()
    local _, asked = evaluate(nil, { aspect = "4:3" })
    assert.equal(2, asked)
    _, asked = evaluate(nil, { models = { detail = { "openai/gpt-5", effort = "high" } } })
    assert.equal(5, asked)
    _, asked = evaluate(nil, { models = { detail = { "openai/gpt-5", effort = "minimal", fallback = "x/y" } } })
    assert.equal(0, asked)
  end)

  it("is asked again for another take, and stands again when that is taken back", function()
    evaluate()
    opened.store:put("take", "cue[scene-1]", '{"take":2}')
    local made, asked = evaluate()
    assert.same({ 1, "done" }, { asked, made.states["cue[scene-1]"] })
    local _
    _, asked = evaluate()
    assert.equal(0, asked)
    opened.store:put("take", "cue[scene-1]", '{"take":1}')
    _, asked = evaluate()
    assert.equal(0, asked)
  end)

  it("gets its picture back when that is gone, and a new one when what arrived is gone too, which is said", function()
    local made = evaluate()
    local path = made.artifact.scenes[2].stage_setting_shot.image_url
    for _, calls in ipairs { 0, 1 } do
      assert(file.remove(opened:path(path)))
      for _, name in ipairs(calls == 1 and file.list(opened:path "arriving") or {}) do
        assert(file.remove(opened:path("arriving/" .. name)))
      end
      local again, asked = evaluate()
      assert.equal(calls, asked)
      path = again.artifact.scenes[2].stage_setting_shot.image_url
      assert.is_true(file.exists(opened:path(path)))
      local said = {}
      for _, event in ipairs(again.events) do
        said[#said + 1] = event.event == "gone" and event.task or nil
      end
      assert.same({ "stage_shot_images[scene-2]" }, said)
    end
  end)

  it("keeps the picture that a person put in the place of its own", function()
    local made = evaluate()
    local path = made.artifact.scenes[1].stage_setting_shot.image_url
    assert(image.draw { width = 640, height = 360, path = opened:path "mine.png", background = 0xFF0000, shapes = {} })
    assert(file.copy(opened:path "mine.png", opened:path(path)))
    local again, asked = evaluate()
    assert.equal(0, asked)
    local own = again.artifact.scenes[1].stage_setting_shot.image_url
    assert.equal(file.hash(opened:path "mine.png"), file.hash(opened:path(own)))
  end)
end)
