-- Every bad answer of docs/providers.md, as the program takes it.

local cases = require "cases"
local catalogue = require "offline.faults.catalogue"
local limiter = require "host.limiter"
local list = require "case_list"
local loop = require "host.loop"

--- The sanitizers' own memory is many times the program's.
local SANITIZED = os.getenv "SBHOST_SANITIZED" ~= nil

local AT_ONCE = 3

--- Plays all of them, some at once.
local function play_all()
  local gate, tasks = limiter.new(), {}
  gate:lane("case", AT_ONCE)
  for i, case in ipairs(list) do
    tasks[i] = loop.spawn(function()
      local slot <close> = gate:acquire("case", "case", -i)
      assert(slot)
      case.played = cases.play(case)
    end)
  end
  loop.all(tasks)
end

local function within(asked, expected)
  if type(expected) == "number" then return asked == expected end
  return asked >= expected[1] and asked <= expected[2]
end

local only = os.getenv "SBHOST_CASES" -- "8a 46c": these alone, while one of them is looked into
if only then
  local chosen = {}
  for _, case in ipairs(list) do
    if (" " .. only .. " "):find(" " .. case.id .. " ", 1, true) then chosen[#chosen + 1] = case end
  end
  list = chosen
end

describe("case", function()
  play_all()
  for _, case in ipairs(list) do
    local known = catalogue.by_id[case.id]
    local title = ("%s, %s, for a %s%s"):format(case.id, known.name, case.on, case.always and ", always" or "")
    it(title, function()
      local played = case.played
      local told = cases.words(played) .. "\n" .. played.out
      assert.equal(case.status, played.status, told)
      assert.is_true(within(played.asked, case.asked), told)
      if case.total then assert.equal(case.total, played.total, told) end
      if case.says then assert.truthy(played.out:find(case.says, 1, true), told) end
      if case.lacks then assert.is_nil(played.out:find(case.lacks, 1, true), told) end
      if case.least then assert.is_true(played.seconds >= case.least, told) end
      if case.memory and not SANITIZED then
        assert.is_true(played.memory <= case.memory, played.memory .. " KiB\n" .. told)
      end
      assert.equal("", played.torn)
      assert.equal("", played.leaks)
      assert.equal(0, played.again, told)
      assert.same({}, played.violations)
      assert.is_nil(played.out:find("traceback", 1, true), told)
    end)
  end

  if not only then
    it("is in docs/providers.md as it was seen", function()
      local page, before = cases.page(list, catalogue.list)
      assert.equal(before, page)
    end)
  end
end)
