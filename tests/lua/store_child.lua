-- tests/lua/store_child.lua FILE ROUND: makes calls until it is killed, and says
-- of each what is durable.

local loop = require "host.loop"
local store = require "host.store"

local path, round = ...
local s = assert(store.open(path))
local stat <close> = assert(io.open "/proc/self/stat")

local function say(...) io.write(table.concat({ ... }, " "), "\n"):flush() end

say("pid", (stat:read "n"))
local made = 0
local function work()
  while true do
    made = made + 1
    local key = round .. "-" .. made
    local id = assert(s:intend(key, "request of " .. key))
    say("intent", id, key)
    s:accept(id, "handle of " .. key)
    s:put("record", key, "text of " .. key)
    assert(s:answer(id, ("answer of " .. key .. " "):rep(200)))
    say("answer", id, key)
  end
end
loop.all { work, work, work, work, work, work, work, work }
