-- lua/cli/mock.lua: `sbhost mock` runs the offline provider's server alone, for
-- other programs to be tested against.

local fault = require "pipeline.fault"
local file = require "host.file"
local loop = require "host.loop"
local options = require "cli.options"
local server = require "offline.server"

---@type table<string, Option>
local OPTIONS = {
  port = { value = "N", number = true },
  delay = { value = "MS", number = true },
  key = { value = "KEY" },
  account = { value = "FILE" },
  faults = { value = "FILE" },
}

---@param chosen table<string, any>
---@return integer? port nil for one that the system chooses
local function port_of(chosen)
  local port = chosen.port and math.tointeger(chosen.port)
  if chosen.port and (not port or port > 65535) then
    fault.raise { message = "--port takes a whole number up to 65535" }
  end
  return port
end

--- The rules of a faults file.
---@param path string?
local function faults_of(path)
  if not path then
    return nil
  end
  local rules, message = require "offline.faults".read(path)
  if not rules then
    fault.raise { message = message }
  end
  return rules
end

local function temporary_folder()
  local path = os.tmpname()
  os.remove(path)
  assert(file.mkdir(path))
  return path
end

-- A task that fails with the signal: the first to fail ends the others.
local function ends_with(signal)
  return function()
    loop.signal(signal)
    error(signal, 0)
  end
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, rest = options.parse(OPTIONS, { ... })
  if #rest > 0 then
    fault.raise { message = ("mock takes no '%s'"):format(rest[1]), hint = "sbhost help mock lists its options" }
  end
  local dir = temporary_folder()
  local running, message = server.start {
    dir = dir,
    port = port_of(chosen),
    delay = (chosen.delay or 0) / 1000,
    key = chosen.key,
    account = chosen.account,
    costs = true,
    faults = faults_of(chosen.faults),
    strict = true,
  }
  if not running then
    fault.raise { message = message }
  end
  print(running.base_url)
  io.stdout:flush()
  pcall(loop.all, { ends_with "INT", ends_with "TERM" })
  running.close()
  os.remove(dir)
  return 0
end
