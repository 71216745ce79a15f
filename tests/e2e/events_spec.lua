-- What `sbhost run --json` prints is what docs/events.md says, and nothing else.

local artifact = require "host.artifact"
local documented = require "documented"
local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

describe("the events of a run", function()
  local events, seen = documented.events, {}

  --- Holds all that a run prints against the document.
  local function check(result, watches)
    local last
    for line in result.out:gmatch "([^\n]*)\n" do
      last = documented.check(line)
      seen[last.event] = true
    end
    assert.equal("\n", result.out:sub(-1), result.err)
    if not watches then
      assert.equal("end", last.event, result.out:sub(-500) .. result.err)
      assert.equal(result.status, last.status)
    end
    return last
  end

  local function run(at, url, ...)
    return support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", url, "--json", ... }
  end

  it("are those of a run that does all, and of one that has nothing to do", function()
    local serving = provider.start()
    local at = support.write { ["story.lua"] = support.story() }
    local done = check(run(at, serving.url))
    assert.equal("done", done.reason)
    assert.equal(done.total, done.done)
    assert.equal(#serving.requests, done.calls)
    assert.is_true(done.cost > 0)
    local again = check(run(at, serving.url))
    assert.equal(0, again.calls)
    assert.equal(done.total, again.reused)
    serving.close()
  end)

  it("are those of a run with errors, odd answers, and tasks that fail", function()
    local serving = provider.start {
      reply = function(body, number)
        if number == 2 then
          return { status = 503, headers = { ["Retry-After"] = "0" }, body = "{}" }
        elseif number > 12 and body.modalities then
          return { status = 400, body = [[{"error":{"code":400,"message":"no such picture"}}]] }
        end
      end,
      text = function(_, number)
        return number == 1 and "This is no JSON." or nil
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local failed = check(run(at, serving.url))
    assert.equal(1, failed.status)
    assert.equal("incomplete", failed.reason)
    assert.is_true(failed.failed > 0 and failed.retries > 0 and failed.repairs > 0)
    serving.close()
  end)

  it("are those of runs that are stopped: by their cost, a rule, a fault", function()
    local serving = provider.start()
    local at = support.write { ["story.lua"] = support.story() }
    assert.equal("incomplete", check(run(at, serving.url, "--strict")).reason)
    check(support.run { "run", at .. "/story.lua", "--data", at .. "/offline", "--json", "--stream" })
    local broken = support.write {
      ["story.lua"] = support.story 'rules = { "broken" },',
      ["rules/broken.lua"] = [[
        return require "pipeline.rule" "broken" {
          about = "Breaks.", check = function() error { reason = "broken" } end,
        }]],
    }
    local fault = check(run(broken, serving.url))
    assert.equal(2, fault.status)
    assert.equal("fault", fault.reason)
    local dear = support.write { ["story.lua"] = support.story() }
    local limited = check(run(dear, serving.url, "--max-cost", "0.05"))
    assert.equal("cost", limited.reason)
    serving.close()
  end)

  it("are those of a provider's whims", function()
    local function against(faults, more)
      local at = support.write { ["story.lua"] = support.story(more), ["faults.json"] = faults }
      local mock = support.mock { "--faults", at .. "/faults.json" }
      local last = check(run(at, mock.url))
      mock.stop()
      return last.status
    end
    against([[ [{ "case": "18d", "schema": "lore", "model": "openai/gpt-5", "times": 1 }] ]], "successors = true,")
    assert.is_true(seen.successor)
    assert.equal(1, against [[
      [ { "case": "10c", "schema": "narrative", "times": 1 },
        { "case": "35b", "schema": "components", "times": 1 },
        { "case": "17a", "schema": "shots", "model": "openai/gpt-5", "nth": [1] },
        { "case": "17a", "schema": "shots", "model": "google/gemini-2.5-pro" } ] ]])
    assert.is_true(seen.resent and seen.priced and seen.fallback and seen.unplanted)
  end)

  it("are those of what people chose and changed", function()
    local second
    local serving = provider.start {
      name_of = function(i, list)
        return ("%s %d"):format(second and list == "scenes" and "Utterly other" or list, i)
      end,
      text = function(body, number)
        local format = body.response_format and body.response_format.json_schema
        return format and format.name ~= "scenes" and not second
          and json.encode(provider.fill(format.schema)):gsub("Some text", "Text " .. number) or nil
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local path = at .. "/data/small/artifact.json"
    local function steer(command, ...)
      local result = support.run { command, at .. "/story.lua", "--data", at .. "/data", ... }
      assert.equal(0, result.status, result.err)
    end
    check(run(at, serving.url))
    local board = artifact.parse(assert(file.read(path))):get {}
    board.scenes[1].description = "By hand."
    assert(file.write(path, json.encode(board)))
    check(run(at, serving.url))
    board = artifact.parse(assert(file.read(path))):get {}
    assert(file.remove(at .. "/data/small/" .. board.scenes[1].shots[1].image_url))
    check(run(at, serving.url))
    assert.is_true(seen.edit and seen.gone)
    steer("choose", "lore", "2", "--base-url", serving.url)
    steer("redo", "lore", "--base-url", serving.url)
    check(run(at, serving.url))
    assert.is_true(seen.choice)
    second = true
    steer("redo", "scenes", "--base-url", serving.url)
    check(run(at, serving.url))
    serving.close()
  end)

  --- A run that goes on meanwhile: `await` waits until it has told an event so often.
  local function start(at, url, ...)
    local words = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", url, "--json", ... }
    local running = support.start(words)
    local function await(event, count)
      support.await(("%d of '%s'"):format(count, event), function()
        local told = select(2, running.out():gsub(('"event":"%s"'):format(event), ""))
        assert(running.is_running() or told >= count, running.out())
        return told >= count
      end)
    end
    local function ended()
      support.await("its end", function()
        return not running.is_running()
      end)
      return { out = running.out(), err = "", status = running.status() }
    end
    return running, await, ended
  end

  it("are those of a person who works on the board while it is made", function()
    local serving = provider.start()
    local at = support.write { ["story.lua"] = support.story() }
    local path = at .. "/data/small/artifact.json"
    local function board()
      local text = file.read(path)
      return text and artifact.parse(text):get {} or {}
    end
    --- A run during which a person saves something in the board's place.
    local function disturbed(text_of)
      local pictures = 0
      local release = serving.hold(function(body)
        pictures = pictures + (body.modalities and 1 or 0)
        return body.modalities
      end)
      local _, _, ended = start(at, serving.url)
      support.await("a picture to be asked for, on a board with shots", function()
        local scenes = pictures > 0 and board().scenes
        return scenes and scenes[1].shots
      end)
      assert(file.write(path, text_of(board())))
      release()
      return check(ended())
    end
    assert.equal("done", disturbed(function(value)
      value.scenes[2].description = "By hand."
      return json.encode(value)
    end).reason)
    assert.is_true(seen.again and seen.edit)
    -- The scene goes, and with it the place of what was set by hand.
    assert(file.write(at .. "/story.lua", (support.story():gsub("scenes = 2", "scenes = 1"))))
    local redo = { "redo", at .. "/story.lua", "shot_images[scene-1/*]", "--data", at .. "/data" }
    assert.equal(0, support.run(redo).status)
    assert.equal("fault", disturbed(function()
      return "{"
    end).reason)
    assert.is_true(seen.refused and seen.lost)
    serving.close()
  end)

  it("are those of a picture that has to do without another one", function()
    local serving = provider.start {
      reply = function(body)
        if body.modalities and not json.encode(body):find("image_url", 1, true) then
          return { status = 400, body = [[{"error":{"code":400,"message":"no such picture"}}]] }
        end
      end,
    }
    local prompt = assert(file.read(support.tree .. "/lua/steps/shot_images.lua"))
    local at = support.write {
      ["story.lua"] = support.story(),
      ["steps/shot_images.lua"] = prompt:gsub("refs = ", "optional_refs = "),
    }
    check(run(at, serving.url))
    assert.is_true(seen.absent)
    serving.close()
  end)

  it("are those of --watch: what was saved, what of it is broken, and the end of each evaluation", function()
    local serving = provider.start()
    local prompt = assert(file.read(support.tree .. "/lua/steps/shot_images.lua"))
    local at = support.write { ["story.lua"] = support.story(), ["steps/shot_images.lua"] = prompt }
    local function save(words)
      assert(file.write(at .. "/steps/shot_images.lua", (prompt:gsub("prompt = %[%[\n", "%0" .. words))))
    end
    local running, await, ended = start(at, serving.url, "--watch", "--lane", "image=1")
    await("ended", 1)
    local sent = #serving.requests
    local release = serving.hold()
    save "By night. "
    await("changed", 1)
    await("sent", sent + 1)
    save "By day. " -- one is sent; the others have waited for their turn in vain
    await("dropped", 1)
    release()
    await("ended", 2)
    sent = #serving.requests
    release = serving.hold()
    save "By dusk. "
    await("sent", sent + 1)
    save "By day. "
    await("ended", 3)
    assert(file.write(at .. "/steps/shot_images.lua", prompt .. "\nreturn ("))
    await("broken", 1)
    running.interrupt() -- what was asked for at dusk is still under way
    await("draining", 1)
    release()
    check(ended(), true)
    assert.is_true(seen.changed and seen.broken and seen.ended and seen.dropped and seen.draining)
    serving.close()
  end)

  it("are all that the code tells, and the code tells all of them", function()
    local told = {}
    local function note(path, event, fields, more)
      local known = assert(events[event], path .. " tells what docs/events.md has not: " .. event)
      local given = {}
      for _, name in ipairs(more) do
        given[name] = true
      end
      for name in fields:gsub("%b()", ""):gsub("%b{}", ""):gmatch "([%a_]+) = " do
        given[name] = name ~= "event" or nil
      end
      for name in pairs(given) do
        assert(known[name] or name == "read", ("%s: '%s' of %s is not in docs/events.md"):format(path, name, event))
      end
      for name, field in pairs(known) do
        assert(seen[event] or given[name] or not field.always, ("%s: %s lacks '%s'"):format(path, event, name))
      end
      told[event] = true
    end
    local found = support.shell(("find %s/lua/pipeline %s/lua/cli -name '*.lua'"):format(support.tree, support.tree))
    for path in found.out:gmatch "[^\n]+" do
      local text = assert(file.read(path))
      for fields in text:gmatch '{%s*(event = "[%a_]+"[^{}]*)' do
        note(path, fields:match '"([%a_]+)"', fields, {})
      end
      for event, fields in text:gmatch 'calls:tell%("([%a_]+)",[^{}\n]*(%b{})%)' do
        note(path, event, fields:sub(2, -2), { "step", "task", "model" })
      end
      for event in text:gmatch 'calls:tell%("([%a_]+)", [%w_.]+%)' do
        note(path, event, "", { "step", "task", "model" })
      end
    end
    for event in pairs(events) do
      assert.is_true(told[event] or seen[event], event .. " is in docs/events.md, and nobody tells it")
    end
  end)
end)
