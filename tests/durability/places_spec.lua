-- Projects in places that change: one that may only be read, one that is moved in the
-- middle, a clock that is set back, a newer version's store, a lock whose owner died.

local trial = require "trial"
local file = require "host.file"
local loop = require "host.loop"
local support = require "support"

describe("a project", function()
  local hold = 0
  local tried = trial.new {
    reply = function()
      loop.sleep(hold)
    end,
  }
  local expected = tried:undisturbed()

  teardown(function()
    tried:close()
  end)

  it("that was killed goes on at another path, with what had arrived", function()
    local renames, folder = tried:count().rename
    repeat -- until it is killed between the arrival of a picture and its use
      folder = tried:folder()
      tried:run(folder, { ACT = ("rename %d kill"):format(renames) })
      renames = renames - 1
    until (file.list(folder .. "/small/arriving") or {})[1]
    local elsewhere = tried:folder()
    assert(os.execute(("cp -r %s/small %s && rm -r %s/small"):format(folder, elsewhere, folder)))
    local answered = trial.calls(elsewhere).answered
    assert.is_true(next(answered) ~= nil)
    assert.same({}, tried:complete(elsewhere, expected))
  end)

  it("that was finished has nothing to do at another path", function()
    local folder, elsewhere = tried:folder(), tried:folder()
    assert.equal(0, tried:run(folder).status)
    assert(os.execute(("cp -r %s/small %s"):format(folder, elsewhere)))
    local before = #tried.serving.requests
    local result = tried:run(elsewhere)
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal(before, #tried.serving.requests)
    assert.equal(expected, trial.artifact(elsewhere))
  end)

  it("does not mind a clock that is set back by a day in the middle", function()
    local folder = tried:folder()
    assert.equal(137, tried:run(folder, { ACT = "edge 200 kill" }).status)
    assert.same({}, trial.torn(folder))
    local before = trial.calls(folder)
    local first = #tried.serving.requests + 1
    local result = tried:run(folder, { CLOCK = "-86400" })
    assert.equal(0, result.status, result.out .. result.err)
    assert.same({}, tried:asked_again(first, before.answered))
    assert.same({}, tried:complete(folder, expected))
  end)

  it("that cannot be written is told before anything is asked", function()
    local folder = tried:folder()
    local before = #tried.serving.requests
    local result = tried:run(folder, { ACT = "mkdir 1 EROFS+" })
    assert.equal(2, result.status)
    assert.truthy(result.err:find("read-only file system", 1, true), result.err)
    assert.truthy(result.err:find("writable", 1, true), result.err)
    assert.equal(0, tried:run(folder).status)
    local made = #tried.serving.requests
    result = tried:run(folder, { ACT = "open 1 EROFS+" })
    assert.equal(2, result.status, result.out)
    assert.truthy(result.err:find("read-only file system", 1, true), result.err)
    assert.is_true(made > before)
    assert.equal(made, #tried.serving.requests)
  end)

  it("has one run at a time; a second is told which process it is, and a dead one has let go", function()
    local folder = tried:folder()
    hold = 30 -- longer than all that follows
    local running = support.start(tried:arguments(folder))
    local lock = folder .. "/small/project.db-lock"
    local pid = support.await("the lock", function()
      return (file.read(lock) or ""):match "%d+"
    end)
    local second = tried:run(folder)
    assert.equal(2, second.status, second.out)
    assert.truthy(second.err:find("project 'small' is busy", 1, true), second.err)
    assert.truthy(second.err:find("process " .. pid, 1, true), second.err)
    running.kill()
    support.await("its end", function()
      return not running.is_running()
    end)
    hold = 0
    assert.same({}, tried:complete(folder, expected))
  end)

  it("of a newer version is left alone, and the message says what to do", function()
    local folder = tried:folder()
    assert.equal(0, tried:run(folder).status)
    local db = folder .. "/small/project.db"
    local bytes = assert(file.read(db))
    -- The format's number is at byte 60 of SQLite's header.
    assert(file.write(db, bytes:sub(1, 60) .. (">I4"):pack(99) .. bytes:sub(65)))
    local result = tried:run(folder)
    assert.equal(2, result.status)
    assert.truthy(result.err:find("newer version", 1, true), result.err)
  end)
end)
