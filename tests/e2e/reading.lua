-- tests/e2e/reading.lua: projects as a run leaves them, what `sbhost export` makes of them, and
-- what programs of others find in that.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local support = require "support"

local M = {}

--- All that could break a file.
M.HOSTILE = '=1+1</clip>"\n\r\n\n*INT. X - DAY*\n[[note]] /* cut */ -->\u{202E}\u{200B}{\\an8}<i>&amp;]]>\t'
  .. "~la > c < #2# العربية 漢字 '; -- \u{1F3AC}"

M.LONG = ("long "):rep(4000)

--- A picture's name, which no URL takes as it is.
M.ODD = "images/a b%20#1 'é' 漢&?.png"

--- A shot of two seconds, with a picture.
---@param name string
---@param changes table<string, any>?
---@return table
function M.shot(name, changes)
  local one = { key = name, name = name, duration = 2, size = "wide", image_url = M.ODD }
  for field, value in pairs(changes or {}) do
    one[field] = value
  end
  return one
end

--- A project on disk, as a run leaves it, with these scenes and the pictures that they show.
--- The pictures are all different: the nth is 64 + 2n pixels wide.
---@param scenes table[]
---@param settings string? of its story
---@param title string?
---@return string folder
function M.project(scenes, settings, title)
  local at = support.write {
    ["story.lua"] = support.story(settings),
    ["data/small/artifact.json"] = json.encode {
      aspect = "16:9",
      narrative = { title = title or "Clock", logline = "Who?" },
      scenes = scenes,
    },
  }
  assert(file.mkdir(at .. "/data/small/images"))
  local drawn = 0
  for _, scene in ipairs(scenes) do
    for _, shot in ipairs(scene.shots) do
      local url = type(shot.image_url) == "string" and shot.image_url or ""
      local path = url:find "^images/" and not url:find("gone", 1, true) and at .. "/data/small/" .. url
      if path and not file.exists(path) then
        drawn = drawn + 1
        assert(image.draw { path = path, width = 64 + 2 * drawn, height = 36, shapes = {} })
      end
    end
  end
  return at
end

--- A project full of what could break a file, and of a picture outside of it.
function M.hostile()
  return M.project({
    {
      key = "one",
      name = M.HOSTILE,
      description = M.HOSTILE,
      shots = {
        M.shot("a", {
          name = M.HOSTILE, action = M.HOSTILE, dialogue = M.HOSTILE, sound = M.HOSTILE, props = { M.HOSTILE },
        }),
        M.shot("b", { name = "", dialogue = "BOSS: " .. M.HOSTILE, image_url = "../../elsewhere.png" }),
        M.shot("c", { name = M.LONG, action = M.LONG, dialogue = "" }),
      },
    },
  }, nil, M.HOSTILE)
end

--- A project with all that may be missing: shots, pictures, durations.
function M.odd()
  return M.project({
    { key = "none", name = "None", shots = json.array {} },
    {
      key = "one",
      name = "One",
      shots = {
        M.shot("a", { duration = 1 / 3, dialogue = "BOSS: Now." }),
        M.shot("b", { duration = 1.234, image_url = json.null }),
        M.shot("c", { duration = json.null, dialogue = "BOSS: Then." }),
        M.shot("d", { image_url = "images/gone.png" }),
        M.shot "e",
      },
    },
  }, "rate = 23.976,")
end

---@param at string a project's folder
---@param format string
---@return string path
function M.export(at, format)
  local path = ("%s/out.%s"):format(at, format)
  local result = support.run {
    "export", at .. "/story.lua", "--data", at .. "/data", "--format", format, "--out", path,
  }
  assert(result.status == 0, result.out .. result.err)
  return path
end

--- What a program in Python prints.
---@param script string
---@param ... any its arguments
---@return any
function M.python(script, ...)
  local words = { support.python, ("%s/tests/e2e/%s"):format(support.tree, script) }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(tostring(word))
  end
  local result = support.shell(table.concat(words, " "))
  assert(result.status == 0, result.err)
  return assert(json.decode(result.out))
end

--- What a reader in Python finds in an export of a project.
---@param at string
---@param format string
---@param ... any further arguments of readers.py
---@return any
function M.read(at, format, ...)
  return M.python("readers.py", format, M.export(at, format), ...)
end

return M
