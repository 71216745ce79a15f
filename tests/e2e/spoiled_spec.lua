-- A whole story while every fifth answer is spoiled, in twenty ways: it ends
-- complete, or says what is missing and completes when the provider is well again.
-- Nothing that was answered is asked twice.

local catalogue = require "offline.faults.catalogue"
local file = require "host.file"
local json = require "host.json"
local limiter = require "host.limiter"
local loop = require "host.loop"
local store = require "host.store"
local support = require "support"

local AT_ONCE = 3
local seeds = os.getenv "SBHOST_SEEDS" or "1-20" -- others, to look further than the tests do each time
local FIRST, LAST = seeds:match "^(%d+)-(%d+)$"
FIRST, LAST = math.tointeger(FIRST), math.tointeger(LAST)

local function spoiling(seed)
  local ids = {}
  for _, case in ipairs(catalogue.list) do
    if case.answers.text or case.answers.picture then ids[#ids + 1] = case.id end
  end
  return json.encode { {
    case = ids, route = "chat", probability = 0.2, seed = seed,
    seconds = 0.2, pause = 0.01, headers = 2000, bytes = 20000000, retry_after = 1,
  } }
end

--- The bodies whose answers are committed, by the hash in the provider's id.
local function committed(project)
  local opened = assert(store.open(project .. "/project.db", { readonly = true }))
  local found, id = {}, 1
  local call = opened:call(id)
  while call do
    local hash = call.state == "answered" and call.handle and call.handle:match "%x+$"
    if hash then found[hash] = true end
    id = id + 1
    call = opened:call(id)
  end
  opened:close()
  return found
end

--- The bodies that were asked once more after a whole answer that was not spoiled.
local function asked_again(account, known)
  local again, answered = {}, {}
  for _, entry in ipairs(account) do
    if entry.event == "asked" and (answered[entry.hash] or known[entry.hash:sub(1, 20)]) then
      again[#again + 1] = entry.task or entry.model
    elseif entry.event == "answered" and entry.whole and not entry.case then
      answered[entry.hash] = true
    end
  end
  return again
end

local function missing(project)
  local board = json.decode(file.read(project .. "/artifact.json") or "{}")
  local list = {}
  for _, scene in ipairs(board.scenes or { {} }) do
    for _, shot in ipairs(scene.shots or { {} }) do
      if not (shot.image_url and file.exists(project .. "/" .. shot.image_url)) then
        list[#list + 1] = tostring(shot.name)
      end
    end
  end
  return list
end

local function play(seed)
  local at = support.write { ["story.lua"] = support.story(), ["faults.json"] = spoiling(seed) }
  local project = at .. "/data/small"
  local mock = support.mock { "--faults", at .. "/faults.json" }
  local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url }
  local played = { first = support.run(command) }
  played.missing = missing(project)
  played.again = asked_again(mock.account(), {})
  mock.stop()
  local known = committed(project)
  local port = mock.url:match ":(%d+)"
  support.await("the port", function()
    return not os.execute(("curl -s -o /dev/null http://127.0.0.1:%s/"):format(port))
  end)
  local healed = support.mock { "--port", port }
  table.move({ "--resend-doubt", "100" }, 1, 2, #command + 1, command)
  played.second = support.run(command)
  played.still_missing = missing(project)
  played.again_later = asked_again(healed.account(), known)
  healed.stop()
  played.torn = support.shell(("cd %s/images && ls | xargs pngcheck -q"):format(project)).out
  return played
end

describe("a story while every fifth answer is spoiled", function()
  local gate, tasks = limiter.new(), {}
  gate:lane("seed", AT_ONCE)
  for seed = FIRST, LAST do
    tasks[#tasks + 1] = loop.spawn(function()
      local slot <close> = gate:acquire("seed", "seed", -seed)
      assert(slot)
      return play(seed)
    end)
  end
  local all = loop.all(tasks)

  for seed = FIRST, LAST do
    local played = all[seed - FIRST + 1]

    it(("ends complete or says what is missing, and completes later (%d)"):format(seed), function()
      local out = played.first.out .. played.first.err
      if played.first.status == 0 then
        assert.same({}, played.missing, out)
      else
        assert.equal(1, played.first.status, out)
        assert.truthy(out:find "failed: " or out:find "in doubt: ", out)
      end
      assert.equal(0, played.second.status, played.second.out .. played.second.err)
      assert.same({}, played.still_missing)
      assert.equal("", played.torn)
    end)

    it(("asks for nothing twice that was answered (%d)"):format(seed), function()
      assert.same({}, played.again)
      assert.same({}, played.again_later)
    end)
  end
end)
