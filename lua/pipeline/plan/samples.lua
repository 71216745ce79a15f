-- lua/pipeline/plan/samples.lua: what the answered calls of a project took, from which the
-- next ones are estimated.

local json = require "host.json"
local tasks = require "pipeline.tasks.select"

--- What one call took.
---@class Sample
---@field model string
---@field bytes integer    of the texts that went out
---@field input integer?   tokens
---@field output integer?
---@field cost number?     USD

---@class Samples
---@field private groups table<string, Sample[]> by step and kind of request
local Samples = {}
Samples.__index = Samples

local M = {}

--- Bytes of the texts of a request, of a rendered or of a recorded one.
---@param request Request|table
---@return integer
function M.size(request)
  local schema = request.schema and #json.encode(request.schema.schema) or 0
  return #request.user + #(request.system or "") + schema
end

---@param recorded host.store.call
---@return Sample?
---@return string? group
local function sample_of(recorded)
  local meta, request = json.decode(recorded.meta or "null"), json.decode(recorded.request or "null")
  if type(meta) ~= "table" or type(request) ~= "table" or type(meta.usage) ~= "table" then
    return nil
  end
  local usage = meta.usage
  return {
    model = request.model,
    bytes = M.size(request),
    input = usage.input,
    output = usage.output,
    cost = usage.cost,
  },
    tasks.step_of(request.task) .. " " .. request.kind
end

---@param store host.store.store
---@return Samples
function M.read(store)
  local groups = {}
  local id = 1
  local recorded = store:call(id)
  while recorded do
    local sample, group = nil, nil
    if recorded.state == "answered" then
      sample, group = sample_of(recorded)
    end
    if sample then
      groups[group] = groups[group] or {}
      table.insert(groups[group], sample)
    end
    id = id + 1
    recorded = store:call(id)
  end
  return setmetatable({ groups = groups }, Samples)
end

--- The calls of a step, those of one model where it has answered any.
---@param step string
---@param kind "text"|"picture"
---@param model string
---@return Sample[]
function Samples:of(step, kind, model)
  local all, own = self.groups[step .. " " .. kind] or {}, {}
  for _, sample in ipairs(all) do
    own[#own + 1] = sample.model == model and sample or nil
  end
  return #own > 0 and own or all
end

return M
