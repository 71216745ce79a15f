-- lua/cli/repl.lua: `sbhost lua` without a file: reads Lua line by line, runs each as a
-- script would be, and prints what it gives. What waits is waited for.

local loop = require "host.loop"
local program = require "host.program"
local show = require "cli.show"
local ui = require "host.ui"

--- What a line sees: the globals, and each host module by its name.
local function environment()
  return setmetatable({}, {
    __index = function(self, name)
      local value = _G[name]
      if value == nil and type(name) == "string" then
        local found, module = pcall(require, "host." .. name)
        value = found and module or nil
        rawset(self, name, value)
      end
      return value
    end,
  })
end

--- A chunk of what was typed; nil and why not, and whether more lines may mend that.
local function compile(text, env)
  local expression, wrong = load("return " .. text, "=typed", "t", env)
  if expression then
    return expression
  end
  local statement, message = load(text, "=typed", "t", env)
  return statement, message, message and (message:find "<eof>$" or wrong:find "<eof>$") ~= nil
end

--- Runs a chunk; Ctrl-C ends it where it waits.
local function run(chunk)
  local task = loop.spawn(function()
    return table.pack(xpcall(chunk, function(err)
      return type(err) == "string" and debug.traceback(err, 2):gsub("\n%s*%[C%]: in function 'xpcall'.*$", "") or err
    end))
  end)
  local listener = loop.spawn(function()
    loop.signal "INT"
    task:cancel()
  end)
  local results, message = task:await()
  listener:cancel()
  if not results then
    return nil, message
  end
  return results
end

local function print_results(results)
  if not results[1] then
    io.stderr:write(type(results[2]) == "string" and results[2] or show.text(results[2]), "\n")
    return
  end
  for i = 2, results.n do
    print(show.text(results[i]))
  end
end

--- Reads a chunk, of as many lines as it takes.
---@return function? chunk
---@return string? message
---@return boolean? over there is no more input
local function read(env, prompt)
  local text
  repeat
    prompt(text and ">> " or "> ")
    local line = ui.line()
    if not line then
      return nil, text and "incomplete: " .. text, true
    end
    text = text and text .. "\n" .. line or line
    local chunk, message, open = compile(text, env)
    if chunk or not open then
      return chunk, message
    end
  until false
end

---@return integer status
return function()
  local env = environment()
  local at_terminal = ui.terminal "stdout"
  local function prompt(text)
    if at_terminal then
      io.write(text)
      io.flush()
    end
  end
  if at_terminal then
    print(("sbhost %s: Lua with the host modules (http, loop, json, …); Ctrl-D ends"):format(program.version))
  end
  while true do
    local chunk, message, over = read(env, prompt)
    if message then
      io.stderr:write(message, "\n")
    end
    if over then
      prompt "\n"
      return 0
    end
    local results, stopped
    if chunk then
      results, stopped = run(chunk)
    end
    if results then
      print_results(results)
    elseif stopped then
      io.stderr:write("interrupted\n")
    end
  end
end
