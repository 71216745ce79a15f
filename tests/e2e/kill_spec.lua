-- A run that is killed at any moment goes on where it stopped: nothing whose
-- answer was committed is asked again, and what is in doubt was in flight.

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local store = require "host.store"
local support = require "support"

local KILLS = 10
local IN_FLIGHT = 6 -- --lane text=3 --lane image=3

--- The calls in a project's store by state; those answered by the provider's id,
--- of those in doubt how many are newer than an id.
local function recorded(project, newer_than)
  local opened = store.open(project .. "/project.db", { readonly = true })
  local found = { answered = {}, doubts = 0, new_doubts = 0, last = 0 }
  if not opened then
    return found
  end
  local id = 1
  while true do
    local call = opened:call(id)
    if not call then
      break
    end
    if call.state == "answered" then
      -- The mock names an answer by the hash of what it was asked.
      found.answered[call.handle:match "%x+$"] = id
    elseif call.state == "intent" or call.state == "accepted" or call.state == "doubt" then
      found.doubts = found.doubts + 1
      found.new_doubts = found.new_doubts + (id > (newer_than or 0) and 1 or 0)
    end
    found.last = id
    id = id + 1
  end
  opened:close()
  return found
end

describe("a run that is killed ten times", function()
  local mock = support.mock { "--delay", "40" }
  local at = support.write { ["story.lua"] = support.story [[counts = { scenes = 3, shots = 3 },]] }
  local project = at .. "/data/small"
  local command = {
    "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url,
    "--lane", "text=3", "--lane", "image=3", "--resend-doubt", "100",
  }
  local asked_again, most_doubts, kills = {}, 0, 0

  local function asked_from(first, committed)
    local account = mock.account()
    for i = first, #account do
      local entry = account[i]
      if entry.event == "asked" and committed[entry.hash:sub(1, 20)] then
        local ids = committed[entry.hash:sub(1, 20)]
        asked_again[#asked_again + 1] = ("request %d, although call %d was answered"):format(entry.number, ids)
      end
    end
    return #account + 1
  end

  local function asked()
    local count = 0
    for _, entry in ipairs(mock.account()) do
      count = count + (entry.event == "asked" and 1 or 0)
    end
    return count
  end

  math.randomseed(11)
  local first = 1
  for _ = 1, KILLS do
    local committed = recorded(project)
    local before = asked()
    local running = support.start(command)
    -- At a random moment, told in calls: after one to four more were asked.
    local moment = before + math.random(1, 4)
    support.await("more calls", function()
      return asked() >= moment or not running.is_running()
    end)
    loop.sleep(math.random() * 0.04)
    kills = kills + (running.is_running() and 1 or 0)
    running.kill()
    support.await("the killed run's end", function()
      return not running.is_running()
    end)
    first = asked_from(first, committed.answered)
    most_doubts = math.max(most_doubts, recorded(project, committed.last).new_doubts)
  end
  local committed = recorded(project)
  local doubts = committed.doubts
  local last = support.run(command)
  asked_from(first, committed.answered)
  mock.stop()

  it("was killed while it ran", function()
    assert.is_true(kills >= 5, kills .. " kills")
  end)

  it("is whole in the end", function()
    assert.equal(0, last.status, last.out .. last.err)
    local board = json.decode(file.read(project .. "/artifact.json"))
    assert.equal(3, #board.scenes)
    for _, scene in ipairs(board.scenes) do
      for _, shot in ipairs(scene.shots) do
        assert.truthy(file.exists(project .. "/" .. shot.image_url))
      end
    end
  end)

  it("never asked again for what was answered and committed", function()
    assert.same({}, asked_again)
  end)

  it("left no more in doubt by any kill than were in flight, and says how many it asked again", function()
    assert.is_true(most_doubts <= IN_FLIGHT, most_doubts .. " in doubt")
    if doubts > 0 then
      assert.truthy(last.out:find(doubts .. " calls were in doubt", 1, true), last.out)
    end
  end)

  it("leaves nothing half written", function()
    local pictures = {}
    for _, name in ipairs(file.list(project .. "/images")) do
      assert.truthy(name:match "%.png$", "what a killed run left is still there: " .. name)
      pictures[#pictures + 1] = support.quote(project .. "/images/" .. name)
    end
    assert.equal(0, support.shell("pngcheck -q " .. table.concat(pictures, " ")).status)
  end)
end)
