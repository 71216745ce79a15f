-- sbhost graph: what it draws, and that other programs can read it.

local file = require "host.file"
local forms = require "cli.graph_forms"
local graph_text = require "cli.graph_text"
local name = require "host.name"
local support = require "support"

--- A chart written by hand: name, state, and what each follows.
local function chart(...)
  local nodes = {}
  for i, row in ipairs { ... } do
    nodes[i] = { name = row[1], step = row[1]:match "^[^%[]*", state = row[2], parents = row[3] }
  end
  return nodes
end

--- Makes them nodes of steps.
local function count(nodes)
  for _, node in ipairs(nodes) do
    node.done, node.total = 0, 1
  end
end

--- A graph as dot lays it out: the labels and classes of its nodes, its edges.
local function laid_out(text)
  local at = support.folder()
  assert(file.write(at .. "/graph.dot", text))
  local plain = support.shell(("dot -Tplain %s/graph.dot"):format(at))
  local svg = support.shell(("dot -Tsvg %s/graph.dot"):format(at))
  assert.equal(0, plain.status, plain.err)
  assert.equal("", plain.err .. svg.err)
  local edges, classes = {}, {}
  for from, to in plain.out:gmatch "edge (n%d+) (n%d+)" do
    edges[from .. " " .. to] = true
  end
  for class in svg.out:gmatch 'class="node (%a+)"' do
    classes[#classes + 1] = class
  end
  return { svg = svg.out, edges = edges, classes = classes }
end

--- Reads Mermaid's flowchart, in just the forms that its grammar gives these lines.
local function read_mermaid(text)
  local found = { labels = {}, states = {}, edges = {}, classes = {} }
  local depth = 0
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  assert.equal("flowchart TD", lines[1])
  for i = 2, #lines do
    local line = lines[i]:match "^%s+(.*)$"
    local id, label, state = line:match '^(n%d+)%["([^"]*)"%]:::(%a+)$'
    local from, to = line:match "^(n%d+) %-%-> (n%d+)$"
    if id then
      assert.is_nil(found.labels[id])
      assert.is_nil(label:gsub("<br/>", ""):find '[<>&`\\"]', label)
      found.labels[id] = label:gsub("#(%d+);", function(code)
        return utf8.char(tonumber(code))
      end)
      found.states[id] = state
    elseif from then
      assert.is_true(found.labels[from] ~= nil and found.labels[to] ~= nil, line)
      found.edges[from .. " " .. to] = true
    elseif line:find '^subgraph s%d+ %["[^"]*"%]$' then
      depth = depth + 1
    elseif line == "end" then
      depth = depth - 1
    else
      found.classes[assert(line:match "^classDef (%a+) fill:#%x+,stroke:#%x+,color:#%x+$", line)] = true
    end
  end
  assert.equal(0, depth)
  for _, state in pairs(found.states) do
    assert.is_true(found.classes[state])
  end
  return found
end

describe("sbhost graph", function()
  it("draws a story before its first run, and leaves nothing behind", function()
    local at = support.write { ["story.lua"] = support.story() }
    for _, option in ipairs { "--format=text", "--tasks" } do
      local drawn = support.run { "graph", at .. "/story.lua", "--data", at .. "/data", option }
      assert.equal(0, drawn.status, drawn.err)
      assert.truthy(drawn.out:find("○    lore               0/1      to do", 1, true), drawn.out)
      assert.truthy(drawn.out:find("◌    shot_images                 waits", 1, true), drawn.out)
    end
    assert.is_false(file.exists(at .. "/data"))
  end)

  it("shows what a run has done, and what a wish leaves to do", function()
    local at = support.write { ["story.lua"] = support.story() }
    local function run(...)
      local result = support.run { (...), at .. "/story.lua", "--data", at .. "/data", select(2, ...) }
      assert.equal(0, result.status, result.err)
      return result.out
    end
    run("run", "--quiet")
    local drawn = run "graph"
    assert.truthy(drawn:find("shot_images        4/4      done", 1, true), drawn)
    assert.is_nil(drawn:find("0/", 1, true), drawn)

    local tasks = run("graph", "--tasks")
    for line in tasks:gmatch "[^\n]+" do
      assert.is_true(name.width(line) <= 80, line)
    end
    local shot = tasks:match "shot_images%s+4/4%s+done\n%s+● (%S+)"
    run("redo", ("shot_images[%s]"):format(shot))
    assert.truthy(run("graph", "--tasks"):find("○ " .. shot, 1, true))
    assert.truthy(run("graph"):find("shot_images        3/4      to do", 1, true))

    local dot = laid_out(run("graph", "--format", "dot"))
    assert.is_true(dot.edges["n1 n2"])
    assert.is_nil(dot.edges["n1 n3"]) -- by way of the second
    assert.equal(9, #dot.classes)
    assert.equal("done todo", dot.classes[1] .. " " .. dot.classes[9])

    local all = laid_out(run("graph", "--tasks", "--format", "dot"))
    local mermaid = read_mermaid(run("graph", "--tasks", "--format", "mermaid"))
    assert.same(all.edges, mermaid.edges)
    local todo = {}
    for id, state in pairs(mermaid.states) do
      todo[#todo + 1] = state == "todo" and mermaid.labels[id] or nil
    end
    assert.same({ ("shot_images[%s]"):format(shot) }, todo)
  end)

  it("shows what failed and what was skipped for that, as status does, until it is done", function()
    local at = support.write {
      ["story.lua"] = support.story(),
      ["faults.json"] = [==[[
        { "case": "17a", "schema": "shots", "model": "openai/gpt-5", "nth": [1] },
        { "case": "17a", "schema": "shots", "model": "google/gemini-2.5-pro", "times": 1 }
      ]]==],
    }
    local mock = support.mock { "--faults", at .. "/faults.json" }
    local function told(command, ...)
      local command_line = { command, at .. "/story.lua", "--data", at .. "/data", ... }
      if command ~= "status" then
        table.move({ "--base-url", mock.url }, 1, 2, #command_line + 1, command_line)
      end
      return support.run(command_line).out
    end
    told("run", "--quiet")
    local drawn = told "graph"
    assert.truthy(drawn:find("shots              1/2      failed", 1, true), drawn)
    assert.truthy(drawn:find("⊘    shot_images        2/?      skipped", 1, true), drawn)
    local tasks = told("graph", "--tasks")
    local failed = assert(tasks:match "✗ ([^%s:]+): 403: [^\n]*requires moderation", tasks)
    local mermaid, states = read_mermaid(told("graph", "--tasks", "--format", "mermaid")), {}
    for id, label in pairs(mermaid.labels) do
      states[label] = mermaid.states[id]
    end
    assert.equal("failed", states[("shots[%s]"):format(failed)])
    assert.equal("skipped", states[("shot_images[%s/*]"):format(failed)])
    laid_out(told("graph", "--format", "dot"))

    local status = told "status"
    assert.truthy(status:find("shots                1/2   failed\n", 1, true), status)
    assert.truthy(status:find("shot_images          2/2   skipped\n", 1, true), status)
    assert.truthy(status:find("next: shots\n", 1, true), status)
    assert.truthy(status:find(("\n  shots[%s]: 403: "):format(failed), 1, true), status)

    told("run", "--quiet")
    mock.stop()
    assert.is_nil((told "graph"):find("%d failed"))
    status = told "status"
    assert.is_nil(status:find "failed", status)
    assert.is_nil(status:find("next:", 1, true), status)
  end)

  it("leads lanes past each other", function()
    local nodes = chart(
      { "one", "done", {} },
      { "two", "done", { 1 } },
      { "three", "todo", { 1 } },
      { "four", "waits", { 1, 2 } },
      { "five", "failed", { 4, 3 } }
    )
    count(nodes)
    local lines = graph_text.lines(nodes, nil, 80)
    assert.same({
      "●      one    0/1      done",
      "├─╮",
      "│ ●    two    0/1      done",
      "├─│─╮",
      "│ │ ○  three  0/1      to do",
      "├─╯ │",
      "◌   │  four   0/1      waits",
      "├───╯",
      "✗      five   0/1      failed",
    }, lines)
  end)

  it("is well formed and inert whatever an item is called", function()
    local hostile = 'shots["];evil->x\\N<img src=x onerror=a()>&lt;#quot;`%%{init}%% end\n1. \u{202e}\\]'
    local shown = hostile:gsub("\n", " "):gsub("\u{202e}", "")
    local nodes = chart({ "lore", "done", {} }, { hostile, "todo", { 1 } })
    for _, by_step in ipairs { false, true } do
      local dot = laid_out(table.concat(forms.dot(nodes, by_step), "\n"))
      assert.same({ ["n1 n2"] = true }, dot.edges)
      assert.same({ "done", "todo" }, dot.classes)
      assert.is_nil(dot.svg:find("<img", 1, true))
      assert.truthy(dot.svg:find("\\N&lt;img", 1, true), dot.svg)
      local mermaid = read_mermaid(table.concat(forms.mermaid(nodes, by_step), "\n"))
      assert.equal(shown, mermaid.labels.n2)
    end
    count(nodes)
    assert.is_nil(table.concat(graph_text.lines(nodes, nil, 80)):find "%c")
  end)

  it("says which formats there are", function()
    local at = support.write { ["story.lua"] = support.story() }
    local wrong = support.run { "graph", at .. "/story.lua", "--format", "dott" }
    assert.equal(2, wrong.status)
    assert.truthy(wrong.err:find("did you mean 'dot'?", 1, true), wrong.err)
  end)
end)
