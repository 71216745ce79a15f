-- lua/pipeline/story/source.lua: the scripts that people write: loaded as text, with the
-- modules beside them, and with errors that name the line.

local fault = require "pipeline.fault"
local json = require "host.json"
local mishap = require "pipeline.story.mishap"

local M = {}

--- Where the code that calls is: "file:line". `level` counts as for `error`.
---@param level integer
---@return string
function M.place(level)
  local info = debug.getinfo(level + 1, "Sl")
  if not info or info.what == "C" then return "?" end
  local file = info.source:match "^@(.*)" or info.short_src
  return file .. ":" .. info.currentline
end

--- A file that is named from a folder.
---@param dir string
---@param file string absolute, or from the folder on
---@return string
function M.beside(dir, file)
  if dir == "." or file:find "^/" then return file end
  return dir .. "/" .. file
end

local notes -- where to note what is read, while somebody wants to know

--- Calls a function, and notes the scripts that are read meanwhile, those too that
--- were looked for and are not there.
---@param into table<string, string|false> gets the SHA-256 by file; false: not there
---@param fn function
---@param ... any
---@return any ... what the function returns
function M.noting(into, fn, ...)
  local outer = notes
  local restore <close> = setmetatable({}, { __close = function() notes = outer end })
  assert(restore)
  notes = into
  return fn(...)
end

local ENOENT, ENOTDIR = 2, 20 -- there is no such file

---@param file string
---@return string|nil bytes
---@return string|nil message
---@return boolean|nil absent there is no such file
local function read_bytes(file)
  local handle, message, code = io.open(file, "rb")
  if not handle then return nil, (message:gsub("^.*: ", "")), code == ENOENT or code == ENOTDIR end
  local bytes, why = handle:read "a"
  handle:close()
  return bytes, why, false
end

--- The text of a script, or nil and why not. Read at once, as `require` does. What
--- systems and editors put in front of it (a byte order mark, a #! line) is no Lua.
---@param file string
---@return string|nil text
---@return string|nil message
---@return boolean|nil absent there is no such file
function M.read(file)
  local bytes, message, absent = read_bytes(file)
  if notes then notes[file] = bytes and json.sha256(bytes) or false end
  if not bytes then return nil, message, absent end
  return (bytes:gsub("^\xEF\xBB\xBF", ""):gsub("^#", "--#"):gsub("\r\n?", "\n"))
end

--- The script of that name in the first of the folders that has it. One that is there
--- and cannot be read is a fault: another in its place is not what was meant.
---@param name string
---@param dirs string[]
---@return string|nil file
---@return string text
---@return string dir
function M.first(name, dirs)
  for _, dir in ipairs(dirs) do
    local file = M.beside(dir, name)
    local text, message, absent = M.read(file)
    if text then return file, text, dir end
    if not absent then fault.raise { message = "cannot read it: " .. message, where = file } end
  end
  return nil, "", ""
end

--- The line on which a piece of a text begins.
---@param text string
---@param piece string
---@return integer|nil
function M.line_of(text, piece)
  local at = piece ~= "" and text:find(piece, 1, true)
  if not at then return nil end
  local _, breaks = text:sub(1, at - 1):gsub("\n", "")
  return breaks + 1
end

--- The place of `key = …` in a script: a fault about that key points there.
---@param file string
---@param text string|nil the script
---@param key any
---@param line? integer   where to start looking
---@return string|nil     "file:line"
function M.place_of_key(file, text, key, line)
  if not text or type(key) ~= "string" or not key:find "^[%a_][%w_]*$" then return nil end
  local first, later = "^%s*" .. key .. "%s*=[^=]", "[{,]%s*" .. key .. "%s*=[^=]"
  local number = 0
  for row in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    if number >= (line or 1) and (row:find(first) or row:find(later)) then
      return file .. ":" .. number
    end
  end
end

--- The place of a quoted text at or below a place, or else that place.
---@param text string
---@param place string "file:line"
---@param value string
---@return string
function M.place_of_value(text, place, value)
  local file, line = place:match "^(.*):(%d+)$"
  local number = 0
  for row in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    if number >= tonumber(line) and row:find("[\"']" .. value:gsub("%W", "%%%0") .. "[\"']") then
      return file .. ":" .. number
    end
  end
  return place
end

---@class pipeline.Script
---@field file string
---@field text string
---@field texts string[] its own text and those of the modules beside it that it loads, or will load
---@field files string[] their files, in the same order
---@field inputs table<string, string|false> SHA-256 of what it has read by itself, by file; false: not there

-- Lua's "file:line: message", in which a long file name is cut.
---@param file string
---@param message string
local function split_message(file, message)
  local shown, line, rest = message:match "^(.-):(%d+): (.*)$"
  if not shown then return file, message end
  local cut = shown:match "^%.%.%.(.+)$"
  if cut and file:sub(-#cut) == cut then shown = file end
  return shown .. ":" .. line, rest
end

-- A script's text as a function.
---@param text string
---@param file string
---@param environment table
---@return function
local function compiled(text, file, environment)
  local chunk, message = load(text, "@" .. file, "t", environment)
  if not chunk then
    local where, what = split_message(file, message)
    fault.raise { message = "syntax error: " .. what, where = where }
  end
  return chunk
end

-- Whether Lua's own `require` would find a module. What keeps it from one that is there
-- is raised.
---@param name string
---@return boolean
local function is_elsewhere(name)
  if package.loaded[name] ~= nil then return true end
  for _, search in ipairs(package.searchers) do
    local loader = search(name) -- some return nothing
    if type(loader) == "function" then return true end
  end
  return false
end

-- `require` for a script: modules in the folders come first, and are loaded anew
-- for each script, so that a saved module is seen at the next load.
---@param script pipeline.Script
---@param dirs string[]
local function make_require(script, dirs, environment)
  local loaded, loading = {}, {}
  return function(name)
    if loaded[name] ~= nil then return loaded[name] end
    local relative = tostring(name):gsub("%.", "/") .. ".lua"
    if loading[name] then
      fault.raise {
        message = ("the module '%s' requires itself through other modules"):format(name),
        where = mishap.place(),
        hint = "move one require into the function that uses the module",
      }
    end
    local file, text = M.first(relative, dirs)
    if file then
      script.texts[#script.texts + 1] = text
      script.files[#script.files + 1] = file
      local chunk = compiled(text, file, environment)
      loading[name] = true
      local value = chunk(name, file)
      loaded[name] = value == nil and true or value
      return loaded[name]
    end
    if not is_elsewhere(tostring(name)) then
      fault.raise {
        message = ("there is no module '%s'"):format(tostring(name)),
        where = mishap.place(),
        hint = ("it is searched beside the script, as %s, and then in Lua's own path"):format(
          M.beside(dirs[1], relative)),
      }
    end
    return require(name)
  end
end

-- `io` for a script, also when its functions are called later: what it reads is an
-- input of it, as its modules are.
---@param script pipeline.Script
local function make_io(script)
  local into = notes
  local function note(file, mode)
    if type(file) == "string" and mode:find "^r[^+]*$" then
      local bytes = read_bytes(file)
      script.inputs[file] = bytes and json.sha256(bytes) or false
      if into then into[file] = script.inputs[file] end
    end
  end
  local own = {}
  function own.open(file, mode)
    note(file, mode or "r")
    return io.open(file, mode)
  end
  function own.lines(file, ...)
    note(file, "r")
    return io.lines(file, ...)
  end
  return setmetatable(own, { __index = io })
end

-- Adds the modules beside a script that its functions will load when they are
-- called, as far as their names stand in the text.
---@param script pipeline.Script
---@param dirs string[]
local function add_later(script, dirs)
  local there = {}
  for _, file in ipairs(script.files) do there[file] = true end
  local i = 1
  while script.texts[i] do
    for name in script.texts[i]:gmatch "require%s*%(?%s*[\"']([%w_.]+)[\"']" do
      for _, dir in ipairs(dirs) do
        local file = M.beside(dir, name:gsub("%.", "/") .. ".lua")
        local text = not there[file] and M.read(file)
        if text then
          there[file] = true
          script.texts[#script.texts + 1], script.files[#script.files + 1] = text, file
          break
        end
      end
    end
    i = i + 1
  end
end

--- Runs a script; what is wrong with it is a fault.
---@param file string
---@param dirs string[] where `require` looks before the program's own modules
---@return any result   what the script returns
---@return pipeline.Script script
function M.run(file, dirs)
  local text, why = M.read(file)
  if not text then
    local inside = M.beside(file, "story.lua")
    fault.raise {
      message = "cannot read it: " .. why,
      where = file,
      hint = read_bytes(inside) and ("did you mean %s?"):format(inside) or nil,
    }
  end
  local script = { file = file, text = text, texts = { text }, files = { file }, inputs = {} }
  local environment = setmetatable({}, { __index = _G })
  environment._G = environment
  environment.require = make_require(script, dirs, environment)
  environment.io = make_io(script)
  local ok, result = xpcall(compiled(text, file, environment), mishap.caught)
  if ok then
    add_later(script, dirs)
    return result, script
  end
  if fault.is(result) then
    result.where = result.where or file
    error(result, 0)
  end
  fault.raise { message = result.message, where = result.where or file, traceback = result.traceback }
end

return M
