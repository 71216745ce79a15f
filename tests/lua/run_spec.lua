local event = require("host.loop").event
local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local rig = require "rig"

--- As many scenes as there are letters.
local function scenes_step(letters)
  return rig.step("scenes", {
    writes = { "scenes[*].name", "scenes[*].description" },
    write = function()
      local list = json.array {}
      for i = 1, #letters do
        list[i] = { name = letters:sub(i, i), description = "Scene." }
      end
      return { scenes = list }
    end,
  })
end

--- Shots of each scene, made by `of(scene)`.
local function shots_step(of, more)
  local declaration = {
    needs = { "scenes" },
    each = "scenes",
    reads = { "scene.name" },
    writes = { "scene.shots[*].name", "scene.shots[*].description" },
    write = function(input)
      return { shots = of(input.scene.name) }
    end,
  }
  for name, value in pairs(more or {}) do
    declaration[name] = value
  end
  return rig.step("shots", declaration)
end

local function shots(...)
  local list = json.array {}
  for i, name in ipairs { ... } do
    list[i] = { name = name, description = "Shot." }
  end
  return list
end

local function notes_step(write)
  return rig.step("notes", {
    needs = { "scenes", "shots" },
    each = "scenes[].shots",
    reads = { "shot.name", "scene.name" },
    writes = { "shot.note" },
    write = write or function(input)
      return { note = input.scene.name .. "/" .. input.shot.name }
    end,
  })
end

local function story(scenes, shots_each)
  return rig.story { counts = { scenes = scenes, shots = shots_each } }
end

describe("a run", function()
  local opened

  before_each(function()
    opened = rig.project()
  end)

  after_each(function()
    opened:close()
  end)

  it("waits for a task that is not even planted when its reader is", function()
    local made = rig.evaluate(opened, {
      scenes_step "a",
      rig.step("props", {
        needs = { "scenes" },
        reads = { "scenes[*].name" },
        writes = { "props[*].name", "scenes[*].props" },
        write = function()
          loop.sleep(0.01)
          return { props = { { name = "Lamp" } }, scenes = { { name = "a", props = { "Lamp" } } } }
        end,
      }),
      rig.step("music", {
        needs = { "scenes", "props" },
        each = "scenes",
        reads = { "scene.props[*].name" },
        writes = { "scene.music" },
        write = function(input)
          return { music = input.scene.props[1].name }
        end,
      }),
      rig.step("sketch", {
        needs = { "music" },
        each = "scenes",
        reads = { "scene.music" },
        writes = { "scene.sketch" },
        write = function(input)
          return { sketch = "To " .. input.scene.music }
        end,
      }),
    }, { story = story(1, 1) })
    assert.equal("To Lamp", made.artifact.scenes[1].sketch)
  end)

  it("goes on with one scene while another is still being written", function()
    local may_write = event()
    local noted, held = {}, true
    local made = rig.evaluate(opened, {
      scenes_step "ab",
      shots_step(function(scene)
        while scene == "b" and held do
          may_write:wait()
        end
        return shots("first", "second")
      end),
      notes_step(function(input)
        noted[#noted + 1] = input.scene.name
        -- Only when scene a's notes are there may scene b get its shots.
        if #noted == 2 then
          held = false
          may_write:notify()
        end
        return { note = "seen" }
      end),
    }, { story = story(2, 2) })
    assert.same({ "a", "a", "b", "b" }, noted)
    assert.equal(0, made.result.failed)
    assert.equal("seen", made.artifact.scenes[2].shots[2].note)
  end)

  it("waits for the whole of a step that it reads nothing of", function()
    local over = 0
    local made = rig.evaluate(opened, {
      scenes_step "abc",
      shots_step(function()
        loop.sleep(0)
        over = over + 1
        return shots("first")
      end),
      rig.step("one", {
        needs = { "shots" },
        writes = { "one" },
        write = function()
          return { one = tostring(over) }
        end,
      }),
    }, { story = story(3, 1) })
    assert.equal("3", made.artifact.one)
  end)

  it("ends a step whose list is empty, and goes on with what follows it", function()
    local made = rig.evaluate(opened, {
      rig.step("props", {
        writes = { "props[*].name", "props[*].description" },
        write = function()
          return { props = json.array {} }
        end,
      }),
      rig.step("histories", {
        needs = { "props" },
        each = "props",
        reads = { "prop.name" },
        writes = { "prop.history" },
        write = function()
          error "there is no prop to be asked for"
        end,
      }),
      rig.step("one", {
        needs = { "histories", "props" },
        reads = { "props[*].history" },
        writes = { "one" },
        write = function()
          return { one = "after" }
        end,
      }),
    })
    assert.same({ props = "reused", one = "reused" }, made.states)
    assert.equal("after", made.artifact.one)
  end)

  it("repeats a step for the items of nested lists, under the names of their keys", function()
    local made = rig.evaluate(opened, {
      scenes_step "ab",
      shots_step(function(scene)
        return scene == "a" and shots("Wide", "Close") or shots("Far", "Near")
      end),
      notes_step(),
    }, { story = story(2, 2) })
    local names = {}
    for name in pairs(made.states) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.same({
      "notes[a/close]", "notes[a/wide]", "notes[b/far]", "notes[b/near]", "scenes", "shots[a]", "shots[b]",
    }, names)
    assert.equal("b/Near", made.artifact.scenes[2].shots[2].note)
  end)

  it("skips what depends on a failed task, and tells of each", function()
    local made = rig.evaluate(opened, {
      scenes_step "abc",
      shots_step(function(scene)
        if scene == "b" then
          error "no idea"
        end
        return shots("first")
      end),
      notes_step(),
    }, { story = story(3, 1) })
    assert.equal("failed", made.states["shots[b]"])
    assert.equal("reused", made.states["notes[a/first]"])
    assert.equal("reused", made.states["notes[c/first]"])
    assert.is_nil(made.artifact.scenes[2].shots)
    local told = 0
    for _, said in ipairs(made.events) do
      if said.event == "unplanted" and said.step == "notes" then
        told = told + 1
        assert.truthy(said.message:find("shots[b]", 1, true), said.message)
      end
    end
    assert.equal(1, told)
  end)

  it("tells of a task that is skipped because another failed before it was made", function()
    -- The notes of b are made when b's shots come, long after prop x has failed.
    local failed = event()
    local has_failed = false
    local steps = {
      rig.step("props", {
        writes = { "props[*].name", "props[*].description" },
        write = function()
          return { props = { { name = "x", description = "A thing." } } }
        end,
      }),
      rig.step("histories", {
        needs = { "props" },
        each = "props",
        reads = { "prop.name" },
        writes = { "prop.history" },
        write = function()
          has_failed = true
          failed:notify()
          error "nobody knows"
        end,
      }),
      scenes_step "a",
      shots_step(function()
        while not has_failed do
          failed:wait()
        end
        loop.sleep(0.01)
        return shots("first")
      end),
      rig.step("notes", {
        needs = { "shots", "scenes", "histories", "props" },
        each = "scenes[].shots",
        reads = { "shot.name", "props[*].history" },
        writes = { "shot.note" },
        write = function()
          return { note = "never" }
        end,
      }),
    }
    local made = rig.evaluate(opened, steps, { story = story(1, 1) })
    assert.equal("failed", made.states["histories[x]"])
    assert.equal("skipped", made.states["notes[a/first]"])
  end)

  it("says where a step's code went wrong", function()
    local made = rig.evaluate(opened, {
      rig.step("one", {
        writes = { "one" },
        write = function()
          error "the code is wrong"
        end,
      }),
    })
    assert.equal("failed", made.states.one)
    for _, said in ipairs(made.events) do
      if said.state == "failed" then
        assert.truthy(said.message:find("run_spec.lua:%d+: the code is wrong"), said.message)
      end
    end
  end)

  it("writes each step's result, the artifact and the board", function()
    rig.evaluate(opened, { scenes_step "ab", shots_step(function()
      return shots("first")
    end) }, { story = story(2, 1) })
    local written = json.decode(file.read(opened:path "artifact.json"))
    assert.equal("first", written.scenes[2].shots[1].name)
    assert.equal(1, written.revision)
    assert.truthy(file.exists(opened:path "storyboard.html"))
    local result = json.decode(file.read(opened:path "steps/02_shots.json"))
    assert.equal("first", result.items.a.shots[1].name)
  end)

  it("leaves the views alone when nothing has changed, and makes again what is gone", function()
    local function once()
      return rig.evaluate(opened, { scenes_step "ab" }, { story = story(2, 1) })
    end
    once()
    local before = file.read(opened:path "artifact.json")
    assert(file.remove(opened:path "storyboard.html"))
    once()
    assert.equal(before, file.read(opened:path "artifact.json"))
    assert.truthy(file.exists(opened:path "storyboard.html"))
  end)

  it("says on the board why something is missing, and no more once it is there", function()
    local function board(of)
      rig.evaluate(opened, { scenes_step "ab", shots_step(of) }, { story = story(2, 1) })
      return file.read(opened:path "storyboard.html")
    end
    local function but_b(name)
      return name == "b" and error "nobody knows how it ends" or shots "first"
    end
    assert.truthy(board(but_b):find("There are no shots: .-nobody knows how it ends"))
    assert.is_nil(board(function()
      return shots "first"
    end):find("There are no shots", 1, true))
  end)

  it("writes the board anew when the story numbers its shots otherwise", function()
    local function board(scheme)
      local told = rig.story { counts = { scenes = 1, shots = 1 }, numbers = scheme }
      rig.evaluate(opened, { scenes_step "a", shots_step(function()
        return shots "first"
      end) }, { story = told })
      return file.read(opened:path "storyboard.html")
    end
    assert.truthy(board "letters":find(">10A<", 1, true))
    assert.truthy(board "tens":find(">010_0010<", 1, true))
  end)

  it("starts nothing more once it is stopped, and lets what runs end", function()
    local started = {}
    local evaluation
    local made = rig.evaluate(opened, {
      scenes_step "abc",
      rig.step("one", {
        needs = { "scenes" },
        reads = { "scenes[*].name" },
        writes = { "one" },
        write = function()
          evaluation:stop "enough"
          loop.sleep(0)
          return { one = "ended" }
        end,
      }),
      rig.step("two", {
        needs = { "one" },
        reads = { "one" },
        writes = { "two" },
        write = function()
          started.two = true
          return { two = "never" }
        end,
      }),
    }, {
      story = story(3, 1),
      started = function(run)
        evaluation = run
      end,
    })
    assert.equal("stop", made.result.stopped)
    assert.equal("ended", made.artifact.one)
    assert.is_nil(started.two)
  end)
end)

--
-- Random graphs against brute force
--

--- Steps over the fields one … n; each reads a random choice of those before it.
local function random_steps(n, fails)
  local needs_of, steps = {}, {}
  for i = 1, n do
    local needs, reads = {}, {}
    for j = 1, i - 1 do
      if math.random() < 0.35 then
        needs[#needs + 1] = "s" .. j
        -- Of some it reads nothing: a gate.
        if math.random() < 0.7 then
          reads[#reads + 1] = "f" .. j
        end
      end
    end
    needs_of[i] = needs
    steps[i] = rig.step("s" .. i, {
      needs = needs,
      reads = #reads > 0 and reads or { "user_prompt" },
      writes = { "f" .. i },
      write = function()
        if math.random() < 0.5 then
          loop.sleep(0)
        end
        if fails[i] then
          error "made to fail"
        end
        return { ["f" .. i] = "x" }
      end,
    })
  end
  return steps, needs_of
end

local function expected_states(n, fails, needs_of)
  local states = {}
  for i = 1, n do
    local ok = true
    for _, need in ipairs(needs_of[i]) do
      local state = states[need]
      ok = ok and state == "reused"
    end
    states["s" .. i] = not ok and "skipped" or fails[i] and "failed" or "reused"
  end
  return states
end

describe("a run over random graphs", function()
  it("skips exactly what a failed task leads to", function()
    local field = require "pipeline.field"
    local n = 14
    local fields = {}
    for i = 1, n do
      fields[i] = field.text("f" .. i) "Made up."
    end
    local opened <close> = setmetatable({ project = rig.project() }, {
      __close = function(self)
        self.project:close()
      end,
    })
    for round = 1, 12 do
      math.randomseed(round)
      local fails = {}
      for i = 1, n do
        fails[i] = math.random() < 0.15
      end
      local steps, needs_of = random_steps(n, fails)
      -- Story order must not matter.
      for i = n, 2, -1 do
        local j = math.random(i)
        steps[i], steps[j] = steps[j], steps[i]
      end
      local made = rig.evaluate(opened.project, steps, { story = rig.story { extend = { [""] = fields } } })
      assert.same(expected_states(n, fails, needs_of), made.states, "round " .. round)
    end
  end)
end)
