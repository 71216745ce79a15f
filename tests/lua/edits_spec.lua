local artifact = require "host.artifact"
local edits = require "pipeline.edits"
local fault = require "pipeline.fault"
local file = require "host.file"
local graph = require "pipeline.graph"
local json = require "host.json"
local rig = require "rig"

local told = rig.story()
local spec = told:spec()
local steps = graph.new(spec, told:steps())

--- What steps might have made.
local function board()
  return {
    user_prompt = "A clock counts backwards.",
    style = "pencil",
    aspect = "16:9",
    props = {
      { key = "the-keeper", name = "The keeper", kind = "character", description = "Sixty, stooped." },
      { key = "the-lamp", name = "The lamp", kind = "object", description = "Brass." },
    },
    scenes = {
      {
        key = "the-storm",
        name = "The storm",
        description = "Waves.",
        sketch = "Dark.",
        props = { "The keeper", "The lamp" },
        shots = {
          { key = "wide", name = "Wide", description = "All of it.", dialogue = "", props = { "The lamp" } },
          { key = "close", name = "Close", description = "Her hands.", dialogue = "ADA: No.", props = json.array {} },
        },
      },
      { key = "嵐", name = "嵐", description = "Rain.", sketch = "Grey.", props = { "The lamp" } },
      { key = "the-calm", name = "The calm", description = "Nothing.", sketch = "Light.", props = json.array {} },
    },
  }
end

--- A project whose artifact.json says what `board` does.
local function opened()
  local project = rig.project()
  assert(project.published:write(artifact.from(board()), spec:key_order()))
  return project
end

local function edits_of(project)
  local kept = edits.new { project = project, story = told, spec = spec, graph = steps }
  kept:begin({ hash = function(_, path) return (file.hash(project:path(path))) end }, print)
  return kept
end

--- A person opens artifact.json, or a copy of it, changes it, and saves it.
local function save(project, change, copy)
  local path = project:path "artifact.json"
  local value = artifact.parse(copy or file.read(path)):get {}
  assert(file.write(path, json.encode(change(value) or value, { indent = 1 })))
end

--- The edits as { path, op, value, after }.
local function listed(kept)
  local list = {}
  for i, entry in ipairs(kept:list()) do
    list[i] = { entry.path.text, entry.record.op, entry.record.value, entry.record.after }
  end
  return list
end

--- What a person's change is kept as.
local function found(change)
  local project = opened()
  save(project, change)
  local kept = edits_of(project)
  kept:look(function() end)
  project:close()
  return listed(kept)
end

--- What is wrong with a person's change.
local function refused(change)
  local ok, err = pcall(found, change)
  assert.is_false(ok)
  assert.truthy(fault.is(err), tostring(err))
  return tostring(err)
end

local function says(text, part)
  assert.truthy(text:find(part, 1, true), text)
end

describe("what a person changed in artifact.json", function()
  it("is nothing when only its layout changed", function()
    assert.same({}, found(function() end))
  end)

  it("is told field by field, items by their keys", function()
    assert.same({
      { "style", "set", "ink" },
      { "scenes[the-storm].shots[close].dialogue", "set", "ADA: Yes." },
      { "scenes[嵐].sketch", "remove" },
    }, found(function(value)
      value.style = "ink"
      value.scenes[1].shots[2].dialogue = "ADA: Yes."
      value.scenes[2].sketch = nil
    end))
  end)

  it("counts null as taken out", function()
    assert.same({ { "scenes[the-storm].sketch", "remove" } }, found(function(value)
      value.scenes[1].sketch = json.null
    end))
  end)

  it("tells an item that was moved and edited at once", function()
    assert.same({
      { "scenes[the-calm]", "move", nil, "" },
      { "scenes[the-calm].description", "set", "A gull." },
    }, found(function(value)
      local calm = table.remove(value.scenes)
      calm.description = "A gull."
      table.insert(value.scenes, 1, calm)
    end))
  end)

  it("moves the fewest items that make the order", function()
    local list = found(function(value)
      table.insert(value.scenes, table.remove(value.scenes, 1))
    end)
    assert.same({ { "scenes[the-storm]", "move", nil, "the-calm" } }, list)
  end)

  it("gives an item without a key one of its name", function()
    assert.same({
      { "scenes[the-dive]", "add", { name = "The dive", description = "Down." }, "the-storm" },
    }, found(function(value)
      table.insert(value.scenes, 2, { name = "The dive", description = "Down." })
    end))
  end)

  it("takes what other steps write of a new item for edits of their own", function()
    assert.same({
      { "scenes[the-dive]", "add", { name = "The dive", description = "Down." }, "the-calm" },
      { "scenes[the-dive].props", "set", { "The lamp" } },
      { "scenes[the-dive].shots[fall].image_url", "set", "images/none.png" },
      { "scenes[the-dive].shots", "set", { { key = "fall", name = "Fall", size = "wide" } } },
    }, (function()
      local project = opened()
      local diff = require "pipeline.edits.diff"
      local mine = board()
      mine.scenes[4] = {
        name = "The dive", description = "Down.", props = { "The lamp" },
        shots = { { name = "Fall", size = "wide", image_url = "images/none.png" } },
      }
      local changes = diff.diff(artifact.from(board()), artifact.from(mine), {
        spec = spec, graph = steps, file = "artifact.json", known = {},
      })
      project:close()
      local list = {}
      for i, change in ipairs(changes) do
        list[i] = { change.path, change.op, change.value, change.after }
      end
      return list
    end)())
  end)

  it("takes an item that was copied with its key for a new one", function()
    assert.same({
      { "scenes[the-storm-again]", "add", { name = "The storm again", description = "Waves.", sketch = "Dark." }, "" },
    }, found(function(value)
      table.insert(value.scenes, 1, {
        key = "the-storm", name = "The storm again", description = "Waves.", sketch = "Dark.",
      })
    end))
  end)

  it("keeps what an item was that is taken out, and forgets edits in it", function()
    local project = opened()
    save(project, function(value)
      value.scenes[3].description = "A gull."
    end)
    local kept = edits_of(project)
    kept:look(function() end)
    assert(project.published:write(artifact.from(board()):patch {
      { { "scenes", 3, "description" }, "A gull." },
    }, spec:key_order()))
    save(project, function(value)
      table.remove(value.scenes)
    end)
    kept:look(function() end)
    assert.same({
      { "scenes[the-calm]", "remove", {
        key = "the-calm", name = "The calm", description = "A gull.", sketch = "Light.", props = {},
      } },
    }, listed(kept))
    project:close()
  end)

  it("knows an item that is put back", function()
    local project = opened()
    save(project, function(value)
      table.remove(value.scenes, 3)
    end)
    local kept = edits_of(project)
    kept:look(function() end)
    local without = board()
    table.remove(without.scenes, 3)
    assert(project.published:write(artifact.from(without), spec:key_order()))
    save(project, function(value)
      local calm = board().scenes[3]
      calm.sketch = "Bright."
      table.insert(value.scenes, calm)
    end)
    kept:look(function() end)
    assert.same({ { "scenes[the-calm].sketch", "set", "Bright." } }, listed(kept))
    project:close()
  end)

  it("tells a renamed item from a new one, and leaves what refers to it alone", function()
    assert.same({ { "props[the-lamp].name", "set", "The lantern" } }, found(function(value)
      value.props[2].name = "The lantern"
      value.scenes[1].props = { "The keeper", "The lantern" }
    end))
  end)

  it("counts a reference to an item that is taken out for no edit", function()
    local list = found(function(value)
      table.remove(value.props, 2)
      value.scenes[1].props = { "The keeper" }
    end)
    assert.equal(1, #list)
    assert.equal("props[the-lamp]", list[1][1])
  end)

  it("says where JSON is broken, and keeps the file", function()
    local project = opened()
    local path = project:path "artifact.json"
    local text = '{\n  "revision": 1,\n  "style": "ink\n}'
    assert(file.write(path, text))
    local kept = edits_of(project)
    local ok, err = pcall(kept.look, kept, print)
    assert.is_false(ok)
    says(tostring(err), "artifact.json: line 3, column 16")
    project:close()
    assert.equal(text, file.read(path))
  end)

  it("is refused where it fits not, with the path and what is allowed", function()
    says(refused(function(value)
      value.scenes[1].shots[2].dialouge = "x"
    end), "scenes[1].shots[2].dialouge is not a field of 'shots'; did you mean 'dialogue'?")
    says(refused(function(value)
      value.scenes[1].shots[1].duration = "long"
    end), "scenes[1].shots[1].duration is a text, and must be a number")
    says(refused(function(value)
      value.scenes[1].shots[1].duration = 600
    end), "must be at most 60")
    says(refused(function(value)
      value.props[1].kind = "hero"
    end), "props[1].kind is 'hero', and must be one of character, object and place")
    says(refused(function(value)
      value.scenes[1].props = { "The lmap" }
    end), "scenes[the-storm].props names 'The lmap', which is none of the props; did you mean 'The lamp'?")
    says(refused(function(value)
      value.scenes[4] = { description = "No name." }
    end), "scenes[4] has no name")
    says(refused(function(value)
      value.scenes[2].name = "The storm"
    end), "scenes[2] is called 'The storm', and so is scenes[1]")
    says(refused(function(value)
      value.aspect = "4:3"
    end), "aspect comes from the story: change it there")
  end)
end)

describe("an editor's copy", function()
  it("is compared with its own revision, not with the last one", function()
    local project = opened()
    local copy = file.read(project:path "artifact.json")
    local newer = board()
    newer.scenes[1].description = "Higher waves."
    assert(project.published:write(artifact.from(newer), spec:key_order()))
    local kept = edits_of(project)
    save(project, function(value)
      value.style = "ink"
    end, copy)
    kept:look(function() end)
    assert.same({ { "style", "set", "ink" } }, listed(kept))
    project:close()
  end)

  it("that is saved again counts in place of what it said before", function()
    local project = opened()
    local kept = edits_of(project)
    save(project, function(value)
      value.style = "ink"
      value.scenes[4] = { name = "The dive" }
    end)
    kept:look(function() end)
    save(project, function(value)
      value.style = "pencil"
      value.scenes[1].sketch = "Darker."
    end)
    kept:look(function() end)
    assert.same({
      { "scenes[the-dive]", "add", { name = "The dive" }, "the-calm" },
      { "scenes[the-storm].sketch", "set", "Darker." },
    }, listed(kept))
    project:close()
  end)

  it("of a revision that is not known is compared with the last, and takes nothing out", function()
    local project = opened()
    local kept, said = edits_of(project), {}
    save(project, function(value)
      value.revision = 77
      value.style = "ink"
      table.remove(value.scenes, 1)
      value.scenes[2] = { key = "long-gone", name = "Long gone" }
    end)
    kept:look(function(event)
      said[#said + 1] = event.message
    end)
    assert.same({ { "style", "set", "ink" } }, listed(kept))
    says(said[1], "revision 77, which is not known any more")
    says(said[2], "scenes[long-gone]")
    project:close()
  end)
end)

--- What a step's task has written comes out as, with edits laid over it.
local function laid(kept, step, keys, tree, entries, scope)
  return assert(tree:patch(kept:over(steps.by_name[step], keys, entries, tree, scope)))
end

--- Edits that a person's change made.
local function edited(change)
  local project = opened()
  save(project, change)
  local kept = edits_of(project)
  kept:look(function() end)
  return kept, project
end

--- The part of an item that its list's owner writes.
local function scenes(...)
  local list = json.array {}
  for i, item in ipairs { ... } do
    list[i] = { key = item[1], name = item[2], description = item[3] or "?", sketch = "?" }
  end
  return list
end

local function names(tree, path)
  local list = {}
  for i = 1, tree:length(path) do
    list[i] = tree:get(table.move({ i, "name" }, 1, 2, #path + 1, table.move(path, 1, #path, 1, {})))
  end
  return list
end

describe("edits", function()
  it("are laid over whatever is generated, item by item", function()
    local kept, project = edited(function(value)
      local calm = table.remove(value.scenes)
      calm.description = "A gull."
      table.insert(value.scenes, 1, calm)
      table.remove(value.scenes, 3)
      table.insert(value.scenes, { name = "The dive", description = "Down." })
    end)
    local tree = laid(kept, "scenes", {}, artifact.new(), { { { "scenes" }, scenes(
      { "a-prologue", "A prologue" }, { "the-storm", "The gale" }, { "嵐", "嵐" }, { "the-calm", "Calm" }
    ) } })
    assert.same({ "Calm", "A prologue", "The gale", "The dive" }, names(tree, { "scenes" }))
    assert.equal("A gull.", tree:get { "scenes", 1, "description" })
    assert.equal("the-dive", tree:get { "scenes", 4, "key" })
    assert.same({}, kept:finish(tree))
    project:close()
  end)

  it("of items that are gone are told of, and kept", function()
    local kept, project = edited(function(value)
      value.scenes[3].description = "A gull."
      value.scenes[1].shots[1].dialogue = "Hello."
      table.remove(value.scenes, 2)
    end)
    local tree = laid(kept, "scenes", {}, artifact.new(), { { { "scenes" }, scenes { "the-storm", "The storm" } } })
    tree = laid(kept, "shots", { "the-storm" }, tree, { { { "scenes", 1, "shots" }, json.array {} } })
    local lost = {}
    for _, one in ipairs(kept:finish(tree)) do
      lost[one.path] = one.message
    end
    assert.same({
      ["scenes[the-calm].description"] = "there is no 'the-calm' in scenes any more",
      ["scenes[the-storm].shots[wide].dialogue"] = "there is no 'wide' in shots any more",
      ["scenes[嵐]"] = "there is no '嵐' in scenes any more",
    }, lost)
    assert.same(lost, kept:lost())
    assert.equal(3, #kept:list())
    project:close()
  end)

  it("that rename an item rename what refers to it", function()
    local kept, project = edited(function(value)
      value.props[2].name = "The lantern"
      table.remove(value.props, 1)
    end)
    local tree = artifact.from { scenes = scenes { "the-storm", "The storm" } }
    tree = laid(kept, "components", {}, tree, {
      { { "props" }, {
        { key = "the-keeper", name = "The keeper" }, { key = "the-lamp", name = "The old lamp" },
        { key = "rope", name = "Rope" },
      } },
      { { "scenes", 1, "props" }, { "Rope", "The keeper", "The old lamp" } },
    })
    assert.same({ "The lantern", "Rope" }, names(tree, { "props" }))
    assert.same({ "Rope", "The lantern" }, tree:get { "scenes", 1, "props" })
    project:close()
  end)

  it("that refer to items follow them under their new names", function()
    local kept, project = edited(function(value)
      value.scenes[3].props = { "The lamp", "The keeper" }
    end)
    local tree = artifact.from { scenes = scenes { "the-calm", "Calm" } }
    tree = laid(kept, "components", {}, tree, {
      { { "props" }, { { key = "the-lamp", name = "A lamp of brass" } } },
      { { "scenes", 1, "props" }, json.array {} },
    })
    assert.same({ "A lamp of brass" }, tree:get { "scenes", 1, "props" })
    assert.equal("it names 'The keeper', which is not among the props any more", kept:finish(tree)[1].message)
    project:close()
  end)

  it("that would give two items one name are not laid", function()
    local kept, project = edited(function(value)
      value.scenes[1].name = "The gale"
    end)
    local tree = laid(kept, "scenes", {}, artifact.new(), { { { "scenes" }, scenes(
      { "the-storm", "The storm" }, { "the-gale", "The gale" }
    ) } })
    assert.same({ "The storm", "The gale" }, names(tree, { "scenes" }))
    assert.equal("another item of its list is called 'The gale' now", kept:finish(tree)[1].message)
    project:close()
  end)

  it("find a task's own item where it is", function()
    local kept, project = edited(function(value)
      value.scenes[1].shots[2].dialogue = "ADA: Yes."
    end)
    local tree = artifact.from { scenes = scenes({ "x", "X" }, { "the-storm", "The storm" }) }
    local scope = { scene = { path = { "scenes", 2 }, keys = { "the-storm" } } }
    local shots = { { key = "close", name = "Close", dialogue = "" } }
    tree = laid(kept, "shots", { "the-storm" }, tree, { { { "scenes", 2, "shots" }, shots } }, scope)
    assert.equal("ADA: Yes.", tree:get { "scenes", 2, "shots", 1, "dialogue" })
    project:close()
  end)

  it("that set all that a task writes leave nothing to ask", function()
    local kept, project = edited(function(value)
      for _, scene in ipairs(value.scenes) do
        scene.stage_setting_shot = { description = "x" }
      end
      value.scenes[1].stage_setting_shot = {
        name = "Stage", description = "A sea.", size = "wide", angle = "low", movement = "static",
        lens = "35 mm", action = "Waves.", sound = "Wind.", duration = 4,
      }
    end)
    local tree = artifact.from(board())
    assert.is_true(kept:covers(steps.by_name.stage_shots, { "the-storm" }, tree))
    assert.is_false(kept:covers(steps.by_name.stage_shots, { "the-calm" }, tree))
    assert.is_false(kept:covers(steps.by_name.scenes, {}, tree))
    project:close()
  end)
end)

describe("artifact.json", function()
  it("keeps the last revisions, within bounds", function()
    local project = opened()
    for i = 2, 70 do
      assert(project.published:write(artifact.from { style = tostring(i) }, spec:key_order()))
    end
    assert.equal("70", project.published:at(70):get { "style" })
    assert.equal("7", project.published:at(7):get { "style" })
    assert.is_nil(project.published:at(6))
    local large = ("x"):rep(12 << 20)
    for _ = 1, 4 do
      assert(project.published:write(artifact.from { style = large }, spec:key_order()))
    end
    assert.is_nil(project.published:at(71))
    assert.equal(large, project.published:at(72):get { "style" })
    project:close()
  end)
end)
