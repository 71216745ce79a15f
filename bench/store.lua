-- bench/store.lua FILE TASKS CALLS: an intent, a handle and an answer for each
-- call. The longest turn is what the loop's thread was held for at once; what it
-- waited for a processor, behind the machine's other work, is left out where the
-- kernel tells it.

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

local schedstat = io.open "/proc/self/schedstat"
if schedstat then schedstat:setvbuf "no" end

-- How long the loop's thread has waited for a processor, seconds.
local function waited()
  if not schedstat then return 0 end
  schedstat:seek "set"
  return select(2, schedstat:read("n", "n")) / 1e9
end

local longest, running = 0, true
local watcher = loop.spawn(function()
  local before, waited_before = loop.now(), waited()
  while running do
    loop.sleep(0.001)
    local now, waited_now = loop.now(), waited()
    longest = math.max(longest, now - before - 0.001 - (waited_now - waited_before))
    before, waited_before = now, waited_now
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
