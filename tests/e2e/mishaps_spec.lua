-- Ways to break a story, a step and a rule, and what a person is told.

local file = require "host.file"
local support = require "support"

local STEP = [[
local step = require "pipeline.step"

return step "music" {
  about = "A cue.",
  needs = { "scenes" },
  each = "scenes",
  reads = { "scene.name" },
  writes = { "scene.music" },
  run = function(ctx, input)
    %s
  end,
}
]]

local STORY = support.story [[
  steps = { "music" },
  extend = { ["scenes[]"] = { require("pipeline.field").text "music" "The cue under the scene." } },]]

--- What is raised or returned, and what of it is told behind the step's file.
local BROKEN = {
  { 'error "my own words"', ":10: my own words" },
  { 'error { reason = "broken", codes = { 7, 8 } }', ':10: { codes = { 7, 8 }, reason = "broken" }' },
  { 'error { 1, two = 2 }', ":10: { 1, two = 2 }" },
  { 'error(setmetatable({}, { __tostring = function() return "as text" end }))', ":10: as text" },
  { "error()", ":10: error was called without a message" },
  { "input.scene.no.more = 1", ":10: attempt to index a nil value (field 'no')" },
  { "nothing()", ":10: attempt to call a nil value (global 'nothing')" },
  { "local function f() return 1 + f() end return f()", ":10: stack overflow" },
  { "return 7", ":9: what the step's run returned does not fit: it is a number, and must be a table" },
  { "return nil", ":9: what the step's run returned does not fit: it returned nothing" },
  { 'return { musik = "x" }', "; musik is nothing that the step writes" },
  { "return { music = 7 }", ": music is a number, and must be a text" },
  { "local answer = ctx.ask() return answer", ":10: ctx.ask takes a table with a text in it" },
  { 'local answer = ctx:ask { prompt = "A cue." } return answer', ":10: ctx.ask takes a table with a text in it" },
  { 'local answer = ctx.ask { prompt = "A cue.", model = "image" } return answer', ":10: ctx.ask asks for text" },
  { 'return ctx.ask { prompt = "{{scene.nme}}" }', "did you mean 'scene.name'?" },
}

describe("what is told of an error in a person's own code", function()
  it("names the step, the item, the file and line, and what was raised", function()
    local at = support.write { ["story.lua"] = STORY, ["steps/music.lua"] = "" }
    for _, case in ipairs(BROKEN) do
      assert(file.write(at .. "/steps/music.lua", STEP:format(case[1])))
      local told = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--until", "music" }
      assert.equal(1, told.status, told.err)
      local line = told.out:match "music%[[%w-]+%]: failed: (.-)\nmusic%["
      assert.truthy(line and line:find(case[2], 1, true), case[1] .. "\n" .. told.out)
      assert.equal(1, line:find(at .. "/steps/music.lua:", 1, true), line)
      assert.is_nil(told.out:find("lua/pipeline", 1, true), told.out)
      assert.is_true(select(2, line:gsub("\n", "")) <= 6, line)
    end
  end)

  it("leads from a module beside a step to the step", function()
    local at = support.write {
      ["story.lua"] = STORY,
      ["steps/music.lua"] = STEP:format 'local cue = require("cues").of(input) return { music = cue }',
      ["steps/cues.lua"] = "return {\n  of = function()\n    error { no = \"cue\" }\n  end,\n}\n",
    }
    local told = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--until", "music" }
    assert.truthy(told.out:find(at .. '/steps/cues.lua:3: { no = "cue" }\n', 1, true), told.out)
    assert.truthy(told.out:find("in 'of', called from " .. at .. "/steps/music.lua:10", 1, true), told.out)
  end)

  it("is the same for a story, a step's file and a rule", function()
    local function told(status, command, texts)
      local at = support.write(texts)
      local result = support.run { command, at .. "/story.lua", "--data", at .. "/data" }
      assert.equal(status, result.status, result.out .. result.err)
      assert.is_nil((result.out .. result.err):find("lua/pipeline", 1, true), result.out .. result.err)
      return (result.out .. result.err):gsub(at .. "/", "")
    end
    assert.truthy(told(2, "check", { ["story.lua"] = "\nerror { wrong = true }" })
      :find("story.lua:2: { wrong = true }", 1, true))
    assert.truthy(told(2, "check", { ["story.lua"] = STORY, ["steps/music.lua"] = "local x = nil\nx.y = 1" })
      :find("steps/music.lua:2: attempt to index a nil value (local 'x')", 1, true))
    local rule = 'return require "pipeline.rule" "own" {\n  about = "Breaks.",\n  check = function(scene)\n'
      .. "    return scene.shots[1].no.more\n  end,\n}\n"
    local broken = told(2, "run", { ["story.lua"] = support.story 'rules = { "own" },', ["rules/own.lua"] = rule })
    assert.truthy(broken:find("rules/own.lua:4: rule 'own', at scene '", 1, true), broken)
  end)
end)
