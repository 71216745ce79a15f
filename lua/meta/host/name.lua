---@meta host.name

---Names of files and items, from text in any script.
local name = {}

---What is left of a text as a name: its letters, marks and digits, case folded,
---in NFC, with single hyphens between words; `item` when nothing is. Safe as a
---file name everywhere, and equal for texts that differ in case only.
---@param text string any bytes
---@param max_bytes? integer 48; from 16 to 1024, cut between characters; a file's name has 255 at most
---@return string slug
function name.slug(text, max_bytes) end

---The first of slug, slug-2, slug-3... that is no key of taken. It is not added
---to taken.
---@param slug string
---@param taken table<string, any>
---@param max_bytes? integer 48
---@return string slug
function name.unique(slug, taken, max_bytes) end

---How wide a text is in a terminal.
---@param text string
---@return integer columns
function name.width(text) end

return name
