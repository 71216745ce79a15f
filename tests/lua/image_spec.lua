local file = require "host.file"
local image = require "host.image"

local data = debug.getinfo(1, "S").source:match "^@(.*)lua/[^/]*$" .. "data/"

local function read(path)
  local opened <close> = assert(io.open(path, "rb"))
  return opened:read "a"
end

local function write(path, text)
  local opened <close> = assert(io.open(path, "wb"))
  opened:write(text)
  return path
end

describe("host.image", function()
  local dir

  before_each(function()
    dir = os.tmpname()
    assert(os.remove(dir))
    assert(os.execute("mkdir " .. dir))
  end)

  after_each(function() os.execute("rm -r " .. dir) end)

  -- A PNG that is worth keeping: of some size, and not blank.
  local function paint(name, seed)
    local path = dir .. "/" .. name
    assert(image.draw {
      width = 96, height = 80, path = path, background = 0x203040,
      shapes = { { "grain", amount = 0.5, seed = seed or 1 } },
    })
    return path
  end

  describe("thumbnail", function()
    --- What kind of picture a data URL has in it, and how large.
    local function inside(url)
      local text = url:match "^data:image/jpeg;base64,([%w+/]+=*)$"
      assert(os.execute(("base64 -d %s > %s"):format(write(dir .. "/text", text), dir .. "/small.jpg")))
      local found = assert(image.inspect(dir .. "/small.jpg"))
      return { found.type, found.width, found.height }
    end

    it("makes a picture small, in its own proportions, and never larger", function()
      assert.same({ "jpeg", 48, 40 }, inside(image.thumbnail(paint "a.png", 48)))
      assert.same({ "jpeg", 96, 80 }, inside(image.thumbnail(paint "a.png", 500)))
    end)

    it("says what is no picture, and wants a size", function()
      local none, message, code = image.thumbnail(write(dir .. "/b.png", "<html>"), 48)
      assert.same({ nil, dir .. "/b.png: it is HTML", "EBADPICTURE" }, { none, message, code })
      assert.equal("ENOENT", select(3, image.thumbnail(dir .. "/c.png", 48)))
      assert.error_matches(function() image.thumbnail(dir .. "/c.png", 0) end, "a number of pixels expected")
    end)
  end)

  describe("inspect", function()
    it("tells type, size and bytes", function()
      assert.same({ type = "png", width = 72, height = 64, bytes = 230 },
        image.inspect(data .. "card.png"))
      assert.equal("jpeg", image.inspect(data .. "card.jpeg").type)
      assert.equal("webp", image.inspect(data .. "card.webp").type)
    end)

    it("says what a file is that is no picture", function()
      local info, message, code = image.inspect(write(dir .. "/a.png", "<html><p>502"))
      assert.is_nil(info)
      assert.equal(dir .. "/a.png: it is HTML", message)
      assert.equal("EBADPICTURE", code)
    end)

    it("fails on a file that is not there, with its name", function()
      local info, message, code = image.inspect(dir .. "/none.png")
      assert.is_nil(info)
      assert.truthy(message:find("none.png", 1, true))
      assert.equal("ENOENT", code)
    end)
  end)

  describe("save", function()
    it("stores a PNG as it came and leaves the source", function()
      local source = paint "source"
      local saved = assert(image.save(source, dir, "shot"))
      assert.equal(dir .. "/shot.png", saved.path)
      assert.equal(96, saved.width)
      assert.equal(80, saved.height)
      assert.equal(read(source), read(saved.path))
      assert.equal(#read(source), saved.bytes)
      assert.equal(64, #saved.sha256)
      -- A program that writes into the one leaves the other as it is.
      write(saved.path, "written over")
      assert.equal(saved.sha256, file.hash(source))
    end)

    it("converts JPEG and WebP to PNG", function()
      for _, name in ipairs { "card.jpeg", "card-alpha.webp" } do
        local saved = assert(image.save(data .. name, dir, "card"))
        local info = assert(image.inspect(saved.path))
        assert.equal("png", info.type)
        assert.equal(72, info.width)
        assert.equal(64, info.height)
        assert.equal(saved.bytes, info.bytes)
      end
    end)

    it("gives another content another name, and the same content the same", function()
      local first = assert(image.save(paint("a", 1), dir, "shot"))
      local second = assert(image.save(paint("b", 2), dir, "shot"))
      local third = assert(image.save(paint("c", 3), dir, "shot"))
      local again = assert(image.save(paint("b", 2), dir, "shot"))
      assert.equal(dir .. "/shot-2.png", second.path)
      assert.equal(dir .. "/shot-3.png", third.path)
      assert.same(second, again)
      assert.not_equal(first.sha256, second.sha256)
    end)

    it("leaves nothing but the pictures behind", function()
      assert(image.save(paint("a", 1), dir, "shot"))
      assert(image.save(paint("a", 1), dir, "shot"))
      assert.is_nil(image.save(write(dir .. "/b", "no"), dir, "bad"))
      local names = {}
      for name in io.popen("ls -A " .. dir):lines() do names[#names + 1] = name end
      assert.same({ "a", "b", "shot.png" }, names)
    end)

    it("refuses what is too small to be a picture", function()
      local saved, message, code = image.save(data .. "card.png", dir, "small")
      assert.is_nil(saved)
      assert.truthy(message:find("it is too small to be a picture", 1, true))
      assert.equal("EBADPICTURE", code)
      assert.equal(64, assert(image.save(data .. "card.png", dir, "small", true)).height) -- a person's own
    end)

    it("refuses a picture of one single colour, and takes a simple one", function()
      local shapes = {}
      local path = dir .. "/plain"
      local drawing = { width = 1024, height = 768, path = path, background = 0x335577, shapes = shapes }
      assert(image.draw(drawing))
      local saved, message = image.save(path, dir, "plain")
      assert.is_nil(saved)
      assert.equal(path .. ": it is blank", message)
      assert(image.save(path, dir, "own", true)) -- of a person who wants it so
      shapes[1] = { "ellipse", cx = 500, cy = 400, rx = 3, ry = 3, colour = 0 }
      assert(image.draw(drawing))
      assert(image.save(path, dir, "plain"))
    end)

    it("fails where it cannot write, and refuses a stem that leads elsewhere", function()
      local saved, message, code = image.save(paint "a", dir .. "/none", "shot")
      assert.is_nil(saved)
      assert.equal(dir .. "/none: no such file or directory", message)
      assert.equal("ENOENT", code)
      assert.has_error(function() image.save("a", dir, "../b") end)
      assert.has_error(function() image.save("a", dir, ".hidden") end)
    end)
  end)

  describe("draw", function()
    local function draw(shapes, name)
      return image.draw {
        width = 200, height = 100, path = dir .. "/" .. (name or "drawn.png"), shapes = shapes,
      }
    end

    it("writes a whole PNG, the same one each time", function()
      local shapes = {
        { "fill", path = { "M", 0, 0, "L", 50, 0, "Q", 50, 50, 0, 50, "C", 1, 2, 3, 4, 5, 6, "Z" },
          gradient = { 0, 0, 50, 0, stops = { { 0, 0xFF0000 }, { 1, 0x00FF00, 0.5 } } } },
        { "ellipse", cx = 100, cy = 50, rx = 20, ry = 10, rotate = 30,
          gradient = { 100, 50, 20, stops = { { 0, 0xFFFFFF }, { 1, 0 } } } },
        { "stroke", path = { "M", 0, 99, "L", 199, 0 }, width = 2, colour = 0x123456, alpha = 0.5 },
        { "text", x = 100, y = 90, size = 12, text = "Tide", align = "center", bold = true, colour = 0 },
        { "picture", path = data .. "card.webp", x = 150, y = 10, width = 40, height = 40, fit = "cover" },
        { "grain", amount = 0.02, seed = 5 },
      }
      local drawn = assert(draw(shapes, "a.png"))
      assert.same({ type = "png", width = 200, height = 100, bytes = drawn.bytes },
        image.inspect(dir .. "/a.png"))
      assert.equal(drawn.sha256, assert(draw(shapes, "b.png")).sha256)
      for i = 1, #shapes do -- each shape shows
        local others = table.move(shapes, 1, #shapes, 1, {})
        table.remove(others, i)
        assert.not_equal(drawn.sha256, assert(draw(others)).sha256)
      end
    end)

    it("names the shape and the field that are wrong", function()
      local function fails(shape, message)
        local ok, err = pcall(draw, { { "grain", amount = 0, seed = 0 }, shape })
        assert.is_false(ok)
        assert.truthy(err:find(message, 1, true), err)
      end
      fails(7, "shapes[2]: table expected")
      fails({ "blob" }, "shapes[2]: 'blob' is no shape")
      fails({ "fill" }, "shapes[2].path: table expected")
      fails({ "fill", path = { "M", 1, 2, "X" } }, "shapes[2].path: 'X' is no path command")
      fails({ "fill", path = { "L", 1, 2 } }, "shapes[2].path: begins with 'L', not 'M'")
      fails({ "fill", path = { "M", 1 } },
        "shapes[2].path: number from -100000 to 100000 expected, got nil")
      fails({ "fill", path = { "M", 1, 0 / 0 } }, "shapes[2].path: number from")
      fails({ "fill", path = { "M", 1, 2 } }, "shapes[2].colour: number from 0 to 16777215 expected, got nil")
      fails({ "ellipse", cx = 1, cy = 1, rx = -1, ry = 1 }, "shapes[2].rx: number from 0")
      fails({ "ellipse", cx = 1, cy = 1, rx = 1, ry = 1, colour = 0, alpha = 2 }, "shapes[2].alpha:")
      fails({ "ellipse", cx = 1, cy = 1, rx = 1, ry = 1, gradient = { 1, 2, stops = {} } },
        "shapes[2].gradient: { x0, y0, x1, y1 } or { x, y, radius } expected")
      fails({ "ellipse", cx = 1, cy = 1, rx = 1, ry = 1,
        gradient = { 1, 2, 3, stops = { { 1, 0 }, { 0, 0 } } } },
        "shapes[2].gradient: the stops are not in order")
      fails({ "text", x = 0, y = 0, size = 9, colour = 0 }, "shapes[2].text: string expected")
      fails({ "text", x = 0, y = 0, size = 9, text = "", align = "middle" },
        "shapes[2].align: 'middle' is no choice")
    end)

    it("draws an inset as it does its file, and after that is gone", function()
      for _, name in ipairs { "card.webp", "wide.png", "tall.png" } do
        local path = dir .. "/" .. name
        if name == "card.webp" then
          write(path, assert(file.read(data .. name)))
        else
          local width, height = 300, 70
          if name == "tall.png" then width, height = height, width end
          assert(image.draw { width = width, height = height, path = path,
            shapes = { { "grain", amount = 0.5, seed = 1 } } })
        end
        local frame = { "picture", path = path, x = 15, y = 10, width = 80, height = 60, alpha = 0.8 }
        local expected = assert(draw({ frame }, "file.png")).sha256
        frame.path, frame.inset = nil, assert(image.inset(path, 80, 60))
        os.remove(path)
        assert.equal(expected, assert(draw({ frame }, "inset.png")).sha256)
        frame.inset = nil
        collectgarbage()
      end
      local inset, message, code = image.inset(dir .. "/none", 80, 60)
      assert.is_nil(inset)
      assert.equal(dir .. "/none: no such file or directory", message)
      assert.equal("ENOENT", code)
    end)

    it("draws the same into a scratch file, in place of what was there", function()
      local path = paint "kept.png"
      local drawing = {
        width = 96, height = 80, path = dir .. "/scratch.png", scratch = true, background = 0x203040,
        shapes = { { "grain", amount = 0.5, seed = 1 } },
      }
      local sha256 = assert(image.draw(drawing)).sha256
      assert.equal(file.hash(path), file.hash(drawing.path))
      drawing.background = 0
      assert.not_equal(sha256, assert(image.draw(drawing)).sha256)
      assert.same({ "kept.png", "scratch.png" }, file.list(dir))
    end)

    it("refuses a drawing without a size or of too many pixels", function()
      assert.has_error(function() image.draw { path = dir .. "/a", shapes = {} } end)
      assert.has_error(function()
        image.draw { width = 8192, height = 8192, path = dir .. "/a", shapes = {} }
      end)
    end)

    it("fails on a picture that cannot be drawn, and writes nothing", function()
      local drawn, message, code = draw {
        { "picture", path = dir .. "/none", x = 0, y = 0, width = 9, height = 9 } }
      assert.is_nil(drawn)
      assert.equal(dir .. "/none: no such file or directory", message)
      assert.equal("ENOENT", code)
      drawn, message, code = draw {
        { "picture", path = write(dir .. "/text", "hello"), x = 0, y = 0, width = 9, height = 9 } }
      assert.is_nil(drawn)
      assert.equal(dir .. "/text: it is text", message)
      assert.equal("EBADPICTURE", code)
      assert.is_nil(io.open(dir .. "/drawn.png"))
    end)

    it("fails where it cannot write, with the path", function()
      local drawn, message, code = draw({}, "none/a.png")
      assert.is_nil(drawn)
      assert.truthy(message:find("none/a.png", 1, true))
      assert.equal("ENOENT", code)
    end)
  end)

  it("measures text", function()
    assert.near(12.68, image.text_width("n", 20), 0.01)
    assert.is_true(image.text_width("n", 20, true) > image.text_width("n", 20))
    assert.equal(0, image.text_width("", 20))
    for _, size in ipairs { 0, -1, 0 / 0, 1 / 0, 1e300 } do
      assert.has_error(function() image.text_width("n", size) end)
    end
  end)
end)
