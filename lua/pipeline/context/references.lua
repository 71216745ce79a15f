-- lua/pipeline/context/references.lua: the reference pictures that go with a picture
-- request. What does not fit the model's limit goes together on one labelled
-- plate, so that nothing that a prompt names is left without its picture.

local reach = require "pipeline.context.reach"

local M = {}

--- What an element's picture shows, in words: the item's name, and which of its
--- pictures it is when it is not the item's own.
local function label_of(run, element)
  local path, depth = element.path, #element.path
  while depth > 0 and math.type(path[depth]) ~= "integer" do
    depth = depth - 1
  end
  local label = run.artifact:get(table.move(path, 1, depth, 1, {}), "name") or ""
  if #path > depth + 1 then
    label = ("%s (%s)"):format(label, path[depth + 1]:gsub("_", " "))
  end
  return label
end

--- A picture that goes with a request.
---@class Reference
---@field path string
---@field label string  what it shows
---@field sha256 string

--- All pictures that a task's refs reach, in the order that the step names them.
---@param run Run
---@param task Task
---@return Reference[]?
---@return string? message what is missing
function M.reached(run, task)
  local pictures = {}
  for _, resolved in ipairs(task.step.refs) do
    for _, element in ipairs(reach.walk(run, resolved, task.scope, {})) do
      local path = run.artifact:get(element.path)
      local label = label_of(run, element)
      local sha256, message, code
      if path then
        sha256, message, code = run.pictures:hash(path)
      end
      if sha256 then
        pictures[#pictures + 1] = { path = run.project:path(path), label = label, sha256 = sha256 }
      elseif resolved.optional and (not path or code == "ENOENT") then
        local said = ("drawn without the reference picture of '%s', which is missing"):format(label)
        run.report { event = "absent", step = task.step.name, task = task.name, message = said }
      else
        return nil, ("the reference picture of '%s' is missing%s"):format(label, message and ": " .. message or "")
      end
    end
  end
  return pictures
end

--- The pictures that go with a request, of those that a task's refs reach.
---@param run Run
---@param pictures Reference[]
---@param limit integer? how many a request may carry
---@return Reference[]?
---@return string? message what is wrong
function M.fit(run, pictures, limit)
  if limit == 0 and #pictures > 0 then
    return nil, "its model takes no reference pictures: choose another for its role"
  elseif not limit or #pictures <= limit then
    return pictures
  end
  local kept = table.move(pictures, 1, limit - 1, 1, {})
  local together, message = run.plates:of(table.move(pictures, limit, #pictures, 1, {}))
  if not together then
    return nil, message
  end
  kept[limit] = together
  return kept
end

return M
