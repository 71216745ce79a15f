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

describe("the rules of the craft", function()
  it("warn, and all is drawn", function()
    local first = run()
    assert.equal(0, first.status, first.err)
    assert.equal(2, count(first.out, "0%.5 s is too short"), first.out)
    assert.truthy(first.out:find("shots[scene-1]: shot 'shot-1': ", 1, true), first.out)
  end)

  it("stop a run that is strict before the scene's shots are drawn, and each time", function()
    local _, drawn = run()
    local first, pictures, again, asked = run(nil, "--strict")
    assert.equal(1, first.status)
    assert.truthy((first.out .. first.err):find("2 findings in shots[scene-1]", 1, true), first.out .. first.err)
    assert.is_true(pictures <= drawn - 2)
    assert.equal(1, again.status)
    assert.equal(0, asked)
  end)

  it("do not count where the story waives them", function()
    local first = run("waive = { 'duration' }", "--strict")
    assert.equal(0, first.status, first.out .. first.err)
    assert.equal(0, count(first.out, "too short"))
  end)
end)
