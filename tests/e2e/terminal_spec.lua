-- The live display of a run whose model answers with all that is hostile, in terminals of all
-- widths, and one that changes its width meanwhile.

local hostile = require "hostile"
local support = require "support"
local terminal = require "terminal"

--- How often a pattern is in a text.
local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

describe("the live display", function()
  local serving

  --- A run in a terminal of its own, at the bottom of its screen; its pictures are held back
  --- until they are let go of.
  local function open(columns)
    serving = hostile.provider(function() return true end)
    local release = serving.hold(function(body)
      return body.modalities
    end)
    local at = support.write { ["story.lua"] = support.story() }
    local command = "echo 'before it all'; seq 90; cd %s && %s run story.lua --base-url %s"
    local shown = terminal.open(command:format(at, support.quote(support.sbhost), serving.url), {
      columns = columns, rows = 90,
    })
    return shown, release
  end

  after_each(function()
    serving.close()
  end)

  local NARROW, WIDE = "\n  compon… +0/%d", "\n  component_images [^\n]*0/%d +%d in flight"

  --- Waits until the display is as it is in so narrow or wide a terminal, with pictures under
  --- way, and nothing below it.
  local function await_display(shown, pattern)
    support.await("the display", function()
      local screen = shown:screen()
      return screen:find(pattern) and screen:find "\n  %d+%% · [^\n]*%s*$"
    end)
  end

  --- Of a run that has ended: it stands below what was there before, once, and nothing
  --- that a model said was obeyed.
  local function assert_whole(shown)
    local all = shown:all()
    hostile.assert_inert(all)
    assert.equal("before it all", all:match "^[^\n]*")
    assert.equal(1, count(all, "\n  100%% · ") + count(all, "\n  %d%d%% · "), all)
    assert.equal(1, count(all, "\n  lore "), all)
    assert.truthy(all:find "failed", all)
    assert.not_equal("owned", shown:ask "#{pane_title}")
    assert.equal("1", shown:ask "#{cursor_flag}")
  end

  for columns, pattern in pairs { [20] = NARROW, [80] = WIDE } do
    it(("is whole in %d columns, and obeys no text"):format(columns), function()
      local shown <close>, release = open(columns)
      await_display(shown, pattern)
      release()
      shown:await "ended with 1"
      assert_whole(shown)
    end)
  end

  it("is painted anew when the terminal is made narrower, and wider", function()
    local shown <close>, release = open(100)
    await_display(shown, WIDE)
    shown:resize(20, 90)
    await_display(shown, NARROW)
    shown:resize(120, 90)
    await_display(shown, WIDE)
    release()
    shown:await "ended with 1"
    assert_whole(shown)
  end)
end)
