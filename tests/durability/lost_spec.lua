-- A run that loses power: the disk then holds what was flushed, and of the rest
-- nothing, or any part of it. shadow.c keeps what is flushed while the run goes on,
-- disk.c builds what is left. A few cuts by default, 200 with SBHOST_DURABILITY=all.

local file = require "host.file"
local json = require "host.json"
local trial = require "trial"
local support = require "support" -- which trial makes known

--- What the run had said of each task: how many answers it had.
local function acknowledged(out)
  local answers = {}
  for line in out:gmatch "[^\n]+" do
    local event = json.decode(line)
    if event and event.event == "answered" then
      answers[event.task] = (answers[event.task] or 0) + 1
    end
  end
  return answers
end

describe("a run that loses what it had not flushed", function()
  local tried = trial.new()
  local expected = tried:undisturbed()
  local edges = tried:count().edge
  local cuts, answers, problems = 0, 0, {}

  --- Cuts the power at an edge; what survives is decided by the seed.
  local function cut(edge, seed)
    local folder, shadow, left = tried:folder(), tried:folder(), tried:folder()
    local result =
      tried:run(folder, { ACT = ("edge %d kill"):format(edge), SHADOW = shadow }, { "--json" })
    assert(file.remove(left))
    local words = { trial.libraries .. "/disk", folder, shadow, left, tostring(seed) }
    local built = support.shell(table.concat(words, " "))
    assert(built.status == 0, built.err)
    cuts = cuts + (result.status == 137 and 1 or 0)

    local found = {}
    local kept = trial.calls(left).tasks
    for task, count in pairs(acknowledged(result.out)) do
      answers = answers + count
      if (kept[task] or 0) < count then
        found[#found + 1] = ("%s: %d of %d answers are left"):format(task, kept[task] or 0, count)
      end
    end
    table.move(tried:complete(left, expected), 1, 99, #found + 1, found)
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("edge %d, seed %d: %s"):format(edge, seed, problem)
    end
    for _, used in ipairs { folder, shadow, left } do
      tried:drop(used)
    end
  end

  local count = trial.all and 200 or 4
  for i = 1, count do
    -- Half of the cuts lose everything that was not flushed.
    cut((i * 7919) % edges + 1, i % 2 == 0 and 0 or i)
  end
  tried:close()
  print(("%d cuts, %d answers acknowledged before them"):format(cuts, answers))

  it("was cut off while it ran", function()
    assert.is_true(cuts >= count * 9 // 10, cuts .. " cuts")
  end)

  it("has all that it had said was answered, opens, and completes", function()
    assert.same({}, problems)
  end)
end)
