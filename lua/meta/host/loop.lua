---@meta host.loop
-- Tasks, sleep, and waiting for several things at once. A task is a coroutine
-- that the loop resumes; a script is run as one.

local loop = {}

---A task, running or ended.
---@class host.task
local task = {}

---Runs a function as a task of its own, from the next turn of the loop on.
---@param fn function
---@param ... any its arguments
---@return host.task task
function loop.spawn(fn, ...) end

---Waits until a task has ended. Raises what the task raised.
---@return any ... its results; nil, a message and "ECANCELED" if it was cancelled
function task:await() end

---Ends a task where it waits: what it waits for is dropped, its to-be-closed
---variables are closed. Nothing happens to one that has ended; a task that
---cancels itself raises.
function task:cancel() end

---@return "ready" | "waiting" | "done" | "failed" | "cancelled" status
function task:status() end

---Waits.
---@param seconds number
function loop.sleep(seconds) end

---Waits for all of a list. The first that fails ends the others and raises what
---it raised.
---@param list (host.task | function)[] functions are spawned, and end with whoever waits for them
---@return any[] results the first result of each, in order
function loop.all(list) end

---Runs a function as a task of its own, but no longer than so many seconds, and
---no longer than the task that waits for it.
---@param seconds number
---@param fn function
---@param ... any its arguments
---@return any ... its results; nil, a message and "ETIMEDOUT" when it took longer
function loop.timeout(seconds, fn, ...) end

---What tasks wait for that one of them will bring about.
---@class host.loop.event
local event = {}

---@return host.loop.event event
function loop.event() end

---Waits until the next `notify`.
function event:wait() end

---Wakes all that wait.
function event:notify() end

---Waits until the process gets a signal, which has no other effect meanwhile. INT is
---heard even so where a task runs on without ever waiting: the second breaks it off
---with an error at the line where it is, the third ends the process.
---@param name "INT" | "TERM" | "HUP" | "WINCH"
function loop.signal(name) end

---@return number seconds on a clock that is never set
function loop.now() end

---@return number seconds since 1970
function loop.time() end

return loop
