---@meta host.file

---Files that are either whole and durable or not there. Every function waits
---(hash does not when it knows the answer). A path with a zero byte, or an
---empty one, is an error; what the disk refuses is `nil, message, code` with the
---name of a UV_E* error as code.
---@class host.file
local file = {}

---@param path string
---@param max_bytes? integer more than that is an "EFBIG"; 64 MiB by default
---@return string? text
---@return string? message
---@return string? code "EAGAIN": it grew while it was read
function file.read(path, max_bytes) end

---Replaces the file as a whole, durably: after a crash it is the old one or the
---new one.
---@param path string
---@param text string
---@param seen? { size: integer, mtime: number } what is there now is to be this: "EAGAIN" when it is not
---@return true?
---@return string? message
---@return string? code
function file.write(path, text, seen) end

---@param path string
---@return boolean?
---@return string? message
---@return string? code
function file.exists(path) end

---@class host.file.stat
---@field size integer bytes
---@field mtime number  seconds since 1970
---@field type "file"|"directory"|"other"

---@param path string
---@return host.file.stat?
---@return string? message
---@return string? code
function file.stat(path) end

---@param folder string
---@return string[]? names sorted by their bytes, without "." and ".."
---@return string? message
---@return string? code
function file.list(folder) end

---The one absolute path of something that is there, without links, "." and "..".
---@param path string
---@return string?
---@return string? message
---@return string? code
function file.real(path) end

---What files are, told without reading them: by their sizes, times and inodes. Of a
---folder, all its entries; what is not there counts as nothing.
---@param paths string[]
---@param with_states? boolean
---@return string? hex a digest of it all
---@return table<string, string>|string|nil states by path, what each file is, if asked for; a message when hex is nil
---@return string? code
function file.scan(paths, with_states) end

---Makes a folder, with its parents, durably; one that is there is fine.
---@param path string
---@return true?
---@return string? message
---@return string? code
function file.mkdir(path) end

---Removes a file or an empty folder.
---@param path string
---@return true?
---@return string? message
---@return string? code
function file.remove(path) end

---Makes a finished temporary durable and gives it its name, in the same folder.
---Never replaces.
---@param temporary string
---@param final string
---@return true?
---@return string? message
---@return string? code "EEXIST": the name is taken, and all is as it was
function file.publish(temporary, final) end

---Puts a durable copy in place of what was there.
---@param from string
---@param to string
---@return true?
---@return string? message
---@return string? code
function file.copy(from, to) end

---SHA-256 of a file. Known answers are kept for as long as the file's device,
---inode, size and times are the same.
---@param path string
---@return string? hex
---@return integer|string bytes the file's size; a message when hex is nil
---@return string? code         "EAGAIN": it changed while it was read
function file.hash(path) end

---Takes a lock that dies with the process. Does not wait for one that is held.
---@param path string a file that is made for it, and stays
---@return host.file.lock?
---@return string? message names the process that holds it
---@return string? code    "EBUSY" when it is held, in this process too
function file.lock(path) end

---Also released when it goes out of scope as a `<close>` variable, or is
---collected.
---@class host.file.lock
local lock = {}

---Any number of times.
function lock:release() end

return file
