-- What a person sees who works on a story at a terminal, with --watch.

local file = require "host.file"
local program = require "host.program"
local provider = require "provider"
local support = require "support"
local terminal = require "terminal"

local DONE = "4 calls, $0.004; waiting for the next save"

local function count(text, part)
  local _, times = text:gsub(part:gsub("%W", "%%%0"), "")
  return times
end

describe("at a terminal, a run with --watch", function()
  it("shows an edit, a broken script, and its fix", function()
    local serving = provider.start()
    local prompt = assert(file.read(program.root .. "/steps/shot_images.lua"))
    local at = support.write { ["story.lua"] = support.story(), ["steps/shot_images.lua"] = prompt }
    local function save(text)
      assert(file.write(at .. "/steps/shot_images.lua", text))
    end
    local run = "cd %s && %s run story.lua --watch --base-url %s"
    local command = run:format(at, support.quote(support.sbhost), serving.url)
    local shown <close> = terminal.open(command, { columns = 120, rows = 45 })
    shown:await "all done after"

    local release = serving.hold()
    save((prompt:gsub("prompt = %[%[\n", "%0By night. ")))
    shown:await "steps/shot_images.lua: 4 of 4 shot_images, about $"
    -- The display lives on: what stands, stands, and four are under way.
    local screen = shown:await "4 in flight"
    assert.truthy(screen:find "shot_images[^\n]+ 0/4 +4 in flight", screen)
    assert.truthy(screen:find("76%", 1, true), screen)
    release()
    screen = shown:await(DONE)
    assert.falsy(screen:find("in flight", 1, true), screen)

    save(prompt .. "\nreturn (")
    screen = shown:await "the last working version stays in use"
    assert.truthy(screen:find "steps/shot_images%.lua:%d+: syntax error", screen)
    save((prompt:gsub("prompt = %[%[\n", "%0By day. ")))
    support.await("the fix to be done", function()
      return count(shown:all(), DONE) == 2
    end)

    shown:press "C-c"
    shown:await "ended with 0"
    -- The display of each of the three evaluations stands once, as it ended.
    local all = shown:all()
    assert.equal(3, count(all, "100%"), all)
    assert.equal(0, count(all, "76%"), all)
    serving.close()
  end)
end)
