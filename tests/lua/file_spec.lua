local file = require "host.file"
local loop = require "host.loop"

describe("host.file", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(file.mkdir(folder))
  end)

  after_each(function()
    for _, name in ipairs(file.list(folder)) do assert(file.remove(folder .. "/" .. name)) end
    assert(file.remove(folder))
  end)

  it("reads what it wrote, zero bytes too", function()
    local path = folder .. "/a"
    assert.is_true(file.write(path, "one\0two"))
    assert.equal("one\0two", file.read(path))
    assert.is_true(file.exists(path))
    assert.is_false(file.exists(folder .. "/b"))
    assert.is_false(file.exists(path .. "/below"))
  end)

  it("replaces what was seen, and leaves alone what another put there", function()
    local path = folder .. "/a"
    assert(file.write(path, "mine"))
    local seen = file.stat(path)
    assert(file.write(path, "mine too", seen))
    local ok, message, code = file.write(path, "mine again", seen)
    assert.same({ "EAGAIN", path .. ": changed meanwhile" }, { code, message })
    for _, wrong in ipairs { {}, { size = 1 }, { size = -1, mtime = 1 }, { size = 1, mtime = 0 / 0 },
      { size = 1, mtime = -1e300 } } do
      assert.has_error(function() file.write(path, "none", wrong) end)
    end
    assert.is_nil(ok)
    assert.equal("mine too", file.read(path))
    assert.same({ "a" }, file.list(folder))
    assert(file.remove(path))
    assert(file.write(path, "new", seen))
    assert.equal("new", file.read(path))
  end)

  it("returns the world's failures as values that name the path", function()
    local text, message, code = file.read(folder .. "/missing")
    assert.is_nil(text)
    assert.equal("ENOENT", code)
    assert.truthy(message:find(folder .. "/missing", 1, true))
    assert(file.write(folder .. "/long", "12345"))
    assert.equal("EFBIG", (select(3, file.read(folder .. "/long", 4))))
  end)

  it("gives the absolute path of what is there", function()
    assert(file.write(folder .. "/a", "1"))
    local real = file.real(folder .. "/./a")
    assert.equal("/", real:sub(1, 1))
    assert.equal("1", file.read(real))
    assert.is_nil(real:find("/./", 1, true))
    assert.equal("ENOENT", (select(3, file.real(folder .. "/missing"))))
  end)

  it("raises on paths that are none", function()
    assert.has_error(function() file.read "" end)
    assert.has_error(function() file.read "a\0b" end)
    assert.has_error(function() file.write(folder .. "/a") end)
  end)

  it("tells what a file is", function()
    local before = loop.time()
    assert(file.write(folder .. "/a", "12345"))
    local stat = file.stat(folder .. "/a")
    assert.equal(5, stat.size)
    assert.equal("file", stat.type)
    assert.near(before, stat.mtime, 60)
    assert.equal("directory", file.stat(folder).type)
  end)

  it("publishes under a free name and never replaces", function()
    assert(file.write(folder .. "/tmp", "mine"))
    assert(file.write(folder .. "/taken", "theirs"))
    local ok, _, code = file.publish(folder .. "/tmp", folder .. "/taken")
    assert.is_nil(ok)
    assert.equal("EEXIST", code)
    assert.is_true(file.publish(folder .. "/tmp", folder .. "/free"))
    assert.same({ "free", "taken" }, file.list(folder))
    assert.equal("theirs", file.read(folder .. "/taken"))
  end)

  it("scans what files are, without reading them", function()
    local path = folder .. "/a"
    assert(file.write(path, "one"))
    assert(file.write(folder .. "/b", "two"))
    local digest, states = file.scan({ folder, path, folder .. "/nothing" }, true)
    assert.equal(states[path], select(2, file.scan({ path }, true))[path])
    assert.is_string(states[folder .. "/b"])
    assert.equal(digest, (file.scan { folder, path, folder .. "/nothing" }))
    assert.not_equal(digest, (file.scan { folder, path }))
    assert(file.write(path, "oné"))
    local other, now = file.scan({ folder, path, folder .. "/nothing" }, true)
    assert.not_equal(digest, other)
    assert.not_equal(states[path], now[path])
    assert.equal(states[folder .. "/b"], now[folder .. "/b"])
    assert.has_error(function() file.scan { "" } end)
    assert.has_error(function() file.scan(path) end)
  end)

  it("hashes a file, again after each change", function()
    local path = folder .. "/a"
    assert(file.write(path, "abc"))
    local hex, bytes = file.hash(path)
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex)
    assert.equal(3, bytes)
    for i = 1, 20 do -- in place, of one size, within one tick of its clock
      local handle <close> = assert(io.open(path, "w"))
      handle:write(("%03d"):format(i))
      handle:close()
      local now = file.hash(path)
      assert.not_equal(hex, now)
      hex = now
    end
  end)

  it("hashes a file that stays as it is only once", function()
    local path = folder .. "/a"
    assert(file.write(path, "abc"))
    loop.sleep(0.1) -- older than a tick of the file system's clock
    local hex = file.hash(path)
    local at_once = true
    local task = loop.spawn(function() at_once = false end)
    assert.equal(hex, file.hash(path))
    assert.is_true(at_once)
    task:await()
  end)

  it("holds a lock until it is released, and says who has it", function()
    local path = folder .. "/lock"
    local lock = assert(file.lock(path))
    local second, message, code = file.lock(path)
    assert.is_nil(second)
    assert.equal("EBUSY", code)
    local stat <close> = assert(io.open "/proc/self/stat")
    assert.truthy(message:find("process " .. stat:read "n", 1, true))
    lock:release()
    lock:release()
    do
      local third <close> = assert(file.lock(path))
      assert.truthy(third)
    end
    assert(file.lock(path)):release()
  end)

  it("frees the lock that a cancelled task was getting", function()
    local path = folder .. "/lock"
    local task = loop.spawn(function() file.lock(path) end)
    loop.sleep(0)
    task:cancel()
    local lock
    repeat lock = file.lock(path) until lock
    lock:release()
  end)

  it("does many things at once", function()
    local tasks = {}
    for i = 1, 50 do
      tasks[i] = loop.spawn(function() return file.write(folder .. "/" .. i, ("x"):rep(i * 100)) end)
    end
    loop.all(tasks)
    assert.equal(50, #file.list(folder))
  end)
end)
