-- lua/pipeline/run/views.lua: what a run shows of itself on disk while the artifact
-- grows: each step's result once it has ended, artifact.json and storyboard.html,
-- replaced after every step and else at most once a second.

local board = require "pipeline.board"
local loop = require "host.loop"
local standing = require "pipeline.run.standing"

---@class Views
---@field run Run
---@field board Board
---@field standing Standing
---@field opened boolean  something new has come in
---@field dirty boolean   the artifact has changed since it was saved
---@field ended pipeline.BoundStep[] steps whose results are to be written
---@field saved number    when it was, on the loop's clock
---@field interval number how long after that it is saved again at the earliest, seconds
---@field waiting userdata? the task that will save
---@field saving userdata?  the task that is saving
local Views = {}
Views.__index = Views

local M = {}

local INTERVAL = 1 -- seconds

--- So many times as long as saving took it is left alone, but no longer than `LONGEST`
--- seconds: what there is to write grows with the story, and with it the time that a
--- run takes.
local REST, LONGEST = 15, 20

--- So much later than a step's end, seconds: the next one's calls are to leave first, and
--- what is written meanwhile holds up the disk.
local AFTER_STEP = 0.05

---@param run Run
---@return Views
function M.new(run)
  return setmetatable({
    run = run,
    board = board.new(run.project.name, run.story.numbers, run.spec),
    standing = standing.new(run.graph),
    opened = false,
    dirty = false,
    ended = {},
    saved = loop.now(),
    interval = INTERVAL,
  }, Views)
end

--- Takes in an event of the run: the board says what is being drawn, and why something is missing.
---@param event table
function Views:hear(event)
  -- What lies on disk is whole until something new has come in.
  if event.event == "answered" then
    self.opened = true
  elseif self.standing:hear(event) then
    self:touch()
  end
end

---@param step pipeline.BoundStep
function Views:end_step(step)
  table.insert(self.ended, step)
  self:touch(true)
end

--- The artifact has changed, or how its tasks stand.
---@param is_soon boolean? a step has ended
function Views:touch(is_soon)
  self.dirty = true
  if not self.opened or (self.waiting and not is_soon) then
    return
  end
  if self.waiting then
    self.waiting:cancel()
  end
  local delay = is_soon and AFTER_STEP or math.max(0, self.saved + self.interval - loop.now())
  self.waiting = loop.spawn(function()
    loop.sleep(delay)
    if self.saving then
      self.saving:await()
    end
    self.saving, self.waiting = self.waiting, nil
    self:save()
    self.saving = nil
  end)
end

--- Writes the results of the steps that have ended, side by side.
---@param steps pipeline.BoundStep[]
function Views:save_steps(steps)
  local run, writing = self.run, {}
  for i, step in ipairs(steps) do
    local results = run.results[step.name]
    results = run.groups and run.groups:results(step, results) or results
    writing[i] = loop.spawn(run.project.save_step, run.project, step, results)
  end
  loop.all(writing)
end

function Views:save()
  local run, ended, began = self.run, self.ended, loop.now()
  self.dirty, self.ended = false, {}
  local page = {
    stamp = self.board:stamp() .. " " .. self.standing:stamp(),
    render = function(tree)
      return self.board:render(tree, self.standing)
    end,
  }
  local ok, problem = pcall(function()
    local done = false
    local steps = loop.spawn(self.save_steps, self, ended)
    while not done and run.edits:may_replace(run.report) do
      done = run.project:save_views(run.artifact, run.spec:key_order(), page)
    end
    steps:await()
    run.project:settle()
  end)
  self.saved = loop.now()
  self.interval = math.min(math.max(INTERVAL, REST * (self.saved - began)), LONGEST)
  if not ok then
    run:stop(tostring(problem))
  end
end

--- Saves nothing more. Waits for what is being saved.
function Views:drop()
  if self.waiting then
    self.waiting:cancel()
  end
  if self.saving then
    self.saving:await()
  end
end

--- Saves what is not saved yet.
function Views:finish()
  self:drop()
  self:save()
end

return M
