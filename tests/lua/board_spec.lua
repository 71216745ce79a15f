local artifact = require "host.artifact"
local board = require "pipeline.board"

local HOSTILE = [[</style></title><script>alert(1)</script><img src=x onerror="alert('2')">&amp; %s %d %]]

local VOID = { meta = true, img = true, ["!DOCTYPE"] = true }

--- Reads the page as tags and attributes, and fails where it is not well made:
--- a tag that is not closed, an attribute without quotes, a bare < or &.
---@return { name: string, attributes: table<string, string> }[] tags in order
local function parse(html)
  local tags, open = {}, {}
  local style = html:match "<style>(.-)</style>"
  html = html:gsub("<style>.-</style>", "", 1)
  assert.is_nil(style:find "<")
  for text, tag in html:gmatch "([^<]*)<([^<>]*)>" do
    assert.is_nil(text:find ">", text)
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
      end)
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

local function render(value)
  return board.render(artifact.from(value), "the-project")
end

describe("the board", function()
  it("shows a run that has nothing yet", function()
    local html = render {}
    parse(html)
    assert.truthy(html:find("<h1>the-project</h1>", 1, true))
  end)

  it("takes nothing that a model wrote for markup", function()
    local hostile = {
      user_prompt = HOSTILE,
      style = HOSTILE,
      aspect = "16:9",
      lore = { title = HOSTILE, world = HOSTILE },
      narrative = { title = HOSTILE, logline = HOSTILE, synopsis = HOSTILE },
      props = { { key = "p", name = HOSTILE, kind = HOSTILE, description = HOSTILE, image_url = HOSTILE } },
      scenes = {
        {
          key = "a",
          name = HOSTILE,
          description = HOSTILE,
          stage_setting_shot = { name = HOSTILE, description = HOSTILE, image_url = HOSTILE },
          shots = {
            shot {
              name = HOSTILE,
              description = HOSTILE,
              size = HOSTILE,
              dialogue = HOSTILE,
              props = { HOSTILE, HOSTILE },
              image_url = HOSTILE,
              duration = 2.5,
            },
          },
        },
      },
    }
    local tags = parse(render(hostile))
    assert.same({}, named(tags, "script"))
    local pictures = named(tags, "img")
    assert.equal(3, #pictures)
    for _, picture in ipairs(pictures) do
      assert.is_nil(picture.attributes.onerror)
      assert.truthy(picture.attributes.src:find "^[%w%-%._~/%%]+$")
    end
  end)

  it("allows pictures from beside it and nothing else", function()
    local policy
    for _, tag in ipairs(named(parse(render {}), "meta")) do
      policy = policy or tag.attributes["http-equiv"] == "Content-Security-Policy" and tag.attributes.content
    end
    assert.truthy(policy:find("default-src 'none'", 1, true))
    assert.is_nil(policy:find("script", 1, true))
  end)

  it("says which pictures are missing", function()
    local html = render {
      props = { { key = "p", name = "Lamp" } },
      scenes = { { key = "a", name = "A", stage_setting_shot = { name = "Stage" }, shots = { shot {} } } },
    }
    local _, count = html:gsub("not drawn yet", "")
    assert.equal(3, count)
    assert.same({}, named(parse(html), "img"))
  end)

  it("numbers the panels and adds up their seconds", function()
    local html = render {
      scenes = {
        { key = "a", name = "A", shots = { shot { duration = 2.5 }, shot { duration = 60 } } },
        { key = "b", name = "B", shots = { shot { duration = 1 } } },
      },
    }
    assert.truthy(html:find("<h3>1.2 &nbsp;Shot</h3>", 1, true))
    assert.truthy(html:find("<h3>2.1 &nbsp;Shot</h3>", 1, true))
    assert.truthy(html:find("2 scenes · 1:03", 1, true))
    assert.truthy(html:find("<dd>2.5 s</dd>", 1, true))
  end)

  it("names a picture's file as an address of a path", function()
    local html = render { props = { { key = "p", name = "L", image_url = "images/a b#c?d%ü.png" } } }
    assert.truthy(html:find('src="images/a%20b%23c%3Fd%25%C3%BC.png"', 1, true))
  end)
end)
