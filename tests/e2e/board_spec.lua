-- A whole storyboard from one command, without a key, and what a second run
-- makes of it.

local artifact = require "host.artifact"
local file = require "host.file"
local json = require "host.json"
local spec = require "pipeline.spec"
local support = require "support"

local STORY = support.tree .. "/examples/lighthouse.lua"

--- Runs the example once for all tests of this file.
local data = support.folder()
local first = support.run { "run", STORY, "--data", data }
local project = data .. "/lighthouse"
local board = json.decode(file.read(project .. "/artifact.json") or "{}")

--- Every picture that the artifact names, by what it is of.
local function pictures()
  local found = {}
  for _, prop in ipairs(board.props) do
    found[prop.name] = prop.image_url
  end
  for _, scene in ipairs(board.scenes) do
    found[scene.name] = scene.stage_setting_shot.image_url
    for _, shot in ipairs(scene.shots) do
      found[scene.name .. "/" .. shot.name] = shot.image_url
    end
  end
  return found
end

describe("sbhost run examples/lighthouse.lua", function()
  it("ends well and says in its first line that it uses the offline provider", function()
    assert.equal(0, first.status, first.err .. first.out)
    assert.truthy(first.out:match "^[^\n]*offline")
  end)

  it("makes as many scenes and shots as the story asks for", function()
    assert.equal(5, #board.scenes)
    for _, scene in ipairs(board.scenes) do
      assert.equal(4, #scene.shots)
      assert.is_true(#scene.props > 0)
    end
    assert.is_true(#board.props >= 2)
  end)

  it("leaves an artifact that fits the spec", function()
    local storyboard = spec.new(require "pipeline.storyboard")
    assert.same({}, storyboard:validate(artifact.parse(file.read(project .. "/artifact.json")):get {}))
  end)

  it("draws every prop, stage and shot, as PNGs that another decoder reads", function()
    local count, list = 0, {}
    for what, path in pairs(pictures()) do
      assert.truthy(file.exists(project .. "/" .. path), what)
      list[#list + 1] = support.quote(project .. "/" .. path)
      count = count + 1
    end
    assert.equal(#board.props + 5 + 5 * 4, count)
    local checked = support.shell("pngcheck -q " .. table.concat(list, " "))
    assert.equal(0, checked.status, checked.out)
  end)

  it("draws no two shots alike, each in the story's aspect", function()
    local image = require "host.image"
    local seen = {}
    for what, path in pairs(pictures()) do
      local hash = file.hash(project .. "/" .. path)
      assert.is_nil(seen[hash], ("%s looks like %s"):format(what, seen[hash]))
      seen[hash] = what
      local looked = image.inspect(project .. "/" .. path)
      assert.is_true(math.abs(looked.width / looked.height / (16 / 9) - 1) < 0.04)
    end
  end)

  it("names pictures after what they show and when they came", function()
    for _, prop in ipairs(board.props) do
      assert.truthy(prop.image_url:match "^images/component_.+_%d+T%d+Z[%d-]*%.png$")
      assert.truthy(prop.image_url:find(prop.key, 1, true))
    end
  end)

  it("saves the result of each of the nine steps", function()
    local names = file.list(project .. "/steps")
    assert.same({
      "01_lore.json", "02_narrative.json", "03_scenes.json", "04_components.json", "05_component_images.json",
      "06_stage_shots.json", "07_stage_shot_images.json", "08_shots.json", "09_shot_images.json",
    }, names)
    local lore = json.decode(file.read(project .. "/steps/01_lore.json"))
    assert.is_table(lore.result.option_1)
    assert.is_table(lore.result.option_3)
  end)

  it("shows the board as a page with every picture that it names", function()
    local html = file.read(project .. "/storyboard.html")
    for what, path in pairs(pictures()) do
      local address = path:gsub("[^%w%-%._~/]", function(byte)
        return ("%%%02X"):format(byte:byte())
      end)
      assert.truthy(html:find('src="' .. address .. '"', 1, true), what)
    end
  end)

  it("makes no call when it is run again, says so, and changes nothing", function()
    local before = file.read(project .. "/artifact.json")
    local again = support.run { "run", STORY, "--data", data }
    assert.equal(0, again.status, again.err .. again.out)
    assert.truthy(again.out:find("0 calls", 1, true))
    assert.equal(before, file.read(project .. "/artifact.json"))
  end)

  it("tells the same story again from nothing", function()
    local other = support.folder()
    assert.equal(0, support.run({ "run", STORY, "--data", other, "--quiet" }).status)
    -- Files of one name in one second are numbered as they come.
    local function without_times(text)
      return (text:gsub("_%d+T%d+Z[%d-]*", ""):gsub('"revision": %d+', ""))
    end
    assert.equal(
      without_times(file.read(project .. "/artifact.json")),
      without_times(file.read(other .. "/lighthouse/artifact.json"))
    )
  end)
end)

describe("the board of a run that goes badly", function()
  local FAULTS = [[ [
    { "case": "20b", "route": "picture", "every": 3 },
    { "case": "1", "route": "picture", "delay_ms": 700 }
  ] ]]

  local mock, folder

  before_each(function()
    folder = support.write { ["story.lua"] = support.story 'numbers = "tens",', ["faults.json"] = FAULTS }
    mock = support.mock { "--faults", folder .. "/faults.json" }
  end)

  after_each(function()
    mock.stop()
  end)

  local function page()
    return file.read(folder .. "/small/storyboard.html") or ""
  end

  it("says what is being drawn while it is, and at the end why pictures are missing", function()
    local run = support.start { "run", folder .. "/story.lua", "--data", folder, "--base-url", mock.url }
    support.await("a picture that is being drawn", function()
      return page():find("Being drawn", 1, true)
    end)
    support.await("the end of the run", function()
      return not run.is_running()
    end)
    assert.equal(1, run.status(), run.out())
    local html = page()
    assert.is_nil(html:find("Being drawn", 1, true))
    assert.truthy(html:find("Request contains an unknown field", 1, true), run.out())
    assert.truthy(html:find("010_0010", 1, true))
  end)
end)
