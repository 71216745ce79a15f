-- lua/cli/mock.lua: `sbhost mock` runs the offline provider's server alone, for
-- other programs to be tested against.

local loop = require "host.loop"

local usage = "usage: sbhost mock [--port N] [--delay MS] [--account FILE] [--key K] [--faults FILE]\n"

---@return table<string, string>? options
local function read_options(...)
  local known = {
    ["--port"] = "port", ["--delay"] = "delay", ["--account"] = "account",
    ["--key"] = "key",
    ["--faults"] = "faults",
  }
  local options, arguments = {}, { ... }
  for i = 1, #arguments, 2 do
    local name, value = known[arguments[i]], arguments[i + 1]
    if not name or not value then return nil end
    options[name] = value
  end
  return options
end

local function temporary_folder()
  local path = os.tmpname()
  os.remove(path)
  return path
end

-- A task that fails with the signal: the first to fail ends the others.
local function ends_with(signal)
  return function()
    loop.signal(signal)
    error(signal, 0)
  end
end

---@return integer status
return function(...)
  local options = read_options(...)
  local port = options and math.tointeger(tonumber(options.port or 0))
  local delay = options and tonumber(options.delay or 0)
  if not options or not port or port < 0 or port > 65535 or not delay or delay < 0 then
    io.stderr:write(usage)
    return 2
  end
  local faults
  if options.faults then
    local wrong
    faults, wrong = require "offline.faults".read(options.faults)
    if not faults then
      io.stderr:write("sbhost: ", wrong, "\n")
      return 2
    end
  end
  local dir = temporary_folder()
  assert(require "host.file".mkdir(dir))
  local running, message = require "offline.server".start {
    dir = dir, port = port, delay = delay / 1000, key = options.key, account = options.account,
    costs = true, faults = faults, strict = true,
  }
  if not running then
    io.stderr:write("sbhost: ", message, "\n")
    return 2
  end
  io.stdout:write(running.base_url, "\n")
  io.stdout:flush()
  pcall(loop.all, { ends_with "INT", ends_with "TERM" })
  running.close()
  os.remove(dir)
  return 0
end
