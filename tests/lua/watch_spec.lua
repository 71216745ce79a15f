-- host.watch: what a script is told of files that are saved.

package.path = "tests/e2e/?.lua;" .. package.path

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local support = require "support"
local watch = require "host.watch"

describe("host.watch", function()
  local at, watching

  before_each(function()
    at = support.folder()
    watching = assert(watch.open())
  end)

  after_each(function()
    watching:close()
  end)

  local function put(name, text)
    local handle <close> = assert(io.open(at .. "/" .. name, "w"))
    handle:write(text)
  end

  it("tells the content that a file has now", function()
    put("story.lua", "one")
    watching:set { [at .. "/story.lua"] = json.sha256 "one" }
    put("story.lua", "two")
    assert.same({ [at .. "/story.lua"] = json.sha256 "two" }, watching:next())
    assert.truthy(file.write(at .. "/story.lua", "three"))
    assert.same({ [at .. "/story.lua"] = json.sha256 "three" }, watching:next())
    os.remove(at .. "/story.lua")
    assert.same({ [at .. "/story.lua"] = false }, watching:next())
  end)

  it("tells that something in a folder was written, came or went", function()
    put("a.png", "one")
    watching:set { [at .. "/"] = true }
    local known = watching:next()[at .. "/"]
    local function await_change()
      local now = watching:next()[at .. "/"]
      assert.equal(64, #now)
      assert.not_equal(known, now)
      known = now
    end
    put("a.png", "over it")
    await_change()
    put(".b.png", "hidden")
    assert(file.write(at .. "/a.png", "in its place"))
    await_change()
    put("b.png", "more")
    await_change()
    os.remove(at .. "/b.png")
    await_change()
  end)

  it("tells what changed since it was read, before it was watched", function()
    put("story.lua", "two")
    watching:set { [at .. "/story.lua"] = json.sha256 "one", [at .. "/gone.lua"] = json.sha256 "one" }
    local changes = watching:next()
    while changes[at .. "/gone.lua"] == nil do -- an absence has to last
      for path, content in pairs(watching:next()) do
        changes[path] = content
      end
    end
    assert.same({ [at .. "/story.lua"] = json.sha256 "two", [at .. "/gone.lua"] = false }, changes)
  end)

  it("is silent about a save that changes nothing, and about other files", function()
    put("story.lua", "one")
    put("picture.png", "one")
    watching:set {
      [at .. "/story.lua"] = json.sha256 "one",
      [at .. "/steps/lore.lua"] = false,
      [at .. "/picture.png"] = true,
    }
    put("story.lua", "one")
    put("other.lua", "one")
    assert.truthy(file.write(at .. "/story.lua", "one"))
    put("picture.png", "two")
    assert.same({ [at .. "/picture.png"] = json.sha256 "two" }, watching:next())
    assert.truthy(file.mkdir(at .. "/steps"))
    put("steps/lore.lua", "one")
    assert.same({ [at .. "/steps/lore.lua"] = json.sha256 "one" }, watching:next())
  end)

  it("watches another set from then on", function()
    put("one", "a")
    put("two", "a")
    watching:set { [at .. "/one"] = json.sha256 "a" }
    watching:set { [at .. "/two"] = json.sha256 "a" }
    put("one", "b")
    put("two", "b")
    assert.same({ [at .. "/two"] = json.sha256 "b" }, watching:next())
  end)

  it("tells files together that are saved together", function()
    local known = {}
    for i = 1, 100 do
      put("file" .. i, "before")
      known[at .. "/file" .. i] = json.sha256 "before"
    end
    watching:set(known)
    for i = 1, 100 do
      put("file" .. i, "after")
    end
    local count = 0
    for _, content in pairs(watching:next()) do
      count = count + (content == json.sha256 "after" and 1 or 0)
    end
    assert.equal(100, count)
  end)

  it("lets who waits go when it is closed or the task is cancelled", function()
    watching:set { [at .. "/never"] = false }
    local waiting = loop.spawn(watching.next, watching)
    loop.sleep(0)
    assert.has_error(function()
      watching:next()
    end)
    waiting:cancel()
    waiting = loop.spawn(watching.next, watching)
    loop.sleep(0)
    watching:close()
    assert.is_nil(waiting:await())
    assert.has_error(function()
      watching:next()
    end)
  end)

  it("says what is wrong with a set", function()
    for _, files in ipairs { { "story.lua" }, { [""] = true }, { ["a\0b"] = true }, { a = "abc" }, { a = 1 } } do
      assert.has_error(function()
        watching:set(files)
      end)
    end
    assert.has_error(function()
      watching:set { a = ("x"):rep(64) }
    end)
  end)
end)
