-- bench/store.lua FILE TASKS CALLS: an intent, a handle and an answer for each
-- call. The longest turn is what the loop's thread was held for at once, by the
-- machine's other work too.

local loop = require "host.loop"
local store = require "host.store"

local path, tasks, calls = arg[1], tonumber(arg[2]), tonumber(arg[3])
local request = ("a word or two "):rep(146)
local answer = ("and more of it"):rep(293)

for _, suffix in ipairs { "", "-wal", "-shm", "-lock" } do os.remove(path .. suffix) end
local memo = assert(store.open(path))

local function key(n) return ("%064x"):format(n * 2654435761) end

local last = 0
local function work()
  while last < calls do
    last = last + 1
    local id = assert(memo:intend(key(last), request, '{"price":0.01}'))
    memo:accept(id, "gen-1234567890")
    assert(memo:answer(id, answer, '{"cost":0.01}'))
  end
end

local longest, running = 0, true
local watcher = loop.spawn(function()
  local before = loop.now()
  while running do
    loop.sleep(0.001)
    local now = loop.now()
    longest = math.max(longest, now - before - 0.001)
    before = now
  end
end)

local began, cpu = loop.now(), os.clock()
local all = {}
for i = 1, tasks do all[i] = work end
loop.all(all)
local seconds = loop.now() - began
running = false
watcher:await()

began = loop.now()
for i = 1, calls do assert(memo:answered(key(i))) end
local read = (loop.now() - began) / calls

began = loop.now()
assert(memo:close())
print(("  %4d tasks, %5d calls %27.0f calls/s, longest turn %.1f ms")
  :format(tasks, calls, calls / seconds, longest * 1e3))
print(("       read back %35.1f us each, close %.1f ms, cpu %.1f s")
  :format(read * 1e6, (loop.now() - began) * 1e3, os.clock() - cpu))
