local caught = require "caught"
local file = require "host.file"
local story = require "pipeline.story"
local support = require "support"

local head = "local story = require \"pipeline.story\"\nlocal field = require \"pipeline.field\"\n"

-- Loads a story file with these lines between `return story {` and `}`.
local function load(lines, files)
  files = files or {}
  files["story.lua"] = head .. "return story {\n" .. lines .. "\n}\n"
  local dir = support.write(files)
  return story.load(dir .. "/story.lua", { builtin = dir .. "/builtin" })
end

local least = "project = \"sea\",\nprompt = \"A keeper finds that her light calls.\",\n"

-- The fault in a story whose lines follow the two that must be there, and its line.
local function fault_in(lines, files)
  local err = caught(function()
    local one = load(least .. lines, files)
    one:spec()
    one:steps()
  end)
  return err, tonumber(err.where and err.where:match ":(%d+)$")
end

local function step_text(name, rest)
  return ("return require \"pipeline.step\" %q { writes = { \"lore\" }, prompt = \"\", %s }"):format(
    name, rest or "")
end

-- The nine, in a chain.
local function nine()
  local files, before = {}, nil
  for _, name in ipairs(story.nine) do
    local rest = before and ("needs = { %q },"):format(before) or ""
    if name == "lore" then rest = rest .. "options = 3, model = \"story\"," end
    files["builtin/" .. name .. ".lua"] = step_text(name, rest)
    before = name
  end
  return files
end

local function names_of(steps)
  local list = {}
  for i, one in ipairs(steps) do list[i] = one.name end
  return list
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("story.load", function()
  it("fills in the defaults", function()
    local one = load(least)
    assert.equal("sea", one.project)
    assert.equal("16:9", one.aspect)
    assert.equal("letters", one.numbers)
    assert.same({ scenes = 5, shots = 4 }, one.counts)
    assert.same({ "openai/gpt-5", effort = "medium" }, one.models.story)
    assert.same({ "openai/gpt-5", effort = "minimal", fallback = "google/gemini-2.5-pro" },
      one.models.detail)
    assert.same({ "google/gemini-2.5-flash-image" }, one.models.image)
    assert.same({ "google/gemini-2.5-pro" }, one.models.rewrite)
    assert.same({}, one.lanes)
    assert.same({}, one.choices)
    assert.same(story.nine, one.step_names)
    assert.truthy(one.style:find "%S")
    assert.equal(one.file, one.dir .. "/story.lua")
  end)

  it("takes what the story sets", function()
    local one = load(least .. [[
      aspect = "9:16", counts = { scenes = 2 }, lanes = { image = 8 }, choices = { lore = 2 },
      models = { detail = "qwen/qwen3", story = { "a/b", "c/d", effort = "high" } },
      props = {
        { name = "The keeper", kind = "character", image = "refs/keeper.png" }, { name = "A boat" },
      },
      steps = { "cues", "shots" }, data = "out",
    ]], { ["refs/keeper.png"] = "PNG" })
    assert.same({ scenes = 2, shots = 4 }, one.counts)
    assert.same({ "qwen/qwen3" }, one.models.detail)
    assert.same({ "a/b", "c/d", effort = "high" }, one.models.story)
    assert.equal(one.dir .. "/refs/keeper.png", one.props[1].image)
    assert.equal("object", one.props[2].kind)
    assert.equal(10, #one.step_names)
    assert.equal("cues", one.step_names[10])
    assert.equal("out", one.data)
    assert.same({
      user_prompt = "A keeper finds that her light calls.",
      style = one.style,
      aspect = "9:16",
      counts = { scenes = 2, shots = 4 },
      own_props = {
        { name = "The keeper", kind = "character", description = "" },
        { name = "A boat", kind = "object", description = "" },
      },
    }, one:given())
    assert.same({}, one:spec():validate(one:given()))
  end)

  it("looks beside the file that a link leads to", function()
    local one = load(least .. 'style = require "look", steps = { "cues" }', {
      ["look.lua"] = 'return "ink"',
      ["steps/cues.lua"] = step_text "cues",
    })
    local links = support.folder()
    assert.truthy(os.execute(("ln -s %s %s/tale.lua"):format(one.file, links)))
    assert.truthy(os.execute(("ln -s %s %s/tales"):format(one.dir, links)))
    for _, path in ipairs { "/tale.lua", "/tales/story.lua" } do
      local linked = story.load(links .. path)
      assert.equal("ink", linked.style)
      assert.equal(links .. path, linked.file)
      assert.truthy(linked.step_dirs[1]:find "/steps$")
      assert(file.stat(linked.step_dirs[1] .. "/cues.lua"))
    end
  end)

  it("tells what is wrong with the file", function()
    has(caught(story.load, "/nowhere/story.lua").message, "No such file")
    local err, line = fault_in "style = = 3,"
    assert.equal(6, line)
    has(err.message, "syntax error")
    err, line = fault_in "style = nothing.here,"
    assert.equal(6, line)
    assert.truthy(err.traceback)
    local dir = support.write { ["story.lua"] = "return { project = \"sea\" }" }
    has(caught(story.load, dir .. "/story.lua").hint, "return story")
  end)

  it("refuses numbers that there are not, at their line", function()
    assert.equal("cuts", load(least .. "numbers = \"cuts\",").numbers)
    local err, line = fault_in "aspect = \"16:9\",\nnumbers = \"leters\","
    assert.equal(7, line)
    assert.equal("did you mean 'letters'?", err.hint)
  end)

  it("refuses settings that there are not, at their line", function()
    local err, line = fault_in "aspect = \"16:9\",\nstlye = \"ink\","
    assert.equal("did you mean 'style'?", err.hint)
    assert.equal(7, line)
    err, line = fault_in "\n\nmodels = {\n  detail = { \"a/b\", efort = \"low\" },\n},"
    assert.equal("did you mean 'effort'?", err.hint)
    assert.equal(9, line)
    assert.equal("did you mean 'image'?", (fault_in "lanes = { imgae = 3 },").hint)
  end)

  it("refuses values that make no sense", function()
    for _, lines in ipairs {
      "style = 7,", "aspect = \"2:1\",", "numbers = 10,", "counts = { scenes = 0 },", "counts = { scenes = 2.5 },",
      "lanes = { text = \"many\" },", "choices = { lore = 0 },", "steps = \"cues\",",
      "steps = { \"../cues\" },", "steps = { 7 },", "steps = { cues = true },",
      "models = { detail = {} },", "models = { detail = { 7 } },",
      "models = { detail = { \"a/b\", effort = \"hard\" } },",
      "models = { detail = { \"a/b\", fallback = 7 } },",
      "props = { \"The keeper\" },", "props = { { kind = \"object\" } },",
      "props = { { name = \"A\", kind = \"thing\" } },",
      "props = { { name = \"A\", colour = \"red\" } },",
      "props = { { name = \"A\" }, { name = \"a\" } },",
      "props = { { name = \"A\", image = \"no.png\" } },",
    } do
      local _, line = fault_in(lines)
      assert.equal(6, line, lines)
    end
    caught(load, "prompt = \"x\"")
    caught(load, "project = \"sea\"")
    caught(load, "project = \"sea\", prompt = \" \"")
  end)

  it("refuses lists that are none, and counts out of any range, with what was given", function()
    has((fault_in "props = { name = \"A\", kind = \"object\" },").message, "list of props")
    has((fault_in "counts = { 3, 4 },").hint, "scenes = 2")
    has((fault_in "counts = { scenes = 1e9 },").message, "and is 1000000000.0")
    has((fault_in "counts = { shots = 1000 },").message, "1 to 999")
  end)

  it("names the aspect that is nearest", function()
    has((fault_in "aspect = \"2.39:1\",").hint, "the nearest is \"21:9\"")
    has((fault_in "aspect = \"1080x1920\",").hint, "the nearest is \"9:16\"")
    assert.is_nil((fault_in "aspect = \"cinema\",").hint:find("nearest", 1, true))
    assert.is_nil((fault_in "aspect = \"16:0\",").hint:find("nearest", 1, true))
  end)

  it("refuses texts that are not UTF-8, wherever they stand", function()
    for _, lines in ipairs {
      "style = \"\\xFF\",", "props = { { name = \"\\xFF\" } },",
      "extend = { [\"scenes[]\"] = { field.text \"music\" \"\\xFF\" } },",
    } do
      local err, line = fault_in(lines)
      has(err.message, "not UTF-8")
      assert.equal(6, line)
    end
  end)

  it("refuses a provider that a model cannot have, at its line", function()
    local err, line = fault_in "\nmodels = {\n  detail = { \"a/b\", provider = \"opnai\" },\n},"
    assert.equal("did you mean 'openai'?", err.hint)
    assert.equal(8, line)
    has((fault_in "models = { detail = { \"a/b\", base_url = \"localhost:11434\" } },").message, "no address")
  end)

  it("wants a project name that can be a folder", function()
    for _, name in ipairs {
      "a/b", "..", ".hidden", "a\\\\b", "con", "nul.txt", "x ", "-x", "a:b", ("x"):rep(65),
    } do
      local err = caught(load, ("project = \"%s\", prompt = \"x\""):format(name))
      has(err.hint, "for example")
    end
    for _, name in ipairs { "sea", "Sea 2", "İstanbul", "灯台", "a.b-c_d" } do
      assert.equal(name, load(("project = \"%s\", prompt = \"x\""):format(name)).project)
    end
  end)
end)

describe("story:spec", function()
  it("extends the storyboard", function()
    local music = "extend = { [\"scenes[]\"] = { field.text \"music\" \"The cue.\" } },"
    local one = load(least .. music)
    assert.equal("text", one:spec():field("scenes[].music").kind)
    assert.equal(one:spec(), one:spec())
  end)

  it("tells what is wrong with an extension", function()
    local err, line = fault_in "extend = { [\"scene[]\"] = {} },"
    assert.equal("did you mean 'scenes[]'?", err.hint)
    assert.equal(6, line)
    fault_in "extend = { [\"scenes[]\"] = { field.text \"music\" } },"
    fault_in "extend = { [\"scenes[]\"] = { field.text \"name\" \"Again.\" } },"
    fault_in "extend = { [\"scenes[]\"] = 7 },"
    has((fault_in "extend = { [\"scenes[]\"] = { \"music\" } },").message, "not a field")
    err = fault_in "extend = { field.text \"music\" \"The cue.\" },"
    has(err.hint, "[\"scenes[]\"] = { field.text \"music\"")
    assert.equal("did you mean 'text'?", (fault_in "extend = { [\"scenes[]\"] = { field.txt \"a\" \"b\" } },").hint)
  end)

  it("counts lists that there are", function()
    assert.equal("did you mean 'scenes'?", (fault_in "counts = { scnes = 3 },").hint)
    local one = load(least .. "counts = { songs = 3 }, extend = { [\"\"] = { "
      .. "field.list \"songs\" \"song\" \"Songs.\" { field.text \"name\" \"Its name.\" } } },")
    one:spec()
    assert.equal(3, one.counts.songs)
    assert.is_nil(one:given().counts.songs)
  end)
end)

describe("story:steps", function()
  it("loads the nine and the story's own, each after what it needs", function()
    local files = nine()
    files["steps/first.lua"] = step_text "first"
    files["steps/cues.lua"] = step_text("cues", "needs = { \"scenes\", \"late\" },")
    files["steps/late.lua"] = step_text("late", "needs = { \"lore\" },")
    files["steps/narrative.lua"] = step_text("narrative",
      "about = \"mine\", needs = { \"lore\", \"first\" },")
    local one = load(least .. "steps = { \"cues\", \"late\", \"first\" },", files)
    local steps = one:steps()
    assert.same({
      "lore", "first", "narrative", "scenes", "components", "component_images", "stage_shots",
      "stage_shot_images", "shots", "shot_images", "late", "cues",
    }, names_of(steps))
    assert.equal("mine", steps[3].about)
  end)

  it("comes to an end with a cycle, which the graph will tell", function()
    local files = nine()
    files["steps/lore.lua"] = step_text("lore", "needs = { \"shots\", \"nothing\" },")
    assert.equal(9, #load(least, files):steps())
  end)

  it("tells a step that there is not, at its line", function()
    local err, line = fault_in("steps = {\n  \"cuse\",\n},", (function()
      local files = nine()
      files["steps/cues.lua"] = step_text "cues"
      return files
    end)())
    assert.equal("did you mean 'cues'?", err.hint)
    assert.equal(7, line)
  end)

  it("wants roles and choices that steps have", function()
    assert.equal("did you mean 'detail'?",
      (fault_in("models = { detial = \"a/b\" },", nine())).hint)
    assert.equal("did you mean 'lore'?", (fault_in("choices = { loer = 2 },", nine())).hint)
    has((fault_in("choices = { lore = 4 },", nine())).message, "3 options")
    local files = nine()
    files["steps/cues.lua"] = step_text("cues", "model = \"music\",")
    local err = fault_in("steps = { \"cues\" },", files)
    has(err.message, "role 'music'")
    has(err.where, "cues.lua:1")
    local lines = "steps = { \"cues\" }, models = { music = \"a/b\" },"
    assert.equal(10, #load(least .. lines, files):steps())
    files["steps/cues.lua"] = step_text("cues", "run = function() end,")
    lines = "steps = { \"cues\" }, models = { asked_by_its_code = \"a/b\" },"
    assert.equal(10, #load(least .. lines, files):steps())
  end)

  it("wants a model that writes where a step writes, and one that draws where it draws", function()
    local files = nine()
    files["steps/cues.lua"] = step_text("cues", "model = \"image\",")
    local err = fault_in("steps = { \"cues\" },", files)
    has(err.message, "step 'cues': it writes text")
    has(err.where, "cues.lua:1")
    files["steps/cues.lua"] = "return require \"pipeline.step\" \"cues\" "
      .. "{ draws = \"lore.picture\", prompt = \"\", model = \"detail\" }"
    has(fault_in("steps = { \"cues\" },", files).message, "step 'cues': it draws")
  end)
end)
