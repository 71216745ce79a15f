-- lua/pipeline/project.lua: a project on disk: its folder, its lock, its store,
-- and the views of the artifact that are written there.

local fault = require "pipeline.fault"
local file = require "host.file"
local json = require "host.json"
local leftovers = require "pipeline.project.leftovers"
local loop = require "host.loop"
local published = require "pipeline.project.published"
local store = require "host.store"
local stored = require "pipeline.project.stored"

---@class Project
---@field name string
---@field folder string
---@field store host.store.store
---@field private scratch_folder string?
---@field readonly boolean    it is only looked at
---@field room Room?         of the run that writes
---@field saved_page string? the stamp of the board as it was last written
---@field published Published artifact.json
local Project = {}
Project.__index = Project

local M = {}

local WRITABLE = "make %s writable, or choose another folder with --data"
local BUSY = "close whatever else has project.db in %s open, and run again: all answers are kept"
local FULL = "free some space on the disk of %s, and run again: all answers are kept"

--- What helps, by what the system said; false: nothing that is known.
local HINTS = {
  ENOSPC = FULL, EDQUOT = FULL, EBUSY = BUSY, EIO = false, ENOMEM = false, EFTYPE = stored.DAMAGED, ENOTSUP = false,
}

local function unusable(folder, message, code)
  local hint = HINTS[code]
  if hint == nil then
    hint = WRITABLE
  end
  fault.raise {
    message = ("the project's folder cannot be used: %s"):format(message),
    hint = hint and hint:format(folder) or nil,
  }
end

local function nothing() end
local function none()
  return {}
end

--- The store of a project that was never run, to be looked at.
local EMPTY = { all = none, doubts = none, get = nothing, call = nothing, answered = nothing, close = nothing }

--- The store of a project that is only looked at.
local function look(folder)
  if not file.exists(folder .. "/project.db") then
    return EMPTY
  end
  local opened, message, code = store.open(folder .. "/project.db", { readonly = true })
  if not opened then
    fault.raise { message = message, hint = code == "EFTYPE" and stored.DAMAGED or nil }
  end
  return stored.guard(opened)
end

--- The store of a project, with what is missing of its folder made.
local function take(name, folder)
  local function make(inner)
    local ok, message, code = file.mkdir(folder .. inner)
    if not ok then
      unusable(folder, message, code)
    end
  end
  make ""
  -- Side by side, as each waits for the disk.
  local inner = loop.spawn(loop.all, {
    function() make "/images" end,
    function() make "/steps" end,
    function() make "/arriving" end,
  })
  local opened, message, code = store.open(folder .. "/project.db")
  if code == "EBUSY" then
    fault.raise {
      message = ("project '%s' is busy: %s"):format(name, message),
      hint = "wait until that run has ended, or end it",
    }
  elseif not opened then
    unusable(folder, message, code)
  end
  inner:await()
  opened = stored.guard(opened)
  leftovers.remove(folder, opened)
  return opened
end

--- Opens a project. One run of a project at a time: a second one is told who has
--- it. Those that only look take no lock, and write nothing.
---@param name string
---@param data string the folder that holds projects
---@param options { readonly: boolean? }?
---@return Project
function M.open(name, data, options)
  local folder = data .. "/" .. name
  local readonly = options and options.readonly or false
  local opened = readonly and look(folder) or take(name, folder)
  local self = setmetatable({
    name = name,
    folder = folder,
    store = opened,
    readonly = readonly,
  }, Project)
  self.saved_page = opened:get("view", "board")
  self.published = published.new(opened, self:path "artifact.json", readonly)
  return self
end

--- The project as one that is only looked at, while it is open here.
---@return Project
function Project:looking()
  local looking = { name = self.name, folder = self.folder, store = self.store, readonly = true }
  looking.published = published.new(self.store, self:path "artifact.json", true)
  looking.scratch = function()
    return self:scratch()
  end
  return setmetatable(looking, Project)
end

--- Where something of the project lies.
---@param relative string what is absolute lies elsewhere
---@return string
function Project:path(relative)
  return relative:sub(1, 1) == "/" and relative or self.folder .. "/" .. relative
end

--- The folder that pictures are put into; one of its own while it is only looked at.
---@return string
function Project:place_of_pictures()
  return self.readonly and self:scratch() or self:path "images"
end

--- A path as the project names it.
---@param path string
---@return string relative absolute for what lies elsewhere
function Project:inside(path)
  local folder = self.folder .. "/"
  return path:sub(1, #folder) == folder and path:sub(#folder + 1) or path
end

--- Replaces artifact.json and storyboard.html, where they do not say the same
--- already.
---@param tree host.tree
---@param key_order string[]
---@param page { stamp: string, render: fun(tree: host.tree): string } the board; `stamp` tells
---   what beside the tree it says
---@return boolean done not when a person was faster
function Project:save_views(tree, key_order, page)
  if self.readonly then
    return true
  end
  local board_path = self:path "storyboard.html"
  local is_new = self.published:differs(tree)
  if is_new or page.stamp ~= self.saved_page or not file.exists(board_path) then
    self:write(file.write, board_path, page.render(tree))
  end
  if page.stamp ~= self.saved_page then
    self.saved_page = page.stamp
    self.store:put("view", "board", page.stamp)
  end
  if is_new then
    -- Not before the board is there: what could not be written is written again.
    local done, message, code = self:await_room(self.published.write, self.published, tree, key_order)
    if not done and code ~= "EAGAIN" then
      unusable(self.folder, message, code)
    end
    return done == true
  end
  return true
end

--- Where a step's result lies.
---@param step pipeline.BoundStep
---@return string
function Project:step_path(step)
  return self:path(("steps/%02d_%s.json"):format(step.index, step.name))
end

--- Writes a step's result as it was: the answers of its tasks by item.
---@param step pipeline.BoundStep
---@param results table<string, any> by item; "" for a step that is not repeated
function Project:save_step(step, results)
  if self.readonly then
    return
  end
  local whole = results[""]
  local content = { step = step.name, result = whole, items = whole == nil and json.object(results) or nil }
  local path = self:step_path(step)
  local text = json.encode(json.ordered({ "step", "result", "items" }, content), { indent = 2 })
  if file.read(path) ~= text then
    self:write(file.write, path, text)
  end
end

--- Calls what writes, and waits for room in a run of it.
---@param write fun(...): any?, string?, string?
---@param ... any
---@return any?
---@return string? message
---@return string? code
function Project:await_room(write, ...)
  if self.room then
    return self.room:write(write, nil, ...)
  end
  return write(...)
end

--- Writes a view: one that could not be written is no loss of what was paid for, but
--- a run that cannot write has nothing more to do.
---@param write function
---@param ... any
function Project:write(write, ...)
  local done, message, code = self:await_room(write, ...)
  if not done then
    unusable(self.folder, message, code)
  end
end

--- Returns once all that was recorded is on disk.
function Project:settle()
  if not self.readonly then
    self:write(self.store.flush, self.store)
  end
end

--- Whether something of the project is there.
---@param relative string
---@return boolean
function Project:has(relative)
  return file.exists(self:path(relative))
end

--- Something was recorded that the next run is to take in: it must not go by what the
--- last one came to.
function Project:unfinish()
  self.store:remove("view", "finished")
end

--- A folder outside the project for what is made while it is only looked at. It goes
--- when the project is closed.
---@return string
function Project:scratch()
  if not self.scratch_folder then
    self.scratch_folder = os.tmpname()
    os.remove(self.scratch_folder)
    self:write(file.mkdir, self.scratch_folder)
  end
  return self.scratch_folder
end

function Project:close()
  for _, name in ipairs(self.scratch_folder and file.list(self.scratch_folder) or {}) do
    file.remove(self.scratch_folder .. "/" .. name)
  end
  if self.scratch_folder then
    os.remove(self.scratch_folder)
    self.scratch_folder = nil
  end
  self.store:close()
end

return M
