-- lua/cli/status.lua: `sbhost status STORY`: where a project stands, from what is
-- on disk. It takes no lock, and may be asked while a run is under way.

local completion = require "pipeline.tasks.completion"
local costs = require "pipeline.call.costs"
local doubts = require "pipeline.call.doubts"
local file = require "host.file"
local graph_text = require "cli.graph_text"
local json = require "host.json"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"

---@type table<string, Option>
local OPTIONS = { data = { value = "DIR" } }

--- Where each step stands, what can be asked next, and what failed.
---@param lines string[]
---@param opened Session
local function add_steps(lines, opened)
  local failures, ready, failed = opened:outcomes().failures, {}, {}
  for _, entry in ipairs(completion.completion(opened.graph, opened:shown_artifact(), failures)) do
    local state = graph_text.SAID[entry.state]
    lines[#lines + 1] = ("  %-18s %3d/%-3d %s"):format(entry.step, entry.done, entry.total, state)
    ready[#ready + 1] = (entry.state == "todo" or entry.state == "failed") and entry.step or nil
    for _, task in ipairs(entry.failed) do
      failed[#failed + 1] = ("  %s: %s"):format(task, failures[task])
    end
  end
  if #ready > 0 then
    lines[#lines + 1] = "next: " .. table.concat(ready, ", ")
  end
  if #failed > 0 then
    lines[#lines + 1] = "failed (the next run tries again):"
    table.move(failed, 1, #failed, #lines + 1, lines)
  end
end

--- What all answered calls have cost so far.
local function add_costs(lines, records)
  local count, cost, unpriced = 0, 0, 0
  local later = costs.known(records)
  local id = 1
  while true do
    local recorded = records:call(id)
    if not recorded then
      break
    end
    if recorded.state == "answered" then
      local meta = json.decode(recorded.meta or "{}")
      local told = later[tostring(id)]
      local paid = told and told.cost or type(meta.usage) == "table" and meta.usage.cost
      count = count + 1
      cost = cost + (paid or 0)
      unpriced = unpriced + (paid and 0 or 1)
    end
    id = id + 1
  end
  local unknown = unpriced > 0 and (", and %d of unknown cost"):format(unpriced) or ""
  lines[#lines + 1] = ("calls answered: %d, $%.3f%s"):format(count, cost, unknown)
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("status", OPTIONS, { ... })
  options.just_one("status", rest)
  local opened <close> = session.load(story, chosen)
  local folder = opened:folder()
  local lines = { "project: " .. folder }
  if not file.exists(folder .. "/project.db") then
    lines[2] = "nothing has been run yet"
  else
    opened:open { readonly = true }
    add_steps(lines, opened)
    add_costs(lines, opened.project.store)
    for _, line in ipairs(doubts.lines(opened.project.store)) do
      lines[#lines + 1] = line
    end
  end
  say.line(table.concat(lines, "\n"))
  return 0
end
