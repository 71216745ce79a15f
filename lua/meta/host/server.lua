---@meta host.server

---A small HTTP/1.1 server on the loop. Each request is handled by a task of its
---own, which may wait; its connection sleeps meanwhile.
---@class host.server
local server = {}

---@class host.server.file
---@field path string "" for what looked like base64 and was not
---@field bytes integer

---@class host.server.request
---@field method string
---@field path string without its query, percent signs resolved
---@field query table<string, string>
---@field headers table<string, string> by lower-case name; what came twice is joined with ", "
---@field body string with "{spill:N}" where base64 was spilled
---@field files host.server.file[] the spilled files by N; they are removed once the answer is sent

---@class host.server.response
---@field status? integer 200 to 599; 200 unless given
---@field headers? table<string, string|number> but for Content-Length and Transfer-Encoding, and none without a value
---@field body? string|(string|host.http.attachment)[]
---@field reset? boolean true closes the connection without an answer
---@field write? fun(out: host.server.output) instead of a status, headers and a body: writes the answer itself
---@field on_sent? fun(whole: boolean) called, as a task, when the answer has left (whole) or cannot any more

---An answer written by hand, from the status line to the last byte, as slowly
---and as badly as one wants. The connection is closed when `write` returns.
---@class host.server.output
local output = {}

---Sends bytes as they are. Waits until the system has taken them; one task at a
---time.
---@param text string
---@return true? sent
---@return string? message
---@return string? code "EPIPE" or "ECONNRESET" when the client has gone, "ECANCELED" when another task has ended the answer
function output:send(text) end

---Resets the connection. What the client has not read yet may be lost.
function output:abort() end

---@class host.server.options
---@field handler fun(request: host.server.request): host.server.response an error it raises is printed, the answer is a 500
---@field host? string a numeric address; "127.0.0.1" unless given
---@field port? integer 0, unless given: the system chooses one
---@field max_body? integer bytes of a request's body after spilling, more is a 413; 64 MiB unless given
---@field max_connections? integer 4096 unless given
---@field spill? { dir: string, max_bytes: integer? } where long base64 of JSON bodies goes; 64 MiB a request unless given

---@class host.server.server
local running = {}

---Serves until it is closed, also when nothing holds it any more.
---@param options host.server.options
---@return host.server.server? server
---@return string? message
---@return string? code "EADDRINUSE", "EACCES", ...
function server.listen(options) end

---@return integer
function running:port() end

---Cuts every connection. Handlers under way run to their end unheard.
function running:close() end

return server
