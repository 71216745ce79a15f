-- A run that is killed again and again, under load and with a provider that fails, goes
-- on where it stopped: nothing that was answered is asked for again, what is in doubt
-- was in flight. A few kills by default, 300 with SBHOST_DURABILITY=all.

local trial = require "trial"
local support = require "support"

local KILLS = trial.all and 300 or 5
local LANE = 6
local EDGES = 500 -- a kill comes at one of so many

--- What a provider does wrong without changing what it would answer.
local FAULTS = [=[
[ { "case": ["10a", "10b", "10c", "6"], "every": 9 } ]
]=]

describe("a run that is killed again and again", function()
  local place = support.write { ["faults.json"] = FAULTS }
  local mock = support.mock { "--delay", "20", "--faults", place .. "/faults.json" }
  local good = support.mock {}
  local tried = trial.new({ url = good.url }, { scenes = 2, shots = 3 })
  tried.lane = LANE
  local expected = tried:undisturbed()
  good.stop()
  tried.serving.url = mock.url

  local kills, projects, most_open, doubts, problems = 0, 0, 0, 0, {}
  local seen = #mock.account()

  --- Whether what was asked since was in the memo then.
  local function look_for_repeats(answered)
    local account = mock.account(seen + 1)
    for _, entry in ipairs(account) do
      local id = entry.event == "asked" and answered[entry.hash:sub(1, 20)]
      if id then
        problems[#problems + 1] = ("request %d, although call %d was answered"):format(entry.number, id)
      end
    end
    seen = seen + #account
  end

  --- Kills a run at a random edge; gives the status of one that ended before.
  local function run(folder, edge)
    local before = trial.calls(folder)
    local result = tried:run(folder, edge and { ACT = ("edge %d kill"):format(edge) })
    look_for_repeats(before.answered)
    table.move(trial.torn(folder), 1, 99, #problems + 1, problems)
    return result
  end

  math.randomseed(11)
  while kills < KILLS do
    local folder = tried:folder()
    local result
    projects = projects + 1
    repeat
      result = run(folder, kills < KILLS and math.random(EDGES) or nil)
      kills = kills + (result.status == 137 and 1 or 0)
      local open = trial.calls(folder).open
      most_open, doubts = math.max(most_open, open), doubts + open
    until result.status ~= 137
    if result.status ~= 0 then
      problems[#problems + 1] = ("it ended with %d: %s%s"):format(result.status, result.out, result.err)
    elseif trial.artifact(folder) ~= expected then
      problems[#problems + 1] = "another artifact than without a disturbance: " .. trial.artifact(folder)
    end
    table.move(tried:complete(folder, expected), 1, 99, #problems + 1, problems)
    tried:drop(folder)
  end
  tried:close()
  mock.stop()
  print(("%d kills of %d projects; %d calls left in doubt, at most %d by one kill"):format(kills, projects, doubts,
    most_open))

  it("loses nothing, tears nothing and asks for nothing twice", function()
    assert.same({}, problems)
  end)

  it("leaves no more in doubt than was in flight", function()
    assert.is_true(most_open <= 2 * LANE, most_open .. " in doubt")
  end)
end)
