-- lua/pipeline/views.lua: what a run shows of itself on disk while the artifact
-- grows: artifact.json and storyboard.html, replaced after every step, and else
-- at most once a second.

local board = require "pipeline.board"
local loop = require "host.loop"

---@class Views
---@field run Run
---@field opened boolean  something new has come in
---@field dirty boolean   the artifact has changed since it was saved
---@field saved number    when it was, on the loop's clock
---@field waiting userdata? the task that will save
---@field saving userdata?  the task that is saving
local Views = {}
Views.__index = Views

local M = {}

local INTERVAL = 1 -- seconds

---@param run Run
---@return Views
function M.new(run)
  return setmetatable({ run = run, opened = false, dirty = false, saved = loop.now() }, Views)
end

--- Something new has come in: from here on the views on disk follow.
function Views:open()
  self.opened = true
end

--- The artifact has changed.
---@param at_once boolean? a step has ended
function Views:touch(at_once)
  self.dirty = true
  if not self.opened or (self.waiting and not at_once) then
    return
  end
  if self.waiting then
    self.waiting:cancel()
  end
  local delay = at_once and 0 or math.max(0, self.saved + INTERVAL - loop.now())
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

function Views:save()
  local run = self.run
  self.dirty = false
  local ok, problem = pcall(run.project.save_views, run.project, run.artifact, run.spec:key_order(), board.render)
  self.saved = loop.now()
  if not ok then
    run:stop(tostring(problem))
  end
end

--- Saves what is not saved yet.
function Views:finish()
  if self.waiting then
    self.waiting:cancel()
  end
  if self.saving then
    self.saving:await()
  end
  self:save()
end

return M
