local fault = require "pipeline.fault"
local graph = require "pipeline.graph"
local rig = require "rig"
local settings = require "pipeline.story.settings"
local image = require "host.image"
local story = require "pipeline.story"

local function refusal(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_true(fault.is(err), tostring(err))
  return tostring(err)
end

describe("what the command line sets", function()
  it("chooses options that steps have, or says so before anything is asked", function()
    local told = story.new { project = "p", prompt = "A clock." }
    local steps = graph.new(told:spec(), told:steps())
    settings.check_choices(steps, nil)
    settings.check_choices(steps, { lore = 3, narrative = 1 })
    assert.truthy(refusal(settings.check_choices, steps, { lroe = 2 }):find("did you mean 'lore'?", 1, true))
    assert.truthy(refusal(settings.check_choices, steps, { lore = 4 }):find("the options 1 to 3", 1, true))
    assert.truthy(refusal(settings.check_choices, steps, { scenes = 2 }):find("has no options", 1, true))
  end)

  it("puts another model in a role, and leaves what else is said of the role", function()
    local told = story.new { project = "p", prompt = "A clock." }
    settings.apply_models(told, { detail = "some/model" })
    assert.same({ "some/model", effort = "minimal", fallback = "google/gemini-2.5-pro" }, told.models.detail)
    assert.truthy(refusal(settings.apply_models, told, { imgae = "x" }):find("did you mean 'image'?", 1, true))
  end)

  it("caps lanes over what the story says, by whole numbers", function()
    local told = story.new { project = "p", prompt = "A clock.", lanes = { image = 3 } }
    local limits = settings.limiter(settings.caps(told, { image = 1 }))
    local slot <close> = limits:acquire("image", "m")
    assert.truthy(slot)
    assert.equal(1, limits:caps()[1].cap)
    assert.truthy(refusal(settings.caps, told, { image = 0 }):find("whole number", 1, true))
    assert.truthy(refusal(settings.caps, told, { image = 1.5 }):find("whole number", 1, true))
    assert.truthy(refusal(settings.caps, told, { picture = 1 }):find("no lane 'picture'", 1, true))
  end)

  it("takes the story's own pictures in, each once, and says what is none", function()
    local opened = rig.project()
    local source = opened:path "lamp.png"
    local shapes = { { "ellipse", cx = 60, cy = 60, rx = 30, ry = 30, colour = 0xFF0000 } }
    assert(image.draw { width = 640, height = 360, path = source, background = 0xFFFFFF, shapes = shapes })
    local told = rig.story { props = { { name = "The Lamp", image = source } } }
    local pictures = settings.own_pictures(told, opened)
    assert.truthy(pictures["the-lamp"]:find "^images/own_the%-lamp_%x+%.png$")
    assert.same(pictures, settings.own_pictures(told, opened))
    told = rig.story { props = { { name = "The Lamp", image = opened:path "project.db" } } }
    assert.truthy(refusal(settings.own_pictures, told, opened):find("'The Lamp' cannot be used", 1, true))
    opened:close()
  end)
end)
