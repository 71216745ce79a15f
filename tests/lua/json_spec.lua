local json = require "host.json"

describe("json.decode", function()
  it("gives Lua values, and lua-cjson's null", function()
    local value = json.decode '{"list": [1, "two", true, null], "more": {"x": 0.5}}'
    assert.same({ list = { 1, "two", true, json.null }, more = { x = 0.5 } }, value)
    assert.equal("é\0", json.decode '"\\u00e9\\u0000"')
  end)

  it("refuses what lua-cjson would take", function()
    for _, text in ipairs { "NaN", "0x10", "007", "+1", "[1e999]", '"\xff"', '"a\nb"', "{} {}", "" } do
      local value, message = json.decode(text)
      assert.is_nil(value, text)
      assert.truthy(message:find "^line 1, column %d+ %(byte %d+%): ", text)
    end
  end)

  it("mends half an emoji and leaves a whole one", function()
    assert.equal("a\u{fffd}b", json.decode '"a\\ud83db"')
    assert.equal("\u{1f600}", json.decode '"\\ud83d\\ude00"')
  end)

  it("gives long strings as what they stand for, wherever they are", function()
    local text, plain = ("ab\\n\\u00e9\\ud83d"):rep(100), ("words "):rep(100)
    local meant = ("ab\né\u{fffd}"):rep(100)
    assert.equal(meant, json.decode('"' .. text .. '"'))
    local value = json.decode(
      ('[{"%s": "%s", "n": 1}, ["%s", "short \\ud83d", ["%s"]], "%s", null]'):format(plain, text, plain, plain, text)
    )
    assert.same({ { [plain] = meant, n = 1 }, { plain, "short \u{fffd}", { plain } }, meant, json.null }, value)
    local list = {}
    for i = 1, 1000 do list[i] = i .. plain end
    assert.same(list, json.decode(json.encode(list)))
    assert.is_nil((json.decode('["' .. plain .. '", "' .. text .. '"')))
  end)

  it("takes the last of two equal keys", function()
    assert.equal(2, json.decode('{"a": 1, "a": 2}').a)
  end)

  it("keeps to limits of depth and size", function()
    local deep = ("["):rep(129) .. ("]"):rep(129)
    assert.truthy(select(2, json.decode(deep)):find("nested deeper than 128 levels", 1, true))
    assert.is_table(json.decode(deep, { max_depth = 129 }))
    assert.is_table(json.decode(("["):rep(1000) .. ("]"):rep(1000), { max_depth = 1000 }))
    assert.truthy(select(2, json.decode("[1,2]", { max_bytes = 4 })):find("longer than 4 bytes", 1, true))
    assert.has_error(function() json.decode("1", { max_depth = 1001 }) end)
  end)
end)

describe("json.check", function()
  it("says where a text is wrong", function()
    assert.is_true(json.check '{"a": []}')
    local text = '{\n  "a": [1 2]\n}'
    local ok, message, position = json.check(text)
    assert.is_nil(ok)
    assert.equal("line 2, column 11 (byte 13): a comma or ] expected", message)
    assert.equal("2]", text:sub(position, position + 1))
  end)
end)

describe("json.encode", function()
  it("sorts keys bytewise and writes numbers exactly", function()
    assert.equal('{"A":1,"a":2,"aa":3,"é":4}', json.encode { aa = 3, ["é"] = 4, a = 2, A = 1 })
    assert.equal(
      "[9223372036854775807,-1,0.1,3,1e+20,0]",
      json.encode { math.maxinteger, -1, 0.1, 3.0, 1e20, -0.0 }
    )
  end)

  it("sorts many keys too", function()
    local t, expected = {}, {}
    for i = 100, 999 do
      t["k" .. i] = i
      expected[#expected + 1] = ('"k%d":%d'):format(i, i)
    end
    assert.equal("{" .. table.concat(expected, ",") .. "}", json.encode(t))
  end)

  it("escapes what must be and nothing else", function()
    assert.equal([["\"\\/\b\f\n\r\t\u0000\u001f]] .. '\127é\u{2028}"', json.encode '"\\/\b\f\n\r\t\0\31\127é\u{2028}')
  end)

  it("writes an empty table as an object unless it is said to be an array", function()
    assert.equal('{"a":[],"b":{},"c":{}}', json.encode { a = json.array {}, b = {}, c = json.object() })
    assert.equal("[1]", json.encode(json.array { 1 }))
  end)

  it("keeps a declared order, and sorts the rest after it", function()
    local t = json.ordered({ "z", "missing", "a" }, { a = 1, c = 3, z = 2, b = 4 })
    assert.equal('{"z":2,"a":1,"b":4,"c":3}', json.encode(t))
    t = json.ordered { "z", 1, "a", json.ordered { "y", 2, "x", 3 } }
    assert.equal('{"z":1,"a":{"y":2,"x":3}}', json.encode(t))
    assert.equal(3, t.a.x)
    assert.has_error(function() json.ordered { "a", 1, "b" } end)
  end)

  it("indents for people", function()
    assert.equal(
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {\n    "c": null\n  },\n  "d": []\n}\n',
      json.encode({ a = { 1, {} }, b = { c = json.null }, d = json.array() }, { indent = 2 })
    )
  end)

  it("raises with the path of what it cannot write", function()
    local loop = { list = { {} } }
    loop.list[1].up = loop
    local deep = {}
    for _ = 1, 128 do deep = { deep } end
    local cases = {
      [{ scenes = { "x", { name = print } } }] = "scenes[2].name: a function has no JSON form",
      [{ ["a b"] = { 0 / 0 } }] = '["a b"][1]: a number that is not finite',
      [{ a = math.huge }] = "a: a number that is not finite",
      [{ a = { x = "\xff" } }] = "a.x: a string that is not UTF-8",
      [{ ["\xff"] = 1 }] = "not UTF-8",
      [{ a = { 1, 2, x = 3 } }] = "a: a list has no holes",
      [{ a = { 1, nil, 3 } }] = "a: a list has no holes",
      [{ a = { [0] = 1 } }] = "a: the keys of a table are all strings",
      [{ a = { [2] = 1, x = 1 } }] = "a: ",
      [{ json.array { x = 1 } }] = "[1]: a list has no holes",
      [{ json.object { 1 } }] = "[1]: the keys of a table are all strings",
      [loop] = "list[1].up: a table that contains itself",
      [deep] = "nested deeper than 128 levels",
    }
    for value, expected in pairs(cases) do
      local ok, message = pcall(json.encode, value)
      assert.is_false(ok, expected)
      assert.truthy(message:find(expected, 1, true), message)
    end
    assert.has_error(function() json.encode(nil) end)
    assert.equal('{"still":"fine"}', json.encode { still = "fine" })
  end)

  it("writes a table twice when it is there twice", function()
    local shared = { 1 }
    assert.equal('{"a":[1],"b":[1]}', json.encode { a = shared, b = shared })
  end)

  it("is read back as it was", function()
    local value = { a = { 1, 2.5, "\u{1f600}\0\n" }, b = { c = true, d = json.null } }
    assert.same(value, json.decode(json.encode(value)))
    assert.same(value, json.decode(json.encode(value, { indent = 1 })))
  end)
end)

describe("json.hash", function()
  it("is the SHA-256 of the canonical text", function()
    local value = { b = 1, a = { "x" } }
    assert.equal(json.sha256(json.encode(value)), json.hash(value))
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", json.sha256 "abc")
    assert.equal(json.hash { a = 1, b = 2.0 }, json.hash { b = 2, a = 1 })
  end)
end)
