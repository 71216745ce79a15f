-- Commands other than run that are killed at an edge of what they write: what they were
-- about to do is done or not, nothing is torn, and the next run is content with it. A few
-- edges of each by default, every one with SBHOST_DURABILITY=all.

local trial = require "trial"
local file = require "host.file"
local support = require "support"

local BY_REQUEST = { clean = true, redo = true, take = true } -- those that must know who is asked

--- Each command, with what follows the story.
local COMMANDS = {
  { "export", "--format", "csv" },
  { "export", "--format", "html" },
  { "export", "--format", "pictures" },
  { "edits" },
  { "clean", "--yes" },
  { "redo", "lore" },
  { "take", "shot_images[scene-1/shot-1]", "1" },
  { "keep", "lore" },
  { "unedit", "narrative.*" },
}

describe("a command that is killed while it writes", function()
  local tried = trial.new()
  local finished = tried:folder()

  --- The arguments of a command.
  local function arguments_of(folder, words)
    local arguments = { words[1], tried.place .. "/story.lua", "--data", folder }
    if BY_REQUEST[words[1]] then
      table.move({ "--base-url", tried.serving.url }, 1, 2, #arguments + 1, arguments)
    end
    return table.move(words, 2, #words, #arguments + 1, arguments)
  end

  --- A finished project with a second take and an edit, and with a plate and earlier
  --- pictures that may be cleaned away.
  local function prepare()
    local function run(...)
      local result = support.run(arguments_of(finished, { ... }))
      assert(result.status == 0, result.out .. result.err)
    end
    assert(tried:run(finished).status == 0)
    run("redo", "shot_images[scene-1/shot-1]")
    run("keep", "narrative")
    assert(tried:run(finished).status == 0)
  end

  --- The command under the shim.
  local function command(folder, words, settings)
    return trial.disturb(folder, arguments_of(folder, words), settings)
  end

  --- A text without the moment at which it was written.
  local function timeless(text)
    return text and text:gsub("Written on [^.]- by", "Written by")
  end

  --- What there is of the exports: each file whole, as `whole` has it.
  local function torn_exports(folder, whole)
    local found = {}
    local at = "/small/exports/"
    for _, name in ipairs(file.list(folder .. at) or {}) do
      local text = timeless(file.read(folder .. at .. name))
      if not name:find "%.tmp$" and text and text ~= timeless(file.read(whole .. at .. name)) then
        found[#found + 1] = name .. " is torn"
      end
    end
    return found
  end

  prepare()
  for _, words in ipairs(COMMANDS) do
    local name = table.concat(words, " ")
    it(("leaves a whole project: %s"):format(name), function()
      local undisturbed = tried:copy(finished)
      local counted = undisturbed .. "-count"
      local result = command(undisturbed, words, { COUNT = counted })
      assert.equal(0, result.status, result.out .. result.err)
      local edges = tonumber(file.read(counted):match "edge (%d+)")
      for _, edge in ipairs(edges > 0 and trial.sample(edges, 1) or {}) do
        local folder = tried:copy(finished)
        assert.equal(137, command(folder, words, { ACT = ("edge %d kill"):format(edge) }).status)
        assert.same({}, trial.torn(folder))
        assert.same({}, torn_exports(folder, undisturbed))
        -- What it was about to do can be done now, if it is not done.
        result = command(folder, words)
        assert.is_true(result.status == 0 or words[1] == "unedit", result.out .. result.err)
        local run = tried:run(folder)
        assert.equal(0, run.status, run.out .. run.err)
        assert.same({}, trial.torn(folder))
        assert.same({}, trial.litter(folder))
        local other = tried:copy(undisturbed)
        assert.equal(0, tried:run(other).status)
        assert.equal(trial.artifact(other), trial.artifact(folder))
        tried:drop(folder)
        tried:drop(other)
      end
      tried:drop(undisturbed)
    end)
  end

  teardown(function()
    tried:close()
  end)
end)
