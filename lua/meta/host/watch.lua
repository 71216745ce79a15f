---@meta host.watch

---Changes of files as editors really make them. What counts is the content that
---lies under a path once it has settled: a file that was saved as it was is not
---told, one that is written in pieces is told when it is whole, and one that is
---replaced is told as changed and not as gone. Files and folders may be missing
---and come, symbolic links are followed.
---@class host.watch
local watch = {}

---@return host.watch.watch?
---@return string? message
---@return string? code
function watch.open() end

---A `<close>` variable, or closed when it is collected.
---@class host.watch.watch
local w = {}

---Watches these files and no others. Each has what is known of its content: its
---SHA-256 when it was read, in hexadecimal; false when it was not there; true for
---what it is now, or of a file that is watched already, what was known. What it
---turns out to be instead is told. A path that ends in "/" means all files in that
---folder but hidden ones: it is told, with a hash of names, sizes and times, when it
---is first watched and then whenever one of them is written, comes or goes.
---@param files table<string, string|boolean> by path
function w:set(files) end

---Waits for the next changes. Files that are saved together are told together.
---@return table<string, string|false>? changes the SHA-256 by path, false for a file that is gone; nil once the watch is closed
function w:next() end

function w:close() end

return watch
