---@meta host.json

---JSON, strictly read and canonically written.
local json = {}

---JSON's null, as it is decoded and encoded; it is lua-cjson's.
---@type lightuserdata
json.null = nil

---@class host.json.Limits
---@field max_depth? integer levels of nesting; 128, at most 1000
---@field max_bytes? integer bytes of text; 64 MiB

---Reads a JSON text: RFC 8259 and nothing beside, one value, UTF-8. An escaped
---surrogate without its other half becomes U+FFFD. Of equal keys the last
---counts. All numbers come as floats, and `[]` as well as `{}` as an empty
---table: `host.artifact` keeps these apart.
---@param text string
---@param limits? host.json.Limits
---@return any value
---@return string? message "line 3, column 14 (byte 57): a comma or ] expected"
function json.decode(text, limits) end

---Is it what `decode` takes?
---@param text string
---@param limits? host.json.Limits
---@return true? ok
---@return string? message as of `decode`
---@return integer? position of the byte in text, from 1
function json.check(text, limits) end

---@class host.json.EncodeOptions
---@field indent? integer spaces a level, at most 16; the text then ends with a newline. 0: one line

---Writes a value in the one form that it has: keys in bytewise order or as
---`ordered` declared, integers exactly, other numbers with the fewest digits
---that read back as the same, whole ones like integers. A table with no elements is an object unless
---`array` said otherwise. Tables are read raw, without metamethods. What has no
---JSON form raises, with its path: NaN, functions, holes in a list, cycles,
---strings that are not UTF-8.
---@param value any
---@param options? host.json.EncodeOptions
---@return string text
function json.encode(value, options) end

---Declares the order in which `encode` writes the keys of a table; keys that
---are not named come after. Sets its metatable.
---`json.ordered { "b", 1, "a", 2 }` makes the table as well.
---@generic T: table
---@param keys string[]
---@param t T
---@return T
---@overload fun(keys_and_values: any[]): table
function json.ordered(keys, t) end

---Marks a table (or makes one) to be written as an array when it is empty.
---@generic T: table
---@param t? T
---@return T
function json.array(t) end

---Marks a table (or makes one) to be written as an object.
---@generic T: table
---@param t? T
---@return T
function json.object(t) end

---SHA-256 of what `encode` writes of a value.
---@param value any
---@return string hex
function json.hash(value) end

---SHA-256 of the bytes of a text.
---@param text string
---@return string hex
function json.sha256(text) end

return json
