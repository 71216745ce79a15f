-- lua/pipeline/step.lua: a step is one file: what it needs, reads and writes, which model
-- it asks, and its prompt.
--
--   local step = require "pipeline.step"
--   return step "stage_shots" { needs = { "scenes" }, each = "scenes", … }

local bind = require "pipeline.step.bind"
local fault = require "pipeline.fault"
local json = require "host.json"
local names = require "pipeline.names"
local source = require "pipeline.story.source"

local M = {}

---@class pipeline.Step
---@field name string
---@field kind "text"|"picture"|"code" picture: it draws; code: it has a run of its own
---@field about string
---@field needs string[]
---@field each? string                 the canonical path of a list: "scenes[].shots"
---@field reads string[]
---@field writes string[]
---@field refs string[]                pictures that go along with the prompt
---@field optional_refs string[]       of which these may be absent
---@field draws? string
---@field model string                 a role of the story's `models`
---@field prompt? string
---@field system? string               in place of the usual system message
---@field run? fun(ctx: table, input: table): table
---@field options integer              how many proposals are asked for
---@field where string                 "file:line"
---@field file string
---@field text? string                 the script
---@field files string[]               the script, and the modules beside it that it loads
---@field hash string                  of what is declared; where there is code, of these files too
local Step = {}
Step.__index = Step
Step.__name = "pipeline.Step"

local key_types = {
  about = "string", needs = "list", each = "string", reads = "list", writes = "list",
  refs = "list", optional_refs = "list", draws = "string", model = "string", prompt = "string",
  run = "function", options = "integer", system = "string",
}

local keys = {}
for key in pairs(key_types) do keys[#keys + 1] = key end
table.sort(keys)

local MOST_OPTIONS = 9

--- Where a key of the step stands, or a value in it: "file:line".
---@param key string
---@param value? string
---@return string
function Step:place(key, value)
  self.text = self.text or source.read(self.file)
  local line = math.tointeger(tonumber(self.where:match ":(%d+)$") or 1)
  local place = source.place_of_key(self.file, self.text, key, line)
  if not place then return self.where end
  if value then return source.place_of_value(self.text, place, value) end
  return place
end

---@param key string
---@param message string
---@param hint? string
function Step:bad(key, message, hint)
  fault.raise {
    message = ("step '%s': %s"):format(self.name, message),
    where = self:place(key),
    hint = hint,
  }
end

---@param value any
local function fits(value, wanted)
  if wanted == "integer" then return math.type(value) == "integer" end
  if wanted ~= "list" then return type(value) == wanted end
  if type(value) ~= "table" then return false end
  local count = 0
  for _, element in pairs(value) do
    if type(element) ~= "string" then return false end
    count = count + 1
  end
  return count == #value
end

---@param self pipeline.Step
---@param given table
local function check_keys(self, given)
  for key, value in pairs(given) do
    local wanted = key_types[key]
    if not wanted then
      fault.unknown({
        message = ("step '%s': there is no '%s' in a step"):format(self.name, tostring(key)),
        where = self:place(tostring(key)),
      }, tostring(key), keys, "a step has")
    elseif not fits(value, wanted) then
      local hint = wanted == "list" and type(value) == "string"
        and ("write %s = { \"%s\" }"):format(key, value) or nil
      if wanted == "list" then wanted = "list of texts" end
      self:bad(key, ("'%s' must be a %s, not a %s"):format(key, wanted, type(value)), hint)
    elseif type(value) == "string" and not utf8.len(value) then
      self:bad(key, ("'%s' has bytes that are not UTF-8"):format(key), "save the file as UTF-8")
    end
  end
end

---@param self pipeline.Step
local function check_sense(self)
  if self.kind == "picture" then
    if #self.writes > 0 then
      self:bad("writes", "it draws, so it cannot write as well", "make it two steps")
    elseif not self.prompt then
      self:bad("draws", "it draws, but has no prompt")
    end
  elseif #self.writes == 0 and not self.draws then
    self:bad("writes", "it writes nothing",
      "say what it produces: writes = { \"scene.music\" }, or draws = \"shot.image_url\"")
  elseif self.kind == "text" and not self.prompt then
    self:bad("prompt", "it has neither a prompt nor a run function",
      "write prompt = [[ … ]], or run = function(ctx, input) … end")
  end
  if self.kind == "text" and #self.refs + #self.optional_refs > 0 then
    self:bad("refs", "only a picture step can show pictures to the model")
  end
  if self.options < 1 or self.options > MOST_OPTIONS then
    self:bad("options", ("'options' must be from 1 to %d"):format(MOST_OPTIONS))
  elseif self.options > 1 and self.kind ~= "text" then
    self:bad("options", "only a step that writes text can offer options")
  end
  local seen = {}
  for _, need in ipairs(self.needs) do
    if need == self.name then self:bad("needs", "it needs itself") end
    if seen[need] then self:bad("needs", "it needs '" .. need .. "' twice") end
    seen[need] = true
  end
end

-- What a step says of itself, code apart.
---@param self pipeline.Step
local function hash_of(self)
  local declared = { name = self.name }
  for key, wanted in pairs(key_types) do
    if wanted ~= "function" then declared[key] = self[key] end
  end
  return json.hash(declared)
end

---@param name string
---@param where string
---@param given any
---@return pipeline.Step
local function declare(name, where, given)
  if type(given) ~= "table" then
    fault.raise {
      message = ("step '%s' is not declared by a table"):format(name),
      where = where,
      hint = ("write step \"%s\" { … }"):format(name),
    }
  end
  local self = setmetatable({
    name = name, where = where, file = where:match "^(.*):%d+$" or where, files = {},
  }, Step)
  check_keys(self, given)
  for key, wanted in pairs(key_types) do
    local value = given[key]
    if wanted == "list" then value = table.move(value or {}, 1, #(value or {}), 1, {}) end
    self[key] = value
  end
  self.about = self.about or ""
  self.options = self.options or 1
  self.kind = self.run and "code" or self.draws and "picture" or "text"
  self.model = self.model or (self.draws and "image" or "detail")
  check_sense(self)
  self.hash = hash_of(self)
  return self
end

--- Whether a text can be the name of a step, and so of its file.
---@param name any
---@return boolean
function M.is_name(name)
  return type(name) == "string" and #name <= 64 and name:find "^[%a_][%w_]*$" ~= nil
end

---@param dirs string[]
---@return string[]
local function known_steps(dirs)
  local known, seen = {}, {}
  for _, dir in ipairs(dirs) do
    for _, entry in ipairs(require "host.file".list(dir) or {}) do
      local name = entry:match "^([%w_]+)%.lua$"
      if name and not seen[name] then
        seen[name] = true
        known[#known + 1] = name
      end
    end
  end
  table.sort(known)
  return known
end

---@param name string
---@param file string
---@param dir string
---@return pipeline.Step
local function load_file(name, file, dir)
  local self, script = source.run(file, { dir })
  if getmetatable(self) ~= Step then
    fault.raise {
      message = "the file returns no step",
      where = file,
      hint = ("a step file ends with: return step \"%s\" { … }"):format(name),
    }
  elseif self.name ~= name then
    fault.raise {
      message = ("the file holds the step '%s'"):format(self.name),
      where = self.where,
      hint = ("a step has the name of its file: '%s'"):format(name),
    }
  end
  self.file, self.text, self.files, self.inputs = file, script.text, script.files, script.inputs
  -- What a step without code asks is all declared, wherever its prompt comes from.
  if self.kind == "code" then
    local read = json.encode(json.object(script.inputs))
    self.hash = json.sha256(table.concat(script.texts, "\0") .. "\0" .. read .. self.hash)
  end
  return self
end

--- Loads a step from the first of the folders that has it.
---@param name string
---@param dirs string[]
---@param where? string where the name stands, for the fault
---@return pipeline.Step
function M.load(name, dirs, where)
  if not M.is_name(name) then
    fault.raise {
      message = ("'%s' cannot be the name of a step"):format(tostring(name)),
      where = where,
      hint = "a name is made of letters, digits and _, as in music_cues",
    }
  end
  local file, _, dir = source.first(name .. ".lua", dirs)
  if file then
    return load_file(name, file, dir)
  end
  local known = known_steps(dirs)
  local near = names.nearest(name, known)
  fault.raise {
    message = ("there is no step '%s' in %s"):format(name, names.sentence(dirs)),
    where = where,
    hint = near and "did you mean '" .. near .. "'?" or "there are " .. names.sentence(known),
  }
end

--- What the step means for a spec; paths that there are not are faults.
---@param S pipeline.Spec
---@return pipeline.BoundStep
function Step:bind(S)
  return bind(self, S)
end

--- Whether a value is a step.
---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Step
end

return setmetatable(M, {
  -- step "name" { … }
  __call = function(_, name)
    local where = source.place(2)
    if not M.is_name(name) then
      fault.raise {
        message = ("'%s' cannot be the name of a step"):format(tostring(name)),
        where = where,
        hint = "a name is made of letters, digits and _, as in music_cues",
      }
    end
    return function(given) return declare(name, where, given) end
  end,
})
