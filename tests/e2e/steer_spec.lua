-- The commands that steer a project: takes, choices, runs of some steps, and those that
-- say why. With the embedded provider, or one that draws another picture each time.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

describe("a project", function()
  local at, address

  --- Runs a command on the story; it must end as said.
  local function sbhost(command, ...)
    local arguments = { command, at .. "/story.lua", ... }
    arguments[#arguments + 1] = "--data"
    arguments[#arguments + 1] = at .. "/data"
    table.move(address, 1, #address, #arguments + 1, arguments)
    return support.run(arguments)
  end

  local function ok(...)
    local result = sbhost(...)
    assert.equal(0, result.status, result.out .. result.err)
    return result.out
  end

  local function refused(...)
    local result = sbhost(...)
    assert.equal(2, result.status, result.out .. result.err)
    return result.err
  end

  --- Runs the story. Returns how many calls each step took.
  local function run(...)
    local calls = { all = 0 }
    for line in ok("run", "--json", ...):gmatch "[^\n]+" do
      local event = json.decode(line)
      if event and event.event == "answered" then
        calls[event.step] = (calls[event.step] or 0) + 1
        calls.all = calls.all + 1
      end
    end
    return calls
  end

  local function artifact()
    return json.decode(file.read(at .. "/data/small/artifact.json"))
  end

  local function write(text)
    assert(file.write(at .. "/story.lua", text or support.story()))
  end

  local function has(text, wanted)
    assert.truthy(text:find(wanted, 1, true), ("'%s' is not in:\n%s"):format(wanted, text))
  end

  before_each(function()
    at, address = support.folder(), {}
    write()
  end)

  --- Starts a provider whose pictures all differ.
  local function serve()
    local serving = provider.start()
    address = { "--base-url", serving.url }
    return setmetatable({}, { __close = serving.close })
  end

  --- A shot's task, and its picture.
  local function first_shot()
    local scene = artifact().scenes[1]
    local shot = scene.shots[1]
    return ("shot_images[%s/%s]"):format(scene.key, shot.key), shot.image_url, scene.key
  end

  it("makes another take of what is wished for, once, and takes an earlier one back", function()
    local serving <close> = serve()
    assert(serving)
    run()
    local task, picture, scene = first_shot()
    has(ok("redo", task), task .. ": take 2")
    has(ok("redo", task), "is already requested")
    has(ok("plan"), task .. ": to do: another take is requested")
    has(ok("why", task), task .. " would run: another take is requested")
    assert.same({ all = 1, shot_images = 1 }, run())
    local second = select(2, first_shot())
    assert.not_equal(picture, second)
    local listed = ok("takes", task)
    assert.truthy(listed:find("  1 .-" .. picture:gsub("%p", "%%%0")), listed)
    assert.truthy(listed:find("%* 2 .-" .. second:gsub("%p", "%%%0")), listed)

    ok("take", task, "1")
    assert.truthy(ok("takes", task):find "%* 1 ")
    assert.same({ all = 0 }, run())
    assert.equal(picture, select(2, first_shot()))
    has(refused("take", task, "3"), "the takes 1 to 2, and not 3")

    -- A glob, and a step: each task once.
    ok("redo", ("shot_images[%s/*]"):format(scene))
    assert.same({ all = 2, shot_images = 2 }, run())
    assert.same({ all = 4, shot_images = 4 }, run("--from", "shot_images"))
    assert.same({ all = 0 }, run())
    has(refused("redo", "shot_imagse"), "did you mean 'shot_images'?")
  end)

  it("lets a take stand for as long as the request is the one that it was taken back for", function()
    run()
    write(support.story 'models = { story = { "openai/gpt-5", effort = "low" } },')
    assert.equal(1, run().lore)
    ok("take", "lore", "1")
    ok("run")
    local listed = ok("takes", "lore")
    assert.truthy(listed:find "%* 1 ", listed)
    write(support.story 'models = { story = { "openai/gpt-5", effort = "high" } },')
    assert.equal(1, run().lore)
    listed = ok("takes", "lore")
    assert.truthy(listed:find "%* 3 ", listed)
  end)

  it("does not take back what names items that are gone", function()
    run()
    local path = at .. "/data/small/artifact.json"
    local text, count = file.read(path):gsub(('"name": "%s"'):format(artifact().scenes[1].name), '"name": "Elsewhere"')
    assert(file.write(path, text))
    assert.equal(1, count)
    assert.equal(1, run().components)
    has(refused("take", "components", "1"), "take 1 of 'components' does not fit what there is now")
    assert.same({ all = 0 }, run())
  end)

  it("keeps choices between runs, and goes back to option 1 for nothing", function()
    run()
    local first = artifact().lore.title
    has(ok("choose", "lore", "2"), "lore: option 2")
    local calls = run()
    assert.is_nil(calls.lore)
    assert.equal(1, calls.narrative)
    local second = artifact().lore.title
    assert.not_equal(first, second)
    assert.same({ all = 0 }, run())
    assert.same({ all = 0 }, run("--choose", "lore=1"))
    assert.equal(first, artifact().lore.title)
    assert.same({ all = 0 }, run())
    assert.equal(first, artifact().lore.title, "what --choose said is kept")
    local shown = ok("choose", "lore")
    has(shown, "── option 3 ─")
    has(shown, "── where they differ ─")
    has(shown, "lore: option 1 is in use; ")
    -- New options are nobody's choice.
    ok("choose", "lore", "3")
    ok("redo", "lore")
    has(ok("run"), "lore: its options are new: option 3 was chosen from earlier ones")
    has(refused("choose", "lore", "4"), "the options 1 to 3")
    has(refused("choose", "scenes", "1"), "has no options")
    has(refused("choose", "lroe", "1"), "did you mean 'lore'?")
  end)

  it("takes the story's choice where nobody else has chosen", function()
    run()
    local first = artifact().lore.title
    write(support.story "choices = { lore = 2 },")
    assert.is_nil(run().lore)
    assert.not_equal(first, artifact().lore.title)
  end)

  it("is made as far as a step, or one step alone", function()
    has(refused("run", "--only", "shots"), "'lore' has to be done first: it has not run yet")
    assert.is_false(file.exists(at .. "/data"))
    local calls = run("--until", "shots")
    assert.equal(2, calls.shots)
    assert.is_nil(calls.stage_shot_images)
    assert.is_nil(calls.component_images)
    has(refused("run", "--only", "shot_images"), "has to be done first")
    calls = run("--until", "stage_shot_images")
    assert.equal(2, calls.stage_shot_images)
    assert.is_nil(calls.shot_images)
    run()
    ok("redo", "shots", "shot_images")
    assert.same({ all = 2, shots = 2 }, run("--only", "shots"))
    has(refused("run", "--until", "lroe"), "did you mean 'lore'?")
  end)

  it("is planned as it would be run: as far as a step, one step alone, or from a step on", function()
    --- The rows of a plan by step: what is to be done, and may follow.
    local function rows(...)
      local by_step = {}
      for line in ok("plan", ...):gmatch "[^\n]+" do
        local step, numbers = line:match "^([%l_]+)%s+(%d.*)$"
        if step then
          by_step[step] = numbers
        end
      end
      return by_step
    end

    local planned = rows("--until", "shots")
    assert.truthy(planned.lore and planned.shots)
    assert.is_nil(planned.component_images, "what such a run would not make is no part of it")
    has(refused("plan", "--only", "shots"), "'lore' has to be done first")
    has(refused("plan", "--until", "lroe"), "did you mean 'lore'?")
    assert.is_false(file.exists(at .. "/data"))

    run()
    has(ok("plan"), "nothing to do")
    has(ok("plan", "--from", "shots"), "]: to do: another take is requested")
    planned = rows("--only", "shots", "--from", "shots")
    assert.truthy(planned.shots:find "^2%s+2")
    assert.is_nil(planned.shot_images)
    has(ok("plan"), "nothing to do", "a plan is no wish")
    assert.same({ all = 0 }, run())
  end)

  it("says why: what of a request is another one, and who has brought it", function()
    run()
    local task = first_shot()
    has(ok("why", task), "would not run: nothing it depends on has changed")
    has(ok("why", task), task .. " ran on ")

    write((support.story():gsub("clock maker", "glass blower")))
    local said = ok("why", "lore")
    has(said, "lore would run: the prompt has changed (line ")
    assert.truthy(said:find "%- [^\n]*clock maker", said)
    assert.truthy(said:find "%+ [^\n]*glass blower", said)
    has(said, "the story: its user_prompt has changed")
    has(ok("why", task), task .. " is not known yet: it waits for lore\n  lore would run")

    -- Afterwards it says why it ran, and which tasks were behind that.
    run()
    said = ok("why", "narrative")
    assert.truthy(said:find "^narrative would not run[^\n]*\n  narrative ran on [^\n]*: the prompt has changed", said)
    assert.truthy(said:find "\n  because lore%.[^\n]* has changed, written by lore:\n", said)
    assert.truthy(said:find "\n    lore ran on [^\n]*: the prompt has changed", said)
    has(said, "because it comes from the story: its user_prompt has changed")

    ok("choose", "narrative", "2")
    said = ok("why", "scenes")
    has(said, "scenes would run: the prompt has changed")
    has(said, "because option 2 of narrative is used now, and option 1 was before")
    has(said, "because narrative.ending has changed, written by narrative:")
    has(refused("why", "shots"), "matches 2 tasks")
    has(refused("why", "nothing-at-all"), "there is no task")
  end)

  it("shows the request of a task, and what one waits for that is not known yet", function()
    local said = ok("prompt", "lore")
    has(said, "lore asks a text of openai/gpt-5, effort medium, take 1")
    has(said, "A clock maker repairs a clock that counts backwards.")
    has(said, '"option_3"')
    assert.is_false(file.exists(at .. "/data"))
    has(refused("prompt", "narrative"), "narrative: it is not known yet: it waits for lore")
    run()
    said = ok("prompt", (first_shot()))
    has(said, "asks a picture of google/gemini-2.5-flash-image")
    has(said, "--- reference pictures\n1. ")
  end)

  it("is only looked at by what makes no call", function()
    run()
    local task, picture = first_shot()
    os.remove(at .. "/data/small/" .. picture)
    os.execute(("cd %s/data/small && rm -f images/plate_* arriving/*"):format(at))
    local function listing()
      local files = "cd %s && find data -type f ! -name '*.db-*' | sort | xargs md5sum"
      local pipe = io.popen(files:format(at))
      local text = pipe:read "a"
      pipe:close()
      return text
    end
    local before = listing()
    has(ok("plan"), ("%s: to do: its picture %s is no longer there"):format(task, picture))
    ok("why", task)
    ok("prompt", task)
    ok("takes", task)
    ok("doubt")
    assert.equal(before, listing())
    assert.same({ all = 1, shot_images = 1 }, run())
  end)

  it("is steered without artifact.json, and when that is broken", function()
    local serving <close> = serve()
    assert(serving)
    run()
    local path = at .. "/data/small/artifact.json"
    local task, picture = first_shot()
    assert(file.remove(path))
    has(ok("redo", "shot_images[*]"), task .. ": take 2")
    has(ok("takes", task), picture)
    has(ok("choose", "lore", "2"), "lore: option 2")
    local provider_of = address
    address = {}
    has(ok("status"), "shot_images          4/4   done")
    has(ok("export", "--format", "json"), "small.json")
    address = provider_of
    ok("choose", "lore", "1")
    assert.same({ all = 4, shot_images = 4 }, run())

    local whole = file.read(path)
    local broken = whole:gsub('("style": [^\n]+),\n', "%1\n")
    assert.not_equal(whole, broken)
    assert(file.write(path, broken))
    local told = { refused "run", refused "plan" }
    address = {}
    table.insert(told, refused "status")
    table.insert(told, refused("export", "--format", "json"))
    address = provider_of
    for _, said in ipairs(told) do
      has(said, "artifact.json: ")
      assert.truthy(said:find "line 5, column %d+", said)
    end
    assert.equal(broken, file.read(path))
    has(ok("takes", task), "* 2")
    has(ok("redo", "lore"), "lore: take 2")
    has(ok("take", "lore", "1"), "take 1 is now the current one")
    has(ok("take", task, "1"), "take 1 is now the current one")
    assert.equal(broken, file.read(path))
    assert(file.write(path, whole))
    assert.same({ all = 0 }, run())
    assert.equal(picture, select(2, first_shot()))
  end)

  it("is cleaned of what no take needs that stands", function()
    local serving <close> = serve()
    assert(serving)
    run()
    has(ok("clean"), "nothing to delete")
    local task, picture = first_shot()
    ok("redo", task)
    run()
    local current = select(2, first_shot())
    has(refused("clean"), "use --yes to delete without asking")
    assert.is_true(file.exists(at .. "/data/small/" .. picture))
    local said = ok("clean", "--yes")
    has(said, picture)
    has(said, "arriving/") -- what came for that one
    has(said, "2 files, ")
    has(said, "this drops 1 earlier takes")
    assert.is_false(file.exists(at .. "/data/small/" .. picture))
    assert.is_true(file.exists(at .. "/data/small/" .. current))
    assert.same({ all = 0 }, run())
    has(refused("take", task, "1"), "the takes 2 to 2, and not 1")
  end)

  it("tells how to choose where there is no terminal to ask at", function()
    local said = refused("run", "--ask")
    has(said, "--choose lore=2")
    has(said, "choices = { lore = 2 }")
    has(said, "sbhost choose STORY.lua lore 2")
    said = refused("run", "--ask", "--json")
    has(said, "--ask and --json cannot be used together")
    has(said, "--choose lore=2")
  end)
end)
