---@meta host.artifact

---JSON values as immutable trees that share their parts.
local artifact = {}

---A path: keys of records, and indexes of lists from 1. `{}` is the whole.
---@alias host.artifact.Path (string|integer)[]

---An immutable value. `==` compares what two hold; `tostring` says what it is.
---@class host.artifact.Tree
local Tree = {}

---An empty record.
---@return host.artifact.Tree
function artifact.new() end

---Reads a JSON text as `json.check` takes it, nested at most 128 levels. Keeps
---integers of 64 bits, and `[]` apart from `{}`; a key that a record has twice
---is an error.
---@param text string
---@return host.artifact.Tree?
---@return string? message with line, column and byte
function artifact.parse(text) end

---The tree of what `json.encode` writes of a Lua value, so whole floats
---become integers. A tree is returned as it is.
---@param value any
---@return host.artifact.Tree
function artifact.from(value) end

---The Lua value at a path. null is `json.null`; empty lists are marked as
---`json.array` does.
---@param path? host.artifact.Path the whole when absent
---@param ... string|integer further steps
---@return any value nil when there is nothing
function Tree:get(path, ...) end

---The part at a path as a tree of its own; nothing is copied.
---@param path? host.artifact.Path
---@param ... string|integer further steps
---@return host.artifact.Tree?
function Tree:node(path, ...) end

---@param path host.artifact.Path
---@param ... string|integer further steps
---@return boolean
function Tree:has(path, ...) end

---Elements of the list or members of the record at a path.
---@param path? host.artifact.Path
---@param ... string|integer further steps
---@return integer? length nil when there is neither
function Tree:length(path, ...) end

---A path and the value to put there: a Lua value or a tree. Without a value,
---what is at the path is removed, if anything is.
---@class host.artifact.Change
---@field [1] host.artifact.Path
---@field [2] any

---Applies the changes in order, all or none. Records that are missing on a way
---are made; the index after a list's last appends, and makes a missing list.
---Changes that were made before one fails are gone with it.
---@param changes host.artifact.Change[]
---@return host.artifact.Tree? tree the new one
---@return string? message with the path where it could not be done
function Tree:patch(changes) end

---SHA-256 of what is at a path: equal for equal values on any machine. It is
---not that of the text that `encode` writes.
---@param path? host.artifact.Path
---@param ... string|integer further steps
---@return string? hex nil when there is nothing
function Tree:hash(path, ...) end

---@class host.artifact.Difference
---@field path host.artifact.Path
---@field old any nil: added
---@field new any nil: removed

---Where a newer tree differs, in the order of keys; elements of lists are
---compared by index. Costs what it finds, once both are hashed.
---@param newer host.artifact.Tree
---@return host.artifact.Difference[]
function Tree:diff(newer) end

---@class host.artifact.EncodeOptions
---@field indent? integer spaces a level, at most 16; the text then ends with a newline. 0: one line
---@field order? string[] keys that come first, in this order, in every record; others follow bytewise

---Canonical JSON.
---@param options? host.artifact.EncodeOptions
---@return string text
function Tree:encode(options) end

return artifact
