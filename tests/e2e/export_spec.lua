-- What `sbhost export` writes is well-formed and inert, whatever the texts hold.

local artifact = require "host.artifact"
local file = require "host.file"
local json = require "host.json"
local support = require "support"

--- A project on disk, as a run leaves it, with these scenes.
local function project_with(scenes, settings)
  local at = support.write {
    ["story.lua"] = support.story(settings),
    ["data/small/artifact.json"] = json.encode {
      aspect = "16:9",
      narrative = { title = "A <b>title</b> & more", logline = "Who, what?" },
      scenes = scenes,
    },
  }
  return at
end

local function export(at, format)
  local result = support.run { "export", at .. "/story.lua", "--data", at .. "/data", "--format", format }
  assert.equal(0, result.status, result.out .. result.err)
  local path = result.out:match "([^\n]+)\n$"
  return file.read(path), path
end

local function shot(name, changes)
  local one = { key = name, name = name, duration = 2, size = "wide", angle = "low", description = "A room." }
  for field, value in pairs(changes or {}) do
    one[field] = value
  end
  return one
end

local HOSTILE = '=1+1</clip>"\n\r\n\n*INT. X - DAY*\n[[note]] /* cut */ -->\u{202E}\u{200B}{\\an8}<i>&amp;'

describe("sbhost export", function()
  it("counts frames so that rounding never adds up, and times at the story's rate", function()
    local thirds = {}
    for i = 1, 300 do
      thirds[i] = shot("s" .. i, { duration = 1 / 3 })
    end
    local at = project_with({ { key = "one", name = "One", shots = thirds } }, "rate = 25,")
    local edl = export(at, "edl")
    assert.truthy(edl:find("01:01:39:17 01:01:40:00\n", 1, true), edl:sub(-200))
  end)

  it("writes the same columns for every story, and no formula", function()
    local at = project_with { { key = "one", name = "One", shots = { shot("a", { action = HOSTILE }) } } }
    local csv = export(at, "csv")
    assert.equal(
      "number,scene,scene_name,shot_name,size,angle,movement,lens,seconds,start,frames,"
        .. "description,action,dialogue,sound,props,picture",
      csv:match "^[^\r]+"
    )
    assert.truthy(csv:find([[,"'=1+1</clip>""]], 1, true), csv)
  end)

  it("lets no text out of its place", function()
    local shots = { shot("a", { dialogue = "BOSS: " .. HOSTILE, action = HOSTILE, name = HOSTILE }), shot "b" }
    local at = project_with { { key = "one", name = HOSTILE, description = HOSTILE, shots = shots } }
    local xml = export(at, "fcp7")
    assert.is_nil(xml:find("</clip>", 1, true))
    local srt = export(at, "srt")
    assert.equal(1, select(2, srt:gsub("%-%->", "")))
    assert.is_nil(srt:find "[<{]")
    local edl = export(at, "edl")
    for line in edl:gmatch "[^\n]+" do
      assert.truthy(line:find "^%*" or line:find "^TITLE:" or line:find "^FCM:" or line:find "^%d%d%d  AX", line)
    end
    for line in export(at, "fountain"):gmatch "[^\n]+" do
      assert.is_nil(line:find("[[", 1, true), line)
      assert.is_nil(line:find("/*", 1, true), line)
      assert.is_nil(line:find "^%*?INT", line)
    end
    for _, format in ipairs { "json", "otio" } do
      assert(artifact.parse(export(at, format)))
    end
  end)

  it("says what there is instead of a format that there is not, and when there is nothing yet", function()
    local at = project_with {}
    local story = at .. "/story.lua"
    local wrong = support.run { "export", story, "--data", at .. "/data", "--format", "eld" }
    assert.equal(2, wrong.status)
    assert.truthy(wrong.err:find("did you mean 'edl'?", 1, true), wrong.err)
    local empty = support.run { "export", story, "--data", at .. "/data", "--format", "edl" }
    assert.equal(2, empty.status)
    assert.truthy(empty.err:find("sbhost run ", 1, true), empty.err)
  end)
end)
