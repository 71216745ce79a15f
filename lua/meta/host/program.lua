---@meta host.program
-- The program itself.

local program = {}

---@type string "0.1.0"
program.version = nil

---@type string where the program is
program.path = nil

---@type string the folder with its Lua half
program.root = nil

return program
