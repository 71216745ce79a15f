-- What a run leaves of the terminal when a signal ends or stops it, while it asks and while
-- it shows its display: the mode and the cursor that were there before.

local file = require "host.file"
local support = require "support"
local terminal = require "terminal"

--- Those that end it at once. A sanitizer has SIGSEGV to itself.
local DEADLY = { "HUP", "QUIT", "TERM", "USR1", "USR2", "ALRM", "ABRT" }
if not os.getenv "SBHOST_SANITIZED" then
  DEADLY[#DEADLY + 1] = "SEGV"
end

--- Prints the mode.
local MODE = "stty -a | grep -o '.icanon\\|.echo '"
local PLAIN = "\n icanon\n echo *\n"

describe("at a terminal, a run", function()
  local mock = support.mock { "--delay", "60000" }
  local at

  before_each(function()
    at = support.write { ["story.lua"] = support.story() }
  end)

  teardown(function()
    mock.stop()
  end)

  local WAYS = {
    { name = "that asks", options = "--ask", sign = "lore: press 1 to 3", asks = true },
    { name = "that shows its display", options = "--base-url " .. mock.url, sign = "1 in flight" },
  }

  --- A command that runs the story into a folder of its own, and tells its process.
  local function command(way, number)
    local run = "exec %s run %s/story.lua --data %s/data%s %s"
    run = run:format(support.quote(support.sbhost), at, at, number, way.options)
    return "sh -c " .. support.quote(("echo $$ >%s/pid%s; %s"):format(at, number, run))
  end

  local function send(signal, number)
    local pid = file.read(("%s/pid%s"):format(at, number)):match "%d+"
    assert(os.execute(("kill -%s %s"):format(signal, pid)))
  end

  local function await_cursor(shown, wanted)
    support.await(wanted and "the cursor" or "no cursor", function()
      return shown:shows_cursor() == wanted
    end)
  end

  for _, way in ipairs(WAYS) do
    it(way.name .. " leaves it as it was, whatever ends it", function()
      local words = { "ulimit -c 0" }
      for i, signal in ipairs(DEADLY) do
        local look = ("echo %s gave $?; %s; echo %s is over; read go"):format(signal, MODE, signal)
        words[#words + 1] = ("clear; %s; %s"):format(command(way, i), look)
      end
      local shown <close> = terminal.open(table.concat(words, "; "))
      for i, signal in ipairs(DEADLY) do
        shown:await_screen(way.sign)
        await_cursor(shown, false)
        send(signal, i)
        local screen = shown:await_screen(signal .. " is over")
        assert.truthy(screen:find(signal .. " gave 1%d%d" .. PLAIN), screen)
        assert.is_true(shown:shows_cursor(), signal)
        shown:press "Enter"
      end
    end)

    it(way.name .. " gives it back when it is stopped, and takes it again when it goes on", function()
      local words = { "set -m", command(way, 1), "echo stopped", MODE, "echo STOP is over; read go", "clear; fg" }
      local shown <close> = terminal.open(table.concat(words, "; "))
      shown:await_screen(way.sign)
      await_cursor(shown, false)
      shown:press "C-z"
      local screen = shown:await_screen "STOP is over"
      assert.truthy(screen:find("stopped" .. PLAIN), screen)
      assert.is_true(shown:shows_cursor())
      shown:press "Enter"
      await_cursor(shown, false)
      if way.asks then
        shown:press "2" -- and no Enter
        shown:await_screen "lore: option 2"
        shown:await_screen "narrative: press 1 to 3"
      end
      send("TERM", 1)
      shown:await_screen "ended with 143"
      assert.is_true(shown:shows_cursor())
    end)
  end

  it("that goes on in the background leaves the terminal to the shell", function()
    local slow = support.mock { "--delay", "400" }
    local way = { options = "--base-url " .. slow.url }
    local words = { "set -m", command(way, 1), "clear; bg >/dev/null; wait %1" }
    local shown <close> = terminal.open(table.concat(words, "; "))
    shown:await_screen "1 in flight"
    await_cursor(shown, false)
    shown:press "C-z"
    local screen = shown:await_screen "ended with 0"
    assert.truthy(screen:find("google/gemini-2.5-flash-image: 13 calls", 1, true), screen)
    assert.falsy(screen:find("in flight", 1, true), screen)
    assert.is_true(shown:shows_cursor())
    slow.stop()
  end)
end)
