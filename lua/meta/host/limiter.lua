---@meta host.limiter
-- How many calls may be under way at once: what the user allows for a lane, and
-- what a model's provider turns out to bear.

local limiter = {}

---@return host.limiter
function limiter.new() end

---@alias host.limiter.outcome "ok" | "busy" | "other"

---@class host.limiter
local l = {}

---Sets the cap of a lane; nil for none. The lane's models start anew at it and
---never go above. Without a cap a model starts at 4 and finds its own.
---@param name string
---@param cap integer?
function l:lane(name, cap) end

---Waits until the lane and the model both have room; the highest priority comes
---first, ties in the order of asking.
---@param lane string
---@param model string  a key that names the model and its provider's origin
---@param priority number?  0 unless given
---@return host.slot
function l:acquire(lane, model, priority) end

---Grants no slot of the model for so many seconds. A park only ever gets longer.
---@param model string
---@param seconds number
function l:park(model, seconds) end

---The models, in the order that they were first named.
---@return { key: string, cap: integer, used: integer, waiting: integer }[]
function l:caps() end

---A slot that was acquired. Closing it, or losing it, releases it as "other".
---@class host.slot
local slot = {}

---Says how the call went: "ok" lets the model's cap grow, "busy" (429, 503)
---shrinks it, "other" does neither. Nothing happens to a slot already released.
---@param outcome host.limiter.outcome
function slot:release(outcome) end

---Whether its model is parked now: it may have been since the slot was acquired.
---@return boolean
function slot:is_parked() end

---Gives the slot up, sleeps, and acquires it again before others of the same
---priority.
---@param seconds number
---@param outcome host.limiter.outcome?  what sent it to sleep; "busy" unless given
---@return host.slot slot  the same one
function slot:backoff(seconds, outcome) end

return limiter
