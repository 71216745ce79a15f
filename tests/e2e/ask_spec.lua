-- Choosing at a terminal: `sbhost run --ask`, and what `sbhost clean` asks.

local file = require "host.file"
local json = require "host.json"
local support = require "support"
local terminal = require "terminal"

describe("sbhost run --ask", function()
  local at

  before_each(function()
    at = support.write { ["story.lua"] = support.story() }
  end)

  local function command(...)
    local words = { support.quote(support.sbhost), ... }
    return ("%s --data %s/data"):format(table.concat(words, " "), at)
  end

  local function run(...)
    return terminal.open(command("run", at .. "/story.lua", "--ask", ...))
  end

  local function artifact()
    return json.decode(file.read(at .. "/data/small/artifact.json"))
  end

  it("shows the options and where they differ, and takes one by a key", function()
    local shown <close> = run("--until", "narrative")
    shown:await "lore: press 1 to 3 to choose, a for another take"
    local all = shown:all()
    for _, text in ipairs { "lore: 3 options", "── option 1 ─", "── option 3 ─", "── where they differ ─" } do
      assert.truthy(all:find(text, 1, true), all)
    end
    for line in all:gmatch "[^\n]+" do
      assert.is_true(utf8.len(line) <= 100, line)
    end
    -- An arrow and a key that there is not are no choice.
    shown:press("Up", "x", "9", "2")
    shown:await "lore: option 2"
    shown:await "narrative: press 1 to 3 to choose"
    shown:press "a"
    shown:await "narrative: another take"
    support.await("the options of the other take", function()
      return select(2, shown:all():gsub("narrative: 3 options", "")) == 2
    end)
    shown:press "3"
    shown:await "ended with 0"

    local takes = support.run { "takes", at .. "/story.lua", "narrative", "--data", at .. "/data" }
    assert.truthy(takes.out:find "\n%* 2 ", takes.out)
    -- What was chosen is not asked again, and one need not be asked to keep it.
    local title = artifact().narrative.title
    local again <close> = run("--until", "narrative")
    again:await "nothing to do: 0 calls"
    again:await "ended with 0"
    assert.equal(title, artifact().narrative.title)
  end)

  it("is interrupted by Ctrl-C, and leaves the terminal as it was", function()
    local before = "stty -a | grep -o '.icanon\\|.echo '"
    local shown <close> = terminal.open(("%s; %s; echo code $?; %s"):format(
      before, command("run", at .. "/story.lua", "--ask"), before))
    shown:await "lore: press 1 to 3"
    shown:press "C-c"
    local screen = shown:await "ended with 0"
    assert.truthy(screen:find "code 130\n icanon\n echo *\n", screen)
    -- Its answer was paid for, and is there for the next run.
    local done = support.run { "run", at .. "/story.lua", "--until", "lore", "--data", at .. "/data" }
    assert.truthy(done.out:find("nothing to do: 0 calls", 1, true), done.out)
  end)

  it("asks again with --watch when what is saved brings other options, or comes in between", function()
    local shown <close> = run("--watch")
    shown:await "lore: press 1 to 3"
    local function save(word)
      assert(file.write(at .. "/story.lua", (support.story():gsub("clock maker", word))))
    end
    local function times(text)
      return select(2, shown:all():gsub(text:gsub("%W", "%%%0"), ""))
    end
    save "glass blower" -- what was asked is not asked any more
    support.await("the other options", function()
      return times "lore: press 1 to 3" == 2
    end)
    shown:press "2"
    shown:await "lore: option 2"
    shown:await "narrative: press 1 to 3"
    shown:press "1"
    shown:await "waiting for the next save"
    save "ferryman"
    support.await("the options of a third world", function()
      return times "lore: press 1 to 3" == 3
    end)
    shown:press "3"
    support.await("another narrative", function()
      return times "narrative: press 1 to 3" == 2
    end)
    shown:press "2"
    support.await("the end of it", function()
      return times "waiting for the next save" == 2
    end)
    save "ferryman by night" -- other options again
    support.await("the options of a fourth world", function()
      return times "lore: press 1 to 3" == 4
    end)
    save "ferryman" -- and back: what was chosen of these is not asked again
    support.await("that to be reused", function()
      return times "waiting for the next save" == 3
    end)
    assert.equal(4, times "lore: press 1 to 3")
    shown:press "C-c"
    shown:await "ended with 0"
  end)

  it("asks before it removes anything", function()
    local story = at .. "/story.lua"
    local data = { "--data", at .. "/data" }
    assert.equal(0, support.run({ "run", story, table.unpack(data) }).status)
    assert.equal(0, support.run({ "choose", story, "lore", "2", table.unpack(data) }).status)
    assert.equal(0, support.run({ "run", story, table.unpack(data) }).status)
    local before = #file.list(at .. "/data/small/images")
    local kept <close> = terminal.open(command("clean", story))
    kept:await "delete these? y/n"
    kept:press "n"
    kept:await "nothing was deleted"
    assert.equal(before, #file.list(at .. "/data/small/images"))
    local removed <close> = terminal.open(command("clean", story))
    removed:await "delete these? y/n"
    removed:press "y"
    removed:await "ended with 0"
    assert.is_true(#file.list(at .. "/data/small/images") < before)
  end)
end)
