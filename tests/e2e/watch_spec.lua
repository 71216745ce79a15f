-- `sbhost run --watch`: what is saved is evaluated at once, and what is under way
-- meanwhile is neither lost nor paid for twice.

local artifact = require "host.artifact"
local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local program = require "host.program"
local provider = require "provider"
local support = require "support"

local END = "waiting for the next save"

describe("a run with --watch", function()
  local serving, running, at

  --- The prompt of a request, and the step that it is of: each prompt of these tests
  --- begins with the name of its step.
  local function asked(step)
    local count = 0
    for _, body in ipairs(serving.requests) do
      local messages = body.messages
      local content = messages[#messages].content
      local text = type(content) == "string" and content or content[1].text
      count = count + (text:find("^" .. step .. " ") and 1 or 0)
    end
    return count
  end

  local function ends()
    local _, count = running.out():gsub(END, "")
    return count
  end

  local function await_end(count)
    support.await("evaluation " .. count, function()
      assert(running.is_running(), running.out())
      return ends() == count
    end)
  end

  local function await_text(text)
    support.await(text, function()
      return running.out():find(text, 1, true)
    end)
  end

  --- Saves as most editors do.
  local function save(name, text)
    local handle <close> = assert(io.open(at .. "/" .. name .. "~", "w"))
    handle:write(text)
    handle:close()
    assert(os.rename(at .. "/" .. name .. "~", at .. "/" .. name))
  end

  --- A step whose prompt begins with its name and a word.
  local function step_text(step, word)
    local text = assert(file.read(("%s/steps/%s.lua"):format(program.root, step)))
    local changed, count = text:gsub("prompt = %[%[\n", ("%%0%s %s. "):format(step, word))
    assert(count == 1)
    return changed
  end

  --- Starts a run of a small story whose steps have prompts that can be told apart.
  local function start(more, texts)
    local all = { ["story.lua"] = support.story() }
    for _, step in ipairs { "lore", "stage_shots", "shot_images" } do
      all[("steps/%s.lua"):format(step)] = step_text(step, "First")
    end
    for path, text in pairs(texts or {}) do
      all[path] = text
    end
    at = support.write(all)
    local arguments = { "run", at .. "/story.lua", "--watch", "--data", at .. "/data", "--base-url", serving.url }
    running = support.start(table.move(more or {}, 1, #(more or {}), #arguments + 1, arguments))
  end

  local function stop()
    running.interrupt()
    support.await("its end", function()
      return not running.is_running()
    end)
    return running.status()
  end

  before_each(function()
    serving = provider.start()
  end)

  after_each(function()
    if running and running.is_running() then
      running.kill()
    end
    serving.close()
  end)

  it("does what a saved prompt touches, and nothing else", function()
    start()
    await_end(1)
    local before = #serving.requests
    save("steps/shot_images.lua", step_text("shot_images", "Second"))
    await_end(2)
    assert.equal(4, asked "shot_images Second.")
    assert.equal(before + 4, #serving.requests)
    assert.truthy(running.out():find("steps/shot_images.lua: 4 of 4 shot_images, ", 1, true), running.out())
    save("steps/shot_images.lua", "-- A comment.\n" .. step_text("shot_images", "Second"))
    await_end(3)
    assert.truthy(running.out():find("steps/shot_images.lua: nothing to do", 1, true), running.out())
    save("steps/shot_images.lua", step_text("shot_images", "First"))
    await_end(4)
    assert.equal(before + 4, #serving.requests) -- what was answered once is kept
    assert.equal(0, stop())
    assert.equal(4, ends()) -- its own files are no saves of anybody's
  end)

  it("sees a module beside the story, a new copy of a step, and every one of many saves", function()
    start({}, {
      ["story.lua"] = support.story():gsub('prompt = "[^"]+"', 'prompt = require("words").prompt'),
      ["words.lua"] = 'return { prompt = "A clock maker." }',
    })
    await_end(1)
    for i = 1, 4 do
      save("words.lua", ('return { prompt = "Clock maker %d." }'):format(i))
      await_end(1 + i)
      assert.equal(1 + i, asked "lore")
    end
    save("steps/narrative.lua", step_text("narrative", "Mine"))
    await_end(6)
    assert.equal(1, asked "narrative Mine.")
  end)

  it("takes what is changed by hand in the artifact, and makes it again when it is taken away", function()
    start()
    await_end(1)
    local before = #serving.requests
    local path = "data/small/artifact.json"
    local board = artifact.parse(assert(file.read(at .. "/" .. path))):get {}
    board.scenes[1].shots[2].description = "Seen from below."
    save(path, json.encode(board, { indent = 2 }))
    await_end(2)
    assert.equal(before + 1, #serving.requests)
    assert.truthy(running.out():find("artifact.json: 1 of 4 shot_images, ", 1, true), running.out())
    assert.truthy(file.read(at .. "/" .. path):find("Seen from below.", 1, true))
    os.remove(at .. "/" .. path)
    await_end(3)
    assert.truthy(file.read(at .. "/" .. path):find("Seen from below.", 1, true))
    assert.equal(before + 1, #serving.requests)
    save(path, "{")
    await_text "the last working version stays in use"
    assert.equal("{", file.read(at .. "/" .. path))
  end)

  --- A drawing, as bytes.
  local function drawing(colour)
    local path = at .. "/drawing.png"
    assert(image.draw { width = 640, height = 360, path = path, background = colour, shapes = {} })
    return assert(file.read(path))
  end

  it("takes pictures that people save over those that were drawn, or take away", function()
    start()
    await_end(1)
    local before = #serving.requests
    local function board()
      return artifact.parse(assert(file.read(at .. "/data/small/artifact.json"))):get {}
    end
    local stage = "data/small/" .. board().scenes[1].stage_setting_shot.image_url
    local shot = "data/small/" .. board().scenes[2].shots[1].image_url
    local drawn, mine = file.read(at .. "/" .. shot), drawing(0x204060)
    -- One that is half written is none yet: it is read, and nothing follows.
    local handle <close> = assert(io.open(at .. "/" .. stage, "w"))
    local read_before = running.bytes_read()
    handle:write(mine:sub(1, 1000))
    handle:flush()
    support.await("the half of it to be read", function()
      return running.bytes_read() >= read_before + 1000
    end)
    assert.equal(1, ends())
    handle:write(mine:sub(1001))
    handle:close()
    await_end(2)
    assert.truthy(running.out():find(stage .. ": 2 of 4 shot_images, ", 1, true), running.out())
    assert.equal(before + 2, #serving.requests)
    save(stage, drawing(0x602040))
    await_end(3)
    assert.equal(before + 4, #serving.requests)
    save(shot, mine) -- nothing depends on it
    await_end(4)
    assert.truthy(running.out():find(shot .. ": nothing to do", 1, true), running.out())
    assert.equal(mine, file.read(at .. "/data/small/" .. board().scenes[2].shots[1].image_url))
    os.remove(at .. "/data/small/" .. board().scenes[2].shots[2].image_url)
    await_end(5)
    assert.equal(before + 4, #serving.requests)
    assert.is_true(file.exists(at .. "/data/small/" .. board().scenes[2].shots[2].image_url))
    assert.not_equal(drawn, mine)
    assert.equal(0, stop())
    assert.equal(5, ends())
  end)

  it("takes what scripts read by themselves, and pictures that are named", function()
    start({}, {
      ["notes.txt"] = "A clock maker.",
      ["moods.txt"] = "calm",
      ["story.lua"] = support.story([[
        steps = { "cues" },
        extend = { ["scenes[]"] = { require("pipeline.field").text "cue" "A cue." } },]])
        :gsub('prompt = "[^"]+"', 'prompt = io.open(DIR .. "/notes.txt"):read "a"')
        :gsub("return story", 'local DIR = debug.getinfo(1, "S").source:match "^@(.*)/"\n%0'),
      ["steps/cues.lua"] = [[
        local step = require "pipeline.step"
        local DIR = debug.getinfo(1, "S").source:match "^@(.*)/"
        return step "cues" {
          needs = { "scenes" }, each = "scenes", reads = { "scene.name" }, writes = { "scene.cue" },
          run = function()
            for line in io.lines(DIR .. "/../moods.txt") do
              return { cue = line }
            end
          end,
        }
      ]],
    })
    await_end(1)
    local function board()
      return artifact.parse(assert(file.read(at .. "/data/small/artifact.json"))):get {}
    end
    assert.equal("calm", board().scenes[2].cue)
    local before = #serving.requests
    save("moods.txt", "stormy")
    await_end(2)
    assert.equal("stormy", board().scenes[2].cue)
    assert.equal(before, #serving.requests)
    save("notes.txt", "A glass blower.")
    await_end(3)
    assert.equal(2, asked "lore")
    local props, path = board(), "data/small/mine.png"
    save(path, drawing(0x204060))
    props.props[1].image_url = "mine.png"
    save("data/small/artifact.json", json.encode(props, { indent = 2 }))
    await_end(4)
    before = #serving.requests
    save(path, drawing(0x602040))
    await_end(5)
    assert.is_true(#serving.requests > before)
    assert.equal(0, stop())
    -- The next run knows them too.
    local arguments = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    local again = support.run(arguments)
    assert.truthy(again.out:find("nothing to do: 0 calls", 1, true), again.out)
    save("moods.txt", "quiet")
    assert.equal(0, support.run(arguments).status)
    assert.equal("quiet", board().scenes[2].cue)
  end)

  it("says what is wrong with a script, keeps what was there, and goes on with the fix", function()
    start()
    await_end(1)
    local before = #serving.requests
    save("steps/lore.lua", "return step (")
    await_text "steps/lore.lua:1: syntax error"
    await_text "the last working version stays in use"
    save("steps/lore.lua", "local function deep()\n  error 'too deep'\nend\ndeep()\n")
    await_text "steps/lore.lua:2: too deep"
    await_text "steps/lore.lua:4"
    save("story.lua", "return 7")
    await_text "the file returns no story"
    os.remove(at .. "/story.lua")
    await_text "cannot read it"
    assert.equal(before, #serving.requests)
    save("story.lua", support.story())
    save("steps/lore.lua", step_text("lore", "Mended"))
    support.await("the mended step to be asked", function()
      return asked "lore Mended." == 1
    end)
  end)

  --- Starts a run whose answers are held back, all or some, and waits for the first
  --- request. Calling what it returns lets go of all of them.
  local function start_held(which)
    local release = serving.hold(which)
    start()
    support.await("the first request", function()
      return #serving.requests == 1
    end)
    return release
  end

  local function is_first()
    return #serving.requests == 1
  end

  it("goes on with what is under way while a script is broken", function()
    local release = start_held(is_first)
    save("steps/shot_images.lua", "nonsense")
    await_text "the last working version stays in use"
    release()
    await_end(1)
    assert.equal(4, asked "shot_images First.")
  end)

  it("joins a call that still matters, and pays for it once", function()
    local release = start_held()
    save("story.lua", "-- A comment.\n" .. support.story())
    save("steps/shot_images.lua", step_text("shot_images", "Second"))
    await_text "1 of 1 lore"
    release()
    await_end(1)
    assert.equal(1, asked "lore")
    assert.equal(0, asked "shot_images First.")
    assert.equal(4, asked "shot_images Second.")
  end)

  it("keeps the answer of a call that was sent and matters no more", function()
    local release = start_held(is_first)
    save("steps/lore.lua", step_text("lore", "Second"))
    support.await("the new request", function()
      return asked "lore Second." == 1
    end)
    release()
    await_end(1)
    save("steps/lore.lua", step_text("lore", "First"))
    await_end(2)
    assert.equal(1, asked "lore First.")
    assert.equal(1, asked "lore Second.")
  end)

  it("drops a call that was not sent and matters no more", function()
    local release = serving.hold(function(body)
      local content = body.messages[#body.messages].content
      return type(content) == "string" and content:find "^stage_shots First"
    end)
    start { "--lane", "text=1" }
    support.await("the first of the two", function()
      return asked "stage_shots First." == 1
    end)
    save("steps/stage_shots.lua", step_text("stage_shots", "Second"))
    await_text "2 of 2 stage_shots"
    release()
    await_end(1)
    assert.equal(1, asked "stage_shots First.")
    assert.equal(2, asked "stage_shots Second.")
  end)

  it("ends with 130 when Ctrl-C cuts an evaluation short, and keeps what was sent", function()
    local release = start_held()
    running.interrupt()
    await_text "interrupted"
    release()
    support.await("its end", function()
      return not running.is_running()
    end)
    assert.equal(130, running.status())
    local again = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    assert.equal(0, again.status, again.out .. again.err)
    assert.equal(1, asked "lore")
  end)

  it("refuses a story that is wrong from the start", function()
    start({}, { ["story.lua"] = "return story {" })
    support.await("its end", function()
      return not running.is_running()
    end)
    assert.equal(2, running.status())
  end)
end)
