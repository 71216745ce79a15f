-- Whatever is wrong with the command, the story or a step: a message with the
-- place, what to do, the documented status, and nothing sent.

local file = require "host.file"
local store = require "host.store"
local support = require "support"

--- Runs a story made of these files and gives what it said.
local function run(texts, ...)
  local at = support.write(texts)
  return support.run { "run", at .. "/story.lua", "--data", at .. "/data", ... }, at
end

local function says(result, status, ...)
  assert.equal(status, result.status, result.out .. result.err)
  for _, part in ipairs { ... } do
    assert.truthy(result.err:find(part, 1, true), ("'%s' is not in:\n%s"):format(part, result.err))
  end
  assert.is_nil(result.err:find("stack traceback", 1, true), result.err)
end

describe("sbhost run refuses", function()
  it("a story that is not there", function()
    says(support.run { "run", "/nowhere/story.lua" }, 2, "/nowhere/story.lua")
  end)

  it("a folder that has one, and says so", function()
    local at = support.write { ["story.lua"] = support.story() }
    says(support.run { "run", at }, 2, "directory", at .. "/story.lua")
  end)

  it("a module that is not there, or is broken, with the line that counts", function()
    local function requiring(name)
      return "local it = require '" .. name .. "'\n" .. support.story()
    end
    local result = run { ["story.lua"] = requiring "wrods", ["words.lua"] = "return 1" }
    says(result, 2, "story.lua:1: there is no module 'wrods'", "wrods.lua")
    result = run { ["story.lua"] = requiring "words", ["words.lua"] = "return 1\nx = = 1" }
    says(result, 2, "words.lua:2: syntax error")
    result = run { ["story.lua"] = requiring "words", ["words.lua"] = "local a = require 'words'\nreturn a" }
    says(result, 2, "words.lua:1: the module 'words' requires itself")
  end)

  it("a picture of a prop that is none, also where nothing was ever run", function()
    local at = support.write {
      ["story.lua"] = support.story [[props = { { name = "The keeper", image = "story.lua" } }]],
    }
    local result = support.run { "check", at .. "/story.lua", "--data", at .. "/data" }
    says(result, 2, "'The keeper'", "it is text", "PNG")
  end)

  it("to guess which story", function()
    says(support.run { "run" }, 2, "which story", "sbhost run STORY.lua")
    says(support.run { "run", "" }, 2, "which story", "sbhost run STORY.lua")
  end)

  it("an option that there is not, and says which is near", function()
    says(support.run { "run", "x.lua", "--provder", "offline" }, 2, "--provder", "provider")
  end)

  it("a syntax error in the story, with its line", function()
    says((run { ["story.lua"] = "return story {\n  project = = \n}" }), 2, "story.lua:2:")
  end)

  it("a syntax error in a step, with its line", function()
    local result = run {
      ["story.lua"] = support.story [[steps = { "mine" }]],
      ["steps/mine.lua"] = "local step = require 'pipeline.step'\nreturn step 'mine' { about = }\n",
    }
    says(result, 2, "steps/mine.lua:2:")
  end)

  it("a step that there is not", function()
    says((run { ["story.lua"] = support.story [[steps = { "music_cue" }]] }), 2, "music_cue")
  end)

  it("steps that need each other in a circle, which it shows", function()
    local function step(name, need)
      return ([[
local step = require "pipeline.step"
return step "%s" { about = "A step.", needs = { "%s" }, reads = { "user_prompt" }, writes = { "%s" }, model = "detail",
  prompt = "Write." }
]]):format(name, need, name)
    end
    local result = run {
      ["story.lua"] = support.story [[
extend = { [""] = { require("pipeline.field").text "one" "One.", require("pipeline.field").text "two" "Two." } },
steps = { "one", "two" }]],
      ["steps/one.lua"] = step("one", "two"),
      ["steps/two.lua"] = step("two", "one"),
    }
    says(result, 2, "circle", "one → two", "steps/")
  end)

  it("a step that reads what nothing writes", function()
    local result = run {
      ["story.lua"] = support.story [[
extend = { [""] = { require("pipeline.field").text "one" "One.", require("pipeline.field").text "two" "Two." } },
steps = { "one" }]],
      ["steps/one.lua"] = [[
local step = require "pipeline.step"
return step "one" { about = "A step.", needs = {}, reads = { "two" }, writes = { "one" }, model = "detail",
  prompt = "Write." }
]],
    }
    says(result, 2, "'two'", "no step", "steps/one.lua:2")
  end)

  it("a prompt with a path that there is not, with its own line", function()
    local result = run {
      ["story.lua"] = support.story [[
extend = { [""] = { require("pipeline.field").text "one" "One." } }, steps = { "one" }]],
      ["steps/one.lua"] = [==[
local step = require "pipeline.step"
return step "one" {
  about = "A step.", needs = { "lore" }, writes = { "one" }, model = "detail",
  prompt = [[
    Write about
    {{lore.mod}} now.
  ]],
}
]==],
    }
    says(result, 2, "lore.mod", "lore.mood", "steps/one.lua:6")
  end)

  it("a spec with two fields of one name", function()
    local result = run {
      ["story.lua"] = support.story [[
extend = { ["scenes[]"] = { require("pipeline.field").text "sketch" "Again." } }]],
    }
    says(result, 2, "sketch", "story.lua:")
  end)

  it("a data folder that cannot be written", function()
    local at = support.write { ["story.lua"] = support.story() }
    assert(file.write(at .. "/data", "a file, not a folder"))
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data" }
    says(result, 2, at .. "/data", "--data")
  end)

  it("a provider that there is not", function()
    says((run({ ["story.lua"] = support.story() }, "--provider", "openruter")), 2, "openruter", "openrouter")
  end)

  it("an address that cannot be one, and says what is wrong with it", function()
    for address, hint in pairs {
      ["nonsense"] = "begins with https://", ["http://"] = "begins with https://",
      ["http://me:word@127.0.0.1/v1"] = "leave out the name", ["http://127.0.0.1:99999/v1"] = "for example",
      ["http://127.0.0.1/v1?key=x"] = "leave out ?", ["http://127.0.0.1/a b"] = "for example",
      ["http://[::1"] = "for example",
    } do
      says((run({ ["story.lua"] = support.story() }, "--base-url", address)), 2, "no address of a provider", hint)
    end
  end)

  it("openrouter without a key, before anything is sent", function()
    says((run({ ["story.lua"] = support.story() }, "--provider", "openrouter")), 2, "OPENROUTER_API_KEY")
  end)

  it("a project that another run has, and names it", function()
    local at = support.write { ["story.lua"] = support.story() }
    assert(file.mkdir(at .. "/data/small"))
    local taken = assert(store.open(at .. "/data/small/project.db"))
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data" }
    taken:close()
    says(result, 2, "busy", "small")
  end)
end)

describe("sbhost run against a provider that", function()
  it("cannot be reached fails its tasks and says why", function()
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", "http://127.0.0.1:9/api/v1",
    }
    assert.equal(1, result.status, result.out .. result.err)
    assert.truthy(result.out:find("lore", 1, true))
    assert.truthy(result.out:find("127.0.0.1:9", 1, true))
  end)

  it("cannot be reached has --quiet say why all the same", function()
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", "http://127.0.0.1:9/api/v1", "--quiet",
    }
    says(result, 1, "lore: failed: ", "127.0.0.1:9")
    assert.equal("", result.out)
    assert.is_nil(result.err:find("skipped", 1, true), result.err)
  end)
end)

describe("sbhost refuses", function()
  it("a lane that there is not, also where nothing is left to do", function()
    local at = support.write { ["story.lua"] = support.story() }
    local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--quiet" }
    assert.equal(0, support.run(command).status)
    command[6], command[7] = "--lane", "imag=2"
    says(support.run(command), 2, "did you mean 'image'?")
    command[7] = "image=0"
    says(support.run(command), 2, "whole number from 1")
  end)

  it("a layout for what has none", function()
    says(support.run { "export", "x.lua", "--format", "csv", "--layout", "grid" }, 2, "--layout", "pdf")
  end)

  it("a faults file that is not there, which it names once", function()
    local result = support.run { "mock", "--faults", "/nowhere/faults" }
    says(result, 2, "/nowhere/faults: ")
    assert.is_nil(result.err:find("faults.*faults"), result.err)
  end)

  it("an option that it nearly has", function()
    says(support.run { "--verson" }, 2, "did you mean '--version'?")
  end)
end)

describe("sbhost", function()
  local function shell(command)
    return support.shell(command:gsub("sbhost ", (support.quote(support.sbhost):gsub("%%", "%%%%")) .. " "))
  end

  it("gives the help of a command wherever it is asked for", function()
    for _, command in ipairs { "sbhost run --help", "sbhost run x.lua -h", "sbhost run --json --help x.lua" } do
      local result = shell(command)
      assert.equal(0, result.status, result.err)
      assert.truthy(result.out:find("^sbhost run STORY.lua"), result.out)
    end
  end)

  it("takes no part of itself that cannot be read for one that is not there", function()
    local root = support.folder() .. "/lua"
    assert(os.execute(("cp -r %s/lua %s && ln -sf plan.lua %s/cli/plan.lua"):format(support.tree, root, root)))
    local result = support.run({ "plan", "story.lua" }, "SBHOST_LUA=" .. root)
    assert.equal(1, result.status)
    assert.truthy(result.err:find("cli/plan.lua: Too many levels of symbolic links", 1, true), result.err)
    assert.truthy(result.err:find("a part of sbhost cannot be loaded", 1, true), result.err)
  end)

  it("says that its output could not be written", function()
    local result = shell "sbhost help run >/dev/full"
    says(result, 2, "standard output was not written whole")
  end)

  it("is content with a reader who has read enough", function()
    local result = shell "(sbhost completions bash; echo $? >&2) | head -1"
    assert.equal("0\n", result.err)
  end)

  it("runs without any standard stream", function()
    local at = support.write { ["story.lua"] = support.story() }
    local command = "cd %s && sbhost run story.lua <&- >&- 2>&-"
    assert.equal(0, shell(command:format(support.quote(at))).status)
    assert.is_true(file.exists(at .. "/data/small/storyboard.html"))
  end)
end)

describe("sbhost run takes", function()
  it("a story as editors and systems write it", function()
    for _, before in ipairs { "\xEF\xBB\xBF", "#!/usr/bin/env sbhost\n", "\xEF\xBB\xBF#!/usr/bin/env sbhost\n" } do
      local at = support.write { ["story.lua"] = before .. support.story():gsub("\n", "\r\n") }
      local result = support.run { "check", at .. "/story.lua", "--data", at .. "/data" }
      assert.equal(0, result.status, result.err)
    end
  end)
end)
