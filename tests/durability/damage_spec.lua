-- A project whose store is damaged, lost, or held by another program: nothing is asked
-- until it is known what was, and the message says what to do.

local trial = require "trial"
local file = require "host.file"
local loop = require "host.loop"
local support = require "support"

describe("a store", function()
  local gate -- while there is one, nobody is answered from the third request on
  local from
  local tried = trial.new {
    reply = function(_, number)
      if gate and number >= from then
        gate:wait()
      end
    end,
  }
  local expected = tried:undisturbed()
  local edges = tried:count().edge

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

  --- A project whose first run was killed towards its end.
  local function killed()
    local folder = tried:folder()
    assert.equal(137, tried:run(folder, { ACT = ("edge %d kill"):format(edges * 3 // 4) }).status)
    return folder, folder .. "/small/project.db"
  end

  --- The same, of one that had published an artifact and waited for answers.
  local function killed_after_publishing()
    local folder = tried:folder()
    gate, from = loop.event(), #tried.serving.requests + 3
    local running = support.start(tried:arguments(folder))
    support.await("an artifact", function()
      return file.exists(folder .. "/small/artifact.json")
    end)
    running.kill()
    support.await("its end", function()
      return not running.is_running()
    end)
    gate:notify()
    gate = nil
    return folder, folder .. "/small/project.db"
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
    folder, db = killed_after_publishing()
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
    file.remove(folder .. "/small/artifact.json") -- if it had come so far: the log may not reach to it any more
    local result = tried:run(folder)
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal(expected, trial.artifact(folder))
  end)

  it("that another program writes to for a while is waited for", function()
    local folder, db = finished()
    local before = tried:save "forwards"
    local made = #tried.serving.requests
    local held = folder .. "/held"
    os.execute(([[python3 -c "
import os, sqlite3, time
c = sqlite3.connect('%s', isolation_level=None)
c.execute('BEGIN IMMEDIATE')
open('%s', 'w').close()
while os.path.exists('%s'): time.sleep(0.01)" &]]):format(db, held, held))
    support.await("its lock", function()
      return file.exists(held)
    end)
    local running = support.start(tried:arguments(folder))
    support.await("the run to have opened the store", function()
      local pid = (file.read(db .. "-lock") or ""):match "%d+"
      return pid and os.execute(("ls -l /proc/%s/fd 2>/dev/null | grep -q 'project.db-wal'"):format(pid))
    end)
    assert.equal(made, #tried.serving.requests)
    assert(file.remove(held))
    support.await("its end", function()
      return not running.is_running()
    end)
    assert.equal(0, running.status(), running.out())
    tried:save(before)
    assert.same({}, trial.torn(folder))
  end)
end)
