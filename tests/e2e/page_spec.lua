-- The board in a real browser: Chromium, led by playwright-core.

local artifact = require "host.artifact"
local board = require "pipeline.board"
local file = require "host.file"
local json = require "host.json"
local support = require "support"

local HOSTILE = "</script><script>window.ran = true; alert(1)</script><img src=x onerror=\"alert('2')\">"
  .. "\"'><b><i style='position:fixed'>&amp;\n\u{202E}\u{200B}\u{FEFF}javascript:alert(3)\0"

--- A folder with playwright-core and the script installed, and the browser; or nil and why not.
local function installed()
  local browser = support.shell "command -v chromium"
  if browser.status ~= 0 then
    assert(support.shell("apt-cache show chromium").status ~= 0, "chromium is missing: ./dev test installs it")
    return nil, "this system has no package of chromium"
  end
  local at, message = support.npm("playwright-core@1", "page.mjs")
  return at, at and browser.out:match "%S+" or message
end

--- A board of nothing but texts that would like to be more.
local function hostile_board()
  local shots = {}
  for i = 1, 3 do
    shots[i] = {
      key = HOSTILE .. i,
      name = HOSTILE,
      description = HOSTILE,
      lens = HOSTILE,
      action = HOSTILE,
      dialogue = HOSTILE .. ": " .. HOSTILE,
      sound = HOSTILE,
      props = { HOSTILE },
      duration = 1,
    }
  end
  return artifact.from {
    style = HOSTILE,
    aspect = HOSTILE,
    lore = { title = HOSTILE, world = HOSTILE },
    narrative = { title = HOSTILE, logline = HOSTILE },
    props = { { key = HOSTILE, name = HOSTILE, kind = HOSTILE, description = HOSTILE } },
    scenes = {
      { key = HOSTILE, name = HOSTILE, description = "العاصفة " .. HOSTILE, props = { HOSTILE }, shots = shots },
    },
  }
end

local function large_board()
  local scenes = {}
  for i = 1, 50 do
    local shots = {}
    for j = 1, 10 do
      shots[j] = { key = "shot" .. j, name = "Shot", props = { j == 1 and "The lamp" or "The sea" }, duration = 2 }
    end
    scenes[i] = { key = "scene" .. i, name = "Scene", shots = shots }
  end
  local props = { { key = "lamp", name = "The lamp" }, { key = "sea", name = "The sea" } }
  return artifact.from { props = props, scenes = scenes }
end

describe("the board in a browser", function()
  local at, browser = installed()
  local why = browser
  local seen, panels, last, text
  if at then
    local data = support.folder()
    local run = support.run { "run", support.tree .. "/examples/lighthouse.lua", "--data", data, "--quiet" }
    assert(run.status == 0, run.err)
    local project = data .. "/lighthouse"
    local made = json.decode(file.read(project .. "/artifact.json"))
    panels = made.scenes[1].shots
    local scene = made.scenes[#made.scenes]
    last = scene.key .. "/" .. scene.shots[#scene.shots].key
    assert(file.write(at .. "/hostile.html", board.new("x"):render(hostile_board())))
    assert(file.write(at .. "/large.html", board.new("x"):render(large_board())))
    -- In a folder of its own: it has nothing beside it.
    local whole = support.folder() .. "/whole.html"
    local exported = support.run {
      "export", support.tree .. "/examples/lighthouse.lua", "--data", data, "--format", "html", "--out", whole,
    }
    assert(exported.status == 0, exported.err)
    text = assert(file.read(whole))
    local files = ("file://%s/storyboard.html file://%s/hostile.html file://%s/large.html file://%s"):format(
      project, at, at, whole)
    local result = support.shell(("cd %s && node page.mjs %s %s %s"):format(at, browser, files, at))
    seen = assert(json.decode(result.out), result.out .. result.err)
  end

  local function test(name, check)
    it(name, function()
      if not at then
        pending(why)
      end
      check()
    end)
  end

  test("asks for nothing but its pictures, and has no errors", function()
    assert.same({}, seen.faults)
  end)

  test("is filtered by scene, and keeps that in its address", function()
    assert.same({ scenes = 5, panels = 20, front = 4, count = seen.filters.all.count, hash = "" }, seen.filters.all)
    assert.truthy(seen.filters.all.count:find("^20 panels · %d+:%d%d$"))
    assert.equal(1, seen.filters.scene.scenes)
    assert.equal(4, seen.filters.scene.panels)
    assert.equal(0, seen.filters.scene.front)
    assert.same(seen.filters.scene, seen.filters.reloaded)
    assert.same(seen.filters.all, seen.filters.again)
  end)

  test("is filtered by who or what is seen", function()
    local filtered = seen.filters.prop
    assert.is_true(filtered.panels > 0 and filtered.panels < 20)
    assert.equal(0, seen.filters.strangers)
    assert.truthy(filtered.count:find("^" .. math.tointeger(filtered.panels) .. " panels"))
    assert.same(seen.filters.all, seen.filters.home)
  end)

  test("enlarges a panel that is clicked, and leafs through the others", function()
    local enlarged = seen.enlarged
    assert.equal(panels[2].image_url, enlarged.clicked.picture)
    assert.equal("10B", enlarged.clicked.number)
    assert.is_true(enlarged.clicked.width > 1.5 * enlarged.small)
    assert.equal("10C", enlarged.next.number)
    assert.equal("10A", enlarged.previous.number)
    assert.equal("50D", enlarged.last.number)
    assert.equal("25 of 25", enlarged.last.place)
    assert.equal("10A", enlarged.arrived.number) -- by its address
  end)

  test("keeps the focus in what is enlarged, and gives it to the panel that was seen last", function()
    assert.is_true(seen.enlarged.clicked.inside)
    assert.is_true(seen.enlarged.tabbed.inside)
    assert.is_false(seen.enlarged.closed.open)
    assert.equal(last, seen.enlarged.closed.focused)
  end)

  test("can be gone through with the keys that ? tells", function()
    local keyboard = seen.keyboard
    assert.is_true(keyboard.scene >= 0 and keyboard.scene < 120)
    assert.equal("the-last-ordinary-hour/", keyboard.first.focused)
    assert.equal("the-last-ordinary-hour/the-lighthouse-keeper-alone", keyboard.second.focused)
    assert.equal("10A", keyboard.entered.number)
    assert.is_true(keyboard.keys)
    assert.is_false(keyboard.noKeys)
    assert.equal("scene", keyboard.list)
    assert.is_false(keyboard.plain)
    assert.is_true(keyboard.detailed)
  end)

  test("is light or dark as the system is, or as one wants it, and white on paper", function()
    assert.not_equal(seen.keyboard.light, seen.keyboard.dark)
    assert.equal(seen.keyboard.dark, seen.keyboard.system)
    assert.equal("#theme=dark", seen.keyboard.hash)
    assert.equal("rgb(255, 255, 255)", seen.keyboard.print)
    assert.equal("%PDF-", seen.pdf)
  end)

  test("says which picture is not on the disk", function()
    assert.equal("Not there\n" .. seen.missing.name, seen.missing.words)
  end)

  test("takes no text for more than a text", function()
    assert.same({}, seen.alive)
    local hostile = seen.hostile
    assert.is_false(hostile.ran)
    assert.equal(1, hostile.scripts)
    assert.equal(0, hostile.foreign)
    assert.is_false(hostile.wide)
    assert.equal("rtl", hostile.direction)
    assert.equal((HOSTILE:gsub("%z", "\u{FFFD}")), hostile.title)
    assert.equal(3, hostile.left)
    assert.equal(1, hostile.chosen)
  end)

  test("can be one file, with its pictures in it", function()
    assert.same({ width = 480, named = 0, least = 168, links = 0 }, seen.whole)
    assert.equal("data:", text:match "img%-src ([^;]*);")
    assert.is_true(#text < 1e6)
  end)

  test("holds five hundred shots", function()
    assert.equal(500, seen.many.panels)
    assert.equal(50, seen.many.filtered)
  end)
end)
