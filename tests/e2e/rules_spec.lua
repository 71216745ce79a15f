-- What the rules of the craft find is told while the shots are new, and with --strict
-- keeps their pictures from being paid for.

local json = require "host.json"
local provider = require "provider"
local support = require "support"

--- Serves shots of half a second, which is too short for any.
local function serve_short_shots()
  return provider.start {
    text = function(body)
      local format = body.response_format and body.response_format.json_schema
      if format and format.name == "shots" then
        local answer = provider.fill(format.schema)
        for i, shot in ipairs(answer.shots) do
          shot.duration, shot.dialogue = 0.5, ""
          shot.size = i == 1 and "wide" or "close-up"
          shot.angle = i == 2 and "low" or "high"
        end
        return json.encode(answer)
      end
    end,
  }
end

--- Runs a story of one scene with two shots.
local function run(settings, ...)
  local serving = serve_short_shots()
  local at = support.write { ["story.lua"] = support.story("counts = { scenes = 1, shots = 2 }," .. (settings or "")) }
  local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url, ... }
  local first = support.run(command)
  local asked = #serving.requests
  local again = support.run(command)
  serving.close()
  local pictures = 0
  for _, body in ipairs(serving.requests) do
    pictures = pictures + (body.modalities and 1 or 0)
  end
  return first, pictures, again, #serving.requests - asked
end

local function count(text, what)
  return select(2, text:gsub(what, ""))
end

describe("sbhost check", function()
  it("finds what is another each time, and what is wrong in a prompt, by its line", function()
    local at = support.write {
      ["story.lua"] = support.story "style = tostring(os.clock()) .. os.tmpname(),",
      ["wrong.lua"] = support.story(),
      ["steps/shots.lua"] = [[
return require "pipeline.step" "shots" {
  needs = { "scenes" }, each = "scenes", writes = { "scene.shots[*].name" },
  prompt = "For {{scene.nam}}.",
}]],
    }
    local wrong = support.run { "check", at .. "/wrong.lua", "--data", at .. "/data" }
    assert.equal(2, wrong.status)
    assert.truthy(wrong.err:find("steps/shots.lua:3: ", 1, true), wrong.err)
    os.remove(at .. "/steps/shots.lua")
    local unsteady = support.run { "check", at .. "/story.lua", "--data", at .. "/data" }
    assert.equal(1, unsteady.status, unsteady.out .. unsteady.err)
    assert.truthy(unsteady.out:find("lore: its request differs each time", 1, true), unsteady.out)
  end)
end)

describe("the rules of the craft", function()
  it("warn, and all is drawn", function()
    local first = run()
    assert.equal(0, first.status, first.err)
    assert.equal(2, count(first.out, "0%.5 s is too short"), first.out)
    assert.truthy(first.out:find("shots[scene-1]: shot 'shot-1': ", 1, true), first.out)
  end)

  it("stop a run that is strict before the scene's shots are drawn, and each time", function()
    local _, drawn = run()
    local first, pictures, again = run(nil, "--strict")
    assert.equal(1, first.status)
    assert.truthy((first.out .. first.err):find("2 rule violations in shots[scene-1]", 1, true), first.out .. first.err)
    -- In both together: props that the first had not come to when it stopped may be drawn by the second.
    assert.is_true(pictures <= drawn - 2)
    assert.equal(1, again.status)
  end)

  it("are told again by sbhost check, without a call", function()
    local serving = serve_short_shots()
    local at = support.write { ["story.lua"] = support.story "counts = { scenes = 1, shots = 2 }," }
    local where = { at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    assert.equal(0, support.run({ "check", table.unpack(where) }).status)
    assert.equal(0, support.run({ "run", table.unpack(where) }).status)
    local asked = #serving.requests
    local told = support.run { "check", table.unpack(where) }
    assert.equal(0, told.status, told.err)
    assert.equal(2, count(told.out, "scene 'scene%-1': shot '[^']+': 0%.5 s is too short"), told.out)
    table.insert(where, "--strict")
    assert.equal(1, support.run({ "check", table.unpack(where) }).status)
    serving.close()
    assert.equal(asked, #serving.requests)
  end)

  it("do not count where the story waives them", function()
    local first = run("waive = { 'duration' }", "--strict")
    assert.equal(0, first.status, first.out .. first.err)
    assert.equal(0, count(first.out, "too short"))
  end)
end)
