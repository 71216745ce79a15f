-- What README and the documents tell people to type and to write works as it
-- stands there.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local provider = require "provider"
local server = require "host.server"
local support = require "support"

--- The fenced blocks of a document in one language.
---@return string[]
local function blocks(path, language)
  local found = {}
  local text = "\n" .. assert(file.read(support.tree .. "/" .. path))
  for block in text:gmatch("\n```" .. language .. "\n(.-)\n```") do
    found[#found + 1] = block
  end
  return found
end

--- The file that a block of Lua says it is.
local function name_of(block)
  return block:match "^%-%- ([%w_/-]+%.lua)"
end

--- A folder that looks like the tree to a command, without its data.
local function workplace()
  local at = support.folder()
  for _, name in ipairs { "lua", "examples", "docs" } do
    os.execute(("ln -s %s/%s %s/%s"):format(support.tree, name, at, name))
  end
  assert(file.mkdir(at .. "/build"))
  os.execute(("ln -s %s %s/build/sbhost"):format(support.sbhost, at))
  return at
end

describe("README.md", function()
  it("names commands that work", function()
    local pages = assert(server.listen {
      handler = function()
        return { body = "A page." }
      end,
    })
    local page = ("http://127.0.0.1:%d/"):format(pages:port())
    local at, ran = workplace(), 0
    for _, block in ipairs(blocks("README.md", "sh")) do
      for line in block:gmatch "[^\n]+" do
        -- What the front door does besides, `./dev fresh` proves.
        local command = line:gsub("^%./dev run", "build/sbhost run"):gsub("https://example%.%w+", page)
        if not command:match "^%./dev" and not command:match "^export" then
          local result = support.shell(("cd %s && env -u OPENROUTER_API_KEY %s"):format(at, command))
          assert.equal(0, result.status, command .. "\n" .. result.out .. result.err)
          ran = ran + 1
        end
      end
    end
    pages:close()
    assert.is_true(ran >= 5)
  end)

  it("shows stories that run", function()
    local ran = 0
    for _, block in ipairs(blocks("README.md", "lua")) do
      if name_of(block) == "story.lua" then
        local at = support.write { ["story.lua"] = block }
        assert(file.mkdir(at .. "/refs"))
        assert(image.draw {
          path = at .. "/refs/keeper.png",
          width = 400,
          height = 600,
          shapes = { { "ellipse", cx = 200, cy = 300, rx = 90, ry = 200, colour = 0x224466 } },
        })
        local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--quiet" }
        assert.equal(0, result.status, result.err)
        ran = ran + 1
      end
    end
    assert.equal(2, ran)
  end)
end)

describe("docs/guide.md", function()
  --- Runs what watches until it has done all, and ends it.
  local function watch(at)
    local running = support.start { "run", at .. "/story.lua", "--data", at .. "/data", "--watch" }
    support.await("the end of it", function()
      return running.out():find("waiting for the next save", 1, true)
    end)
    running.interrupt()
    return support.await("its status", running.status)
  end

  it("can be followed from its first line to its last", function()
    local at = support.folder()
    local text = "\n" .. assert(file.read(support.tree .. "/docs/guide.md"))
    local ran = 0
    os.execute(("mkdir %s/bin && ln -s %s %s/bin/sbhost"):format(at, support.sbhost, at))
    for language, block in text:gmatch "\n```(%a+)\n(.-)\n```" do
      if language == "lua" then
        assert(file.mkdir((at .. "/" .. name_of(block)):match "^(.*)/"))
        assert(file.write(at .. "/" .. name_of(block), block))
      end
      for line in (language == "sh" and block or ""):gmatch "[^\n]+" do
        if line:find("--watch", 1, true) then
          assert.equal(0, watch(at))
        else
          local command = ("cd %s && PATH=%s/bin:$PATH env -u OPENROUTER_API_KEY %s"):format(at, at, line)
          local result = support.shell(command)
          assert.equal(0, result.status, line .. "\n" .. result.out .. result.err)
        end
        ran = ran + 1
      end
    end
    assert.is_true(ran >= 30)
    local board = json.decode(file.read(at .. "/data/lighthouse/artifact.json"))
    assert.is_string(board.scenes[1].music)
  end)
end)

describe("docs/steps.md", function()
  local all = blocks("docs/steps.md", "lua")

  --- Runs a story with these blocks in its folder.
  local function run(texts)
    local serving = provider.start()
    local at = support.write(texts)
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    serving.close()
    assert.equal(0, result.status, result.out .. result.err)
  end

  it("shows a step and its story that run together, with a prompt and with code", function()
    local story
    local steps = {}
    for _, block in ipairs(all) do
      if name_of(block) == "story.lua" then
        story = block
      elseif name_of(block) == "steps/music_cues.lua" then
        steps[#steps + 1] = block
      end
    end
    assert.equal(2, #steps)
    for _, step in ipairs(steps) do
      run { ["story.lua"] = story, ["steps/music_cues.lua"] = step }
    end
  end)

  it("shows a picture step that can stand in for the built-in one", function()
    for _, block in ipairs(all) do
      if name_of(block) == "lua/steps/shot_images.lua" then
        run { ["story.lua"] = support.story(), ["steps/shot_images.lua"] = block }
        return
      end
    end
    error "there is no such block"
  end)
end)

describe("docs/exports.md", function()
  it("shows exports that are made, of a story that runs", function()
    local at, made = workplace(), 0
    for _, block in ipairs(blocks("docs/exports.md", "sh")) do
      for command in block:gmatch "[^\n]+" do
        local result = support.shell(("cd %s && env -u OPENROUTER_API_KEY %s"):format(at, command))
        assert.equal(0, result.status, command .. "\n" .. result.out .. result.err)
        made = made + (file.exists(at .. "/" .. (result.out:match "([^\n]+)\n$" or "none")) and 1 or 0)
      end
    end
    assert.equal(3, made)
    local stories = blocks("docs/exports.md", "lua")
    assert.equal(1, #stories)
    local place = support.write { ["story.lua"] = stories[1] }
    local result = support.run { "run", place .. "/story.lua", "--data", place .. "/data", "--quiet" }
    assert.equal(0, result.status, result.err)
  end)

  it("names the formats and the columns that there are", function()
    local text = assert(file.read(support.tree .. "/docs/exports.md"))
    for name in pairs(require("export.formats").formats) do
      assert.truthy(text:find("| `" .. name .. "` |", 1, true), name)
    end
    local columns = text:match "\n## CSV\n(.-)\n## "
    for name in ("number scene scene_name shot_name size angle movement lens seconds start frames description action "
      .. "dialogue sound props picture"):gmatch "%S+" do
      assert.truthy(columns:find("`" .. name .. "`", 1, true), name)
    end
  end)
end)
