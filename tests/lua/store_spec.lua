local file = require "host.file"
local loop = require "host.loop"
local store = require "host.store"

describe("host.store", function()
  local folder, path, s

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(file.mkdir(folder))
    path = folder .. "/db"
    s = assert(store.open(path))
  end)

  after_each(function()
    s:close()
    for _, name in ipairs(file.list(folder)) do assert(file.remove(folder .. "/" .. name)) end
    assert(file.remove(folder))
  end)

  local function reopen()
    assert(s:close())
    s = assert(store.open(path))
  end

  it("remembers an answered call with all that belongs to it", function()
    local before = loop.time()
    local id = assert(s:intend("key", "request", "price"))
    s:accept(id, "handle")
    assert.is_true(s:answer(id, "answer\0with a zero", "cost"))
    for _ = 1, 2 do
      local call = s:call(id)
      assert.near(before, call.at, 60)
      call.at = nil
      assert.same({
        id = id, key = "key", state = "answered", handle = "handle", request = "request",
        intent_meta = "price", answer = "answer\0with a zero", meta = "cost",
      }, call)
      local answered = s:answered "key"
      assert.equal("answer\0with a zero", answered.answer)
      assert.equal("cost", answered.meta)
      assert.equal(id, answered.id)
      reopen()
    end
    assert.is_nil(s:answered "another key")
    assert.is_nil(s:call(id + 1))
  end)

  it("serves an answer while it is still on its way to the disk", function()
    local id = assert(s:intend("key", "request"))
    local task = loop.spawn(function() return s:answer(id, "answer") end)
    loop.spawn(function() end):await() -- the turn in which the task begins
    assert.equal("waiting", task:status())
    assert.equal("answer", s:answered("key").answer)
    assert.is_true(task:await())
  end)

  it("lists the doubts that others have left, and no call of its own in flight", function()
    local first = assert(s:intend("a", "request", "price"))
    local second = assert(s:intend("b", "request"))
    s:refuse(second, "connection refused")
    local third = assert(s:intend("c", "request"))
    s:doubt(third, "connection reset")
    assert.equal(1, #s:doubts())
    assert.equal("connection reset", s:doubts()[1].reason)
    reopen()
    assert(s:intend("d", "request"))
    local doubts = s:doubts()
    assert.equal(2, #doubts)
    assert.equal(first, doubts[1].id)
    assert.equal("doubt", doubts[1].state)
    assert.equal("price", doubts[1].intent_meta)
    assert.equal(third, doubts[2].id)
    s:forgive(first, "asked again")
    assert.is_true(s:answer(third, "found after all"))
    assert.same({}, s:doubts())
    assert.equal("settled", s:call(first).state)
    assert.equal("refused", s:call(second).state)
  end)

  it("raises when a call's state does not allow what is asked for", function()
    local id = assert(s:intend("key", "request"))
    assert(s:answer(id, "answer"))
    local ok, message = pcall(s.answer, s, id, "twice")
    assert.is_false(ok)
    assert.truthy(message:find("call " .. id .. " is in state 'answered'", 1, true))
    ok, message = pcall(s.refuse, s, id + 7, "why not")
    assert.is_false(ok)
    assert.truthy(message:find("there is no call " .. id + 7, 1, true))
    assert.has_error(function() s:intend "key" end)
  end)

  it("refuses the intent of a task that is cancelled, whether durable or not", function()
    local watcher <close> = assert(store.open(path, { readonly = true }))
    local function intend() return s:intend("key", "request") end
    local early, durable, woken = loop.spawn(intend), loop.spawn(intend), nil
    local first = loop.spawn(function()
      local id = assert(intend())
      woken:cancel() -- its commit, if it was the same one, has woken it as well
      s:refuse(id, "enough")
    end)
    woken = loop.spawn(intend)
    loop.spawn(function() end):await() -- the turn in which they begin
    early:cancel()
    repeat until watcher:call(2) -- no turn of the loop: its task does not know
    durable:cancel()
    first:await()
    reopen()
    assert.same({}, s:doubts())
    for id = 1, 4 do assert.equal("refused", s:call(id).state) end
  end)

  it("keeps records by kind and name", function()
    assert.is_true(s:put("choice", "lore", "1"))
    assert.is_true(s:put("choice", "lore", "2", { wait = true }))
    s:put("choice", "narrative", "")
    s:put("edit", "lore", "x")
    s:put("edit", "y", "z")
    s:remove("edit", "y")
    for _ = 1, 2 do
      assert.equal("2", s:get("choice", "lore"))
      assert.equal("", s:get("choice", "narrative"))
      assert.is_nil(s:get("edit", "y"))
      assert.same({ lore = "2", narrative = "" }, s:all "choice")
      assert.same({ lore = "x" }, s:all "edit")
      assert.same({}, s:all "nothing")
      reopen()
    end
  end)

  it("takes many changes at once, in their order", function()
    local tasks = {}
    for i = 1, 200 do
      tasks[i] = loop.spawn(function()
        s:put("last", "writer", tostring(i))
        local id = assert(s:intend("key " .. i, "request"))
        return assert(s:answer(id, "answer " .. i))
      end)
    end
    loop.all(tasks)
    reopen()
    for i = 1, 200 do assert.equal("answer " .. i, s:answered("key " .. i).answer) end
    assert.equal("200", s:get("last", "writer"))
  end)

  it("says who has the store open, and lets others read it", function()
    local second, message, code = store.open(path)
    assert.is_nil(second)
    assert.equal("EBUSY", code)
    assert.truthy(message:find("in use by process %d"))
    assert(s:put("kind", "name", "text", { wait = true }))
    local reader = assert(store.open(path, { readonly = true }))
    assert.equal("text", reader:get("kind", "name"))
    local ok, err = pcall(reader.put, reader, "kind", "name", "other")
    assert.is_false(ok)
    assert.truthy(err:find("read only", 1, true))
    assert(reader:close())
  end)

  it("refuses a file that is no store, with a message that names it", function()
    local letter = folder .. "/letter"
    assert(file.write(letter, ("Dear reader, "):rep(100)))
    local none, message, code = store.open(letter)
    assert.is_nil(none)
    assert.equal("EFTYPE", code)
    assert.equal(letter .. " is not a database", message)
  end)

  it("is closed once, and then says so", function()
    s:put("kind", "name", "text")
    local closing = loop.spawn(function() return s:close() end)
    assert.is_true(closing:await())
    assert.is_true(s:close())
    local ok, message = pcall(s.get, s, "kind", "name")
    assert.is_false(ok)
    assert.truthy(message:find("the store is closed", 1, true))
    do
      local scoped <close> = assert(store.open(path))
      scoped:put("kind", "other", "text")
    end
    s = assert(store.open(path))
    assert.same({ name = "text", other = "text" }, s:all "kind")
  end)
end)
