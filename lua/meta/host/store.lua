---@meta host.store

---A memo of calls to the outside, and named records, durable in one SQLite file.
---Texts are strings of any bytes. Changes are committed in the order in which
---they were made, many at once, by a thread of the store's own; what is not
---committed yet is seen by all reads of this process.
---
---When a commit fails, whoever waits for it gets `nil, message, code` ("ENOSPC",
---"EIO", ...). An intent of it is void. All else is kept in memory, is seen by
---reads, and is tried again with the next commit and when the store is closed.
---@class host.store
local store = {}

---Waits. Opens a store, or makes one. Intents that a dead process left behind
---are turned into doubts, and the file is checked when the last stop was not
---clean.
---@param path string
---@param options? { readonly?: boolean } readonly: takes no lock and never writes; the file must be there, and may be in use by a running process
---@return host.store.store?
---@return string? message a sentence for the user
---@return string? code    "EBUSY": another process has it open (the message names it), "EFTYPE": the file is not a store, or damaged, "ENOTSUP": it is of a newer version or on a network file system; or another of UV_E*
function store.open(path, options) end

---Closing it as a `<close>` variable or by collection commits what is queued as
---well, but holds the loop meanwhile and cannot say that something failed.
---@class host.store.store
local s = {}

---@alias host.store.state
---| "intent"   # about to be made; nothing may have left before this is durable
---| "accepted" # the other side has given it a handle
---| "doubt"    # it may have been sent, and no answer was recorded
---| "answered"
---| "refused"  # nothing was sent
---| "settled"  # a doubt that was dealt with

---@class host.store.call
---@field id integer           unique for ever, in the order of the intents
---@field state host.store.state
---@field at number            when it came to this state, seconds since 1970
---@field key? string
---@field request? string
---@field intent_meta? string  what intend was given as meta
---@field handle? string
---@field answer? string
---@field meta? string         what answer was given as meta
---@field reason? string       of a refusal, a doubt or its settlement

---Waits until it is durable that a call is about to be made. A task that is
---cancelled while it waits leaves a refused call.
---@param key string
---@param request string
---@param meta? string
---@return integer? id
---@return string? message
---@return string? code
function s:intend(key, request, meta) end

---Notes the handle that the other side gave. Does not wait.
---@param id integer
---@param handle string
function s:accept(id, handle) end

---Waits until the answer is durable. Raises when the call has one already.
---@param id integer
---@param answer string
---@param meta? string
---@return true?
---@return string? message
---@return string? code
function s:answer(id, answer, meta) end

---Nothing of the call was sent. Does not wait.
---@param id integer
---@param reason string
function s:refuse(id, reason) end

---The call may have been sent and has no answer. Does not wait.
---@param id integer
---@param reason string
function s:doubt(id, reason) end

---A doubt was dealt with. Does not wait.
---@param id integer
---@param reason string
function s:forgive(id, reason) end

---The newest answered call of a key, without key, request and intent_meta. Does
---not wait.
---@param key string
---@return host.store.call?
---@return string? message
---@return string? code
function s:answered(key) end

---Does not wait.
---@param id integer
---@return host.store.call?
---@return string? message
---@return string? code
function s:call(id) end

---The calls in state intent, accepted or doubt that are not in flight in this
---process, in the order of their ids. In a readonly store those that another
---process has in flight are among them. Does not wait.
---@return host.store.call[]?
---@return string? message
---@return string? code
function s:doubts() end

---Records a text under a kind and a name, in place of what was there.
---@param kind string
---@param name string
---@param text string
---@param options? { wait?: boolean } wait until it is durable
---@return true?
---@return string? message
---@return string? code
function s:put(kind, name, text, options) end

---Does not wait.
---@param kind string
---@param name string
function s:remove(kind, name) end

---Does not wait.
---@param kind string
---@param name string
---@return string?
---@return string? message
---@return string? code
function s:get(kind, name) end

---All records of a kind, in one scan. Does not wait.
---@param kind string
---@return table<string, string>?
---@return string? message
---@return string? code
function s:all(kind) end

---Waits until all that was changed so far is durable; what a commit left behind
---that failed is tried again.
---@return true?
---@return string? message
---@return string? code
function s:flush() end

---Waits until all that is queued is committed. Any number of times.
---@return true?
---@return string? message
---@return string? code
function s:close() end

return store
