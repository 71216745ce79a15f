-- Steps of a story's own: they run in their place, and a copy of a built-in step
-- beside the story is used instead of it.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

local function step_names(requests)
  local names = {}
  for i, body in ipairs(requests) do
    names[i] = body.response_format and body.response_format.json_schema.name or "picture"
  end
  return names
end

local function position(names, wanted, last)
  local found
  for i, name in ipairs(names) do
    if name == wanted and (last or not found) then
      found = i
    end
  end
  return found
end

describe("a step of the story's own", function()
  it("fills its field, in its place in the DAG", function()
    local serving = provider.start()
    local data = support.folder()
    local result = support.run {
      "run", support.tree .. "/examples/music/story.lua", "--data", data, "--base-url", serving.url,
    }
    serving.close()
    assert.equal(0, result.status, result.out .. result.err)
    local board = json.decode(file.read(data .. "/music/artifact.json"))
    for _, scene in ipairs(board.scenes) do
      assert.is_string(scene.music)
    end
    local names = step_names(serving.requests)
    assert.is_true(position(names, "scenes") < position(names, "music_cues"))
    assert.is_true(position(names, "music_cues", true) < position(names, "picture", true))
  end)

  it("may have code of its own", function()
    local at = support.write {
      ["story.lua"] = support.story [[
extend = { ["scenes[]"] = { require("pipeline.field").text "music" "The cue." } }, steps = { "music_cues" }]],
      ["steps/music_cues.lua"] = [[
local step = require "pipeline.step"
return step "music_cues" {
  about = "Write a cue.", needs = { "scenes" }, each = "scenes",
  reads = { "scene.name" }, writes = { "scene.music" },
  run = function(ctx, input)
    local answer = ctx.ask { model = "detail", prompt = "A cue for {{scene.name}}." }
    return { music = input.scene.name .. ": " .. answer.music }
  end,
}
]],
    }
    local serving = provider.start()
    local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    local result = support.run(command)
    assert.equal(0, result.status, result.out .. result.err)
    local board = json.decode(file.read(at .. "/data/small/artifact.json"))
    assert.equal(board.scenes[1].name .. ": Some text.", board.scenes[1].music)
    local asked = #serving.requests
    assert.equal(0, support.run(command).status)
    assert.equal(asked, #serving.requests)
    serving.close()
  end)

  it("that raises is told with its file, line and item, and takes only its own with it", function()
    local at = support.write {
      ["story.lua"] = support.story [[
extend = { ["scenes[]"] = { require("pipeline.field").text "music" "The cue." } }, steps = { "music_cues" }]],
      ["steps/music_cues.lua"] = [[
local step = require "pipeline.step"
return step "music_cues" {
  about = "Write a cue.", needs = { "scenes" }, each = "scenes",
  reads = { "scene.name" }, writes = { "scene.music" },
  run = function(_, input)
    return input.scene.nothing.at.all
  end,
}
]],
    }
    local serving = provider.start()
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    serving.close()
    assert.equal(1, result.status)
    assert.truthy(result.out:find("music_cues%[scene%-1%]: failed: .*music_cues.lua:6:"), result.out)
    local board = json.decode(file.read(at .. "/data/small/artifact.json"))
    assert.is_string(board.scenes[2].shots[2].image_url)
  end)
end)

describe("a built-in step that was put beside the story", function()
  it("is used instead, and a word changed in it runs what it reaches again", function()
    local at = support.write { ["story.lua"] = support.story() }
    local serving = provider.start()
    local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    assert.equal(0, support.run(command).status)
    local before = #serving.requests

    local source = file.read(support.tree .. "/lua/steps/stage_shots.lua")
    assert(file.mkdir(at .. "/steps"))
    assert(file.write(at .. "/steps/stage_shots.lua", "-- mine\n" .. source))
    local result = support.run(command)
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal(before, #serving.requests, "a comment runs nothing")

    local changed = source:gsub("You are the storyboard artist", "You are the storyboard artist, in a hurry")
    assert(file.write(at .. "/steps/stage_shots.lua", changed))
    result = support.run(command)
    assert.equal(0, result.status, result.out .. result.err)
    local names = step_names(table.move(serving.requests, before + 1, #serving.requests, 1, {}))
    -- This provider answers the same again, so that nothing behind it changes.
    assert.same({ "stage_shots", "stage_shots" }, names)
    serving.close()
  end)
end)
