local caught = require "caught"
local spec = require "pipeline.spec"
local step = require "pipeline.step"
local storyboard = require "pipeline.storyboard"
local support = require "support"

local S = spec.new(storyboard)

-- Loads a step file that begins with the usual line.
local function load(text, name)
  name = name or "cues"
  local dir = support.write { [name .. ".lua"] = "local step = require \"pipeline.step\"\n" .. text }
  return step.load(name, { dir }), dir .. "/" .. name .. ".lua"
end

-- The fault in a step file, its place told by the line alone.
local function fault_in(text)
  local err = caught(function() load(text):bind(S) end)
  return err, err.where and tonumber(err.where:match ":(%d+)$")
end

local function texts(list)
  local found = {}
  for i, R in ipairs(list) do found[i] = R.text end
  return found
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("pipeline.step", function()
  it("is declared by a table, and knows its place", function()
    local one = step "cues" {
      needs = { "scenes" }, each = "scenes", writes = { "scene.sketch" }, prompt = "Go.",
    }
    assert.equal("cues", one.name)
    assert.equal("text", one.kind)
    assert.equal("detail", one.model)
    assert.equal(1, one.options)
    assert.truthy(one.where:find "step_spec.lua:%d+$")
    assert.is_true(step.is(one))
    local drawn = step "draw" { draws = "shot.image_url", each = "scenes[].shots", prompt = "Go." }
    assert.equal("picture", drawn.kind)
    assert.equal("image", drawn.model)
    assert.equal("code", (step "own" { writes = { "lore" }, run = function() return {} end }).kind)
  end)

  it("refuses keys that there are not, at their line", function()
    local err, line = fault_in [[
return step "cues" {
  needs = {},
  reeds = { "style" },
}]]
    assert.equal("did you mean 'reads'?", err.hint)
    assert.equal(4, line)
  end)

  it("refuses values of the wrong type", function()
    local err, line = fault_in "return step \"cues\" {\n  needs = \"scenes\",\n}"
    assert.equal(3, line)
    assert.equal("write needs = { \"scenes\" }", err.hint)
    fault_in "return step \"cues\" { prompt = 7 }"
    fault_in "return step \"cues\" { reads = { 7 } }"
    fault_in "return step \"cues\" { run = \"now\" }"
    fault_in "return step \"cues\" { options = 2.5 }"
    fault_in "return step \"cues\" \"needs\""
    fault_in "return step \"two words\" {}"
  end)

  it("refuses what makes no sense", function()
    local function message(body)
      return (fault_in("return step \"cues\" {\n" .. body .. "\n}")).message
    end
    has(message("prompt = \"Go.\""), "writes nothing")
    has(message("writes = { \"lore\" }"), "neither a prompt")
    has(message("draws = \"x\""), "no prompt")
    has(message("draws = \"x\", writes = { \"lore\" }"), "cannot write")
    has(message("writes = { \"lore\" }, refs = { \"props[*].image_url\" }, prompt = \"\""), "only a picture step")
    has(message("writes = { \"lore\" }, prompt = \"\", options = 10"), "1 to 9")
    has(message("draws = \"x\", prompt = \"\", options = 2"), "options")
    has(message("writes = { \"lore\" }, prompt = \"\", needs = { \"cues\" }"), "needs itself")
    has(message("writes = { \"lore\" }, prompt = \"\", needs = { \"a\", \"a\" }"), "twice")
  end)
end)

describe("step.load", function()
  it("takes the first folder that has the file", function()
    local text = "return require \"pipeline.step\" \"cues\" "
      .. "{ about = \"%s\", writes = { \"lore\" }, prompt = \"\" }"
    local mine = support.write { ["cues.lua"] = text:format "mine" }
    local theirs = support.write { ["cues.lua"] = text:format "theirs" }
    assert.equal("mine", step.load("cues", { mine, theirs }).about)
    assert.equal("theirs", step.load("cues", { "/nowhere", theirs }).about)
  end)

  it("takes no other for a file that is there and cannot be read", function()
    local theirs = support.write { ["cues.lua"] = "" }
    local mine = support.folder()
    assert(os.execute(("ln -s cues.lua %s/cues.lua"):format(mine))) -- to itself
    local err = caught(function() step.load("cues", { mine, theirs }) end)
    assert.equal(mine .. "/cues.lua", err.where)
    has(err.message, "cannot read it: Too many levels of symbolic links")
  end)

  it("hashes what is declared, and the script only where it has code", function()
    local function hash(comment, rest)
      local text = "%sreturn require \"pipeline.step\" \"cues\" { writes = { \"lore\" }, %s }"
      return step.load("cues", { support.write { ["cues.lua"] = text:format(comment, rest) } }).hash
    end
    assert.equal(hash("", "prompt = \"a\""), hash("-- A comment.\n", "prompt = \"a\""))
    assert.not_equal(hash("", "prompt = \"a\""), hash("", "prompt = \"b\""))
    local code = "run = function() return {} end"
    assert.not_equal(hash("", code), hash("local x = 1\n", code))
  end)

  it("hashes what comes from the modules beside it", function()
    local text = "local words = require \"words\"\nreturn require \"pipeline.step\" \"cues\" "
      .. "{ about = words, writes = { \"lore\" }, prompt = \"\" }"
    local function with(words)
      return step.load("cues", { support.write { ["cues.lua"] = text, ["words.lua"] = words } })
    end
    local one, two = with "return \"a\"", with "return \"b\""
    assert.equal(64, #one.hash)
    assert.not_equal(one.hash, two.hash)
    assert.equal(2, #one.files)
  end)

  it("tells a syntax error with its line", function()
    local err, line = fault_in "return step \"cues\" {\n  needs = = {},\n}"
    assert.equal(3, line)
    has(err.message, "syntax error")
  end)

  it("refuses a file that holds something else", function()
    has(fault_in("return 7").hint, "return step \"cues\"")
    assert.truthy(fault_in("return step \"clues\" { writes = { \"lore\" }, prompt = \"\" }")
      .hint:find("name of its file", 1, true))
  end)

  it("refuses a name that could leave the folder", function()
    caught(step.load, "../cues", { "/tmp" })
    caught(step.load, "", { "/tmp" })
  end)

  it("names the steps that there are for one that there is not", function()
    local dir = support.write { ["cues.lua"] = "", ["notes.txt"] = "", ["titles.lua"] = "" }
    local err = caught(step.load, "cuse", { dir, "/nowhere" }, "story.lua:4")
    assert.equal("story.lua:4", err.where)
    assert.equal("did you mean 'cues'?", err.hint)
    assert.equal("there are cues and titles", caught(step.load, "zebra", { dir }).hint)
  end)
end)

describe("step:bind", function()
  it("resolves all that it reads, its prompt's paths and its pictures too", function()
    local B = (step "draw" {
      each = "scenes[].shots",
      reads = { "style", "shot.size" },
      refs = { "scene.stage_setting_shot.image_url" },
      optional_refs = { "shot.props[*].image_url" },
      draws = "shot.image_url",
      prompt = "{{shot.description}} {{style}}",
    }):bind(S)
    assert.same({ "style", "shot.size", "shot.description" }, texts(B.context))
    assert.same({
      "style", "shot.size", "shot.description", "scene.stage_setting_shot.image_url",
      "shot.props[*].image_url",
    }, texts(B.reads))
    assert.is_nil(B.refs[1].optional)
    assert.is_true(B.refs[2].optional)
    assert.equal("scenes[].shots[].image_url", B.draws.schema)
    assert.same({ "scenes[].shots[].image_url" }, B.written)
    assert.equal("shot", B.item.name)
    assert.same({}, B.owned)
  end)

  it("knows which lists it makes", function()
    local B = (step "components" {
      writes = { "props[*].name", "props[*].kind", "scenes[*].props" }, prompt = "",
    }):bind(S)
    assert.same({ props = true }, B.owned)
    assert.same({ "props[].name", "props[].kind", "scenes[].props" }, B.written)
    B = (step "shots" { each = "scenes", writes = { "scene.shots" }, prompt = "" }):bind(S)
    assert.same({ ["scenes[].shots"] = true }, B.owned)
  end)

  it("names the line of a path that there is not", function()
    local err, line = fault_in [[
return step "cues" {
  each = "scenes",
  reads = {
    "scene.name",
    "scene.nmae",
  },
  writes = { "scene.sketch" },
  prompt = "Go.",
}]]
    assert.equal("did you mean 'scene.name'?", err.hint)
    assert.equal(6, line)
  end)

  it("names the line within the prompt", function()
    local _, line = fault_in [==[
return step "cues" {
  writes = { "lore" },
  prompt = [[
    Draw {{style}}.

    And {{stlye}}.
  ]],
}]==]
    assert.equal(7, line)
  end)

  it("refuses an item list that there is not", function()
    local err, line = fault_in [[
return step "cues" {
  each = "scene",
  writes = { "lore" }, prompt = "" }]]
    assert.equal("did you mean 'scenes'?", err.hint)
    assert.equal(3, line)
  end)

  it("refuses writes that are not the step's to make", function()
    local function message(writes, each)
      return caught(function()
        return (step "cues" { writes = writes, each = each, prompt = "" }):bind(S)
      end).message
    end
    has(message({ "lore" }, "scenes"), "many times")
    has(message({ "scene.sketch" }, "scenes[].shots"), "many times")
    has(message({ "scene.name" }, "scenes"), "cannot rename")
    has(message({ "scene.props[*].kind" }, "scenes"), "behind a reference")
    has(message({ "scenes[*].shots[*].lens" }), "items within items")
    has(message({ "props[*].image_url" }), "is a picture")
  end)

  it("keeps pictures and texts apart", function()
    local function message(given)
      return caught(function() return (step "draw" (given)):bind(S) end).message
    end
    has(message { writes = { "lore" }, prompt = "{{props[*].image_url}}" }, "cannot be read as text")
    has(message { each = "props", draws = "prop.image_url", refs = { "prop.kind" }, prompt = "" }, "is no picture")
    has(message { each = "props", draws = "prop.kind", prompt = "" }, "is no picture")
    has(message { draws = "props[*].image_url", prompt = "" }, "more than one")
    has(message { each = "props", draws = "scenes[*].stage_setting_shot.image_url", prompt = "" }, "many times")
  end)
end)
