-- A run with --watch that is killed while an edit is evaluated: what was answered before
-- and since is there, and the next run completes the edited story. A few kills by default,
-- one at each of many edges with SBHOST_DURABILITY=all.

local trial = require "trial"
local file = require "host.file"
local loop = require "host.loop"
local support = require "support"

-- So many edges behind those of a run without an edit: few enough that there are as many
-- however the commits of both are grouped.
local FIRST, LAST = 10, 50

describe("a run with --watch that is killed while an edit is under way", function()
  local tried = trial.new()
  local expected = tried:undisturbed()
  local edges = tried:count().edge
  local before = tried:save "sideways"
  local edited = tried:undisturbed()
  local kills, problems = 0, {}

  --- Waits until the first evaluation is over, and saves the edit.
  local function edit(folder, run)
    support.await("the first evaluation", function()
      local is_there = file.exists(folder .. "/small/artifact.json")
      return run.over or is_there and trial.artifact(folder) == expected
    end)
    tried:save "sideways"
  end

  for _, n in ipairs(trial.sample(LAST - FIRST, 3)) do
    local folder, run = tried:folder(), { over = false }
    tried:save(before)
    local editing = loop.spawn(edit, folder, run)
    local result = tried:run(folder, { ACT = ("edge %d kill"):format(edges + FIRST + n) }, { "--watch" })
    run.over = true
    editing:await()
    kills = kills + (result.status == 137 and 1 or 0)
    local open = trial.calls(folder).open
    local found = tried:complete(folder, edited)
    if open > 2 * trial.LANE then
      found[#found + 1] = open .. " calls in doubt, more than can have been in flight"
    end
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("edge %d of the edit: %s"):format(FIRST + n, problem)
    end
    tried:drop(folder)
  end
  tried:close()
  print(("%d kills"):format(kills))

  it("was killed", function()
    assert.is_true(kills > 0, kills .. " kills")
  end)

  it("loses nothing, tears nothing and asks for nothing twice", function()
    assert.same({}, problems)
  end)
end)
