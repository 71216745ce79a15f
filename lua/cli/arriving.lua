-- lua/cli/arriving.lua: the texts that arrive while a run shows itself, each by its
-- last line.

local columns = require "cli.columns"
local name = require "host.name"
local say = require "cli.say"
local ui = require "host.ui"

---@class Arriving
---@field tails table<string, string> the end of each text, by task
---@field tasks string[] in the order in which they began to arrive
local Arriving = {}
Arriving.__index = Arriving

local M = {}

local KEPT = 1024 -- bytes: more than any line that is shown
local MOST = 6 -- lines
local TITLE = 24 -- columns of a task's name

---@return Arriving
function M.new()
  return setmetatable({ tails = {}, tasks = {} }, Arriving)
end

local function forget(self, task)
  if self.tails[task] then
    self.tails[task] = nil
    for i, other in ipairs(self.tasks) do
      if other == task then
        return table.remove(self.tasks, i)
      end
    end
  end
end

--- Takes one event of a run in. A text is over with whatever else is told of its
--- task.
---@param event table
function Arriving:add(event)
  local task = event.task
  if event.event ~= "text" then
    if task then
      forget(self, task)
    end
    return
  elseif not self.tails[task] then
    self.tasks[#self.tasks + 1] = task
  end
  local tail = ((self.tails[task] or "") .. event.text):sub(-KEPT)
  self.tails[task] = tail:gsub("^[\x80-\xBF]+", "")
end

--- The end of a text that fits in so many columns.
local function fitting(text, room)
  for _, characters in ipairs { room, room // 2 } do
    local from = utf8.offset(text, -characters)
    text = from and text:sub(from) or text
    if name.width(text) <= room then
      break
    end
  end
  return text
end

--- What is shown of the texts now.
---@return string[]
function Arriving:lines()
  local lines, width = {}, ui.size()
  for i = 1, math.min(#self.tasks, MOST) do
    local task = self.tasks[i]
    local title = columns.cell(say.clean(task), math.min(TITLE, width // 3))
    local room = math.max(1, width - name.width(title) - 3)
    lines[i] = ("  %s %s"):format(title, fitting(say.clean(self.tails[task]):match "([^\n]*)%s*$", room))
  end
  if #self.tasks > MOST then
    lines[#lines + 1] = ("  … and %d more"):format(#self.tasks - MOST)
  end
  return lines
end

return M
