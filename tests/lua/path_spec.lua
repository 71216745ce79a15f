local fault = require "pipeline.fault"
local path = require "pipeline.spec.path"

local function refused(text)
  local ok, err = pcall(path.parse, text, "steps/a.lua:7")
  assert.is_false(ok)
  assert.is_true(fault.is(err), tostring(err))
  assert.equal("steps/a.lua:7", err.where)
  return err
end

local function has(text, piece)
  assert.truthy(text:find(piece, 1, true), text)
end

describe("pipeline.spec.path", function()
  it("takes a path apart", function()
    assert.same({ { name = "style" } }, path.parse "style")
    assert.same({ { name = "scene" }, { name = "props", all = true }, { name = "description" } },
      path.parse "scene.props[*].description")
    assert.same({ { name = "scenes", all = true }, { name = "shots", all = true } },
      path.parse "scenes[*].shots[*]")
  end)

  it("puts it together again", function()
    for _, text in ipairs { "style", "scene.props[*].kind", "scenes[*].shots[*].image_url" } do
      assert.equal(text, path.text(path.parse(text)))
    end
  end)

  it("refuses what is no path, and says where it stands", function()
    for _, text in ipairs {
      "", ".", "a.", ".a", "a..b", "a b", "a[*", "a[*]b", "a[**]", "1a", "a-b", " a", "a.b\n",
    } do
      refused(text)
    end
    refused(nil)
  end)

  it("explains that items are not counted", function()
    has(refused("scenes[1].name").hint, "every element")
  end)

  it("ends for any text", function()
    local alphabet = { "a", "b1", ".", "[*]", "[", "]", "*", " ", "é", "_" }
    local random = 17
    for _ = 1, 2000 do
      local parts = {}
      for i = 1, 6 do
        random = (random * 1103515245 + 12345) % 2147483648
        parts[i] = alphabet[random // 65536 % #alphabet + 1]
      end
      local text = table.concat(parts)
      local ok, parsed = pcall(path.parse, text, "x")
      if ok then
        assert.equal(text, path.text(parsed))
      else
        assert.is_true(fault.is(parsed))
      end
    end
  end)
end)
