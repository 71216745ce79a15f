-- lua/cli/columns.lua: a table as lines of a terminal.

local name = require "host.name"

local M = {}

--- Pads the cells of each column to one width.
---@param rows string[][]
---@param is_right fun(column: integer): boolean whether a column stands to the right
local function padded(rows, is_right)
  local widths, lines = {}, {}
  for _, cells in ipairs(rows) do
    for i, cell in ipairs(cells) do
      widths[i] = math.max(widths[i] or 0, name.width(cell))
    end
  end
  for r, cells in ipairs(rows) do
    local line = {}
    for i, cell in ipairs(cells) do
      local space = (" "):rep(widths[i] - name.width(cell))
      line[i] = is_right(i) and space .. cell or cell .. space
    end
    lines[r] = table.concat(line, "  ")
  end
  return lines
end

--- A list with a heading: all columns to the left.
---@param rows string[][]
---@return string[]
function M.listed(rows)
  local lines = padded(rows, function()
    return false
  end)
  for i, line in ipairs(lines) do
    lines[i] = line:match "^.*%S" or ""
  end
  return lines
end

--- A table with a heading and a sum: the first column to the left, numbers to the
--- right.
---@param rows string[][]
---@return string[]
function M.laid_out(rows)
  local lines = padded(rows, function(column)
    return column > 1
  end)
  local rule = ("─"):rep(name.width(lines[1]))
  table.insert(lines, #lines, rule)
  table.insert(lines, 2, rule)
  return lines
end

return M
