-- tests/e2e/documented.lua: what docs/events.md says of the events of a run, and whether one
-- that was printed is as it says.

local json = require "host.json"
local support = require "support"

local M = {}

--- Each event's fields: their types, and whether they are always there.
---@type table<string, table<string, { kind: string, always: boolean }>>
M.events = {}

local fields
for line in io.lines(support.tree .. "/docs/events.md") do
  local event = line:match "^### `([%a_]+)`$"
  if event then
    fields = {}
    M.events[event] = fields
  end
  local names, kind, always = line:match "^| (`.-) | (%a+) | (%a+) |"
  for name in (names or ""):gmatch "`([%a_]+)`" do
    fields[name] = { kind = kind, always = always == "yes" }
  end
end

local function kind_of(value)
  return type(value) == "table" and "object" or math.tointeger(value) and "integer" or type(value)
end

--- Fails where a line is no event of the document, or has other fields.
---@param line string as the program printed it
---@return table event
function M.check(line)
  local event = assert(json.decode(line))
  local known = assert(M.events[event.event], "not in docs/events.md: " .. line)
  for name, value in pairs(event) do
    if name ~= "event" then
      local field = assert(known[name], ("%s has no '%s': %s"):format(event.event, name, line))
      local kind = kind_of(value)
      assert(kind == field.kind or field.kind == "number" and kind == "integer", name .. ": " .. line)
    end
  end
  for name, field in pairs(known) do
    assert(not field.always or event[name] ~= nil, ("%s lacks '%s': %s"):format(event.event, name, line))
  end
  return event
end

return M
