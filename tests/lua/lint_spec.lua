local artifact = require "host.artifact"
local fault = require "pipeline.fault"
local file = require "host.file"
local lint = require "pipeline.lint"
local program = require "host.program"

local function story_with(given)
  return {
    rules = given.rules or {},
    waive = given.waive or {},
    rule_dirs = { given.dir or "no-such-folder", program.root .. "/rules" },
    place = function()
      return "story.lua:3"
    end,
  }
end

--- A shot that no rule minds, with what is told of it instead.
local function shot(key, changes)
  local one = {
    key = key,
    name = key,
    size = "wide",
    angle = "eye level",
    description = "A room.",
    action = "Nothing moves.",
    dialogue = "",
    duration = 4,
    props = {},
  }
  for field, value in pairs(changes or {}) do
    one[field] = value
  end
  return one
end

local PROPS = {
  { name = "The keeper", kind = "character" },
  { name = "Brass key", kind = "object" },
  { name = "守り人", kind = "character" },
}

local function scene(key, shots, changes)
  local one = { key = key, name = key, props = {}, shots = shots, stage_setting_shot = { size = "wide" } }
  for field, value in pairs(changes or {}) do
    one[field] = value
  end
  return one
end

local function board(...)
  return artifact.from { props = PROPS, scenes = { ... } }
end

--- A folder with one rule in it, gone after the test.
local function folder_with(name, text)
  local dir = os.tmpname()
  os.remove(dir)
  assert(os.execute("mkdir " .. dir))
  finally(function()
    os.execute("rm -r " .. dir)
  end)
  local handle <close> = assert(io.open(("%s/%s.lua"):format(dir, name), "w"))
  handle:write(text)
  return dir
end

--- What is found, as "rule at place".
local function found(tree, story)
  local list = {}
  for i, finding in ipairs(lint.open(story_with(story or {})):all(tree)) do
    list[i] = finding.rule .. " at " .. finding.place
  end
  return list
end

describe("the rules of the craft", function()
  it("find nothing in shots that are as they should be", function()
    local shots = {
      shot("a"),
      shot("b", { size = "medium", description = "The keeper listens.", props = { "The keeper" } }),
      shot("c", { size = "close-up", dialogue = "KEEPER: Who is there?", props = { "The keeper" } }),
    }
    assert.same({}, found(board(scene("s", shots))))
  end)

  it("mind a shot that is too short or too long", function()
    local shots = { shot("a", { duration = 0.5 }), shot("b", { duration = 40, size = "medium" }) }
    assert.same({ "duration at s/a", "duration at s/b" }, found(board(scene("s", shots))))
  end)

  it("mind a line that cannot be said in its shot, in any script, and leave out who speaks", function()
    local long = "KEEPER (slowly): one two three four five six seven eight nine ten"
    local shots = {
      shot("a", { dialogue = long, duration = 2 }),
      shot("b", { dialogue = long, duration = 4, size = "medium" }),
      shot("c", { dialogue = "守り人: 誰かが海から私を呼んでいる、毎晩同じ声で", duration = 2 }),
    }
    assert.same({ "dialogue_time at s/a", "dialogue_time at s/c" }, found(board(scene("s", shots))))
  end)

  it("mind the third shot running that is framed alike, and no other", function()
    local shots = { shot("a"), shot("b"), shot("c"), shot("d"), shot("e", { angle = "low" }) }
    assert.same({ "repeated_framing at s/c" }, found(board(scene("s", shots))))
  end)

  it("mind a cut on one subject that changes too little", function()
    local keeper = { props = { "The keeper" } }
    local function seen(key, size, angle)
      return shot(key, { size = size, angle = angle, props = keeper.props })
    end
    local jumps = { seen("a", "medium", "low"), seen("b", "medium close-up", "low") }
    local fine = { seen("a", "medium", "low"), seen("b", "close-up", "low"), seen("c", "close-up", "high") }
    assert.same({ "jump_cut at s/b" }, found(board(scene("s", jumps))))
    assert.same({}, found(board(scene("s", fine))))
  end)

  it("mind a scene that opens close and has no wide stage", function()
    local close = { shot("a", { size = "close-up" }), shot("b", { size = "insert" }), shot("c") }
    assert.same({ "establishing at s" }, found(board(scene("s", close, { stage_setting_shot = { size = "medium" } }))))
    assert.same({}, found(board(scene("s", close))))
  end)

  it("mind a character that is shown and not listed, but not one out of frame", function()
    local shots = {
      shot("a", { description = "The KEEPER stands at the rail." }),
      shot("b", { size = "medium", action = "A voice calls; the keeper stays off-screen." }),
      shot("c", { size = "insert", description = "The keepers' log lies open." }),
      shot("d", { size = "full", description = "暗い部屋に守り人が立つ。" }),
    }
    assert.same({ "unlisted_character at s/a", "unlisted_character at s/d" }, found(board(scene("s", shots))))
  end)

  it("mind an object that nothing showed before, over all scenes, once", function()
    local uses = { action = "A hand turns the brass key." }
    local before = scene("one", { shot("a", { props = { "Brass key" } }) })
    local later = scene("two", { shot("a", uses), shot("b", { action = uses.action, size = "medium" }) })
    assert.same({ "unseen_object at two/a" }, found(board(later)))
    assert.same({}, found(board(before, later)))
  end)

  it("do without what is not written yet", function()
    assert.same({}, found(artifact.from { scenes = { { key = "s", name = "s" } } }))
    assert.same({}, found(artifact.new()))
  end)
end)

describe("a waiver", function()
  local shots = { shot("a", { duration = 0.5 }), shot("b", { duration = 40, size = "medium" }) }

  it("lets a rule not count", function()
    assert.same({}, found(board(scene("s", shots)), { waive = { "duration" } }))
  end)

  it("lets a rule not count for some shots", function()
    assert.same({ "duration at s/b" }, found(board(scene("s", shots)), { waive = { "duration[s/a]" } }))
    assert.same({}, found(board(scene("s", shots)), { waive = { "duration[s/*]" } }))
  end)

  it("of a rule that there is not is a fault that says where", function()
    local ok, err = pcall(lint.open, story_with { waive = { "durations" } })
    assert.is_false(ok)
    assert.is_true(fault.is(err))
    assert.equal("story.lua:3", err.where)
    assert.truthy(err.hint:find("duration", 1, true))
  end)
end)

describe("docs/steps.md", function()
  it("has every rule, and one of one's own that works", function()
    local text = assert(file.read(program.root .. "/../docs/steps.md"))
    for _, name in ipairs(lint.rules) do
      assert.truthy(text:find("| `" .. name .. "` |", 1, true), name)
    end
    local own = text:match "```lua\n(%-%- rules/our_lenses.lua.-)```"
    local dir = folder_with("our_lenses", own)
    local shots = { shot("a", { lens = "35 mm" }), shot("b", { lens = "200 mm", size = "medium" }) }
    assert.same({ "our_lenses at s/b" }, found(board(scene("s", shots)), { rules = { "our_lenses" }, dir = dir }))
  end)
end)

describe("a story's own rule", function()
  it("that is none is a fault in its file", function()
    local dir = folder_with("our_lenses", "return {}")
    local ok, err = pcall(lint.open, story_with { rules = { "our_lenses" }, dir = dir })
    assert.is_false(ok)
    assert.equal(dir .. "/our_lenses.lua", err.where)
  end)
end)
