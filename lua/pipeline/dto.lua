-- lua/pipeline/dto.lua: the strict schemas in which sbhost and models talk. They are
-- derived from the spec: nothing in them is optional, nothing else is allowed, and
-- each field has its description.

local answer = require "pipeline.dto.check"
local json = require "host.json"
local mirror = require "pipeline.context.mirror"
local names = require "pipeline.names"

local M = {}

-- Above this many an enum costs more than it helps; names are resolved either way.
local MOST_NAMES = 100

---@class pipeline.Output
---@field schema table                     the JSON schema, with its keys in order
---@field description string
---@field name string                      what a provider calls the schema
---@field tree pipeline.Mirror
---@field options integer                  how many proposals are asked for
---@field owned table<string, boolean>     the lists that the answer itself fills
---@field names table<string, string[]>    the items there are, by list
---@field counts table<string, integer[]>  { least, most } by list

---@class pipeline.OutputOptions
---@field name? string                            what a provider calls the schema
---@field each? string                            the step's `each`
---@field options? integer                        how many proposals, 1 if not given
---@field counts? table<string, integer|integer[]> by list name: exact, or { least, most }
---@field names? fun(list: string): string[]|nil  the names there are in a list
---@field owned? table<string, boolean>           the lists that the step fills

local keywords = {
  "type", "description", "properties", "required", "items", "enum", "minimum", "maximum",
  "minItems", "maxItems", "additionalProperties",
}

-- A schema with its keywords in the order in which one reads them.
---@param words table
local function schema(words)
  local keys = {}
  for _, keyword in ipairs(keywords) do
    if words[keyword] ~= nil then keys[#keys + 1] = keyword end
  end
  return json.ordered(keys, words)
end

---@param field pipeline.Field
---@return string
local function range_in_words(field)
  local text, min, max = field.description, field.min, field.max
  if min and max then return ("%s From %s to %s."):format(text, min, max) end
  if min then return ("%s At least %s."):format(text, min) end
  if max then return ("%s At most %s."):format(text, max) end
  return text
end

---@param description? string
---@param known? string[]
local function name_schema(description, known)
  local values, seen
  if known and #known > 0 and #known <= MOST_NAMES then
    values, seen = json.array {}, {}
    for _, name in ipairs(known) do
      if not seen[name] then values[#values + 1] = name end
      seen[name] = true
    end
  end
  return schema { type = "string", description = description, enum = values }
end

---@param description string
---@param items table
---@param least? integer
---@param most? integer
local function list_schema(description, items, least, most)
  return schema {
    type = "array", description = description, items = items, minItems = least, maxItems = most,
  }
end

---@param field pipeline.Field
---@param known? string[] the names that refs may hold
local function leaf_schema(field, known)
  if field.kind == "integer" or field.kind == "number" then
    return schema {
      type = field.kind,
      description = range_in_words(field),
      minimum = field.min,
      maximum = field.max,
    }
  elseif field.kind == "enum" then
    return name_schema(field.description, field.values)
  elseif field.kind == "refs" then
    local most = known and #known == 0 and 0 or nil
    return list_schema(field.description, name_schema(nil, known), nil, most)
  end
  return name_schema(field.description)
end

---@param description string
---@param keys string[]
---@param properties table<string, table>
local function object_schema(description, keys, properties)
  return schema {
    type = "object",
    description = description,
    properties = json.ordered(keys, properties),
    required = json.array { table.unpack(keys) },
    additionalProperties = false,
  }
end

---@param list pipeline.Field
---@return string
local function item_description(list)
  return "One " .. list.item:gsub("_", " ") .. "."
end

-- `make` gives the schema of a child.
---@param node pipeline.Mirror
---@param description string
---@param make fun(child: pipeline.Mirror): table
local function object_of(node, description, make)
  local properties = {}
  for _, child in ipairs(node.children) do properties[child.name] = make(child) end
  return object_schema(description, node.keys, properties)
end

--- The schema of what a step reads.
---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]
---@return table schema
function M.context(S, resolved)
  local function make(node)
    if node.shape == "leaf" then return leaf_schema(node.field) end
    if node.bound then
      return object_of(node, "The " .. node.name .. " that this is about.", make)
    elseif node.shape == "record" then
      return object_of(node, node.field.description, make)
    end
    local item = item_description(node.ref and S:field(node.ref) or node.field)
    return list_schema(node.field.description, object_of(node, item, make))
  end
  return object_of(mirror.build(S, resolved), S.root.description, make)
end

---@param count integer|integer[]|nil
---@return integer[]|nil range { least, most }
local function as_range(count)
  if type(count) == "table" then return { count[1], count[2] or count[1] } end
  return count and { count, count }
end

---@param description string
---@param range integer[]|nil
---@return string
local function count_in_words(description, range)
  if not range then return description end
  if range[1] == range[2] then
    return ("%s Exactly %d item%s."):format(description, range[1], range[1] == 1 and "" or "s")
  end
  return ("%s %d to %d items."):format(description, range[1], range[2])
end

---@param D pipeline.Output
---@param node pipeline.Mirror
local function output_schema(D, node)
  local function make(child) return output_schema(D, child) end
  local field = node.field
  if node.shape == "leaf" then
    return leaf_schema(field, field.to and D.names[field.to])
  elseif node.shape == "record" then
    return object_of(node, field.description, make)
  elseif D.owned[node.schema] then
    local range = D.counts[node.name]
    local items = object_of(node, item_description(field), make)
    return list_schema(count_in_words(field.description, range), items,
      range and range[1], range and range[2])
  end
  -- the items are there: each is named once, and what is written is asked for
  local there = D.names[node.schema]
  local count = there and #there
  local items = object_of(node, item_description(field), function(child)
    if child.name ~= "name" then return make(child) end
    return name_schema("Which " .. field.item .. " this is.", there)
  end)
  local description = count_in_words(field.description, as_range(count)) .. " Each of them once."
  return list_schema(description, items, count, count)
end

---@param tree pipeline.Mirror
---@param each? string
local function output_description(tree, each)
  if each then return item_description(tree.field) end
  if #tree.children == 1 then return tree.children[1].field.description end
  return "What is asked for: " .. names.sentence(tree.keys) .. "."
end

---@param D pipeline.Output
---@param make fun(child: pipeline.Mirror): table
local function options_schema(D, make)
  local keys, properties = {}, {}
  for i = 1, D.options do
    keys[i] = "option_" .. i
    local description = ("Option %d of %d: %s"):format(i, D.options, D.description)
    properties[keys[i]] = object_of(D.tree, description, make)
  end
  local description = ("%d proposals, each with another idea behind it."):format(D.options)
  return object_schema(description, keys, properties)
end

-- The names of the lists that the tree refers to or addresses.
local function ask_names(D, node, names_of)
  local function ask(list)
    if not D.owned[list] and D.names[list] == nil then D.names[list] = names_of(list) end
  end
  for _, child in ipairs(node.children) do
    if child.field.kind == "refs" then ask(child.field.to) end
    if child.shape == "items" then ask(child.schema) end
    ask_names(D, child, names_of)
  end
end

--- The schema of what a step must return, and all that its answer is checked with.
--- The shape is the item's where the paths start from the step's own item, else
--- that of the artifact.
---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]  what the step writes
---@param opts pipeline.OutputOptions
---@return pipeline.Output
function M.output(S, resolved, opts)
  local bindings = S:bindings(opts.each)
  local D = {
    options = opts.options or 1,
    owned = opts.owned or {},
    counts = {},
    names = {},
    tree = mirror.build(S, resolved, bindings[#bindings]),
  }
  for list, count in pairs(opts.counts or {}) do D.counts[list] = as_range(count) end
  ask_names(D, D.tree, opts.names or function() end)
  D.description = output_description(D.tree, opts.each)
  local function make(child) return output_schema(D, child) end
  D.schema = D.options > 1 and options_schema(D, make) or object_of(D.tree, D.description, make)
  D.name = opts.name or D.tree.children[1].name
  return D
end

--- Checks an answer against its DTO.
---@param D pipeline.Output
---@param value any           the decoded answer
---@return table|nil cleaned  with exact names, trimmed texts and integers
---@return pipeline.AnswerFault[]|nil faults
function M.check(D, value)
  return answer.check(D, value)
end

--- The list of faults, for the message that asks for a repair.
---@param faults pipeline.AnswerFault[]
---@return string
function M.faults_text(faults)
  local lines = {}
  for i, wrong in ipairs(faults) do lines[i] = ("- %s: %s"):format(wrong.path, wrong.message) end
  return table.concat(lines, "\n")
end

return M
