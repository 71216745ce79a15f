-- lua/cli/columns.lua: a table as lines of a terminal.

local name = require "host.name"

local M = {}

--- The table as lines: the first column to the left, numbers to the right.
---@param rows string[][]
---@return string[]
function M.laid_out(rows)
  local widths = {}
  for _, cells in ipairs(rows) do
    for i, cell in ipairs(cells) do
      widths[i] = math.max(widths[i] or 0, name.width(cell))
    end
  end
  local lines = {}
  for r, cells in ipairs(rows) do
    local padded = {}
    for i, cell in ipairs(cells) do
      padded[i] = (" "):rep(widths[i] - name.width(cell))
      padded[i] = i == 1 and cell .. padded[i] or padded[i] .. cell
    end
    lines[r] = table.concat(padded, "  ")
  end
  local rule = ("─"):rep(name.width(lines[1]))
  table.insert(lines, #lines, rule)
  table.insert(lines, 2, rule)
  return lines
end

return M
