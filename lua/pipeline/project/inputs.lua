-- lua/pipeline/project/inputs.lua: the files that scripts read by themselves, with io.open
-- and io.lines. What the code of a step will read is known only once it has run, so they
-- are recorded.

local file = require "host.file"
local json = require "host.json"
local names = require "pipeline.names"

local M = {}

---@param project Project
---@return table<string, boolean>
local function recorded(project)
  return json.decode(project.store:get("view", "inputs") or "{}")
end

--- All that scripts have read, now or in earlier runs.
---@param opened Session
---@return string[] sorted
function M.of(opened)
  local files = recorded(opened.project)
  local scripts = table.move(opened.lint.rules, 1, #opened.lint.rules, 2, { opened.story })
  for _, step in ipairs(opened.graph.steps) do
    scripts[#scripts + 1] = step.step
  end
  for _, script in ipairs(scripts) do
    for path in pairs(script.inputs or {}) do
      files[path] = true
    end
  end
  return names.keys(files)
end

--- Records which they are.
---@param opened Session
function M.keep(opened)
  local files, store = json.object {}, opened.project.store
  for _, path in ipairs(M.of(opened)) do
    files[path] = true
  end
  local record = json.encode(files)
  if next(files) and store:get("view", "inputs") ~= record then
    store:put("view", "inputs", record)
  end
end

--- What the recorded ones are, by sizes and times: the same text while nothing is
--- written to them. Waits.
---@param project Project
---@return string?
function M.seen(project)
  local files = names.keys(recorded(project))
  return #files > 0 and file.scan(files) or nil
end

return M
