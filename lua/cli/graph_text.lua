-- lua/cli/graph_text.lua: a graph drawn with lines in a terminal's columns: a row a node,
-- beside it a lane for each node that something further down follows.

local name = require "host.name"
local plain = require "export.plain"
local ui = require "host.ui"

local M = {}

local MARKS = { done = "●", todo = "○", waits = "◌", failed = "✗", skipped = "⊘" }
local COLOURS = { done = "32", todo = "1", waits = "2", failed = "31", skipped = "33" }
local ORDER = { "done", "todo", "waits", "failed", "skipped" }

--- What each state is called.
---@type table<ChartState, string>
M.SAID = { done = "done", todo = "to do", waits = "waits", failed = "failed", skipped = "skipped" }

--- The character that leads to these sides: up 1, down 2, left 4, right 8.
local LINES = {
  [0] = " ", [1] = "│", [2] = "│", [3] = "│", [4] = "─", [5] = "╯", [6] = "╮", [7] = "┤", [8] = "─", [9] = "╰",
  [10] = "╭", [11] = "├", [12] = "─", [13] = "┴", [14] = "┬", [15] = "┼",
}

local function painted(text, state)
  return ui.colour() and ("\27[%sm%s\27[0m"):format(COLOURS[state], text) or text
end

--- A text in so many columns, with "…" where it is longer.
---@param text string
---@param columns integer
local function fitted(text, columns)
  if name.width(text) <= columns then
    return text
  end
  local kept = {}
  for character in text:gmatch(utf8.charpattern) do
    kept[#kept + 1] = character
  end
  repeat
    kept[#kept] = nil
    text = table.concat(kept)
  until #kept == 0 or name.width(text) < columns
  return text .. "…"
end

---@class Lane
---@field node integer    whose lane it is
---@field waiting integer how many nodes still follow it

---@class Drawing
---@field nodes ChartNode[]
---@field lanes table<integer, Lane?> by column
---@field column table<integer, integer> of each node that has a lane
---@field columns integer how many there have been
---@field followers integer[] how many nodes follow each
local Drawing = {}
Drawing.__index = Drawing

---@param nodes ChartNode[]
---@return Drawing
local function new_drawing(nodes)
  local followers = {}
  for i in ipairs(nodes) do
    followers[i] = 0
  end
  for _, node in ipairs(nodes) do
    for _, parent in ipairs(node.parents) do
      followers[parent] = followers[parent] + 1
    end
  end
  return setmetatable({ nodes = nodes, lanes = {}, column = {}, columns = 0, followers = followers }, Drawing)
end

--- The column in which a node stands: that of the leftmost lane that it ends, or a free one.
---@param node ChartNode
---@return integer
function Drawing:place(node)
  local found
  for _, parent in ipairs(node.parents) do
    local column = self.column[parent]
    if self.lanes[column].waiting == 1 and (not found or column < found) then
      found = column
    end
  end
  if not found then
    found = 1
    while self.lanes[found] do
      found = found + 1
    end
  end
  self.columns = math.max(self.columns, found)
  return found
end

--- The row of lines that lead from what a node follows to its column. Lanes that go on
--- beside it are not joined.
---@param node ChartNode
---@param column integer
---@return string
function Drawing:joint(node, column)
  local joined, low, high = {}, column, column
  for _, parent in ipairs(node.parents) do
    local at = self.column[parent]
    joined[at] = true
    low, high = math.min(low, at), math.max(high, at)
  end
  local cells = {}
  for i = 1, self.columns do
    local lane, sides = self.lanes[i], 3
    local goes_on = lane and (not joined[i] or lane.waiting > 1)
    if not lane or joined[i] or i == column then
      sides = (joined[i] and 1 or 0) | ((goes_on or i == column) and 2 or 0)
      sides = sides | ((i > low and i <= high) and 4 or 0) | ((i >= low and i < high) and 8 or 0)
    end
    cells[i] = LINES[sides] .. ((i >= low and i < high) and "─" or " ")
  end
  return table.concat(cells)
end

--- The row of a node: its mark, and the lanes beside it.
---@param column integer? where the mark stands; nil: beside all of them
---@param mark string?
---@return string
function Drawing:row(column, mark)
  local cells = {}
  for i = 1, self.columns do
    cells[i] = (i == column and mark or self.lanes[i] and "│" or " ") .. " "
  end
  return table.concat(cells)
end

--- Takes a node in: the lanes that it follows, its own one.
---@param i integer
---@param column integer
function Drawing:take(i, column)
  for _, parent in ipairs(self.nodes[i].parents) do
    local at = self.column[parent]
    self.lanes[at].waiting = self.lanes[at].waiting - 1
    if self.lanes[at].waiting == 0 then
      self.lanes[at] = nil
    end
  end
  if self.followers[i] > 0 then
    self.lanes[column], self.column[i] = { node = i, waiting = self.followers[i] }, column
  end
end

--- What stands beside a step.
---@param node ChartNode
local function beside(node)
  local count = node.total and ("%d/%d"):format(node.done, node.total) or node.done > 0 and node.done .. "/?" or ""
  return ("%-9s%s"):format(count, M.SAID[node.state])
end

--- What of a task's name stands in brackets.
local function item_of(task)
  return task:match "%[(.*)%]$" or ""
end

--- Whether two items are one, or one of them is in the other.
local function is_within(one, other)
  local short, long = #one < #other and one or other, #one < #other and other or one
  return short == "" or short == long or long:sub(1, #short + 1) == short .. "/"
end

--- What a task follows, in words: several of a step by their number, one by its name, and
--- by the step's alone where it is for the same item.
---@param nodes ChartNode[]
---@param node ChartNode
local function followed(nodes, node)
  local order, of_step = {}, {}
  for i = #node.parents, 1, -1 do
    local parent = nodes[node.parents[i]]
    if not of_step[parent.step] then
      order[#order + 1], of_step[parent.step] = parent.step, {}
    end
    table.insert(of_step[parent.step], parent.name)
  end
  for i, step in ipairs(order) do
    local names = of_step[step]
    if #names > 1 then
      order[i] = ("%d %s"):format(#names, step)
    elseif not is_within(item_of(names[1]), item_of(node.name)) then
      order[i] = names[1]
    end
  end
  return #order > 0 and " ← " .. table.concat(order, ", ") or ""
end

--- The lines of a step's tasks, which stand between its row and the next.
---@param lines table[]
---@param drawing Drawing
---@param tasks ChartNode[]
---@param step string
local function add_tasks(lines, drawing, tasks, step)
  for _, task in ipairs(tasks) do
    if task.step == step and task.name ~= step then
      local text = ("  %s %s"):format(MARKS[task.state], item_of(task.name))
      local why = task.message and ": " .. task.message or followed(tasks, task)
      lines[#lines + 1] = { drawing:row(), text .. why, task.state }
    end
  end
end

--- A graph of steps, and of their tasks where these are given.
---@param steps ChartNode[]
---@param tasks ChartNode[]?
---@param columns integer how wide it may be
---@return string[] lines
function M.lines(steps, tasks, columns)
  local drawing, rows, widest = new_drawing(steps), {}, 0
  for i, node in ipairs(steps) do
    local column = drawing:place(node)
    local straight = #node.parents == 1 and drawing.column[node.parents[1]] == column
    if #node.parents > 0 then
      rows[#rows + 1] = { straight and drawing:row() or drawing:joint(node, column), "" }
    end
    drawing:take(i, column)
    rows[#rows + 1] = { drawing:row(column, MARKS[node.state]), node.name, node.state, beside(node) }
    widest = math.max(widest, name.width(node.name))
    add_tasks(rows, drawing, tasks or {}, node.name)
  end
  local lines = {}
  for i, row in ipairs(rows) do
    local lanes = row[1] .. (" "):rep(2 * drawing.columns - name.width(row[1]))
    local text = row[4] and row[2] .. (" "):rep(widest - name.width(row[2]) + 2) .. row[4] or row[2]
    text = fitted(plain.line(text), math.max(12, columns - 2 * drawing.columns - 1))
    lines[i] = (lanes .. " " .. (text ~= "" and row[3] and painted(text, row[3]) or text)):match "^(.-)%s*$"
  end
  return lines
end

--- What the marks mean.
---@return string
function M.legend()
  local parts = {}
  for i, state in ipairs(ORDER) do
    parts[i] = painted(MARKS[state] .. " " .. M.SAID[state], state)
  end
  return table.concat(parts, "   ")
end

return M
