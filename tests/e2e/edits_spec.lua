-- What people change in artifact.json, and the pictures that they bring: kept
-- whatever is generated, and what depends on them follows.

local artifact = require "host.artifact"
local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

--- A story in a folder of its own, a provider, and a person at the keyboard.
local function desk(options)
  options = options or {}
  -- No two answers of the provider say the same.
  options.text = options.text or function(body, number)
    local format = body.response_format and body.response_format.json_schema
    return format and json.encode(provider.fill(format.schema)):gsub("Some text", "Text " .. number)
  end
  local at = support.write { ["story.lua"] = support.story() }
  local serving = provider.start(options)
  local self = { at = at, serving = serving, data = at .. "/data", path = at .. "/data/small/artifact.json" }

  --- Any command of sbhost, on this story.
  function self.sbhost(name, ...)
    return support.run { name, at .. "/story.lua", "--data", self.data, ... }
  end

  --- Runs the story: the states of the tasks, which of them asked, and all that was told.
  function self.run(expected)
    local result = self.sbhost("run", "--json", "--base-url", serving.url)
    assert.equal(expected or 0, result.status, result.out .. result.err)
    local made = { asked = {}, states = {}, events = {}, err = result.err }
    for line in result.out:gmatch "[^\n]+" do
      local event = json.decode(line)
      made.events[#made.events + 1] = event
      if event.event == "task" and event.state ~= "running" and event.state ~= "odd" then
        made.states[event.task] = event.state
        if event.state == "done" then
          made.asked[#made.asked + 1] = event.task
        end
      end
    end
    table.sort(made.asked)
    return made
  end

  function self.told(made, name)
    local list = {}
    for _, event in ipairs(made.events) do
      list[#list + 1] = event.event == name and event.message or nil
    end
    return list
  end

  function self.board()
    return artifact.parse(file.read(self.path)):get {}
  end

  function self.save(change)
    local value = self.board()
    change(value)
    assert(file.write(self.path, json.encode(value, { indent = 1 })))
  end

  --- The story with another text in it, as an editor saves it.
  function self.story(from, to)
    local text = file.read(at .. "/story.lua"):gsub(from, to)
    assert(file.write(at .. "/story.lua", text))
  end

  function self.close()
    serving.close()
  end
  return self
end

local function drawing(path, colour)
  assert(image.draw {
    width = 640, height = 360, path = path, background = colour,
    shapes = { { "ellipse", cx = 200, cy = 200, rx = 90, ry = 60, colour = 0xFFFFFF } },
  })
  return path
end

local SHOT = "shot_images[scene-1/shot-2]"

describe("an edit of artifact.json", function()
  it("is listed, kept, and asks for just what reads it", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.scenes[1].shots[2].dialogue = "ADA: No."
      board.scenes[1].shots[2].description = "Her hands alone."
    end)
    local made = one.run()
    assert.same({ SHOT }, made.asked)
    assert.same({
      'scenes[scene-1].shots[shot-2].description: set to "Her hands alone."',
      'scenes[scene-1].shots[shot-2].dialogue: set to "ADA: No."',
    }, one.told(made, "edit"))
    local sent = one.serving.requests[#one.serving.requests]
    assert.truthy(json.encode(sent):find("Her hands alone.", 1, true))
    assert.equal("ADA: No.", one.board().scenes[1].shots[2].dialogue)
    made = one.run()
    assert.same({}, made.asked)
    assert.same({}, one.told(made, "edit"))
    local listed = one.sbhost "edits"
    assert.truthy(listed.out:find('shots[shot-2].dialogue: set to "ADA: No."', 1, true), listed.out)
    one.close()
  end)

  it("is named as what is behind a task that it lets run, before and after, through others too", function()
    local one = desk()
    local function why(task)
      local said = one.sbhost("why", task, "--base-url", one.serving.url)
      assert.equal(0, said.status, said.err)
      return said.out
    end
    one.run()
    one.save(function(board)
      board.scenes[1].stage_setting_shot.description = "Mine."
    end)
    local stage = "stage_shot_images[scene-1]"
    local behind = "because scenes[scene-1].stage_setting_shot.description was set by hand on "
    local said = why(stage)
    assert.truthy(said:find(stage .. " would run: the prompt has changed", 1, true), said)
    assert.truthy(said:find("\n  + Mine.\n" .. behind, 1, true), said)
    assert.truthy(why(SHOT):find(behind, 1, true))
    one.run()
    said = why(stage)
    assert.truthy(said:find("\n    + Mine.\n  " .. behind, 1, true), said)
    said = why(SHOT)
    assert.truthy(said:find("because scenes[scene-1].shots", 1, true), said)
    assert.truthy(said:find("\n    " .. behind, 1, true), said)
    -- A picture by hand, too.
    drawing(one.data .. "/small/" .. one.board().scenes[2].stage_setting_shot.image_url, 0x204060)
    said = why "shot_images[scene-2/shot-1]"
    assert.truthy(said:find("because scenes[scene-2].stage_setting_shot.image_url was set by hand on ", 1, true), said)
    assert.equal("shot_images[scene-2/shot-1] would run: ", said:match "^[^:]+: ")
    one.close()
  end)

  it("may come from an editor that begins files with a mark and ends lines in its own way", function()
    local one = desk()
    one.run()
    local function as_saved(text)
      return "\u{FEFF}" .. text:gsub("\n", "\r\n")
    end
    local step = file.read(support.tree .. "/lua/steps/shots.lua")
    assert(file.mkdir(one.at .. "/steps"))
    assert(file.write(one.at .. "/steps/shots.lua", as_saved(step)))
    assert(file.write(one.at .. "/story.lua", as_saved(support.story())))
    assert.same({}, one.run().asked)
    one.save(function(board)
      board.scenes[1].shots[2].description = "Her hands alone."
    end)
    assert(file.write(one.path, as_saved(file.read(one.path))))
    assert.truthy(one.sbhost("status").out:find("shot_images", 1, true))
    local made = one.run()
    assert.same({ SHOT }, made.asked)
    assert.equal(1, #one.told(made, "edit"))
    local mine = step:gsub("prompt = %[%[\n", "prompt = %%q\n"):gsub("%%q\n", "[[\u{FEFF}")
    assert.not_equal(step, mine)
    assert(file.write(one.at .. "/steps/shots.lua", mine))
    assert.same({}, one.run().asked)
    one.close()
  end)

  it("lies over what is written anew, until it is dropped, which costs no call", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.scenes[1].shots[2].description = "Mine."
    end)
    one.run()
    one.story("counts backwards", "counts sideways")
    one.run()
    local board = one.board()
    assert.not_equal("Mine.", board.scenes[1].shots[1].description)
    assert.equal("Mine.", board.scenes[1].shots[2].description)
    assert.equal(0, one.sbhost("unedit", "scenes[scene-1].shots[shot-2].description").status)
    local made = one.run()
    assert.same({ SHOT }, made.asked) -- the words are others than those it was drawn from
    assert.equal(one.board().scenes[1].shots[1].description, one.board().scenes[1].shots[2].description)
    assert.equal("no edits\n", one.sbhost("edits").out)
    one.close()
  end)

  it("brings the generated value back without a call when it is dropped", function()
    local one = desk()
    one.run()
    local before = one.board()
    one.save(function(board)
      board.scenes[2].sketch = "A cellar."
    end)
    assert.is_true(#one.run().asked > 0)
    assert.equal(0, one.sbhost("unedit", "scenes*").status)
    assert.same({}, one.run().asked)
    local after = one.board()
    before.revision, after.revision = nil, nil
    assert.same(before, after)
    one.close()
  end)

  it("that renames a prop renames what refers to it", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.props[1].name = "The brass bell"
    end)
    local made = one.run()
    assert.equal("done", made.states["component_images[prop-1]"])
    assert.equal("reused", made.states["component_images[prop-2]"])
    assert.equal("reused", made.states.components)
    local board = one.board()
    assert.equal("prop-1", board.props[1].key)
    assert.equal("The brass bell", board.scenes[1].props[1])
    one.close()
  end)

  it("adds a scene, which is then filled, moves one, and takes one out", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.scenes = { board.scenes[2], { name = "The dive", description = "Down.", sketch = "Dark water." } }
    end)
    local made = one.run()
    local board = one.board()
    assert.same({ "scene 2", "The dive" }, { board.scenes[1].name, board.scenes[2].name })
    assert.equal(2, #board.scenes[2].shots)
    assert.equal("done", made.states["stage_shots[the-dive]"])
    assert.is_nil(made.states["stage_shots[scene-1]"])
    assert.is_string(board.scenes[2].shots[1].image_url)
    one.close()
  end)

  it("whose item is gone is told of on every run, until it is dealt with", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.scenes[2].shots[2].dialogue = "ADA: No."
    end)
    one.run()
    one.story("scenes = 2", "scenes = 1")
    for _ = 1, 2 do
      assert.same({ "there is no 'scene-2' in scenes any more" }, one.told(one.run(), "lost"))
    end
    local listed = one.sbhost "edits"
    assert.truthy(listed.out:find("not in use: there is no 'scene-2'", 1, true), listed.out)
    one.story("scenes = 1", "scenes = 2")
    assert.same({}, one.told(one.run(), "lost"))
    assert.equal("ADA: No.", one.board().scenes[2].shots[2].dialogue)
    one.close()
  end)

  it("that cannot be used stops the run before it starts, and leaves the file alone", function()
    local one = desk()
    one.run()
    local good = file.read(one.path)
    local asked = #one.serving.requests
    for broken, said in pairs {
      [good:gsub('"style": "pencil"', '"style": "pencil')] = "line %d+, column %d+",
      [good:gsub('"style": "pencil"', '"stile": "pencil"')] = "stile is not a field of 'StoryboardSpec'; did you mean",
      [good:gsub('"duration": %d+', '"duration": "long"', 1)] = "duration is a text, and must be a number",
    } do
      assert.not_equal(good, broken)
      assert(file.write(one.path, broken))
      local made = one.run(2)
      assert.truthy(made.err:find(said), made.err)
      assert.equal(broken, file.read(one.path))
    end
    assert.equal(asked, #one.serving.requests)
    assert(file.write(one.path, good))
    one.run()
    assert(file.remove(one.path))
    assert.same({}, one.run().asked)
    assert.equal("pencil", one.board().style)
    one.close()
  end)
end)

describe("a save while a run is under way", function()
  --- A desk at which a person does something when the last pictures are asked for.
  local function interrupted_by(act)
    local one
    local is_done = false
    one = desk {
      reply = function(body)
        if not is_done and body.modalities and json.encode(body):find("shot 2", 1, true) then
          is_done = true
          act(one)
        end
      end,
    }
    return one
  end

  it("is not overwritten, and goes in before the run ends", function()
    local one = interrupted_by(function(one)
      support.await("artifact.json with the first scene's shots", function()
        local scenes = file.exists(one.path) and one.board().scenes
        return scenes and scenes[1].shots
      end)
      one.save(function(board)
        board.scenes[1].shots[1].description = "Mine."
      end)
    end)
    local made = one.run()
    assert.equal(1, #one.told(made, "again"))
    assert.equal("Mine.", one.board().scenes[1].shots[1].description)
    local drawn = 0
    for _, request in ipairs(one.serving.requests) do
      drawn = drawn + (json.encode(request):find("Mine.", 1, true) and 1 or 0)
    end
    assert.equal(1, drawn)
    assert.same({}, one.run().asked)
    one.close()
  end)

  it("of a broken file is left as it is, and said", function()
    local one = interrupted_by(function(one)
      support.await("artifact.json", function()
        return file.exists(one.path)
      end)
      assert(file.write(one.path, '{ "style": "ink" "revision": 1 }'))
    end)
    local made = one.run(2)
    assert.truthy(one.told(made, "refused")[1]:find "line 1, column 18")
    assert.equal('{ "style": "ink" "revision": 1 }', file.read(one.path))
    assert(file.remove(one.path))
    assert.same({}, one.run().asked)
    one.close()
  end)
end)

describe("a person's own drawing", function()
  it("in the place of one that was drawn stays, and what refers to it is drawn again", function()
    local one = desk()
    one.run()
    local stage = one.board().scenes[1].stage_setting_shot.image_url
    drawing(one.data .. "/small/" .. stage, 0x204060)
    local mine = file.hash(one.data .. "/small/" .. stage)
    local made = one.run()
    assert.same({ "shot_images[scene-1/shot-1]", SHOT }, made.asked)
    assert.equal("kept", made.states["stage_shot_images[scene-1]"])
    assert.equal(1, #one.told(made, "edit"))
    one.story("counts backwards", "counts sideways")
    made = one.run()
    assert.equal("kept", made.states["stage_shot_images[scene-1]"])
    assert.equal(mine, (file.hash(one.data .. "/small/" .. one.board().scenes[1].stage_setting_shot.image_url)))
    assert.equal(0, one.sbhost("unedit", "scenes[scene-1].stage_setting_shot.image_url").status)
    made = one.run()
    assert.equal("done", made.states["stage_shot_images[scene-1]"])
    assert.same({}, one.told(made, "edit"))
    one.close()
  end)

  --- Writes into a file, as many paint programs do, or puts another in its place.
  local WAYS = {
    ["over it"] = function(path, bytes)
      local handle <close> = assert(io.open(path, "w"))
      handle:write(bytes)
    end,
    ["in its place"] = function(path, bytes)
      assert(file.write(path, bytes))
    end,
  }

  for way, put in pairs(WAYS) do
    for _, is_kept in ipairs { false, true } do
      local title = ("that is saved %s%s goes without a call"):format(is_kept and "where one was kept, " or "", way)
      it(title, function()
        local one = desk()
        one.run()
        local before = one.board()
        if is_kept then
          assert.equal(0, one.sbhost("keep", SHOT).status)
          assert.same({}, one.run().asked)
        end
        local shot = one.board().scenes[1].shots[2].image_url
        local drawn = file.hash(one.data .. "/small/" .. shot)
        local mine = file.read(drawing(one.at .. "/mine.png", 0x204060))
        put(one.data .. "/small/" .. shot, mine)
        assert.equal("kept", one.run().states[SHOT])
        assert.equal(mine, file.read(one.data .. "/small/" .. one.board().scenes[1].shots[2].image_url))
        assert.equal(0, one.sbhost("unedit", "scenes*").status)
        -- It is called as before, whatever time its answer is said to be of.
        assert(os.execute(([[python3 -c "
import sqlite3
with sqlite3.connect('%s/small/project.db') as db: db.execute('UPDATE call SET at = at - 3600')"]]):format(one.data)))
        local made = one.run()
        assert.same({}, made.asked)
        assert.same({}, one.told(made, "edit"))
        local after = one.board()
        assert.equal(drawn, file.hash(one.data .. "/small/" .. after.scenes[1].shots[2].image_url))
        before.revision, after.revision = nil, nil
        assert.same(before, after)
        one.close()
      end)
    end
  end

  it("is taken as it is, also of one colour, and named in the story as well", function()
    local one = desk()
    local function blank(path, colour)
      assert(image.draw { width = 640, height = 360, path = path, background = colour, shapes = {} })
      return file.read(path)
    end
    blank(one.at .. "/blank.png", 0x336699)
    one.story("style =", 'props = { { name = "prop 1", kind = "character", image = "blank.png" } }, style =')
    one.run()
    local shot = one.board().scenes[1].shots[2].image_url
    local mine = blank(one.data .. "/small/" .. shot, 0x993366)
    assert.equal("kept", one.run().states[SHOT])
    -- Drawn on there, it is another one, and the first can be had again.
    drawing(one.data .. "/small/" .. shot, 0x204060)
    one.run()
    one.save(function(board)
      assert.not_equal(shot, board.scenes[1].shots[2].image_url)
      blank(one.at .. "/mine.png", 0x993366)
      board.scenes[1].shots[2].image_url = "mine.png" -- beside the story
    end)
    assert.equal("kept", one.run().states[SHOT])
    assert.equal(mine, file.read(one.data .. "/small/" .. one.board().scenes[1].shots[2].image_url))
    one.close()
  end)

  it("may be named in the artifact, as a JPEG elsewhere too", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.props[1].image_url = support.tree .. "/tests/data/card.jpeg"
      drawing(one.data .. "/small/mine.png", 0x604020)
      board.props[2].image_url = "mine.png"
    end)
    local made = one.run()
    assert.equal("kept", made.states["component_images[prop-1]"])
    assert.equal("kept", made.states["component_images[prop-2]"])
    assert.equal("reused", made.states["component_images[prop-3]"])
    local props = one.board().props
    assert.equal("png", image.inspect(one.data .. "/small/" .. props[1].image_url).type)
    assert.equal("mine.png", props[2].image_url)
    -- Saved once more, it is another picture; gone, it is drawn.
    drawing(one.data .. "/small/mine.png", 0x206020)
    made = one.run()
    assert.is_true(#made.asked > 0)
    assert.equal("kept", made.states["component_images[prop-2]"])
    assert(file.remove(one.data .. "/small/mine.png"))
    made = one.run()
    assert.equal("reused", made.states["component_images[prop-2]"])
    assert.truthy(one.told(made, "lost")[1]:find("mine.png", 1, true))
    one.close()
  end)

  it("that is no picture is refused with its place", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.props[1].image_url = "/nowhere/at/all.png"
    end)
    assert.truthy(one.run(2).err:find("props[prop-1].image_url '/nowhere/at/all.png' cannot be used", 1, true))
    one.close()
  end)

  it("is none where a drawn picture is deleted: that is put there again", function()
    local one = desk()
    one.run()
    local picture = one.board().props[1].image_url
    local drawn = file.hash(one.data .. "/small/" .. picture)
    assert(file.remove(one.data .. "/small/" .. picture))
    local planned = one.sbhost("plan", "--base-url", one.serving.url)
    assert.truthy(planned.out:find("nothing to do", 1, true), planned.out)
    local made = one.run()
    assert.equal("reused", made.states["component_images[prop-1]"])
    assert.equal(drawn, file.hash(one.data .. "/small/" .. picture))
    assert.truthy(one.told(made, "gone")[1]:find("the drawn one is restored", 1, true))
    assert.same({}, one.told(made, "edit"))
    one.close()
  end)
end)

describe("what a person keeps", function()
  it("stays when what it was made from is written anew, until it is let go", function()
    local one = desk()
    one.run()
    local kept = one.sbhost("keep", "shots[scene-1]", "shot_images[scene-1/*]")
    assert.equal(0, kept.status, kept.err)
    assert.truthy(kept.out:find("kept: scenes[scene-1].shots[shot-2].image_url", 1, true), kept.out)
    local before = one.board().scenes[1].shots
    one.story("counts backwards", "counts sideways")
    local made = one.run()
    assert.equal("kept", made.states["shots[scene-1]"])
    assert.equal("kept", made.states[SHOT])
    assert.equal("done", made.states["shots[scene-2]"])
    assert.same(before, one.board().scenes[1].shots)
    local dropped = one.sbhost("unedit", "scenes[scene-1].shots*")
    assert.equal(0, dropped.status, dropped.err)
    made = one.run()
    assert.equal("done", made.states["shots[scene-1]"])
    one.close()
  end)

  it("may lack something that was taken out by hand", function()
    local one = desk()
    one.run()
    one.save(function(board)
      board.scenes[1].shots[1].description = nil
    end)
    local kept = one.sbhost("keep", "shots[scene-1]")
    assert.equal(0, kept.status, kept.err)
    assert.truthy(kept.out:find("kept: scenes[scene-1].shots", 1, true), kept.out)
    one.close()
  end)

  it("must be something that was written", function()
    local one = desk()
    local kept = one.sbhost("keep", "lore")
    assert.equal(2, kept.status)
    assert.truthy(kept.err:find("there is no task 'lore'", 1, true), kept.err)
    assert.equal(2, one.sbhost("unedit", "lore.title").status)
    one.close()
  end)
end)

describe("items of a list that is written anew", function()
  it("keep their keys, and with them their edits", function()
    local named = { "The cellar", "The roof" }
    local texts = {
      "A clock maker goes down into the cellar with a lamp and finds the pendulum swinging by itself.",
      "Two boys on the roof hold the weather vane still while the whole town looks up at them.",
    }
    local one = desk {
      text = function(body)
        local format = body.response_format and body.response_format.json_schema
        if format and format.name == "scenes" then
          local value = provider.fill(format.schema)
          for i, scene in ipairs(value.scenes) do
            scene.name, scene.description, scene.sketch = named[i], texts[i], texts[i]
          end
          return json.encode(value)
        end
      end,
    }
    one.run()
    one.save(function(board)
      board.scenes[1].shots[1].dialogue = "ADA: Here."
    end)
    one.run()
    named = { "Up there", "Pendulum" }
    texts = {
      "On the roof two boys hold on to the weather vane; the town stands below and looks up.",
      "With his lamp the clock maker climbs down to the cellar, where the pendulum swings by itself.",
    }
    one.story("counts backwards", "counts sideways")
    local made = one.run()
    assert.truthy(one.told(made, "matched")[1]:find("'The cellar' goes on as 'Pendulum'", 1, true))
    local scenes = one.board().scenes
    assert.same({ "the-roof", "the-cellar" }, { scenes[1].key, scenes[2].key })
    assert.equal("ADA: Here.", scenes[2].shots[1].dialogue)
    one.story("counts sideways", "counts backwards")
    assert.same({}, one.run().asked)
    assert.same({ "the-cellar", "the-roof" }, { one.board().scenes[1].key, one.board().scenes[2].key })
    one.close()
  end)
end)
