-- The board on paper, as readers of PDF that are not ours see it.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local support = require "support"

--- A project on disk with a scene of so many shots; `texts` go into the first.
local function project(count, texts)
  local shots = {}
  for i = 1, count do
    shots[i] = {
      key = "shot-" .. i,
      name = "Shot " .. i,
      size = "wide",
      action = "Action number " .. i .. ".",
      duration = 2.5,
      image_url = i ~= 2 and "images/a.png" or nil,
    }
  end
  for field, value in pairs(texts or {}) do
    shots[1][field] = value
  end
  local at = support.write {
    ["story.lua"] = support.story(),
    ["data/small/artifact.json"] = json.encode {
      aspect = "16:9",
      narrative = { title = "The Clock", logline = "It counts backwards." },
      scenes = { { key = "one", name = "The shop", shots = shots } },
    },
  }
  assert(file.mkdir(at .. "/data/small/images"))
  assert(image.draw {
    path = at .. "/data/small/images/a.png",
    width = 1344,
    height = 768,
    background = 0x446688,
    shapes = { { "ellipse", cx = 600, cy = 300, rx = 200, ry = 160, colour = 0xFFEE00 } },
  })
  return at
end

---@return string path of the PDF
---@return string said what the program printed
local function export(at, layout)
  local path = at .. "/board.pdf"
  local result = support.run {
    "export", at .. "/story.lua", "--data", at .. "/data", "--format", "pdf", "--layout", layout, "--out", path,
  }
  assert.equal(0, result.status, result.out .. result.err)
  return path, result.out
end

local function text_of(path)
  return support.shell("pdftotext -layout " .. path .. " -").out
end

local function pages_of(path)
  return tonumber(support.shell("qpdf --show-npages " .. path).out)
end

describe("a PDF", function()
  for layout, pages in pairs { western = 1 + 3, konte = 1 + 2, grid = 1 + 1 } do
    it("has every shot once, in the layout " .. layout, function()
      local path = export(project(7), layout)
      local checked = support.shell("qpdf --check " .. path)
      assert.equal(0, checked.status, checked.out .. checked.err)
      assert.equal(pages, pages_of(path))
      local text = text_of(path)
      for i = 1, 7 do
        assert.equal(1, select(2, text:gsub("10" .. ("ABCDEFG"):sub(i, i) .. "%f[%A]", "")), text)
      end
      assert.truthy(text:find("The Clock", 1, true))
      assert.truthy(text:find("not drawn", 1, true))
    end)
  end

  it("tells the time of cut, page and film in seconds and frames, and in minutes where there are many", function()
    local text = text_of(export(project(6, { duration = 95 }), "konte"))
    assert.truthy(text:find " 1:35%+00\n" and text:find " 2%+12\n", text)
    assert.truthy(text:find("page 1:45+00 · film so far 1:45+00", 1, true), text)
    assert.truthy(text:find("page 2+12 · film so far 1:47+12", 1, true), text)
  end)

  it("keeps pictures small, and shows them", function()
    local at = project(3)
    local path = export(at, "western")
    assert.is_true(file.stat(path).size < 300000)
    assert.equal(0, support.shell(("pdftoppm -r 40 -png -f 2 -l 2 %s %s/page"):format(path, at)).status)
    local pictures = support.shell("pdfimages -f 2 -list " .. path).out
    assert.equal(2, select(2, pictures:gsub("jpeg", "")), pictures)
  end)

  it("has hostile and endless text in its place, and scripts of all directions", function()
    local endless = ("Nothing but words. "):rep(2000)
    local path = export(project(3, {
      action = endless,
      dialogue = "BOSS: <b>&amp;</b> %PDF-1.7 endstream",
      sound = "صوت البحر",
    }), "konte")
    assert.equal(0, support.shell("qpdf --check " .. path).status)
    assert.equal(2, pages_of(path))
    assert.truthy(text_of(path):find("%PDF-1.7", 1, true))
  end)

  it("says when no font has some letters", function()
    local _, said = export(project(1, { action = "\u{10FFFD}\u{10FFFC}" }), "western")
    assert.truthy(said:find("characters are in no font", 1, true), said)
  end)

  it("says what layouts there are", function()
    local at = project(1)
    local result = support.run {
      "export", at .. "/story.lua", "--data", at .. "/data", "--format", "pdf", "--layout", "kont",
    }
    assert.equal(2, result.status)
    assert.truthy(result.err:find("did you mean 'konte'?", 1, true), result.err)
  end)
end)
