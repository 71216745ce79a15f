-- lua/cli/say.lua: what commands print. Names, texts and errors come from models and servers:
-- nothing in them may steer a terminal, or hide or turn what is read.

local mend = require "pipeline.call.mend"
local plain = require "export.plain"

local M = {}

--- A text of any bytes as a terminal may have it.
---@param text any
---@return string
function M.clean(text)
  return plain.text(mend.utf8(tostring(text)):gsub("\t", "    "))
end

--- Prints a line, or several.
---@param text any
function M.line(text)
  io.stdout:write(M.clean(text), "\n")
end

--- Tells what went wrong.
---@param problem any
function M.problem(problem)
  io.stderr:write("sbhost: ", M.clean(problem), "\n")
end

return M
