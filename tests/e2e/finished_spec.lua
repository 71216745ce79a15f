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
      function() assert(file.remove(at .. "/data/small/storyboard.html")) end,
      function() assert(file.remove(at .. "/data/small/steps/01_lore.json")) end,
      function()
        local images = at .. "/data/small/images"
        assert(file.remove(images .. "/" .. file.list(images)[1]))
      end,
      function()
        local records = assert(store.open(at .. "/data/small/project.db"))
        records:remove("view", "finished")
        records:close()
      end,
    }
    for i, change in ipairs(changes) do
      change()
      assert.truthy(run().running, "change " .. i)
      assert.is_nil(run().running, "after change " .. i)
    end
    assert.is_true(file.exists(at .. "/data/small/storyboard.html"))
    assert.truthy(run("--choose", "lore=2").running)
    assert.truthy(run("--model", "detail=other/model").running)
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
