-- lua/pipeline/project/clean.lua: what of a project's files no take that stands needs any more.

local dry = require "pipeline.plan.dry"
local file = require "host.file"
local json = require "host.json"

---@class Rubbish
---@field files { path: string, bytes: integer }[] inside the project
---@field outcomes { task: string, key: string }[]  whose pictures are among them

---@class Sweep
---@field opened Session
---@field kept table<string, true>   pictures that stand, by path inside the project
---@field sent table<string, true>   contents that the standing pictures were drawn from
---@field over table<integer, boolean> calls with an outcome; false: what arrived with it is kept
---@field rubbish Rubbish
local Sweep = {}
Sweep.__index = Sweep

local M = {}

--- The tasks whose last outcomes stand: where a run would still do something, all
--- that stood when it was last looked at, since what comes may need them.
---@param forecast Forecast
---@return table<string, true>? nil: all of them
local function standing_tasks(forecast)
  local tasks = {}
  for _, foreseen in ipairs(forecast.tasks) do
    if foreseen.state ~= "reused" and foreseen.state ~= "given" and foreseen.state ~= "kept" then
      return nil
    end
    tasks[foreseen.task] = true
  end
  return #forecast.run:unplanted_places() == 0 and tasks or nil
end

--- The pictures of an artifact, wherever they are.
---@param value any
function Sweep:keep_named(value)
  if type(value) == "string" and value:find "^images/" then
    self.kept[value] = true
  elseif type(value) == "table" then
    for _, inner in pairs(value) do
      self:keep_named(inner)
    end
  end
end

---@param outcome StandingOutcome
function Sweep:keep_outcome(outcome)
  self.kept[outcome.picture.path] = true
  self.over[outcome.ids[#outcome.ids]] = false
  local request = json.decode(self.opened:outcomes():request(outcome) or "{}")
  for _, ref in ipairs(request.refs or {}) do
    self.sent[ref.sha256] = true
  end
end

---@param path string
function Sweep:drop_file(path)
  local stat = file.stat(self.opened.project:path(path))
  if stat then
    table.insert(self.rubbish.files, { path = path, bytes = stat.size })
  end
end

--- The pictures of outcomes that do not stand.
---@param standing table<string, true>?
function Sweep:sort_outcomes(standing)
  local outcomes, stale = self.opened:outcomes(), {}
  for _, task in ipairs(outcomes:tasks()) do
    local current = (not standing or standing[task]) and outcomes:standing(task)
    for _, outcome in ipairs(outcomes:of(task)) do
      for _, id in ipairs(outcome.ids or {}) do
        self.over[id] = self.over[id] ~= false
      end
      if outcome.picture and current and current.key == outcome.key then
        self:keep_outcome(outcome)
      elseif outcome.picture then
        stale[#stale + 1] = { task = task, key = outcome.key, path = outcome.picture.path }
      end
    end
  end
  local seen = {}
  for _, outcome in ipairs(stale) do
    if not self.kept[outcome.path] then
      table.insert(self.rubbish.outcomes, { task = outcome.task, key = outcome.key })
      if not seen[outcome.path] then
        seen[outcome.path] = true
        self:drop_file(outcome.path)
      end
    end
  end
end

--- Plates that no standing picture was drawn from, and what arrived for pictures that
--- do not stand.
function Sweep:sort_files()
  local project = self.opened.project
  for _, name in ipairs(file.list(project:path "images") or {}) do
    local path = "images/" .. name
    if name:find "^plate_%x+%.png$" and not self.sent[file.hash(project:path(path))] then
      self:drop_file(path)
    end
  end
  for _, name in ipairs(file.list(project:path "arriving") or {}) do
    local id = math.tointeger(tonumber(name:match "^(%d+)%-%d+$"))
    if id and self.over[id] then
      self:drop_file("arriving/" .. name)
    end
  end
end

--- What is in the way. Only looks.
---@param opened Session readonly
---@return Rubbish
function M.find(opened)
  local self = setmetatable({
    opened = opened,
    kept = {},
    sent = {},
    over = {},
    rubbish = { files = {}, outcomes = {} },
  }, Sweep)
  local forecast = dry.evaluate(opened)
  self:keep_named(forecast.run.artifact:get {})
  self:keep_named(opened:artifact():get {})
  self:sort_outcomes(standing_tasks(forecast))
  self:sort_files()
  table.sort(self.rubbish.files, function(one, other)
    return one.path < other.path
  end)
  return self.rubbish
end

--- Takes it away: what names a file goes before it.
---@param project Project
---@param rubbish Rubbish
---@return string? problem what could not be removed
function M.remove(project, rubbish)
  for _, outcome in ipairs(rubbish.outcomes) do
    project.store:remove("outcome", outcome.task .. " " .. outcome.key)
  end
  project:unfinish()
  for _, found in ipairs(rubbish.files) do
    local ok, message = file.remove(project:path(found.path))
    if not ok then
      return message
    end
  end
end

return M
