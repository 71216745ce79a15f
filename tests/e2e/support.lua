-- tests/e2e/support.lua: runs the built program as a user does, and serves it
-- what it talks to. Every test gets a folder of its own.

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local program = require "host.program"

local M = {}

--- The program under test: the one that runs the tests.
M.sbhost = program.path
M.tree = program.root:match "^(.*)/[^/]*$"

--- Debian's own Python, which sees the packages that `./dev test` installs.
M.python = "/usr/bin/python3"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

M.quote = quote

local running = {} -- the process ids of servers that a test has left running

-- All tests put their folders into one, each test's named by its process. What a test
-- that was killed has left there goes when the next one begins, its servers with it.
local BEGIN = [[
  all=${TMPDIR:-/tmp}/sbhost-tests
  mkdir -p "$all"
  for left in "$all"/*.*; do
    owner=${left##*/}; owner=${owner%%.*}
    if [ -d "$left" ] && [ ! -d "/proc/$owner" ]; then
      for server in $(grep -lsF "$left/" /proc/[0-9]*/cmdline); do
        server=${server%/cmdline}; server=${server#/proc/}
        [ "$server" = $$ ] || kill "$server"
      done
      rm -rf "$left"
    fi
  done 2>/dev/null
  mktemp -d "$all/$PPID.XXXXXX"]]

local place -- of this process; it goes when the Lua state does

local function read_line(command)
  local pipe = assert(io.popen(command))
  local line = pipe:read "l"
  pipe:close()
  return line
end

--- An empty folder that nothing else uses.
function M.folder()
  if not place then
    local path = read_line(BEGIN)
    place = setmetatable({ path = path }, {
      __gc = function()
        for pid in pairs(running) do
          os.execute(("kill %s 2>/dev/null"):format(pid))
        end
        os.execute("rm -rf " .. quote(path))
      end,
    })
  end
  return read_line("mktemp -d -p " .. place.path)
end

--- Runs a shell command to its end. The loop goes on meanwhile, so that servers
--- of the test's own can answer.
---@return { status: integer, out: string, err: string }
function M.shell(command)
  local at = M.folder()
  local script = ("(%s\n) >%s/out 2>%s/err </dev/null; echo $? >%s/status.part; mv %s/status.part %s/status")
  os.execute("sh -c " .. quote(script:format(command, at, at, at, at, at)) .. " &")
  while not file.exists(at .. "/status") do
    loop.sleep(0.005)
  end
  return {
    status = math.tointeger(tonumber(file.read(at .. "/status"))),
    out = file.read(at .. "/out"),
    err = file.read(at .. "/err"),
  }
end

--- Runs sbhost with arguments; `environment` is put in front ("NAME=value").
function M.run(arguments, environment)
  local words = {}
  for i, argument in ipairs(arguments) do
    words[i] = quote(argument)
  end
  environment = environment or "env -u OPENROUTER_API_KEY"
  return M.shell(("%s %s %s"):format(environment, quote(M.sbhost), table.concat(words, " ")))
end

--- Waits until something holds, and fails the test when it does not in time.
---@generic T
---@param what string
---@param condition fun(): T
---@return T
function M.await(what, condition)
  for _ = 1, 2000 do
    local value = condition()
    if value then
      return value
    end
    loop.sleep(0.01)
  end
  error("waited in vain for " .. what)
end

---@class Running
---@field kill fun()
---@field interrupt fun()
---@field is_running fun(): boolean
---@field status fun(): integer
---@field out fun(): string what it has printed so far
---@field bytes_read fun(): integer of files and all else, so far

--- Starts sbhost and does not wait for it.
---@return Running
function M.start(arguments)
  local at = M.folder()
  local words = {}
  for i, argument in ipairs(arguments) do
    words[i] = quote(argument)
  end
  -- The outer shell waits for the program and keeps its status.
  local command = [[(unset OPENROUTER_API_KEY; %s %s >%s/out 2>&1 </dev/null & pid=$!; echo $pid >%s/pid
    wait $pid; echo $? >%s/status) 2>/dev/null &]]
  os.execute(command:format(quote(M.sbhost), table.concat(words, " "), at, at, at))
  local pid = M.await("its process id", function()
    return (file.read(at .. "/pid") or ""):match "%d+"
  end)
  local function send(signal)
    return function()
      os.execute(("kill -%s %s 2>/dev/null"):format(signal, pid))
    end
  end
  local function status()
    return math.tointeger(tonumber((file.read(at .. "/status") or ""):match "%d+"))
  end
  return {
    kill = send "KILL",
    interrupt = send "INT",
    status = status,
    is_running = function()
      return status() == nil
    end,
    out = function()
      return file.read(at .. "/out") or ""
    end,
    bytes_read = function()
      local counts <close> = assert(io.open(("/proc/%s/io"):format(pid)))
      return tonumber(counts:read("a"):match "rchar: (%d+)")
    end,
  }
end

--- A folder with a package of npm's installed in it, and a script of the tests beside it. Node and
--- npm are there, since `./dev test` installs them; nothing may be had where no network is,
--- or one whose proxy shows a certificate of its own.
---@param package string
---@param script string
---@return string? folder
---@return string? message
function M.npm(package, script)
  assert(M.shell("command -v node && command -v npm").status == 0, "node or npm is missing: ./dev test installs them")
  local at = M.folder()
  local options = "--loglevel=error --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000"
  local install = M.shell(("cd %s && npm install %s %s"):format(at, options, package))
  if install.status ~= 0 then
    local said = install.out .. install.err
    for _, code in ipairs {
      "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "SELF_SIGNED_CERT_IN_CHAIN",
    } do
      if said:find(code, 1, true) then
        return nil, ("npm reaches nobody who has %s (%s)"):format(package, code)
      end
    end
    error("npm cannot install " .. package .. ": " .. said)
  end
  assert(file.copy(("%s/tests/e2e/%s"):format(M.tree, script), ("%s/%s"):format(at, script)))
  return at
end

--- Starts `sbhost mock` and waits until it serves.
---@param options string[]
---@return { url: string, stop: fun(), account: fun(from: integer?): table[] }
function M.mock(options)
  local at = M.folder()
  local words = {}
  for i, option in ipairs(options or {}) do
    words[i] = quote(option)
  end
  os.execute(
    ("%s mock --account %s/account %s >%s/out 2>&1 </dev/null & echo $! >%s/pid"):format(
      quote(M.sbhost),
      at,
      table.concat(words, " "),
      at,
      at
    )
  )
  local url = M.await("the mock", function()
    return (file.read(at .. "/out") or ""):match "http://[%d.:]+"
  end)
  local pid = file.read(at .. "/pid"):match "%d+"
  running[pid] = true
  return {
    url = url .. "/api/v1",
    stop = function()
      os.execute(("kill %s 2>/dev/null"):format(pid))
      running[pid] = nil
    end,
    --- The lines of its account so far, from one on.
    account = function(from)
      local entries, at_line = {}, 0
      -- host.file refuses a file that grows while it is read; this one does.
      for line in io.lines(at .. "/account") do
        at_line = at_line + 1
        if at_line >= (from or 1) then
          entries[#entries + 1] = json.decode(line) -- the last may be half written
        end
      end
      return entries
    end,
  }
end

--- An https server whose certificate nobody has signed, and its port. It dies
--- with the variable.
function M.unproven()
  local dir = M.folder()
  assert(os.execute(([[
    cd %s &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
      -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
      -keyout key -out certificate 2>/dev/null &&
    { openssl s_server -accept 127.0.0.1:0 -cert certificate -key key -www >log 2>&1 &
      echo $! >pid; }]]):format(dir)))
  local function contents(name)
    return assert(file.read(dir .. "/" .. name))
  end
  local port
  repeat
    loop.sleep(0.01)
    port = contents("log"):match "ACCEPT 127%.0%.0%.1:(%d+)"
  until port
  local server = setmetatable({}, {
    __close = function()
      os.execute(("kill %d"):format(contents "pid"))
    end,
  })
  return server, port
end

--- Writes a story (and steps beside it) into a folder.
---@param texts table<string, string> by path inside the folder
---@return string folder
function M.write(texts)
  local at = M.folder()
  for path, text in pairs(texts) do
    assert(file.mkdir((at .. "/" .. path):match "^(.*)/"))
    assert(file.write(at .. "/" .. path, text))
  end
  return at
end

--- A small story: few scenes, few shots.
---@param more string? further fields
function M.story(more)
  return ([[
local story = require "pipeline.story"
return story {
  project = "small",
  prompt = "A clock maker repairs a clock that counts backwards.",
  style = "pencil",
  counts = { scenes = 2, shots = 2 },
  %s
}
]]):format(more or "")
end

return M
