local artifact = require "host.artifact"
local json = require "host.json"

local board = artifact.from {
  title = "The light",
  scenes = {
    { name = "Storm", shots = { { name = "wide" }, { name = "close", seconds = 2.5 } } },
    { name = "Calm", shots = json.array {} },
  },
}

local function refused(tree, changes, expected)
  local before = tree:hash()
  local patched, message = tree:patch(changes)
  assert.is_nil(patched)
  assert.equal(expected, message)
  assert.equal(before, tree:hash())
end

describe("artifact.parse", function()
  it("keeps integers and empty lists, which lua-cjson cannot", function()
    local text = '{"a":[],"b":{},"c":9223372036854775807,"d":-1,"e":0.1,"f":[null,true,false,"é"]}'
    local tree = assert(artifact.parse(text))
    assert.equal(text, tree:encode())
    assert.equal("integer", math.type(tree:get { "c" }))
    assert.equal(json.null, tree:get { "f", 1 })
    assert.equal("[]", json.encode(tree:get { "a" }))
    assert.equal("{}", json.encode(tree:get { "b" }))
  end)

  it("takes a number for what it is, however it is written", function()
    assert.equal("[1,100,0,1e+300]", assert(artifact.parse "[1.0, 1e2, -0.0, 1e300]"):encode())
  end)

  it("refuses what is not JSON, and a key that is there twice", function()
    local tree, message = artifact.parse '{"a":1,\n "b":{"x":1,"y":2,"\\u0078":3}}'
    assert.is_nil(tree)
    assert.equal('line 2, column 6 (byte 14): this record has the key "x" twice', message)
    tree, message = artifact.parse '{"a":[1,}'
    assert.is_nil(tree)
    assert.equal("line 1, column 9 (byte 9): a value expected", message)
    for _, text in ipairs { "", "[1] 2", '{"a":1', '["\xff"]', ("["):rep(129) .. ("]"):rep(129) } do
      assert.is_nil((artifact.parse(text)))
    end
  end)
end)

describe("an artifact", function()
  it("gives what is at a path", function()
    assert.equal("The light", board:get { "title" })
    assert.equal(2.5, board:get { "scenes", 1, "shots", 2, "seconds" })
    assert.same({ name = "Calm", shots = {} }, board:get { "scenes", 2 })
    assert.equal("close", board:node({ "scenes", 1, "shots" }):get { 2, "name" })
    assert.equal(2, board:length { "scenes" })
    assert.equal(0, board:length { "scenes", 2, "shots" })
    assert.is_nil(board:length { "title" })
    assert.is_true(board:has { "scenes", 2 })
  end)

  it("gives what lies further steps behind a path", function()
    local shots = { "scenes", 1, "shots" }
    assert.equal("close", board:get(shots, 2, "name"))
    assert.equal("wide", board:node(shots, 1):get { "name" })
    assert.equal(board:hash { "scenes", 1, "shots", 2 }, board:hash(shots, 2))
    assert.equal(2, board:length({ "scenes" }, 1, "shots"))
    assert.is_false(board:has(shots, 3))
    assert.has_error(function()
      board:get(shots, 1, {})
    end, "step 5 of a path: a key or an index expected, got table")
    local deep = {}
    for i = 1, 128 do
      deep[i] = "a"
    end
    assert.has_error(function()
      board:get(deep, "a")
    end, "a path of more than 128 steps")
  end)

  it("gives nil for what is not there", function()
    for _, path in ipairs { { "x" }, { "scenes", 3 }, { "scenes", 0 }, { "scenes", "1" }, { "title", "x" }, { 1 } } do
      assert.is_nil(board:get(path))
      assert.is_nil(board:node(path))
      assert.is_nil(board:hash(path))
      assert.is_false(board:has(path))
    end
    assert.has_error(function() board:get { "scenes", 1.5 } end)
    assert.has_error(function() board:get { {} } end)
  end)

  it("is written in the order that is asked for", function()
    local tree = artifact.from { a = 1, name = "n", z = { b = 1, title = 2, name = 3 }, list = json.array {} }
    assert.equal('{"a":1,"list":[],"name":"n","z":{"b":1,"name":3,"title":2}}', tree:encode())
    assert.equal(
      '{"title":0}',
      artifact.from({ title = 0 }):encode { order = { "name", "title" } }
    )
    assert.equal(
      '{\n  "name": "n",\n  "z": {\n    "title": 2,\n    "name": 3,\n    "b": 1\n  },\n  "a": 1,\n  "list": []\n}\n',
      tree:encode { indent = 2, order = { "title", "name", "z" } }
    )
  end)

  it("says what it is", function()
    assert.equal("artifact: a record of 2", tostring(board))
    assert.equal("artifact: a string", tostring(board:node { "title" }))
  end)
end)

describe("artifact:patch", function()
  it("makes a new tree and leaves the old one", function()
    local patched = assert(board:patch {
      { { "title" }, "The dark" },
      { { "scenes", 1, "shots", 3 }, { name = "last" } },
      { { "scenes", 2, "shots", 1, "name" }, "first" },
      { { "style", "ink", "wash" }, true },
      { { "scenes", 1, "shots", 2, "seconds" } },
    })
    assert.same({
      title = "The dark",
      scenes = {
        { name = "Storm", shots = { { name = "wide" }, { name = "close" }, { name = "last" } } },
        { name = "Calm", shots = { { name = "first" } } },
      },
      style = { ink = { wash = true } },
    }, patched:get {})
    assert.equal("The light", board:get { "title" })
    assert.equal(2, board:length { "scenes", 1, "shots" })
    assert.is_true(board:node { "scenes", 1, "shots", 1 } == patched:node { "scenes", 1, "shots", 1 })
  end)

  it("removes elements and members, and what is not there for nothing", function()
    local tree = artifact.from { list = { 1, 2, 3 }, a = 1, b = 2 }
    local patched = assert(tree:patch { { { "list", 2 } }, { { "a" } }, { { "x", 1, "y" } }, { { "list", 9 } } })
    assert.same({ list = { 1, 3 }, b = 2 }, patched:get())
    assert.is_true(tree == tree:patch { { { "x" } } })
    assert.is_true(tree == tree:patch {})
  end)

  it("puts null where it is told to", function()
    assert.equal('{"a":null}', artifact.new():patch({ { { "a" }, json.null } }):encode())
  end)

  it("takes a tree for a value, and shares it", function()
    local shots = board:node { "scenes", 1, "shots" }
    local patched = assert(board:patch { { { "scenes", 2, "shots" }, shots } })
    assert.equal(board:hash { "scenes", 1, "shots" }, patched:hash { "scenes", 2, "shots" })
    assert.is_true(shots == board:patch { { {}, shots } })
  end)

  it("is whole or not at all, and says where it failed", function()
    refused(board, {
      { { "title" }, "x" },
      { { "scenes", 4 }, {} },
    }, "scenes[4]: there is no such place in the list")
    refused(board, { { { "scenes", 0, "x" }, 1 } }, "scenes[0]: there is no such place in the list")
    refused(board, { { { "new", 2 }, 1 } }, "new[2]: there is no such place in the list")
    refused(board, { { { "scenes", "a b" }, 1 } }, 'scenes["a b"]: this is no record')
    refused(board, { { { "title", "x" }, 1 } }, "title.x: this is no record")
    refused(board, { { { 1 }, 1 } }, "[1]: this is no list")
  end)

  it("never grows deeper than 128 levels", function()
    local deep = {}
    for _ = 1, 127 do deep = { deep } end
    refused(board, { { { "a" }, deep } }, "a: this would be nested deeper than 128 levels")
    local tree = assert(artifact.new():patch { { { "a" }, deep[1] } })
    refused(artifact.new(), { { { "a", "b" }, tree } }, "a.b: this would be nested deeper than 128 levels")
  end)

  it("raises what is a mistake of the script", function()
    for _, changes in ipairs {
      { { {} } }, -- the root cannot be removed
      { { { "a" }, print } },
      { { "a", 1 } },
      { { { "\xff" }, 1 } },
      { 1 },
    } do
      assert.has_error(function() board:patch(changes) end)
    end
  end)
end)

describe("artifact:hash", function()
  it("depends on the value and nothing else", function()
    local one = artifact.from { b = 1, a = { 1.0, json.array {} } }
    local two = assert(artifact.parse '{ "a": [1, []], "b": 1 }')
    assert.is_true(one == two)
    assert.equal(one:hash(), two:hash())
    assert.equal(64, #one:hash())
    assert.equal(one:hash { "b" }, artifact.from(1):hash())
    assert.is_false(one == 1)
  end)

  it("tells apart what looks alike", function()
    local seen = {}
    for _, text in ipairs {
      "null", "false", "true", "0", "1", "0.5", '""', '"0"', '"null"', "[]", "{}", "[[]]", "[{}]", '[""]', '{"":""}',
      '["a","b"]', '["ab",""]', '{"a":"b"}', '[["a"],"b"]', '[["a","b"]]', "[1,[2]]", "[[1],2]",
    } do
      local hash = artifact.parse(text):hash()
      assert.is_nil(seen[hash], text)
      seen[hash] = text
    end
  end)

  it("is the same on every machine and in every version", function()
    assert.equal(
      "4d209bb093bf7070caaaa6083295d1c9627edaf2b2252f65ebf96497d1078890",
      artifact.parse('{"a":[1,-2,0.5,"é",null,true,false],"b":{}}'):hash()
    )
  end)
end)

describe("artifact:diff", function()
  it("lists what was set, added and removed", function()
    local newer = assert(board:patch {
      { { "title" }, { "now", "a list" } },
      { { "scenes", 1, "shots", 1, "name" }, "wider" },
      { { "scenes", 3 }, { name = "Dawn" } },
      { { "scenes", 1, "shots", 2 } },
    })
    assert.same({
      { path = { "scenes", 1, "shots", 1, "name" }, old = "wide", new = "wider" },
      { path = { "scenes", 1, "shots", 2 }, old = { name = "close", seconds = 2.5 } },
      { path = { "scenes", 3 }, new = { name = "Dawn" } },
      { path = { "title" }, old = "The light", new = { "now", "a list" } },
    }, board:diff(newer))
    assert.same({}, board:diff(board))
    assert.same({}, board:diff(artifact.from(board:get())))
    assert.same({ { path = {}, old = 1, new = 2 } }, artifact.from(1):diff(artifact.from(2)))
  end)
end)

describe("a long list", function()
  local function numbers(n)
    local list = json.array {}
    for i = 1, n do list[i] = i end
    return list
  end

  it("is the same whether it was parsed or appended to", function()
    local grown = artifact.from(json.array {})
    for i = 1, 4200 do -- past 64 and 64 * 64
      grown = assert(grown:patch { { { i }, i } })
      if i % 525 == 0 or (i >= 63 and i <= 66) or (i >= 4095 and i <= 4098) then
        assert.equal(artifact.from(numbers(i)):hash(), grown:hash(), i)
      end
    end
    assert.same(numbers(4200), grown:get())
  end)

  it("is changed and made shorter anywhere", function()
    local list = numbers(4100)
    local tree = artifact.from(list)
    for _, i in ipairs { 1, 64, 65, 2048, 4096, 4097, 4100 } do
      local changed = assert(tree:patch { { { i }, "x" } })
      assert.same({ { path = { i }, old = i, new = "x" } }, tree:diff(changed))
      assert.equal(i, tree:get { i })
      local shorter = assert(tree:patch { { { i } } })
      local expected = numbers(4100)
      table.remove(expected, i)
      assert.is_true(artifact.from(expected) == shorter)
    end
    assert.is_nil(tree:get { 4101 })
  end)

  it("is compared with a shorter one", function()
    for _, sizes in ipairs { { 0, 1 }, { 3, 100 }, { 64, 65 }, { 10, 5000 }, { 4096, 4097 }, { 100, 5000 } } do
      local short, long = artifact.from(numbers(sizes[1])), artifact.from(numbers(sizes[2]))
      local added, removed = short:diff(long), long:diff(short)
      assert.equal(sizes[2] - sizes[1], #added)
      assert.equal(#added, #removed)
      for i, difference in ipairs(added) do
        assert.same({ path = { sizes[1] + i }, new = sizes[1] + i }, difference)
        assert.same({ path = { sizes[1] + i }, old = sizes[1] + i }, removed[i])
      end
    end
  end)
end)

-- Random changes, applied to a tree and to plain tables, come to the same.
describe("an artifact that is changed at random", function()
  local random = math.random
  local keys = { "a", "b", "c", "dd", "é" }

  local function value(depth)
    local kind = random(depth > 3 and 4 or 6)
    if kind == 1 then return random(100) end
    if kind == 2 then return random() end
    if kind == 3 then return random(2) == 1 end
    if kind == 4 then return keys[random(#keys)]:rep(random(0, 3)) end
    local t = kind == 5 and json.array {} or {}
    for i = 1, random(0, 4) do t[kind == 5 and i or keys[random(#keys)]] = value(depth + 1) end
    return t
  end

  local function is_list(t) return getmetatable(t) ~= nil end

  local function copy(v)
    if type(v) ~= "table" then return v end
    local t = setmetatable({}, getmetatable(v))
    for k, child in pairs(v) do t[k] = copy(child) end
    return t
  end

  -- A path that exists but for its last step, and the table that it ends in.
  local function place(model)
    local path, t = {}, model
    while true do
      local key = is_list(t) and random(#t + 1) or keys[random(#keys)]
      path[#path + 1] = key
      if type(t[key]) ~= "table" or random(3) == 1 then return path, t, key end
      t = t[key]
    end
  end

  it("agrees with plain tables, and a diff patches the old into the new", function()
    math.randomseed(7)
    local model = {}
    local tree = artifact.new()
    for _ = 1, 400 do
      local before = tree
      local snapshot = before:encode()
      local path, parent, key = place(model)
      local new = random(4) > 1 and value(0) or nil
      tree = assert(tree:patch { { path, copy(new) } })
      if new == nil and is_list(parent) then
        if key <= #parent then table.remove(parent, key) end
      else
        parent[key] = copy(new)
      end
      assert.equal(json.encode(model), tree:encode())
      assert.equal(artifact.from(model):hash(), tree:hash())
      assert.equal(snapshot, before:encode())
      local removals, settings = {}, {}
      for _, difference in ipairs(before:diff(tree)) do
        if difference.new == nil then -- from the end: the other indexes hold
          table.insert(removals, 1, { difference.path })
        else
          settings[#settings + 1] = { difference.path, difference.new }
        end
      end
      assert.is_true(tree == before:patch(removals):patch(settings))
    end
  end)
end)
