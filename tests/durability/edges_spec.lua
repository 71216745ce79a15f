-- A run that is killed at any edge of its journal goes on as if nothing had been: an
-- edge is a call that changes a file of the project, or a packet that is sent.
-- A few of them by default, every one with SBHOST_DURABILITY=all.

local trial = require "trial"

local FEW = 4 -- kills by default

describe("a run that is killed at an edge of its journal", function()
  local tried = trial.new()
  local expected = tried:undisturbed()
  local edges = tried:count().edge
  local kills, problems = 0, {}

  for _, edge in ipairs(trial.sample(edges, FEW)) do
    local folder = tried:folder()
    local result = tried:run(folder, { ACT = ("edge %d kill"):format(edge) })
    kills = kills + (result.status == 137 and 1 or 0)
    local open = trial.calls(folder).open
    local found = tried:complete(folder, expected)
    if open > 2 * trial.LANE then
      found[#found + 1] = open .. " calls in doubt, more than can have been in flight"
    end
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("edge %d: %s"):format(edge, problem)
    end
    tried:drop(folder)
  end
  tried:close()
  print(("%d kills at %d edges"):format(kills, edges))

  it("was killed", function()
    assert.is_true(kills >= #trial.sample(edges, FEW) * 9 // 10, kills .. " kills")
  end)

  it("loses nothing, tears nothing and asks for nothing twice", function()
    assert.same({}, problems)
  end)
end)
