local caught = require "caught"
local fault = require "pipeline.fault"
local names = require "pipeline.names"
local source = require "pipeline.story.source"

local function script(text)
  local file = os.tmpname()
  local handle <close> = assert(io.open(file, "w"))
  handle:write(text)
  finally(function() os.remove(file) end)
  return file
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("pipeline.fault", function()
  it("says what is wrong, where, and what to do", function()
    local about = { message = "no such colour", where = "story.lua:3", hint = "try red" }
    local err = caught(fault.raise, about)
    assert.equal("story.lua:3: no such colour\n  try red", tostring(err))
    assert.equal("no such colour", tostring(caught(fault.raise, { message = "no such colour" })))
  end)

  it("is told from any other error", function()
    assert.is_false(fault.is "story.lua:3: no such colour")
    assert.is_false(fault.is { message = "no such colour" })
  end)

  it("names the nearest of what there is, else all", function()
    local function hint(word, known) return caught(fault.unknown, { message = "?" }, word, known).hint end
    assert.equal("did you mean 'shots'?", hint("shost", { "lore", "shots" }))
    assert.equal("there are lore and shots", hint("zebra", { "lore", "shots" }))
    assert.is_nil(hint("zebra", {}))
  end)
end)

describe("pipeline.names", function()
  it("compares loosely: case, spaces and punctuation do not count", function()
    assert.equal(names.loose "The Keeper", names.loose "  the  keeper. ")
    assert.not_equal(names.loose "The Keeper", names.loose "The Keepers")
    assert.not_equal(names.loose "🔥", names.loose "🌊")
  end)

  it("finds what a misspelt word was meant to be", function()
    assert.equal("reads", names.nearest("raeds", { "needs", "reads", "refs" }))
    local paths = { "scene.name", "scene.description" }
    assert.equal("scene.description", names.nearest("scene.descripton", paths))
    assert.is_nil(names.nearest("xyz", { "needs", "reads" }))
  end)

  it("trims", function()
    assert.equal("a  b", names.trim " \n a  b\t")
    assert.equal("a", names.trim "a")
    assert.equal("", names.trim " \n ")
    assert.equal("", names.trim "")
  end)

  it("puts a list into a sentence", function()
    assert.equal("", names.sentence {})
    assert.equal("a", names.sentence { "a" })
    assert.equal("a, b and c", names.sentence { "a", "b", "c" })
  end)
end)

describe("pipeline.story.source", function()
  it("tells a syntax error with its line", function()
    local file = script "local a = 1\nreturn {\n"
    local err = caught(source.run, file, {})
    assert.equal(file .. ":3", err.where)
    has(err.message, "near <eof>")
  end)

  it("tells an error in the user's code with line and traceback", function()
    local file = script "local function boom()\n  error 'no ink'\nend\nboom()\n"
    local err = caught(source.run, file, {})
    assert.equal(file .. ":2", err.where)
    assert.equal("no ink", err.message)
    has(err.traceback, "boom")
  end)

  it("tells a file that is not there", function()
    has(caught(source.run, "/nowhere/story.lua", {}).message, "No such file")
  end)

  it("refuses bytecode", function()
    local file = script(string.dump(load "return 1"))
    caught(source.run, file, {})
  end)

  it("loads modules beside the script anew for each script, and keeps globals apart", function()
    local dir = os.tmpname()
    os.remove(dir)
    os.execute("mkdir " .. dir)
    finally(function() os.execute("rm -r " .. dir) end)
    local function write(name, text)
      local handle <close> = assert(io.open(dir .. name, "w"))
      handle:write(text)
    end
    write("/words.lua", "return { hello = 'good day' }")
    write("/main.lua", "colour = 'red' return require 'words'.hello")
    local result, ran = source.run(dir .. "/main.lua", { dir })
    assert.equal("good day", result)
    assert.equal(2, #ran.texts)
    assert.equal(dir .. "/words.lua", ran.files[2])
    assert.is_nil(rawget(_G, "colour"))
    write("/words.lua", "return { hello = 'good night' }")
    assert.equal("good night", (source.run(dir .. "/main.lua", { dir })))
  end)

  it("finds the line of a key and of a piece of text", function()
    local text = "return step \"a\" {\n  needs = {},\n  prompt = [[\nPaint it.\n]] }\n"
    assert.equal("a.lua:2", source.place_of_key("a.lua", text, "needs"))
    assert.is_nil(source.place_of_key("a.lua", text, "reads"))
    assert.equal(4, source.line_of(text, "Paint it."))
  end)
end)
