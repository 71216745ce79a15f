-- A project whose store is damaged, lost, or held by another program: nothing is asked
-- until it is known what was, and the message says what to do.

local trial = require "trial"
local file = require "host.file"
local loop = require "host.loop"
local support = require "support"

describe("a store", function()
  local is_slow = false
  local tried = trial.new {
    reply = function()
      if is_slow then -- so that there is time to publish what a step has made
        loop.sleep(0.2)
      end
    end,
  }
  local expected = tried:undisturbed()

  teardown(function()
    tried:close()
  end)

  --- A finished project, and what its store holds.
  local function finished()
    local folder = tried:folder()
    assert.equal(0, tried:run(folder).status)
    local db = folder .. "/small/project.db"
    return folder, db, assert(file.read(db))
  end

  --- A project whose first run was killed, if need be after it had published an artifact.
  local function killed(after_publishing)
    is_slow = after_publishing or false
    for edge = 400, 1000, 40 do
      local folder = tried:folder()
      assert.equal(137, tried:run(folder, { ACT = ("edge %d kill"):format(edge) }).status)
      if not after_publishing or file.exists(folder .. "/small/artifact.json") then
        is_slow = false
        return folder, folder .. "/small/project.db"
      end
    end
  end

  --- Runs where it must not go on; a command that only looks must not, either.
  local function expect_refused(folder, ...)
    local made = #tried.serving.requests
    local artifact = file.read(folder .. "/small/artifact.json")
    local looked = support.run { "plan", tried.place .. "/story.lua", "--data", folder }
    for _, result in ipairs { tried:run(folder), looked } do
      assert.equal(2, result.status, result.out .. result.err)
      for _, words in ipairs { ... } do
        assert.truthy(result.err:find(words, 1, true), result.err)
      end
    end
    assert.equal(made, #tried.serving.requests)
    assert.equal(artifact, file.read(folder .. "/small/artifact.json"))
  end

  it("that is damaged is said to be, and is as good as before when a copy is put back", function()
    local folder, db, bytes = finished()
    for _, damaged in ipairs {
      bytes:sub(1, 4096) .. ("\xAA"):rep(#bytes - 4096),
      bytes:sub(1, #bytes // 2),
      bytes:sub(1, 200),
    } do
      assert(file.write(db, damaged))
      expect_refused(folder, "damaged", "restore a copy of project.db")
    end
    assert(file.write(db, bytes))
    local made = #tried.serving.requests
    assert.same({}, tried:complete(folder, expected))
    assert.equal(made, #tried.serving.requests)
  end)

  it("that is another file is left alone", function()
    local folder, db = finished()
    assert(file.write(db, ("A letter. "):rep(900)))
    expect_refused(folder, "is not a database", "restore a copy of project.db")
    assert.equal(("A letter. "):rep(900), file.read(db))
  end)

  it("that is lost, with its log or without, is missed where an artifact is there", function()
    local folder, db, bytes = finished()
    assert(file.write(db, ""))
    local result = tried:run(folder)
    assert.equal(2, result.status, result.out)
    assert.truthy(result.err:find("has no record of", 1, true), result.err)
    assert(file.write(db, bytes))
    assert.same({}, tried:complete(folder, expected))
    folder, db = killed(true)
    assert(file.remove(db .. "-wal"))
    result = tried:run(folder)
    assert.equal(2, result.status, result.out)
    assert.truthy(result.err:find("restore project.db", 1, true), result.err)
  end)

  it("goes on with what is whole of its log, and makes the log's index anew", function()
    local folder, db = killed()
    local log = assert(file.read(db .. "-wal"))
    assert(file.write(db .. "-wal", log:sub(1, #log * 3 // 4) .. ("\xAA"):rep(#log // 4)))
    assert(file.write(db .. "-shm", "nothing of use"))
    local result = tried:run(folder)
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal(expected, trial.artifact(folder))
  end)

  it("that another program writes to for a while is waited for", function()
    local folder, db = finished()
    local story = assert(file.read(tried.place .. "/story.lua"))
    assert(file.write(tried.place .. "/story.lua", (story:gsub("counts backwards", "counts forwards"))))
    local held = folder .. "/held"
    os.execute(([[python3 -c "
import sqlite3, time
c = sqlite3.connect('%s', isolation_level=None)
c.execute('BEGIN IMMEDIATE')
open('%s', 'w').close()
time.sleep(1)" &]]):format(db, held))
    support.await("its lock", function()
      return file.exists(held)
    end)
    local result = tried:run(folder)
    assert.equal(0, result.status, result.out .. result.err)
    assert(file.write(tried.place .. "/story.lua", story))
    assert.same({}, trial.torn(folder))
  end)
end)
