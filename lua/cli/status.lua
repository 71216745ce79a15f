-- lua/cli/status.lua: `sbhost status STORY`: where a project stands, from what is
-- on disk. It takes no lock, and may be asked while a run is under way.

local completion = require "pipeline.completion"
local doubts = require "pipeline.doubts"
local fault = require "pipeline.fault"
local file = require "host.file"
local graph = require "pipeline.graph"
local json = require "host.json"
local options = require "cli.options"
local project = require "pipeline.project"
local store = require "host.store"
local story = require "pipeline.story"

---@type table<string, Option>
local OPTIONS = { data = { value = "DIR" } }

---@param lines string[]
---@param steps StepGraph
local function add_steps(lines, steps, tree)
  for _, entry in ipairs(completion.completion(steps, tree)) do
    local state = entry.complete and "done" or entry.total == 0 and "waits for the steps before it" or "to do"
    lines[#lines + 1] = ("  %-18s %3d/%-3d %s"):format(entry.step, entry.done, entry.total, state)
  end
  local ready = completion.next_steps(steps, tree)
  if #ready > 0 then
    lines[#lines + 1] = "next: " .. table.concat(ready, ", ")
  end
end

--- What all answered calls have cost so far.
local function add_costs(lines, opened)
  local count, cost, unpriced = 0, 0, 0
  local id = 1
  while true do
    local recorded = opened:call(id)
    if not recorded then
      break
    end
    if recorded.state == "answered" then
      local meta = json.decode(recorded.meta or "{}")
      local paid = type(meta.usage) == "table" and meta.usage.cost
      count = count + 1
      cost = cost + (paid or 0)
      unpriced = unpriced + (paid and 0 or 1)
    end
    id = id + 1
  end
  local unknown = unpriced > 0 and (", and %d whose cost is not known"):format(unpriced) or ""
  lines[#lines + 1] = ("calls answered: %d, $%.3f%s"):format(count, cost, unknown)
end

--- The calls of which nobody knows whether they were paid for.
local function add_doubts(lines, opened)
  local found = opened:doubts()
  lines[#lines + 1] = ("calls in doubt: %d"):format(#found)
  for _, doubt in ipairs(found) do
    local meta = json.decode(doubt.intent_meta or "{}")
    local worst = doubts.worst_of(doubt)
    lines[#lines + 1] = ("  %s, sent %s, may have cost up to %s%s: %s"):format(
      meta.task or "call " .. doubt.id,
      os.date("%Y-%m-%d %H:%M", math.floor(doubt.at)),
      worst and ("$%.3f"):format(worst) or "an unknown sum",
      doubt.handle and ", known to the provider as " .. doubt.handle or "",
      doubt.reason or "its answer never came"
    )
  end
  if #found > 0 then
    lines[#lines + 1] = "the next run asks for them again, within --resend-doubt USD"
  end
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, rest = options.parse(OPTIONS, { ... })
  if #rest ~= 1 then
    fault.raise { message = "the status of which story?", hint = "sbhost status STORY.lua" }
  end
  local told = story.load(rest[1])
  local folder = ("%s/%s"):format(chosen.data or told.data or "data", told.project)
  local lines = { "project: " .. folder }
  if not file.exists(folder .. "/project.db") then
    lines[2] = "nothing has been run yet"
  else
    add_steps(lines, graph.new(told:spec(), told:steps()), project.read_artifact(folder))
    local opened, message = store.open(folder .. "/project.db", { readonly = true })
    if not opened then
      fault.raise { message = message }
    end
    add_costs(lines, opened)
    add_doubts(lines, opened)
    opened:close()
  end
  print(table.concat(lines, "\n"))
  return 0
end
