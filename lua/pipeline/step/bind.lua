-- lua/pipeline/step/bind.lua: a step held against a spec: what its paths reach, which
-- fields it writes, and which lists are its own.

local fault = require "pipeline.fault"
local prompt = require "pipeline.prompt"
local source = require "pipeline.story.source"

---@class pipeline.BoundStep
---@field step pipeline.Step
---@field name string                    the step's, as are needs and where
---@field needs string[]
---@field where string
---@field each pipeline.Binding[]        outermost first, the step's own item last
---@field item? pipeline.Binding         the step's own item
---@field context pipeline.Resolved[]    what the context holds: its reads and its prompt's paths
---@field reads pipeline.Resolved[]      all that it waits for: the context, and its pictures
---@field writes pipeline.Resolved[]
---@field refs pipeline.Resolved[]       those that may be absent are marked `optional`
---@field draws? pipeline.Resolved
---@field prompt? pipeline.Prompt
---@field read string[]                  canonical paths of the fields that it reads
---@field written string[]               canonical paths of the fields that it writes or draws
---@field owned table<string, boolean>   lists whose items it makes
---@field named string[]                 lists of others whose names its answer holds

---@class pipeline.Binder
---@field step pipeline.Step
---@field S pipeline.Spec
---@field item? pipeline.Binding
local Binder = {}
Binder.__index = Binder

---@param key string
---@param path string
---@param message string
---@param hint? string
function Binder:bad(key, path, message, hint)
  fault.raise {
    message = ("step '%s': %s"):format(self.step.name, message),
    where = self.step:place(key, path),
    hint = hint,
  }
end

---@param key string
---@param paths string[]
---@param optional? boolean
---@return pipeline.Resolved[]
function Binder:resolve(key, paths, optional)
  local list, seen = {}, {}
  for _, path in ipairs(paths) do
    local R = self.S:resolve(path, self.step.each, function() return self.step:place(key, path) end)
    R.optional = optional
    if not seen[path] then list[#list + 1] = R end
    seen[path] = true
  end
  return list
end

-- Where the prompt begins: "file", line.
---@param step pipeline.Step
local function prompt_place(step)
  local line = step.text and source.line_of(step.text, (step.prompt:gsub("\r\n?", "\n")))
  if line then return step.file, line end
  local file, number = step:place("prompt"):match "^(.*):(%d+)$"
  return file or step.file, math.tointeger(tonumber(number)) or 1
end

---@return pipeline.Prompt|nil
function Binder:compile()
  local step = self.step
  if not step.prompt then return nil end
  local file, line = prompt_place(step)
  return prompt.compile(step.prompt,
    { where_file = file, where_line = line, spec = self.S, each = step.each })
end

---@param list pipeline.Resolved[]
---@param more pipeline.Resolved[]
local function add_new(list, more)
  local seen = {}
  for _, R in ipairs(list) do seen[R.text] = true end
  for _, R in ipairs(more) do
    if not seen[R.text] then list[#list + 1] = R end
    seen[R.text] = true
  end
  return list
end

-- A picture goes along as a picture; its file name means nothing to a model.
---@param B pipeline.BoundStep
function Binder:check_reads(B)
  if self.step.kind == "code" then return end
  for _, R in ipairs(B.context) do
    if R.field.kind == "image" then
      self:bad("reads", R.text, ("'%s' is a picture, and cannot be read as text"):format(R.text),
        "put it under refs")
    end
  end
end

---@param B pipeline.BoundStep
function Binder:check_pictures(B)
  for _, R in ipairs(B.refs) do
    if R.field.kind ~= "image" then
      self:bad(R.optional and "optional_refs" or "refs", R.text,
        ("'%s' is no picture"):format(R.text), "texts are read: put it under reads")
    end
  end
  local R = B.draws
  if not R then return end
  if R.field.kind ~= "image" then
    self:bad("draws", R.text, ("it draws '%s', which is no picture"):format(R.text))
  end
  self:check_own("draws", R)
  if #R.lists + #R.refs > 0 then
    self:bad("draws", R.text, ("it draws '%s', which is more than one"):format(R.text),
      "a step that is repeated with each draws one picture for each")
  end
end

-- What many tasks would write belongs to none of them.
---@param key string
---@param R pipeline.Resolved
function Binder:check_own(key, R)
  local item = self.item
  if item and R.binding ~= item.name then
    self:bad(key, R.text, ("it is repeated for each %s, so '%s' would be set many times"):format(
      item.name, R.text), ("it can write only to its own item: %s.…"):format(item.name))
  end
end

---@param B pipeline.BoundStep
function Binder:check_writes(B)
  local code = self.step.kind == "code"
  for _, R in ipairs(B.writes) do
    self:check_own("writes", R)
    if #R.refs > 0 then
      self:bad("writes", R.text, ("'%s' lies behind a reference"):format(R.text),
        "write it where it is: in " .. R.segments[#R.segments].schema:gsub("%[%]", "[*]"))
    elseif R.field.kind == "image" and not code then
      self:bad("writes", R.text, ("'%s' is a picture"):format(R.text),
        "a picture is drawn: use draws")
    end
    for i = 2, #R.lists do
      if not B.owned[R.lists[i]] then
        self:bad("writes", R.text, ("'%s' fills in items within items"):format(R.text),
          ("let the step be repeated: each = \"%s\""):format(R.lists[i]))
      end
    end
  end
  local own_name = self.item and self.item.schema .. ".name"
  for _, leaf in ipairs(B.written) do
    if leaf == own_name then
      self:bad("writes", self.item.name .. ".name",
        ("it cannot rename its %s"):format(self.item.name),
        "only the step that makes a list names its items")
    end
  end
end

---@param S pipeline.Spec
---@param list pipeline.Resolved[]
---@return string[]
local function all_leaves(S, list)
  local found, seen = {}, {}
  for _, R in ipairs(list) do
    for _, leaf in ipairs(S:leaves(R)) do
      if not seen[leaf] then found[#found + 1] = leaf end
      seen[leaf] = true
    end
  end
  return found
end

-- The lists that what it writes refers to, or fills in.
---@param B pipeline.BoundStep
---@return string[]
local function named_lists(S, B)
  local found, seen = {}, {}
  local function add(list)
    if not seen[list] and not B.owned[list] then found[#found + 1] = list end
    seen[list] = true
  end
  local item = B.item and B.item.schema .. "." or ""
  for _, leaf in ipairs(B.written) do
    local field = S:field(leaf)
    if field.kind == "refs" then add(field.to) end
    for at in leaf:gmatch "()%[%]" do
      if at > #item - 2 then add(leaf:sub(1, at - 1)) end
    end
  end
  return found
end

---@param step pipeline.Step
---@param S pipeline.Spec
---@return pipeline.BoundStep
return function(step, S)
  local each = S:bindings(step.each, function() return step:place "each" end)
  local self = setmetatable({ step = step, S = S, item = each[#each] }, Binder)
  local compiled = self:compile()
  local B = {
    step = step,
    name = step.name,
    needs = step.needs,
    where = step.where,
    each = each,
    item = self.item,
    context = add_new(self:resolve("reads", step.reads), compiled and compiled.paths or {}),
    writes = self:resolve("writes", step.writes),
    refs = add_new(self:resolve("refs", step.refs),
      self:resolve("optional_refs", step.optional_refs, true)),
    draws = step.draws and self:resolve("draws", { step.draws })[1],
    prompt = compiled,
    owned = {},
  }
  B.reads = add_new(table.move(B.context, 1, #B.context, 1, {}), B.refs)
  B.read = all_leaves(S, B.reads)
  B.written = all_leaves(S, add_new(table.move(B.writes, 1, #B.writes, 1, {}), { B.draws }))
  for _, leaf in ipairs(B.written) do
    local list = leaf:match "^(.*)%[%]%.name$"
    if list and S:field(list) then B.owned[list] = true end
  end
  B.named = named_lists(S, B)
  self:check_reads(B)
  self:check_pictures(B)
  self:check_writes(B)
  return B
end
