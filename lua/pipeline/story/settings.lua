-- lua/pipeline/story/settings.lua: what the command line sets, put over what the story says.

local choose = require "pipeline.tasks.choose"
local fault = require "pipeline.fault"
local file = require "host.file"
local image = require "host.image"
local limiter = require "host.limiter"
local name = require "host.name"
local names = require "pipeline.names"

local M = {}

local LANES = { "text", "image" }

--- Lets other models take the roles that `--model ROLE=MODEL` names.
---@param told pipeline.Story
---@param models table<string, string>?
function M.apply_models(told, models)
  for role, model in pairs(models or {}) do
    if not told.models[role] then
      local roles = names.keys(told.models)
      fault.unknown({ message = ("there is no model role '%s'"):format(role) }, role, roles)
    end
    local changed = {}
    for key, value in pairs(told.models[role]) do
      changed[key] = type(key) == "string" and value or nil
    end
    changed[1] = model
    told.models[role] = changed
  end
end

--- What `--choose STEP=N` chooses must be there before anything is paid for.
---@param steps StepGraph
---@param choices table<string, number>? by step
function M.check_choices(steps, choices)
  for step, choice in pairs(choices or {}) do
    choose.check_step(steps, "--choose", step, choice)
  end
end

--- The caps that the user set, each a whole number above 0.
---@param told pipeline.Story
---@param chosen table<string, number>? by lane
---@return table<string, integer> by lane
function M.caps(told, chosen)
  local caps = {}
  for lane in pairs(chosen or {}) do
    if lane ~= "text" and lane ~= "image" then
      fault.unknown({ message = ("there is no lane '%s'"):format(lane) }, lane, LANES)
    end
  end
  for _, lane in ipairs(LANES) do
    local cap = chosen and chosen[lane] or told.lanes[lane]
    if cap then
      cap = math.tointeger(cap)
      if not cap or cap < 1 then
        fault.raise { message = ("the lane '%s' takes a whole number from 1"):format(lane) }
      end
      caps[lane] = cap
    end
  end
  return caps
end

--- The limiter with the caps that the user set.
---@param caps table<string, integer> by lane
---@return host.limiter
function M.limiter(caps)
  local limits = limiter.new()
  for lane, cap in pairs(caps) do
    limits:lane(lane, cap)
  end
  return limits
end

--- Lets other caps be in force from now on.
---@param limits host.limiter
---@param was table<string, integer>
---@param caps table<string, integer>
function M.change_caps(limits, was, caps)
  for _, lane in ipairs(LANES) do
    if was[lane] ~= caps[lane] then
      limits:lane(lane, caps[lane])
    end
  end
end

--- The pictures that the story brings, put into the project under names of
--- their content, so that the same picture stays the same file. One that is only
--- looked at and was never run has no place for them yet.
---@param told pipeline.Story
---@param opened Project
---@return table<string, string> path inside the project by the prop's key
function M.own_pictures(told, opened)
  local pictures = {}
  local has_place = not opened.readonly or file.exists(opened:path "images")
  for _, prop in ipairs(told.props) do
    if prop.image then
      local key = name.slug(prop.name)
      local hash, message = file.hash(prop.image)
      local stem = hash and ("own_%s_%s"):format(key, hash:sub(1, 12))
      local saved
      if stem and has_place then
        saved, message = image.save(prop.image, opened:path "images", stem, true)
      elseif stem then
        saved, message = image.inspect(prop.image)
        saved = saved and { path = stem .. ".png" }
      end
      if not saved then
        fault.raise {
          where = told:place "props",
          message = ("the picture of prop '%s' cannot be used: %s"):format(prop.name, message),
          hint = "the path is relative to the story, and the file must be PNG, JPEG or WebP",
        }
      end
      pictures[key] = "images/" .. saved.path:match "[^/]+$"
    end
  end
  return pictures
end

return M
