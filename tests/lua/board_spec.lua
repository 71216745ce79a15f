local artifact = require "host.artifact"
local board = require "pipeline.board"
local field = require "pipeline.field"
local json = require "host.json"
local loop = require "host.loop"
local scene = require "pipeline.board.scene"
local spec = require "pipeline.spec"

local HOSTILE = [[</style></title></script><script>alert(1)</script><img src=x onerror="alert('2')">&amp; %s %d %]]
  .. "\n\u{202E}\u{200B}\0"

local VOID = { meta = true, img = true, ["!DOCTYPE"] = true }

--- Reads the page as tags and attributes, and fails where it is not well made:
--- a tag that is not closed, an attribute without quotes, a bare < or &.
---@return { name: string, attributes: table<string, string> }[] tags in order
local function parse(html)
  local tags, open = {}, {}
  -- The page's own style and script are found by where they stand, not by what they say.
  local style = html:match "<style>(.-)</style>"
  assert.is_nil(style:find "<")
  html = html:gsub("<style>.-</style>", "", 1):gsub("<script>.-</script>%s*</body>", "<script></script></body>", 1)
  for text, tag in html:gmatch "([^<]*)<([^<>]*)>" do
    assert.is_nil(text:find ">", text)
    assert.is_nil(text:find "%z", text)
    for entity in text:gmatch "&([^;]*;?)" do
      assert.truthy(entity:find "^#?%w+;$", entity)
    end
    local closing, name, rest = tag:match "^(/?)([!%w]+)(.*)$"
    assert.truthy(name, tag)
    if closing == "/" then
      assert.equal(table.remove(open), name)
    else
      local attributes = {}
      local left = rest:gsub('%s+([%w-]+)="([^"]*)"', function(attribute, value)
        attributes[attribute] = value
        return ""
      end):gsub("%s+hidden", "")
      assert.truthy(left == "" or name == "!DOCTYPE", left)
      tags[#tags + 1] = { name = name, attributes = attributes }
      if not VOID[name] then
        open[#open + 1] = name
      end
    end
  end
  assert.same({}, open)
  return tags
end

local function named(tags, name)
  local found = {}
  for _, tag in ipairs(tags) do
    if tag.name == name then
      found[#found + 1] = tag
    end
  end
  return found
end

local function shot(fields)
  local one = { key = "s", name = "Shot" }
  for name, value in pairs(fields) do
    one[name] = value
  end
  return one
end

local function render(value, standing, scheme, declared)
  return board.new("the-project", scheme, declared):render(artifact.from(value), standing)
end

--- A spec as a story's custom steps may want it.
local function extended_spec()
  return spec.new(require "pipeline.storyboard"):extend {
    [""] = { field.text "credits" "Who made it." },
    lore = { field.text "climate" "Its weather.", field.image "map" "Its map." },
    ["props[]"] = { field.image "back" "It from behind." },
    ["scenes[]"] = { field.text "music" "The cue under it." },
    ["scenes[].shots[]"] = {
      field.text "camera_note" "What to tell the operator.",
      field.refs "cues" "Who comes in." "props",
      field.integer "extras" "How many people pass by.",
      field.image "floor_plan" "Where everybody stands.",
      field.record "light" "How it is lit." { field.text "key_light" "From where.", field.image "sample" "A sample." },
      field.list "marks" "mark" "Where they stop." { field.text "name" "Of the mark.", field.image "photo" "It." },
    },
  }
end

--- How tasks stand, by path and keys, as a run knows it.
local function standing_of(states)
  return {
    of = function(_, canonical, keys)
      return states[canonical .. " " .. table.concat(keys, "/")]
    end,
    version = function()
      return ""
    end,
  }
end

local function policy_of(html)
  for _, tag in ipairs(named(parse(html), "meta")) do
    if tag.attributes["http-equiv"] == "Content-Security-Policy" then
      return tag.attributes.content
    end
  end
end

describe("the board", function()
  it("shows a run that has nothing yet", function()
    local html = render {}
    parse(html)
    assert.truthy(html:find(">the-project</h1>", 1, true))
  end)

  it("takes nothing that a model wrote for markup", function()
    local hostile = {
      user_prompt = HOSTILE,
      style = HOSTILE,
      aspect = HOSTILE,
      lore = { title = HOSTILE, world = HOSTILE },
      narrative = { title = HOSTILE, logline = HOSTILE, synopsis = HOSTILE },
      props = { { key = HOSTILE, name = HOSTILE, kind = HOSTILE, description = HOSTILE, image_url = HOSTILE } },
      scenes = {
        {
          key = HOSTILE,
          name = HOSTILE,
          description = HOSTILE,
          music = HOSTILE,
          props = { HOSTILE },
          stage_setting_shot = { name = HOSTILE, description = HOSTILE, image_url = HOSTILE },
          shots = {
            shot {
              name = HOSTILE,
              description = HOSTILE,
              size = HOSTILE,
              dialogue = HOSTILE .. "\n<b>KEEPER</b>: " .. HOSTILE,
              props = { HOSTILE, HOSTILE },
              image_url = HOSTILE,
              duration = 2.5,
            },
            shot { name = HOSTILE },
          },
        },
      },
    }
    local failed = { state = "failed", message = HOSTILE }
    local html = render(hostile, standing_of { ["scenes[].shots[].image_url " .. HOSTILE .. "/s"] = failed })
    local tags = parse(html)
    assert.equal(1, #named(tags, "script"))
    local pictures = named(tags, "img")
    assert.equal(4, #pictures) -- the stage also in the running order
    for _, picture in ipairs(pictures) do
      assert.is_nil(picture.attributes.onerror)
      assert.truthy(picture.attributes.src:find "^[%w%-%._~/%%]+$")
    end
    for _, panel in ipairs(named(tags, "figure")) do
      assert.is_table(json.decode((panel.attributes["data-props"]:gsub("&quot;", '"'):gsub("&.-;", "?"))))
    end
  end)

  it("allows pictures from beside it, its own script, and nothing else", function()
    local html = render { narrative = { title = "T" } }
    local policy = policy_of(html)
    assert.truthy(policy:find("default-src 'none'", 1, true))
    local script = html:match "<script>(.-)</script>"
    local hash = io.popen(("printf %%s '%s' | openssl dgst -sha256 -binary | openssl base64"):format(
      script:gsub("'", "'\\''"))):read "l"
    assert.truthy(policy:find("script-src 'sha256-" .. hash .. "'", 1, true), policy)
    assert.is_nil(policy:find "unsafe")
    assert.is_nil(policy:find "http")
  end)

  it("says which pictures are missing, which are being drawn, and why others are not", function()
    local html = render({
      props = { { key = "p", name = "Lamp" } },
      scenes = {
        { key = "a", name = "A", stage_setting_shot = { name = "Stage" }, shots = { shot {}, shot { key = "t" } } },
        { key = "b", name = "B", shots = {} },
      },
    }, standing_of {
      ["scenes[].stage_setting_shot.image_url a"] = { state = "running" },
      ["scenes[].shots[].image_url a/s"] = { state = "failed", message = "the model gives no picture of that" },
      ["scenes[].shots[].image_url a/t"] = { state = "skipped", message = "'shots' failed" },
      ["scenes[].shots[].name b"] = { state = "failed", message = "no answer fits" },
    })
    assert.same({}, named(parse(html), "img"))
    for _, words in ipairs {
      "<strong>Not drawn yet</strong>", "<strong>Being drawn</strong>", ">the model gives no picture of that</span>",
      ">&#39;shots&#39; failed</span>", "There are no shots: no answer fits", "5 pictures are missing",
    } do
      assert.truthy(html:find(words, 1, true), words)
    end
  end)

  it("says what else is not there, and why", function()
    local html = render({ lore = { title = "W" } }, standing_of {
      ["lore.title "] = { state = "running" },
      ["narrative.title "] = { state = "failed", message = "no answer fits" },
      ["props[].name "] = { state = "running" },
    })
    assert.is_nil(html:find("The world is", 1, true))
    assert.truthy(html:find 'The story is not there: <span lang="" dir="auto">no answer fits</span>')
    assert.truthy(html:find("The cast and props are being written.", 1, true))
    assert.is_nil(html:find("The scenes are", 1, true))
  end)

  it("shows no file from outside of the project", function()
    for _, path in ipairs { "/etc/x.png", "//example.org/x.png", "images/../../x.png", "..", "\\\\server\\x.png" } do
      local html = render { props = { { key = "p", name = "L", image_url = path } } }
      assert.same({}, named(parse(html), "img"), path)
      assert.truthy(html:find("its path leads out of the project", 1, true))
    end
  end)

  it("numbers the panels as the story says, and adds up their seconds", function()
    local film = {
      scenes = {
        { key = "a", name = "A", shots = { shot { duration = 2.5 }, shot { duration = 60 } } },
        { key = "b", name = "B", stage_setting_shot = { duration = 4 }, shots = { shot { duration = 1 } } },
      },
    }
    local html = render(film)
    assert.truthy(html:find('<span class="no">10B</span>', 1, true))
    assert.truthy(html:find('<span class="no">20A</span>', 1, true))
    assert.truthy(html:find('Running time</dt><dd lang="" dir="auto">1:04</dd>', 1, true))
    assert.truthy(html:find('2 panels · 1:03', 1, true))
    assert.truthy(html:find('<span class="held">2.5 s</span>', 1, true))
    film.scenes[1].shots[3] = { key = "c", name = "C" } -- held as long as in what is exported
    html = render(film)
    assert.truthy(html:find('<span class="held">3 s</span>', 1, true))
    assert.truthy(html:find('Running time</dt><dd lang="" dir="auto">1:07</dd>', 1, true))
    assert.truthy(render(film, nil, "tens"):find('<span class="no">010_0020</span>', 1, true))
    assert.truthy(render(film, nil, "cuts"):find('<span class="no">004</span>', 1, true))
  end)

  it("shows fields that the story added, pictures as pictures", function()
    local html = render({
      credits = "All of us.",
      lore = { world = "Here.", climate = "Wet.", map = "images/map 1.png" },
      props = { { key = "p", name = "P", back = "images/back.png" } },
      scenes = {
        {
          key = "a",
          music = "A cello.",
          shots = {
            shot {
              camera_note = "Hold.",
              cues = { "4a", "4b" },
              extras = 12,
              floor_plan = "images/plan.png",
              light = { key_light = "North.", sample = "images/sample.png" },
              marks = { { key = "x", name = "X", photo = "images/x.png" }, { key = "y", name = "Y" } },
            },
          },
        },
      },
    }, nil, nil, extended_spec())
    local shown = {}
    for _, image in ipairs(named(parse(html), "img")) do
      shown[image.attributes.alt] = image.attributes.src
    end
    assert.same({
      Map = "images/map%201.png",
      Back = "images/back.png",
      ["Floor plan"] = "images/plan.png",
      ["Light · Sample"] = "images/sample.png",
      ["Marks · Photo"] = "images/x.png",
    }, shown)
    assert.truthy(html:find('<dt>Credits</dt><dd lang="" dir="auto">All of us.</dd>', 1, true))
    assert.truthy(html:find('<dt>Extras</dt><dd lang="" dir="auto">12</dd>', 1, true))
    assert.truthy(html:find('<dt>Light · Key light</dt><dd lang="" dir="auto">North.</dd>', 1, true))
    assert.truthy(html:find('<dt>Marks · Name</dt><dd lang="" dir="auto">Y</dd>', 1, true))
    assert.is_nil(html:find(">[^<]*images/"))
    assert.truthy(html:find('<dt>Climate</dt><dd lang="" dir="auto">Wet.</dd>', 1, true))
    assert.truthy(html:find('<dt>Cues</dt><dd lang="" dir="auto">4a, 4b</dd>', 1, true))
    assert.truthy(html:find('<dt>Music</dt><dd lang="" dir="auto">A cello.</dd>', 1, true))
    assert.truthy(html:find('<dt>Camera note</dt><dd lang="" dir="auto">Hold.</dd>', 1, true))
  end)

  it("takes what somebody wrote by hand as far as it makes sense", function()
    local null = json.null
    local odd = { null, 3, "text", json.array { null, 1 }, json.object {}, { name = null, key = 4, shots = "none" } }
    local html = render({
      aspect = 7,
      lore = "nothing",
      narrative = { title = null, logline = { "a" }, theme = true },
      props = { null, "x", { name = null, kind = 3, image_url = null, back = { 1 } }, { name = 5, image_url = 6 } },
      scenes = {
        null,
        { key = "a", name = "One", shots = null, props = null, music = null, stage_setting_shot = null },
        { key = "a", name = "Two", props = "the lamp", stage_setting_shot = { 1 }, shots = odd },
        {
          shots = { { duration = "2.5", dialogue = 4, props = { null, 5, "x" }, light = "dim", marks = { 1 } },
            { duration = -4, extras = "many", cues = null, image_url = json.object {} } },
        },
        "scene",
      },
    }, nil, nil, extended_spec())
    local ids = {}
    for _, tag in ipairs(parse(html)) do
      local id = tag.attributes.id
      assert.is_nil(id and ids[id], id)
      ids[id or 0] = true
    end
    assert.truthy(html:find(">One</span>", 1, true) and html:find(">Two</span>", 1, true))
    assert.truthy(html:find("2 panels · 0:06", 1, true), html)
    assert.is_nil(html:find ">nil<" or html:find "userdata" or html:find "table: ")
  end)

  it("names a picture's file as an address of a path", function()
    local html = render { props = { { key = "p", name = "L", image_url = "images/a b#c?d%ü.png" } } }
    assert.truthy(html:find('src="images/a%20b%23c%3Fd%25%C3%BC.png"', 1, true))
  end)
end)

describe("a board that is rendered again", function()
  local render_scene = scene.render
  local rendered
  before_each(function()
    rendered = {}
    scene.render = function(value, ...)
      rendered[#rendered + 1] = value.key
      return render_scene(value, ...)
    end
  end)
  after_each(function()
    scene.render = render_scene
  end)

  local function film(scenes, shots)
    local value = { scenes = {} }
    for i = 1, scenes do
      local one = { key = "scene" .. i, name = "Scene " .. i, shots = {} }
      for j = 1, shots do
        one.shots[j] = { key = "shot" .. j, name = "Shot " .. j, action = "It moves.", duration = 3 }
      end
      value.scenes[i] = one
    end
    return artifact.from(value)
  end

  local function without_time(html)
    return (html:gsub("Written on .- by", ""))
  end

  it("makes only the scenes that have changed, and is the page that a new one would be", function()
    local tree = film(4, 2)
    local pages = board.new "p"
    pages:render(tree)
    assert.same({ "scene1", "scene2", "scene3", "scene4" }, rendered)
    rendered = {}
    local changed = assert(tree:patch { { { "scenes", 3, "shots", 1, "action" }, "It stops." } })
    local html = pages:render(changed)
    assert.same({ "scene3" }, rendered)
    assert.truthy(html:find("It stops.", 1, true))
    assert.equal(without_time(board.new("p"):render(changed)), without_time(html))
  end)

  it("makes those after it again when numbers run through", function()
    local tree = film(3, 2)
    local pages = board.new("p", "cuts")
    pages:render(tree)
    rendered = {}
    pages:render(assert(tree:patch { { { "scenes", 2, "shots", 3 }, { key = "new", name = "New" } } }))
    assert.same({ "scene2", "scene3" }, rendered)
  end)

  it("lets others run meanwhile", function()
    local turns, over = 0, false
    local other = loop.spawn(function()
      while not over do
        turns = turns + 1
        loop.sleep(0)
      end
    end)
    board.new("p"):render(film(400, 10))
    over = true
    other:await()
    assert.is_true(turns > 5, turns)
  end)
end)
