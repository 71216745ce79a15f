-- bench/store/memo.lua [TASKS [CALLS [FILE]]]: calls of 4 KB made durable, an
-- intent and an answer each, by many tasks at once; and for how long the loop's
-- thread was held meanwhile.

local file = require "host.file"
local loop = require "host.loop"
local store = require "host.store"

local tasks = tonumber(arg[1]) or 500
local calls = tonumber(arg[2]) or 20000
local path = arg[3] or os.tmpname()

for _, suffix in ipairs { "", "-wal", "-shm", "-lock" } do os.remove(path .. suffix) end
local memo = assert(store.open(path))
local request = ("a word or two "):rep(146) -- 2 KB
local answer = ("and more of it"):rep(293) -- 4 KB

local next_call = 0
local function work()
  while next_call < calls do
    next_call = next_call + 1
    local key = ("%064x"):format(next_call * 2654435761)
    local id = assert(memo:intend(key, request, '{"price":0.01}'))
    memo:accept(id, "gen-1234567890")
    assert(memo:answer(id, answer, '{"cost":0.01}'))
  end
end

-- Wakes as often as it can: a gap is time in which the loop did nothing else.
local longest, total, turns, running = 0, 0, 0, true
local watcher = loop.spawn(function()
  local before = loop.now()
  while running do
    loop.sleep(0)
    local now = loop.now()
    longest = math.max(longest, now - before)
    total, turns, before = total + now - before, turns + 1, now
  end
end)

local began = loop.now()
local all = {}
for i = 1, tasks do all[i] = work end
loop.all(all)
local seconds = loop.now() - began
running = false
watcher:await()

local reads = 20000
local began_reads = loop.now()
for i = 1, reads do assert(memo:answered(("%064x"):format((i % calls + 1) * 2654435761))) end
local read_seconds = loop.now() - began_reads

local began_close = loop.now()
assert(memo:close())
print(("%d calls by %d tasks: %.2f s, %.0f calls/s; longest turn of the loop %.2f ms, mean %.3f ms")
  :format(calls, tasks, seconds, calls / seconds, longest * 1e3, total / turns * 1e3))
print(("answered(key): %.2f us; close: %.1f ms"):format(read_seconds / reads * 1e6, (loop.now() - began_close) * 1e3))
for _, suffix in ipairs { "", "-wal", "-shm", "-lock" } do file.remove(path .. suffix) end
