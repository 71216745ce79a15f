-- lua/pipeline/dto/check.lua: a model's answer held against its output DTO. Spelling is
-- forgiven where it is clear what is meant; all else comes back as a fault that
-- the model can mend.

local json = require "host.json"
local names = require "pipeline.names"
local kinds = require "pipeline.spec.check"

local M = {}

-- Longer than anything that a storyboard holds: a model that goes round in circles.
local MOST_CHARACTERS = 20000

---@class pipeline.AnswerFault
---@field path string    "scenes[2].name"
---@field message string

---@class pipeline.AnswerCheck
---@field D pipeline.Output
---@field made table<string, string[]> names that the answer gives, by list
---@field private indexes table<string[], table<string, string>>
---@field faults pipeline.AnswerFault[]
local Check = {}
Check.__index = Check

---@param at string "" for the answer itself
---@param message string
function Check:say(at, message)
  self.faults[#self.faults + 1] = { path = at == "" and "the answer" or at, message = message }
end

---@param at string
---@param name string
local function join(at, name)
  return at == "" and name or at .. "." .. name
end

-- A lookup by what the spellings of a name have in common.
---@param known string[]
---@return table<string, string>
function Check:index(known)
  local found = self.indexes[known]
  if found then return found end
  found = {}
  self.indexes[known] = found
  for _, name in ipairs(known) do found[names.loose(name)] = name end
  for _, name in ipairs(known) do found[name] = name end
  return found
end

---@param known string[]
---@return string
local function choices(known)
  if #known == 0 then return "there is none to name" end
  if #known > 30 then return "it must be one of the names given" end
  return "it must be one of: " .. table.concat(known, "; ")
end

--- The characters of a text, or nil after saying that it is none.
---@param value any
---@param at string
---@return integer|nil
function Check:length(value, at)
  if type(value) ~= "string" then
    self:say(at, "is " .. kinds.type_name(value) .. ", and must be a text")
    return nil
  end
  local length = utf8.len(value)
  if not length then self:say(at, "is not UTF-8") end
  return length
end

--- The known name that a text means, or nil after saying so.
---@param value any
---@param known string[]
---@param at string
---@return string|nil
function Check:resolve(value, known, at)
  local length = self:length(value, at)
  if not length then return nil end
  local found = self:index(known)
  local exact = found[value] or length <= MOST_CHARACTERS and found[names.loose(value)]
  if exact then return exact end
  if length > 60 then value = value:sub(1, utf8.offset(value, 61) - 1) .. "…" end
  self:say(at, ("is '%s'; %s"):format(value, choices(known)))
end

local leaf = {}

---@return string|nil
function leaf.text(self, field, value, at)
  local length = self:length(value, at)
  if not length then return nil end
  if length > MOST_CHARACTERS then
    self:say(at, ("has %d characters, and must have at most %d"):format(length, MOST_CHARACTERS))
    return nil
  end
  local text = names.trim(value)
  if field.name == "name" then
    text = text:gsub("%s+", " ")
    if text == "" then
      self:say(at, "is empty, and must be a name")
      return nil
    end
  end
  return text
end

---@return number|nil
function leaf.number(self, field, value, at)
  if type(value) ~= "number" then
    self:say(at, "is " .. kinds.type_name(value) .. ", and must be a number")
  elseif value ~= value or value == math.huge or value == -math.huge then
    self:say(at, "is not a number that can be written")
  elseif field.min and value < field.min then
    self:say(at, ("is %s, and must be at least %s"):format(value, field.min))
  elseif field.max and value > field.max then
    self:say(at, ("is %s, and must be at most %s"):format(value, field.max))
  else
    return value
  end
end

---@return integer|nil
function leaf.integer(self, field, value, at)
  local number = leaf.number(self, field, value, at)
  local whole = number and math.tointeger(number)
  if number and not whole then
    self:say(at, ("is %s, and must be a whole number"):format(number))
  end
  return whole
end

---@return string|nil
function leaf.enum(self, field, value, at)
  return self:resolve(value, field.values, at)
end

---@return string[]|nil
function leaf.refs(self, field, value, at)
  if not kinds.is_list(value) then
    self:say(at, "is " .. kinds.type_name(value) .. ", and must be a list of names")
    return nil
  end
  local known = self.made[field.to] or self.D.names[field.to]
  local list, seen = {}, {}
  for i, name in ipairs(value) do
    local here = ("%s[%d]"):format(at, i)
    local exact
    if known then
      exact = self:resolve(name, known, here)
    else
      exact = leaf.text(self, { name = "name" }, name, here)
    end
    if exact and not seen[exact] then
      seen[exact] = true
      list[#list + 1] = exact
    end
  end
  return json.array(list)
end

--- Each existing item is addressed by its name, exactly once.
---@param there string[]
---@param value any
---@param at string
---@return fun(element: table, here: string, field: pipeline.Field): string?
function Check:existing(there, value, at)
  local seen = {}
  return function(element, here)
    local exact = self:resolve(element.name, there, here .. ".name")
    if exact and seen[exact] then
      self:say(here .. ".name", ("'%s' is here a second time"):format(exact))
    end
    if exact then seen[exact] = true end
    return exact
  end, function()
    for _, name in ipairs(there) do
      if not seen[name] and #value > 0 then self:say(at, ("'%s' is missing"):format(name)) end
    end
  end
end

--- New items may not share a name, however it is spelt.
---@return fun(element: table, here: string, field: pipeline.Field): string?
function Check:fresh()
  local seen = {}
  return function(element, here, field)
    local name = leaf.text(self, field, element.name, here .. ".name")
    if not name then return nil end
    local loose = names.loose(name)
    if seen[loose] then
      self:say(here .. ".name", ("'%s' is the name of another one too"):format(name))
    end
    seen[loose] = true
    return name
  end, function() end
end

---@param at string
---@param count integer
---@param range integer[]|nil
function Check:count(at, count, range)
  if not range or count >= range[1] and count <= range[2] then return end
  local wanted = ("%d to %d"):format(range[1], range[2])
  if range[1] == range[2] then wanted = "exactly " .. range[1] end
  self:say(at, ("has %d item%s, and must have %s"):format(count, count == 1 and "" or "s", wanted))
end

---@param node pipeline.Mirror
---@param value any
---@param at string
---@return table?
function Check:items(node, value, at)
  if not kinds.is_list(value) then
    self:say(at, "is " .. kinds.type_name(value) .. ", and must be a list")
    return nil
  end
  local owned = self.D.owned[node.schema]
  local there = not owned and self.D.names[node.schema]
  local name_of, finish
  if there then
    name_of, finish = self:existing(there, value, at)
    self:count(at, #value, { #there, #there })
  else
    name_of, finish = self:fresh()
    self:count(at, #value, self.D.counts[node.name])
  end
  local list = {}
  for i, element in ipairs(value) do
    list[i] = self:record(node, element, ("%s[%d]"):format(at, i), name_of)
  end
  finish()
  return json.array(list)
end

---@param node pipeline.Mirror
---@param value any
---@param at string
---@param name_of? fun(element: table, at: string, field: pipeline.Field): string|nil
---@return table?
function Check:record(node, value, at, name_of)
  if not kinds.is_record(value) then
    self:say(at, "is " .. kinds.type_name(value) .. ", and must be an object")
    return nil
  end
  local cleaned = {}
  for _, child in ipairs(node.children) do
    local here = join(at, child.name)
    local part = value[child.name]
    if part == nil then
      self:say(here, "is missing")
    elseif child.name == "name" and name_of then
      cleaned.name = name_of(value, at, child.field)
    elseif child.shape == "leaf" then
      cleaned[child.name] = leaf[child.field.kind](self, child.field, part, here)
    elseif child.shape == "record" then
      cleaned[child.name] = self:record(child, part, here)
    else
      cleaned[child.name] = self:items(child, part, here)
    end
  end
  self:unknown(value, node.by_name, at)
  return json.ordered(node.keys, cleaned)
end

---@param value table
---@param known table<string, any>
---@param at string
function Check:unknown(value, known, at)
  local extra = {}
  for key in pairs(value) do
    if not known[key] then extra[#extra + 1] = tostring(key) end
  end
  table.sort(extra)
  for _, key in ipairs(extra) do self:say(join(at, key), "was not asked for") end
end

--- The names that the answer itself gives to items that it refers to elsewhere.
---@param value table
function Check:collect_names(value)
  self.made = {}
  for _, node in ipairs(self.D.tree.children) do
    if self.D.owned[node.schema] and type(value) == "table" and kinds.is_list(value[node.name]) then
      local list = {}
      for _, item in ipairs(value[node.name]) do
        local name = type(item) == "table" and item.name
        if type(name) == "string" then
          list[#list + 1] = names.trim(name):gsub("%s+", " ")
        end
      end
      self.made[node.schema] = list
    end
  end
end

--- Checks an answer.
---@param D pipeline.Output
---@param value any
---@return table|nil cleaned
---@return pipeline.AnswerFault[]|nil faults
function M.check(D, value)
  local self = setmetatable({ D = D, faults = {}, indexes = {} }, Check)
  local cleaned
  if D.options == 1 then
    self:collect_names(value)
    cleaned = self:record(D.tree, value, "")
  elseif not kinds.is_record(value) then
    self:say("", "is " .. kinds.type_name(value) .. ", and must be an object")
  else
    local keys, known = {}, {}
    cleaned = {}
    for i = 1, D.options do
      local key = "option_" .. i
      keys[i], known[key] = key, true
      if value[key] == nil then
        self:say(key, "is missing")
      else
        self:collect_names(value[key])
        cleaned[key] = self:record(D.tree, value[key], key)
      end
    end
    self:unknown(value, known, "")
    json.ordered(keys, cleaned)
  end
  if #self.faults > 0 then return nil, self.faults end
  return cleaned
end

return M
