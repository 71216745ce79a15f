-- lua/pipeline/plan/counts.lua: how many items a list will have that is not written yet:
-- what the story asks for, else what there is, else what other projects came to.

local artifact = require "host.artifact"
local file = require "host.file"

--- A number that is not known exactly.
---@class Range
---@field low number
---@field high number

---@class Counts
---@field private given table<string, integer> by list name, of the story
---@field private own host.tree                this project's artifact, as it was
---@field private others host.tree[]           other projects'
local Counts = {}
Counts.__index = Counts

local M = {}

--- So many other projects are looked at.
local MOST_PROJECTS = 20

--- Widens a range by a number.
---@param range Range?
---@param number number
---@return Range
function M.widened(range, number)
  if not range then
    return { low = number, high = number }
  end
  return { low = math.min(range.low, number), high = math.max(range.high, number) }
end

--- What another project's lists say of this one's, and what this one's own say of
--- those that are to be written anew: it may be more or less.
local OTHERS, OWN = 2.5, 2

---@return host.tree?
local function board_of(data, project)
  local text = file.read(("%s/%s/artifact.json"):format(data, project))
  return text and artifact.parse(text)
end

--- The artifacts of other projects in the folder.
---@return host.tree[]
local function others_in(data, project)
  local boards = {}
  local found = file.list(data) or {}
  table.sort(found)
  for _, name in ipairs(found) do
    if name ~= project and #boards < MOST_PROJECTS then
      boards[#boards + 1] = board_of(data, name)
    end
  end
  return boards
end

---@param opened Session
---@return Counts
function M.new(opened)
  return setmetatable({
    given = opened.story.counts,
    own = opened:artifact(),
    others = others_in(opened:data(), opened.story.project),
  }, Counts)
end

--- The lengths that a list has in a tree, in each of the items that it is in.
---@param tree host.tree
---@param path (string|integer)[]
---@param names string[] of the lists that are still to go
---@param range Range?
---@return Range?
local function lengths(tree, path, names, range)
  local list = table.move(path, 1, #path, 1, {})
  list[#list + 1] = names[1]
  local length = tree:length(list)
  if not length then
    return range
  elseif #names == 1 then
    return M.widened(range, length)
  end
  for i = 1, length do
    list[#path + 2] = i
    range = lengths(tree, list, table.move(names, 2, #names, 1, {}), range)
  end
  return range
end

--- How many items a list has in each of those that it is in.
---@param list string its canonical path: "scenes[].shots"
---@return Range? nil when nobody knows
function Counts:range(list)
  local names = {}
  for name in list:gmatch "[^.%[%]]+" do
    names[#names + 1] = name
  end
  local count = self.given[names[#names]]
  if count then
    return { low = count, high = count }
  end
  local range = lengths(self.own, {}, names)
  local margin = range and OWN or OTHERS
  for _, board in ipairs(range and {} or self.others) do
    range = lengths(board, {}, names, range)
  end
  return range and { low = math.floor(range.low / margin), high = math.ceil(range.high * margin) }
end

--- How many tasks a step will have for each item, given the lists bound so far.
---@param step pipeline.BoundStep
---@param bound integer how many of the step's lists
---@return Range?
function Counts:tasks(step, bound)
  local total = { low = 1, high = 1 }
  for i = bound + 1, #step.each do
    local range = self:range(step.each[i].list)
    if not range then
      return nil
    end
    total = { low = total.low * range.low, high = total.high * range.high }
  end
  return total
end

return M
