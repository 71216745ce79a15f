-- lua/cli/flags.lua: what a command takes, read from its help text, which is the one
-- place where that is told.

local help = require "cli.help"

local M = {}

---@class Flag
---@field name string   "--data"
---@field value string? what follows it: "DIR"
---@field about string  one line

--- The options that a line of help declares: "--provider NAME, --data DIR".
local function declared(line)
  local heads, about = line:match "^  (%-%-.-)%s%s+(%S.*)$"
  heads = heads or line:match "^  (%-%-.+)$"
  local flags = {}
  for head in (heads or ""):gmatch "[^,]+" do
    local name, value = head:match "^%s*(%-%-[%w-]+)%s*(.*)$"
    if name then
      flags[#flags + 1] = { name = name, value = value ~= "" and value or nil, about = about or "" }
    end
  end
  return flags
end

--- The options of a command as its help has them; `about` is "" where several share theirs.
---@param command string
---@return Flag[]
local function own(command)
  local flags, last = {}, nil
  for line in ((help[command] or "") .. "\n"):gmatch "(.-)\n" do
    local found = declared(line)
    for _, flag in ipairs(found) do
      flags[#flags + 1] = flag
    end
    local continued = line:match "^      +(%S.*)$"
    if #found == 1 then
      last = found[1]
    elseif #found > 1 or not continued then
      last = nil
    elseif last then
      last.about = (last.about .. " " .. continued):gsub("^%s+", "")
    end
  end
  return flags
end

--- The options of a command, in the order of its help. What is "as for `sbhost run`" is told
--- as it is told there.
---@param command string
---@return Flag[]
function M.of(command)
  local flags, of_run = own(command), {}
  for _, flag in ipairs(own "run") do
    of_run[flag.name] = flag
  end
  for _, flag in ipairs(flags) do
    local same = of_run[flag.name]
    if same and (flag.about == "" or flag.about:find "^as for `sbhost run`") then
      flag.about = same.about
    end
  end
  return flags
end

return M
