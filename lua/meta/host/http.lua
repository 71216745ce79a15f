---@meta host.http

--- Calls over HTTP, made for calls that cost money: a request goes out once or not at all.
--- Nothing is redirected, no proxy is taken from the environment, TLS is always verified. Times
--- are seconds, sizes bytes.
---
--- What fails comes back as nil, message, code, sent. `sent` tells whether any byte of the
--- request may have left: when it is false, nobody can have been paid. The code is libuv's name
--- where there is one (ECONNREFUSED, ECONNRESET, ETIMEDOUT, EAI_NONAME, E2BIG for an answer and
--- EFBIG for files beyond their limits, ENOSPC, ECANCELED, …), "ECHANGED" for an attached file
--- that changed meanwhile, and "ECURL" for the rest, TLS among it.
local http = {}

---@class host.http.attachment a file to be sent
---@class host.http.secret an opaque key, bound to an origin

---@class host.http.options
---@field url string http or https
---@field method? string "GET" unless given
---@field headers? table<string, string|number>
---@field body? string|(string|host.http.attachment)[] parts are sent one after the other; not
---  with GET and HEAD
---@field secret? host.http.secret sent as `Authorization: Bearer …`; a URL of another origin raises
---@field timeout? number seconds for all of it; 600 unless given, 0: no limit
---@field connect_timeout? number seconds; 10 unless given
---@field idle_timeout? number seconds without a byte in either direction; 0, no limit, unless given
---@field max_bytes? integer of the answer's body, spilled files left out; 16 MiB unless given
---@field spill? host.http.spill decode long base64 strings in the answer into files
---@field events? boolean of a started transfer: if the answer is a text/event-stream, its body
---  is handed over by `transfer:event`; max_bytes then holds for the data of each event
---@field proxy? string the proxy's URL; none unless given

---@class host.http.spill
---@field dir string an existing folder for the files
---@field max_bytes? integer of all files of the answer; 64 MiB unless given
---@field keep? boolean a file that the disk does not take is kept in memory; otherwise the request fails

---@class host.http.head
---@field status integer
---@field head string its lines as they came, the status line first
---@field headers table<string, string> names in lower case; equal ones joined by ", "; made of
---  `head` when it is first asked for

---@class host.http.file
---@field path? string absent when error or data is not
---@field data? string what the file would hold, when the disk did not take it
---@field bytes integer
---@field error? string why what the string held was not base64

---@class host.http.answer: host.http.head
---@field body? string absent when it came as events; where base64 was spilled it holds
---  `{spill:N}`: a handle for files[N] only where it is all of a string or stands behind a data
---  URL's prefix, and N is at most #files
---@field files host.http.file[] the caller's to move or delete
---@field seconds number that the call took

---@class host.http.transfer
local transfer = {}

--- Waits for the status and the headers.
---@return host.http.head? head
---@return string? message
---@return string? code
---@return boolean? sent
function transfer:head() end

--- Waits for the next event of an answer to a request with `events`: its data, or nil when the
--- answer is over, also one that was no event stream and has a body. Events are kept in order
--- until they are asked for; the server has to wait while they are more than some 64 KiB. When
--- the transfer fails, those that came whole before come first.
---@return string? data "{spill:N}" in it counts the files of the whole answer
---@return string? message
---@return string? code
---@return boolean? sent
function transfer:event() end

--- Waits for the whole answer, without the events that were not asked for; the transfer is over
--- then. One task waits at a time.
---@return host.http.answer? answer
---@return string? message
---@return string? code
---@return boolean? sent
function transfer:finish() end

--- Ends it where it is; so do leaving the scope of a `<close>` variable and collection. Whoever
--- waits for it is told "ECANCELED".
function transfer:cancel() end

--- Makes a call and waits for its answer, of any status.
---@param options host.http.options
---@return host.http.answer? answer
---@return string? message
---@return string? code
---@return boolean? sent
function http.request(options) end

--- Begins a call; does not wait.
---@param options host.http.options
---@return host.http.transfer? transfer
---@return string? message
---@return string? code
---@return boolean? sent
function http.start(options) end

--- A file for a body. It is opened when the call begins (a regular file, no symbolic link),
--- encoded while it is being sent, and looked at again then: one that was written to fails the call
--- with "ECHANGED".
---@param path string
---@return host.http.attachment
function http.attach(path) end

--- The same, sent as it is: for multipart/form-data.
---@param path string
---@return host.http.attachment
function http.file(path) end

--- A key that cannot be read again: it shows as "secret for <origin>", goes to that origin
--- only, and where a server sends it back, asterisks stand.
---@param value string
---@param origin string any URL of it
---@return host.http.secret
function http.secret(value, origin) end

--- Takes a key out of the environment.
---@param name string of the variable
---@param origin string any URL of it
---@return host.http.secret? secret nil when there is no such variable, or nothing in it
function http.secret_from_env(name, origin) end

return http
