-- lua/offline/writer.lua: an answer in words: a value for any strict JSON schema,
-- told from the story that the request is about.

local fields = require "offline.fields"
local json = require "host.json"
local plans = require "offline.plans"
local random = require "offline.random"
local schemas = require "offline.schema"
local story = require "offline.story"

local M = {}

local DEEPEST = 12 -- a schema may refer to itself

---@class offline.Writer
---@field root table        the schema
---@field story offline.Story
---@field brief offline.Brief
---@field seed string
---@field rng offline.Random
---@field variant integer    which of several options is being written
---@field lists table<string, string[]> the names in the lists written so far
---@field offset integer     of the first of several options
---@field casting table<string, string[]> the props of each scene
local Writer = {}
Writer.__index = Writer

---@class offline.Item an object that is being written
---@field kind string
---@field plan table
---@field index integer
---@field count integer
---@field value table

local function lower_words(text)
  return type(text) == "string" and text:lower() or ""
end

--- Follows references, and takes the first alternative that is not null.
---@param schema table
---@return table
function Writer:resolve(schema)
  for _ = 1, DEEPEST do
    local ref = schema["$ref"]
    local one = schema.anyOf
    if type(ref) == "string" then
      local target = self.root
      for step in ref:gmatch "[^#/]+" do target = type(target) == "table" and target[step] or {} end
      schema = target
    elseif type(one) == "table" and #one > 0 then
      schema = one[1].type == "null" and one[2] or one[1]
    else
      return schema
    end
  end
  return schema
end

local function type_of(schema)
  local kind = schema.type
  if type(kind) ~= "table" then return kind or (schema.properties and "object") or "string" end
  return kind[1] == "null" and kind[2] or kind[1]
end

-- Property names as the schema requires them, in that order; then what is left.
local function keys_of(schema)
  local keys, seen = {}, {}
  for _, name in ipairs(schema.required or {}) do
    if schema.properties[name] and not seen[name] then
      keys[#keys + 1], seen[name] = name, true
    end
  end
  local rest = {}
  for name in pairs(schema.properties) do
    if not seen[name] then rest[#rest + 1] = name end
  end
  table.sort(rest)
  return table.move(rest, 1, #rest, #keys + 1, keys)
end

--
-- What an object is
--

local function kind_by_name(name)
  name = lower_words(name)
  if name:find "shot" or name:find "frame" or name:find "panel" then return "shot" end
  if name:find "scene" or name:find "beat" or name:find "act" and #name < 6 then return "scene" end
  if name:find "prop" or name:find "character" or name:find "component" or name:find "asset"
    or name:find "element" or name:find "cast" then
    return "prop"
  end
  if name:find "lore" or name:find "world" then return "lore" end
  if name:find "narrative" or name:find "story" or name:find "plot" then return "narrative" end
end

local function kind_of(schema, name)
  local has = schema.properties
  if has.angle or has.lens or has.movement or has.shot_size or has.size and has.action then
    return "shot"
  end
  if has.sketch then return "scene" end
  if has.kind and has.description then return "prop" end
  if has.logline or has.synopsis or has.protagonist then return "narrative" end
  if has.rules or has.world or has.time_and_place or has.visual_motifs then return "lore" end
  return kind_by_name(name) or "other"
end

---@param kind string
---@param name string
---@param count integer
---@return table?
function Writer:plans_for(kind, name, count)
  local values = self.brief.values
  if kind == "shot" and name == "stage_setting_shot" then
    return { plans.stage(self:scene_story(), values) }
  end
  if kind == "shot" then return plans.shots(self:scene_story(), count, values, self.seed) end
  if kind == "scene" then return plans.scenes(self.story, count, values) end
  if kind == "prop" then return plans.props(self.story, count) end
  local planned = {}
  for i = 1, count do
    local make = kind == "lore" and plans.lore or plans.narrative
    planned[i] = make(self.story, self.variant + i - 1)
  end
  return planned
end

---@return offline.Story
function Writer:scene_story()
  return self.story:within(self.brief.items["scene.props"])
end

--
-- Values
--

---@param schema table
---@param item table
---@param depth integer
---@return table
function Writer:object(schema, item, depth)
  local value, keys = {}, keys_of(schema)
  item.value = value
  for _, key in ipairs(keys) do
    local option = key:match "^option_?(%d+)$"
    if option then self.variant = self.offset + tonumber(option) end
    value[key] = self:value(schema.properties[key], key, item, depth + 1)
    if option then self.variant = self.offset + 1 end
  end
  return #keys > 0 and json.ordered(keys, value) or json.object(value)
end

---@param schema table
---@param name string
---@param parent table
---@param depth integer
---@return table
function Writer:own_object(schema, name, parent, depth)
  local kind = kind_of(schema, name)
  -- an envelope around what it names: { "lore": { ... } }, { "option_1": ... }
  local plan = kind ~= "other" and self:plans_for(kind, name, 1)[1] or parent and parent.plan or {}
  return self:object(schema, { kind = kind, plan = plan, index = 1, count = 1 }, depth)
end

local number_words = {
  one = 1, two = 2, three = 3, four = 4, five = 5, six = 6, seven = 7, eight = 8, nine = 9,
    ten = 10,
}

--- How many elements a list is to have: from the schema, else from its description.
---@param schema table
---@param name string
---@return integer
function Writer:count(schema, name)
  local least, most = schema.minItems, schema.maxItems
  local text = lower_words(schema.description)
  text = text:gsub("%f[%a](%a+)%f[%A]", function(word) return number_words[word]
    and tostring(number_words[word]) end)
  local exact = tonumber(text:match "exactly (%d+)")
  local from, to = text:match "(%d+) ?to ?(%d+)"
  if not from then from, to = text:match "(%d+)%s?[-–]%s?(%d+)" end
  least = least or exact or tonumber(from) or tonumber(text:match "at least (%d+)")
  most = most or exact or tonumber(to) or tonumber(text:match "at most (%d+)")
  local wanted = kind_by_name(name) == "prop" and #self.story.props or 3
  return math.tointeger(math.max(least or 0, math.min(most or math.huge, least and math.max(least,
    wanted) or wanted)))
    or wanted
end

--- The names that a list of references may hold, and those that fit best.
---@param schema table
---@param name string
---@param item table
---@param allowed string[]
---@return string[]
function Writer:references(schema, name, item, allowed)
  local planned = item.plan and item.plan[name]
  local scene = item.value and item.value.name
  local chosen = {}
  if type(planned) == "table" then
    chosen = planned
  elseif scene and self.casting and self.casting[scene] then
    chosen = self.casting[scene]
  end
  local known, list = {}, {}
  for _, one in ipairs(allowed or self.lists[name] or chosen) do known[one] = true end
  for _, one in ipairs(chosen) do
    if known[one] then list[#list + 1] = one end
  end
  if #list == 0 and allowed then
    local order = self.rng:shuffle(allowed)
    for i = 1, math.min(#order, schema.maxItems or math.max(schema.minItems or 0, 2)) do
      list[i] = order[i]
    end
  end
  while schema.minItems and #list < schema.minItems and allowed and #list < #allowed do
    for _, one in ipairs(allowed) do
      local taken = false
      for _, two in ipairs(list) do taken = taken or one == two end
      if not taken and #list < schema.minItems then list[#list + 1] = one end
    end
  end
  return json.array(table.move(list, 1, math.min(#list, schema.maxItems or #list), 1, {}))
end

--- Which prop is seen in which scene is settled once, for all scenes at a time.
---@param names string[]
function Writer:cast_scenes(names)
  local described = {}
  for _, scene in ipairs(self.brief.items.scenes or {}) do described[scene.name] = scene end
  local scenes = {}
  for i, name in ipairs(names) do
    local scene = described[name] or {}
    scenes[i] = { name = name, text = (scene.description or "") .. " " .. (scene.sketch or "") }
  end
  local props = self.lists.props
  if not props then
    props = {}
    for i, part in ipairs(plans.props(self.story)) do props[i] = part.name end
  end
  self.casting = plans.casting(self.story, scenes, props)
end

---@param schema table
---@param items table
---@param name string
---@param depth integer
---@return table[]
function Writer:objects(schema, items, name, depth)
  local kind = kind_of(items, name)
  local names = self:resolve(items.properties.name or {}).enum
  local count = self:count(schema, name)
  local each_once = type(names) == "table" and #names > 0
    and (count == #names or lower_words(schema.description):find "each of them once")
  if each_once then count = #names end
  if each_once and kind == "scene" then self:cast_scenes(names) end
  local planned = kind ~= "other" and self:plans_for(kind, name, count) or {}
  local list = json.array {}
  for i = 1, count do
    local item = { kind = kind, plan = planned[i] or {}, index = i, count = count }
    if each_once then item.given = names[i] end
    list[i] = self:object(items, item, depth)
  end
  local listed = {}
  for i, one in ipairs(list) do listed[i] = one.name end
  if #listed > 0 then self.lists[name] = listed end
  return list
end

---@param schema table
---@param name string
---@param item table
---@param depth integer
---@return any[]
function Writer:list(schema, name, item, depth)
  local items = self:resolve(schema.items or {})
  if depth > DEEPEST then return json.array {} end
  local kind = type_of(items)
  if kind == "object" and items.properties then return self:objects(schema, items, name, depth) end
  local planned = item.plan and type(item.plan[name]) == "table"
  if kind == "string" and (items.enum or self.lists[name] or name == "props" or planned) then
    return self:references(schema, name, item, items.enum)
  end
  local list, count = json.array {}, self:count(schema, name)
  for i = 1, count do
    local inner = { kind = item.kind, plan = {}, index = i, count = count, value = {} }
    list[i] = self:value(items, name:gsub("s$", ""), inner, depth + 1)
  end
  return list
end

local function one_of(list, wanted)
  for _, value in ipairs(list) do
    if value == wanted then return value end
  end
  -- "Close-Up" for "close-up"
  local bare = lower_words(wanted):gsub("%W", "")
  if bare == "" then return nil end
  for _, value in ipairs(list) do
    if lower_words(value):gsub("%W", "") == bare then return value end
  end
end

---@param schema table
---@param name string
---@param item table
---@return any
function Writer:enum(schema, name, item)
  if name == "name" and item.given then return item.given end
  return one_of(schema.enum, item.plan[name]) or self.rng:pick(schema.enum)
end

local function clamp(schema, value)
  local least = schema.minimum or schema.exclusiveMinimum and schema.exclusiveMinimum + 1
  local most = schema.maximum or schema.exclusiveMaximum and schema.exclusiveMaximum - 1
  if least and value < least then value = least end
  if most and value > most then value = most end
  return value
end

---@param schema table
---@param name string
---@param item table
---@param whole boolean
---@return number
function Writer:number(schema, name, item, whole)
  local value = item.plan[name]
  if type(value) ~= "number" then
    value = fields.number(name, item, self.rng)
    if schema.minimum and schema.maximum and not fields.knows_number(name) then
      value = schema.minimum + (schema.maximum - schema.minimum) * self.rng:integer(3, 7) / 10
    end
  end
  value = clamp(schema, value)
  if schema.multipleOf then value = clamp(schema, value - value % schema.multipleOf) end
  return whole and math.floor(value + 0.5) or value
end

---@param schema table
---@param name string
---@param item table
---@return string
function Writer:string(schema, name, item)
  if name == "name" and item.given then return item.given end
  local planned = item.plan[name]
  if type(planned) == "string" then return planned end
  return fields.text(self, name, schema, item)
end

---@param schema table
---@param name string
---@param item table
---@param depth integer
---@return any
function Writer:value(schema, name, item, depth)
  schema = self:resolve(schema)
  if schema.const ~= nil then return schema.const end
  if type(schema.enum) == "table" and #schema.enum > 0 then return self:enum(schema, name, item) end
  local kind = type_of(schema)
  if kind == "object" then
    if not schema.properties or depth > DEEPEST then return json.object {} end
    return self:own_object(schema, name, item, depth)
  elseif kind == "array" then
    return self:list(schema, name, item, depth)
  elseif kind == "integer" or kind == "number" then
    return self:number(schema, name, item, kind == "integer")
  elseif kind == "boolean" then
    return self.rng:integer(0, 1) == 1
  elseif kind == "null" then
    return json.null
  end
  return self:string(schema, name, item)
end

-- Another take is told from another of the arcs.
local function offset_of(body)
  local seed = math.tointeger(body.seed or 0) or 0
  return math.max(0, seed // 1000 - 1)
end

--- Writes the answer to a request.
---@param body table the request
---@param brief offline.Brief
---@return string text JSON where a schema was asked for
function M.write(body, brief)
  local format = schemas.format(body) or {}
  local seed = json.hash { body.messages, format, body.seed }
  local self = setmetatable({
    story = story.of(brief), brief = brief, seed = seed, rng = random.new(seed), lists = {},
    offset = offset_of(body),
  }, Writer)
  self.variant = self.offset + 1
  if format.type == "json_schema" then
    self.root = format.json_schema.schema
    return json.encode(self:own_object(self.root, format.json_schema.name, nil, 0))
  end
  local text = fields.prose(self)
  return format.type == "json_object" and json.encode { text = text } or text
end

return M
