local artifact = require "host.artifact"
local context = require "pipeline.context"
local fault = require "pipeline.fault"
local fault_of = require "caught"
local prompt = require "pipeline.prompt"
local spec = require "pipeline.spec"
local storyboard = require "pipeline.storyboard"

local S = spec.new(storyboard)

local function compile(text, each)
  return prompt.compile(text, {
    where_file = "steps/a.lua", where_line = 12, spec = S, each = each,
  })
end

local function caught(...)
  return fault_of(compile, ...)
end

local tree = artifact.from { style = "ink", lore = { mood = "dread of {{style}}" } }

local function render(text, reads)
  local P = compile(text)
  local list = { table.unpack(P.paths) }
  for _, path in ipairs(reads or {}) do list[#list + 1] = S:resolve(path) end
  return P:render(context.extract(S, tree, list, {}))
end

local mood = "<context>\n## lore.mood: " .. S:field("lore.mood").description
  .. "\ndread of {{style}}\n</context>"

describe("prompt.compile", function()
  it("collects the paths, each once", function()
    local text = "{{ scene.name }} in {{style}}, {{scene.name}}: {{scene.props[*].kind}}"
    local P = compile(text, "scenes")
    local texts = {}
    for i, R in ipairs(P.paths) do texts[i] = R.text end
    assert.same({ "scene.name", "style", "scene.props[*].kind" }, texts)
    assert.is_false(P.places_context)
    assert.is_true(compile("{{context}}").places_context)
  end)

  it("names the line of a path that there is not", function()
    local err = caught("Draw {{style}}.\n\n  {{scene.nmae}}", "scenes")
    assert.equal("steps/a.lua:14", err.where)
    assert.equal("did you mean 'scene.name'?", err.hint)
    assert.equal("steps/a.lua:15", caught("\n\n\n  {{zap}}").where)
    assert.equal("steps/a.lua:13", caught("\r\n{{scenes[1].name}}").where)
  end)

  it("finds a brace that is not closed", function()
    assert.equal("steps/a.lua:13", caught("{{style}}\n{{style").where)
    caught "{{style}"
    caught "{{{{style}}}}"
    assert.equal("a { b } c } }", render "a { b } c } }")
  end)
end)

describe("prompt:render", function()
  it("puts values in, once", function()
    local text = render("In {{style}}: {{lore.mood}}, {{style}}.")
    assert.equal("In ink: dread of {{style}}, ink.", text:match "^[^\n]*")
  end)

  it("takes away what only the layout of the file put in", function()
    assert.equal("Draw it.\n\n  In ink.\nNow.",
      render "\n    Draw it.  \n\n      In ink.\n    Now.\n  ")
    assert.equal("Draw it.\n  Now.", render("Draw it.\n  Now."))
    assert.equal("", render "  \n ")
  end)

  it("places the context where it is asked for, else behind a blank line", function()
    assert.equal(mood .. "\nDraw.", render("{{context}}\nDraw.", { "lore.mood" }))
    assert.equal("Draw.\n\n" .. mood, render("Draw.", { "lore.mood" }))
    assert.equal(mood, render("", { "lore.mood" }))
    assert.equal("Draw.", render "Draw.")
  end)

  it("says that a value is absent", function()
    assert.equal("Title: (none)", (render("Title: {{lore.title}}"):match "^[^\n]*"))
  end)

  it("is pure", function()
    local P = compile "{{style}} {{context}}"
    local C = context.extract(S, tree, P.paths, {})
    assert.equal(P:render(C), P:render(C))
  end)

  it("renders or refuses any template", function()
    local pieces = {
      "{{", "}}", "{", "}", "style", "lore.mood", "context", " ", "\n", "\t", "Draw it.", "[*]", ".", "é",
      "{{style}}", "{{context}}", "{{lore.title}}", "%1", "\r\n",
    }
    local random, rendered = 11, 0
    for _ = 1, 3000 do
      local parts = {}
      for i = 1, 8 do
        random = (random * 1103515245 + 12345) % 2147483648
        parts[i] = pieces[random // 65536 % #pieces + 1]
      end
      local ok, result = pcall(render, table.concat(parts), { "style" })
      if ok then
        rendered = rendered + 1
        assert.truthy(result:find("<context>", 1, true))
      else
        assert.is_true(fault.is(result), tostring(result))
        assert.truthy(result.where:find "^steps/a.lua:%d+$")
      end
    end
    assert.is_true(rendered > 300)
  end)
end)
