-- lua/pipeline/story/own.lua: the props that the story itself brings: they must be in the
-- list that a step makes, and what the story says of them counts.

local name = require "host.name"

local M = {}

--- The story's own props by slug, for a step that makes the list of props.
---@param run Run
---@param task Task
local function own_props(run, task)
  local own = {}
  for _, prop in ipairs(task.step.owned["props"] and run.story.props or {}) do
    own[name.slug(prop.name)] = prop
  end
  return own
end

--- The proposals of an answer.
local function options_of(task, answer)
  local count = task.step.step.options
  if count == 1 then
    return { answer }
  end
  local options = {}
  for i = 1, count do
    options[i] = answer["option_" .. i]
  end
  return options
end

--- What of the story's own an answer leaves out.
---@param run Run
---@param task Task
---@param answer table
---@return pipeline.AnswerFault[]
function M.missing(run, task, answer)
  local faults = {}
  for _, option in ipairs(options_of(task, answer)) do
    local own = own_props(run, task)
    for _, prop in ipairs(option.props or {}) do
      own[name.slug(prop.name)] = nil
    end
    for _, prop in pairs(own) do
      faults[#faults + 1] = { path = "props", message = ("'%s' is missing: the client brings it"):format(prop.name) }
    end
  end
  table.sort(faults, function(a, b)
    return a.message < b.message
  end)
  return faults
end

--- What the story says of its own props counts more than what a model does.
---@param run Run
---@param task Task
---@param value table an answer's chosen option
function M.overlay(run, task, value)
  local own = own_props(run, task)
  for _, prop in ipairs(value.props or {}) do
    local mine = own[name.slug(prop.name)]
    if mine then
      prop.kind = mine.kind
      prop.description = mine.description ~= "" and mine.description or prop.description
    end
  end
end

return M
