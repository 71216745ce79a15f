-- lua/pipeline/context/plates.lua: several pictures together on one, each with its
-- label below it. What may come onto a plate is decoded and made small as soon as it
-- has come in, while the run waits for others.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local loop = require "host.loop"

---@class Plates
---@field private run Run
---@field private drawn table<string, host.task>  who draws each, by its path
---@field private insets table<string, host.task> who makes a picture small, by the picture's SHA-256
---@field private order string[]                  of `insets`, oldest first
---@field private schemas table<string, true>?    the fields whose pictures may come onto one
local Plates = {}
Plates.__index = Plates

local M = {}

local CELL, LABEL, GAP = 512, 40, 16

--- So many small pictures are kept, of less than a megabyte each.
local MOST_INSETS = 32

---@param run Run
---@return Plates
function M.new(run)
  return setmetatable({ run = run, drawn = {}, insets = {}, order = {} }, Plates)
end

--- A picture as it is shown. Waits.
---@param path string
---@param sha256 string
---@return host.image.inset?
---@return string? message
function Plates:inset(path, sha256)
  if not self.insets[sha256] then
    self.insets[sha256] = loop.spawn(image.inset, path, CELL, CELL)
    table.insert(self.order, sha256)
    if #self.order > MOST_INSETS then
      self.insets[table.remove(self.order, 1)] = nil
    end
  end
  return self.insets[sha256]:await()
end

--- The fields that some step shows several of to a model that takes just so many.
local function shown_in_numbers(run)
  local schemas = {}
  for _, step in ipairs(run.graph.steps) do
    local model = step.draws and run.story.models[step.step.model]
    local limit = model and run.providers(model).reference_limit(model[1])
    for _, resolved in ipairs(limit and limit > 0 and step.refs or {}) do
      if #resolved.lists + #resolved.refs > 0 then
        schemas[resolved.schema] = true
      end
    end
  end
  return schemas
end

--- A picture has come in. Does not wait.
---@param step pipeline.BoundStep that drew it
---@param path string
---@param sha256 string
function Plates:prepare(step, path, sha256)
  self.schemas = self.schemas or shown_in_numbers(self.run)
  if self.schemas[step.draws.schema] then
    loop.spawn(self.inset, self, path, sha256)
  end
end

--- Draws pictures side by side.
---@param pictures Reference[]
---@param path string
---@return string? sha256
---@return string? message
function Plates:draw(pictures, path)
  local columns = math.ceil(math.sqrt(#pictures))
  local rows = math.ceil(#pictures / columns)
  local shapes = {}
  for i, picture in ipairs(pictures) do
    local x = GAP + ((i - 1) % columns) * (CELL + GAP)
    local y = GAP + ((i - 1) // columns) * (CELL + LABEL + GAP)
    local inset, message = self:inset(picture.path, picture.sha256)
    if not inset then
      return nil, message
    end
    shapes[#shapes + 1] = { "picture", inset = inset, x = x, y = y, width = CELL, height = CELL }
    shapes[#shapes + 1] = {
      "text",
      x = x + CELL / 2,
      y = y + CELL + LABEL * 0.7,
      size = 24,
      text = ("%d. %s"):format(i, picture.label),
      colour = 0x000000,
      align = "center",
      max_width = CELL,
      lines = 1,
    }
  end
  local drawn, message = image.draw {
    width = GAP + columns * (CELL + GAP),
    height = GAP + rows * (CELL + LABEL + GAP),
    background = 0xFFFFFF,
    path = path,
    shapes = shapes,
  }
  return drawn and drawn.sha256, message
end

--- Where a plate is, or is drawn: what only looks at a project puts nothing into it.
---@param name string of the file
---@return string
function Plates:place(name)
  local project = self.run.project
  local path = project:path("images/" .. name)
  if project.readonly and not file.exists(path) then
    return project:scratch() .. "/" .. name
  end
  return path
end

--- One picture of several, named by what is on it. Waits.
---@param pictures Reference[]
---@return Reference?
---@return string? message
function Plates:of(pictures)
  local on_it, names = {}, {}
  for i, picture in ipairs(pictures) do
    on_it[i] = { label = picture.label, sha256 = picture.sha256 }
    names[i] = ("%d. %s"):format(i, picture.label)
  end
  local path = self:place(("plate_%s.png"):format(json.hash(on_it):sub(1, 16)))
  -- Several tasks may want the same plate; it must not change while it is sent.
  self.drawn[path] = self.drawn[path] or loop.spawn(function()
    if file.exists(path) then
      return file.hash(path)
    end
    return self:draw(pictures, path)
  end)
  local sha256, message = self.drawn[path]:await()
  if not sha256 then
    return nil, message
  end
  return {
    path = path,
    label = "a plate of several pictures, each with its name below it: " .. table.concat(names, ", "),
    sha256 = sha256,
  }
end

return M
