-- A run of which nothing is left to do: when it is seen at once, and what ends that.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local store = require "host.store"
local support = require "support"

describe("a finished story", function()
  local serving, at

  before_each(function()
    serving = provider.start()
    at = support.write {
      ["story.lua"] = support.story "",
      ["steps/music.lua"] = [[
local step = require "pipeline.step"
return step "music" {
  needs = { "scenes" }, each = "scenes", reads = { "scene.name" }, writes = { "scene.sketch_note" },
  prompt = "A note.",
}
]],
    }
    assert(file.write(at .. "/story.lua", support.story [[
steps = { "music" }, extend = { ["scenes[]"] = { require("pipeline.field").text "sketch_note" "A note." } },]]))
  end)

  after_each(function()
    serving.close()
  end)

  --- Runs it: the events by kind, and how many calls were made.
  local function run(...)
    local before = #serving.requests
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url, "--json", ...,
    }
    assert.equal(0, result.status, result.err)
    local kinds = {}
    for line in result.out:gmatch "[^\n]+" do
      local event = json.decode(line)
      local kind = event.state or event.event
      kinds[kind] = (kinds[kind] or 0) + (event.event == "unchanged" and math.tointeger(event.tasks) or 1)
    end
    return kinds, #serving.requests - before
  end

  local function edit(path, from, to)
    local text = file.read(at .. path)
    local changed, count = text:gsub(from, to)
    assert.equal(1, count)
    assert(file.write(at .. path, changed))
  end

  it("is not evaluated, and says that all is reused", function()
    local first = run()
    local kinds, asked = run()
    assert.same({ first.running, 0 }, { kinds.unchanged, asked })
    assert.is_nil(kinds.running)
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    assert.truthy(result.out:find "music +2 +0 +2 ", result.out)
    assert.truthy(result.out:find("nothing to do: 0 calls, everything was reused", 1, true))
  end)

  it("is evaluated when anything that it comes from has changed, and then not again", function()
    run()
    local changes = {
      function() edit("/steps/music.lua", "A note%.\",", "A short note.\",") end,
      function() edit("/story.lua", "A note%.", "A brief note.") end,
      function() edit("/story.lua", "pencil", "ink") end,
      function() assert(file.remove(at .. "/data/small/steps/01_lore.json")) end,
      function()
        local folder = at .. "/data/small/"
        assert(file.remove(folder .. file.read(folder .. "artifact.json"):match '"(images/[^"]+)"'))
      end,
    }
    for i, change in ipairs(changes) do
      change()
      assert.truthy(run().running, "change " .. i)
      assert.is_nil(run().running, "after change " .. i)
    end
    assert.is_true(file.exists(at .. "/data/small/steps/01_lore.json"))
    assert.truthy(run("--choose", "lore=2").running)
    assert.truthy(run("--model", "detail=other/model").running)
  end)

  it("has just those steps looked at again that a change reaches", function()
    local first = run()
    edit("/steps/music.lua", "A note%.\",", "A short note.\",")
    local kinds, asked = run()
    assert.same({ 2, 2, first.running - 2 }, { asked, kinds.running, kinds.unchanged })
    edit("/steps/music.lua", "A short note", "A note")
    kinds, asked = run()
    assert.same({ 0, 2, first.running - 2 }, { asked, kinds.running, kinds.unchanged })
  end)

  it("has just the shots of one scene looked at after one of them was changed by hand", function()
    local first = run()
    local path, drawn = at .. "/data/small/artifact.json", at .. "/data/small/steps/09_shot_images.json"
    local text, results = file.read(path), file.read(drawn)
    local board = json.decode(text)
    -- The first shot of the second scene.
    local changed, count = text:gsub('^(.*"shots": %[.-"description": )"[^"]*"', '%1"By hand."')
    assert.equal(1, count)
    assert(file.write(path, changed))
    local kinds, asked = run()
    assert.same({ asked = 1, running = 4, unchanged = first.running - 4 },
      { asked = asked, running = kinds.running, unchanged = kinds.unchanged })
    local now, items = json.decode(file.read(path)), json.decode(file.read(drawn)).items
    assert.same(board.scenes[1], now.scenes[1])
    local redrawn = 0
    for item, picture in pairs(json.decode(results).items) do
      redrawn = redrawn + (items[item] ~= picture and 1 or 0)
    end
    assert.equal(1, redrawn)
    assert.is_nil(run().running)
  end)

  it("has no step taken over whose writers or edits have changed", function()
    run()
    local path = at .. "/data/small/artifact.json"
    local published = file.read(path)
    local scene = json.decode(published).scenes[1]
    assert.equal("string", type(scene.sketch_note))
    assert(file.write(path, (published:gsub('"sketch_note": "[^"]*"', '"sketch_note": "By hand."', 1))))
    assert.same({ running = 2 }, { running = run().running })
    edit("/steps/music.lua", "each =", "-- a step with an edit\n  each =")
    edit("/story.lua", "pencil", "ink")
    run()
    assert.equal("By hand.", json.decode(file.read(path)).scenes[1].sketch_note)
    local dropped = support.run {
      "unedit", at .. "/story.lua", ("scenes[%s].sketch_note"):format(scene.key), "--data", at .. "/data",
    }
    assert.equal(0, dropped.status, dropped.err)
    assert.equal(2, run().running)
    assert.equal(scene.sketch_note, json.decode(file.read(path)).scenes[1].sketch_note)
    edit("/story.lua", 'steps = { "music" }', "steps = {}")
    run()
    assert.is_nil(json.decode(file.read(path)).scenes[1].sketch_note)
  end)

  it("has pictures taken over that were kept by hand, until their files are others", function()
    run()
    local path = at .. "/data/small/artifact.json"
    local scene = json.decode(file.read(path)).scenes[1]
    local kept = support.run {
      "keep", at .. "/story.lua", ("stage_shot_images[%s]"):format(scene.key), "--data", at .. "/data",
    }
    assert.equal(0, kept.status, kept.err)
    run()
    assert(file.write(path, file.read(path)))
    assert.is_nil(run().running)
    local picture = at .. "/data/small/" .. scene.stage_setting_shot.image_url
    assert(file.write(picture, file.read(picture)))
    assert.truthy(run().running)
  end)

  it("has its views made again without a look at its tasks", function()
    run()
    local page, text = at .. "/data/small/storyboard.html", file.read(at .. "/data/small/artifact.json")
    assert(file.remove(page))
    assert.is_nil(run().running)
    assert.is_true(file.exists(page))
    assert(file.remove(at .. "/data/small/artifact.json"))
    assert.is_nil(run().running)
    local function plain(json_text)
      return (json_text:gsub('"revision": %d+', ""))
    end
    assert.equal(plain(text), plain(file.read(at .. "/data/small/artifact.json")))
    local records = assert(store.open(at .. "/data/small/project.db"))
    records:remove("view", "finished")
    records:remove("view", "evaluated")
    records:close()
    assert.truthy(run().running)
  end)

  it("is not evaluated for a comment in a step without code", function()
    run()
    edit("/steps/music.lua", "return", "-- a comment\nreturn")
    assert.is_nil(run().running)
  end)

  it("is one that did everything", function()
    serving.close()
    local refuse = true
    serving = provider.start {
      reply = function(body)
        if refuse and body.modalities then
          return { status = 400, headers = {}, body = '{"error":{"code":400,"message":"not this"}}' }
        end
      end,
    }
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url, "--quiet",
    }
    assert.equal(1, result.status)
    refuse = false
    local _, asked = run()
    assert.is_true(asked > 0)
  end)
end)
