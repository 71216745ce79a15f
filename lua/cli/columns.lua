-- lua/cli/columns.lua: a table as lines of a terminal.

local name = require "host.name"
local ui = require "host.ui"

local M = {}

local GAP = 2 -- between columns

--- A text in so many columns: cut where it is wider, filled up where it is not.
---@param text string one line of UTF-8
---@param columns integer 1 or more
---@return string
function M.cell(text, columns)
  local width = name.width(text)
  if width > columns then
    while width > columns - 1 do
      text = text:sub(1, utf8.offset(text, -1) - 1)
      width = name.width(text)
    end
    text, width = text .. "…", width + 1
  end
  return text .. (" "):rep(columns - width)
end

--- How wide each column is.
---@param rows string[][]
---@return integer[]
local function widths_of(rows)
  local widths = {}
  for _, cells in ipairs(rows) do
    for i, cell in ipairs(cells) do
      widths[i] = math.max(widths[i] or 0, name.width(cell))
    end
  end
  return widths
end

--- Pads the cells of each column to one width.
---@param rows string[][]
---@param is_right fun(column: integer): boolean whether a column stands to the right
local function padded(rows, is_right)
  local widths, lines = widths_of(rows), {}
  for r, cells in ipairs(rows) do
    local line = {}
    for i, cell in ipairs(cells) do
      local space = (" "):rep(widths[i] - name.width(cell))
      line[i] = is_right(i) and space .. cell or cell .. space
    end
    lines[r] = table.concat(line, (" "):rep(GAP))
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

--- Whether no row below the heading has anything to tell there.
local function is_idle(rows, column)
  for i = 2, #rows do
    local cell = rows[i][column]
    if cell ~= "" and cell ~= "0" then
      return false
    end
  end
  return true
end

--- Leaves columns out until a table is no wider than that: first those that tell
--- nothing, then the others that can be spared.
---@param rows string[][]
---@param room integer
---@param spare integer[] which columns can be, the first one first
---@return string[][]
local function fitted(rows, room, spare)
  local widths, left = widths_of(rows), {}
  local width = -GAP
  for _, one in ipairs(widths) do
    width = width + one + GAP
  end
  for _, only_idle in ipairs { true, false } do
    for _, column in ipairs(spare) do
      if width > room and not left[column] and (not only_idle or is_idle(rows, column)) then
        left[column] = true
        width = width - widths[column] - GAP
      end
    end
  end
  local fewer = {}
  for r, cells in ipairs(rows) do
    fewer[r] = {}
    for i, cell in ipairs(cells) do
      fewer[r][#fewer[r] + 1] = not left[i] and cell or nil
    end
  end
  return fewer
end

--- A table with a heading and a sum: the first column to the left, numbers to the
--- right. At a terminal it is no wider than that, as far as columns can be spared.
---@param rows string[][]
---@param spare integer[] the columns that can be left out, the first one first
---@param room integer? columns of the terminal
---@return string[]
function M.laid_out(rows, spare, room)
  room = room or ui.terminal() and ui.size() or math.huge
  local lines = padded(fitted(rows, room, spare), function(column)
    return column > 1
  end)
  local rule = ("─"):rep(name.width(lines[1]))
  table.insert(lines, #lines, rule)
  table.insert(lines, 2, rule)
  return lines
end

return M
