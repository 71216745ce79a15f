local file = require "host.file"
local store = require "host.store"

local in_flight = 8 -- of store_child.lua

-- The program that runs this spec.
local function program()
  local pipe <close> = assert(io.popen "readlink /proc/$PPID/exe")
  return pipe:read "l"
end

describe("a process that writes to a store and is killed", function()
  local path, acknowledged, intents, rounds

  -- Runs it until it has said `lines` things, kills it, and hears the rest.
  local function run_and_kill(lines)
    intents = {}
    local child = assert(io.popen(("exec %s lua tests/lua/store_child.lua %s %d"):format(program(), path, rounds)))
    local pid = assert(child:read("l"):match "^pid (%d+)$")
    local said = 0
    for line in child:lines() do
      local what, id, key = line:match "^(%a+) (%d+) (%S+)$"
      if what == "answer" then acknowledged[key] = math.tointeger(id) end
      if what == "intent" then intents[key] = math.tointeger(id) end
      said = said + 1
      if said == lines then os.execute("kill -9 " .. pid) end
    end
    child:close()
    assert.is_true(said >= lines)
    rounds = rounds + 1
  end

  -- Everything acknowledged is there; what has no answer is a doubt.
  local function check()
    local s = assert(store.open(path))
    for key, id in pairs(acknowledged) do
      local call = s:answered(key)
      assert.equal(id, call.id)
      assert.equal(("answer of " .. key .. " "):rep(200), call.answer)
      assert.equal("text of " .. key, s:get("record", key))
    end
    for _, id in pairs(intents) do -- of the last process
      local state = s:call(id).state
      assert.is_true(state == "answered" or state == "doubt", state)
    end
    local doubts = s:doubts()
    for _, call in ipairs(doubts) do
      assert.equal("doubt", call.state)
      assert.is_nil(acknowledged[call.key])
      s:forgive(call.id, "seen by the test")
    end
    assert(s:close())
    return #doubts
  end

  before_each(function()
    path = os.tmpname()
    os.remove(path)
    acknowledged, rounds = {}, 0
  end)

  after_each(function()
    for _, suffix in ipairs { "", "-lock", "-wal", "-shm" } do file.remove(path .. suffix) end
  end)

  it("leaves all that it said was durable, and the rest as doubts", function()
    local kills = tonumber(os.getenv "SBHOST_KILLS") or 5
    local doubts = 0
    for i = 1, kills do
      run_and_kill(1 + i * 37 % 150)
      local found = check()
      assert.is_true(found <= in_flight, found)
      doubts = doubts + found
    end
    assert.is_true(doubts > 0)
  end)
end)
