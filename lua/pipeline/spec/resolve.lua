-- lua/pipeline/spec/resolve.lua: what a path means in the declaration of the artifact: the
-- fields that it passes, the lists and references that it crosses, and its end.

local check = require "pipeline.spec.check"
local fault = require "pipeline.fault"
local path = require "pipeline.spec.path"

---@class pipeline.ResolvedSegment
---@field name string
---@field field pipeline.Field
---@field schema string the canonical path so far
---@field into? string  the canonical path of the record that the next name is looked up in
---@field all boolean   every element
---@field ref? string   through a reference: the list that it names items of

---@class pipeline.Resolved
---@field text string
---@field field pipeline.Field             the field reached
---@field schema string                    its canonical path
---@field segments pipeline.ResolvedSegment[]
---@field binding? string                  the item that the path starts from
---@field lists string[]                   the lists crossed by [*]
---@field refs string[]                    the references crossed by [*]
---@field optional? boolean                set by a step, for a picture that may be absent

---@param field pipeline.Field
---@param before string what stands before each
---@return string[]
local function child_names(field, before)
  local list = {}
  for i, child in ipairs(field.fields) do list[i] = before .. child.name end
  return list
end

-- A name is looked up below `schema`, a record's canonical path.
---@param R pipeline.Resolved
---@param segment pipeline.Segment
---@param schema string
---@param before string the text of the path up to here
---@return pipeline.ResolvedSegment
local function step_into(S, R, segment, schema, before, where)
  local at = path.join(schema, segment.name)
  local field = S:field(at)
  local shown = before .. segment.name
  if not field then
    local about = { message = "there is no '" .. shown .. "' in the artifact", where = where }
    fault.unknown(about, shown, child_names(S:field(schema), before), "there are")
  end
  local all = segment.all or false
  local reached = { name = segment.name, field = field, schema = at, all = all }
  if field.kind == "list" then
    if segment.all then R.lists[#R.lists + 1] = at end
    reached.schema, reached.into = at .. "[]", at .. "[]"
  elseif field.kind == "refs" then
    if segment.all then
      R.refs[#R.refs + 1] = at
      reached.ref, reached.into = field.to, field.to .. "[]"
    end
  elseif segment.all then
    fault.raise {
      message = ("'%s[*]': it is no list but %s"):format(shown, check.kind_name(field.kind)),
      where = where,
    }
  elseif field.kind == "record" then
    reached.into = at
  end
  return reached
end

-- The next name needs a record to be looked up in.
local function check_passable(reached, shown, next_name, where)
  local field = reached.field
  if reached.into and (field.kind == "record" or reached.all or reached.bound) then return end
  if field.kind == "list" or field.kind == "refs" then
    fault.raise {
      message = ("'%s' is a list: '%s' lies in its elements"):format(shown, next_name),
      where = where,
      hint = ("write %s[*].%s"):format(shown, next_name),
    }
  end
  fault.raise {
    message = ("'%s' is %s: there is no '%s' in it"):format(
      shown, check.kind_name(field.kind), next_name),
    where = where,
  }
end

---@param name string
---@param bindings pipeline.Binding[]
---@return pipeline.Binding|nil
local function find_binding(name, bindings)
  for _, binding in ipairs(bindings) do
    if binding.name == name then return binding end
  end
end

---@param bindings pipeline.Binding[]
local function unknown_beginning(S, name, bindings, where)
  local about = { message = "there is no '" .. name .. "' in the artifact", where = where }
  for _, list in ipairs(S:lists()) do
    if S:field(list).item == name then
      about.hint = ("a step with each = \"%s\" can name its %s"):format(list, name)
      fault.raise(about)
    end
  end
  local known = {}
  for _, binding in ipairs(bindings) do known[#known + 1] = binding.name end
  for _, field in ipairs(S.root.fields) do known[#known + 1] = field.name end
  fault.unknown(about, name, known, "paths here begin with")
end

-- The first name is an item in scope, else a field of the artifact.
local function first_name(S, R, segment, each, where)
  local bindings = S:bindings(each, where)
  local binding = find_binding(segment.name, bindings)
  if binding then
    if segment.all then
      fault.raise {
        message = ("'%s[*]': the step is at one %s"):format(segment.name, segment.name),
        where = where,
        hint = "for all of them write " .. binding.list:gsub("%[%]", "[*]") .. "[*]",
      }
    end
    R.binding = segment.name
    return {
      name = segment.name,
      field = S:field(binding.list),
      schema = binding.schema,
      into = binding.schema,
      all = false,
      bound = true,
    }
  end
  if not S:field(segment.name) then unknown_beginning(S, segment.name, bindings, where) end
  return step_into(S, R, segment, "", "", where)
end

--- What a path reaches, for a step that is repeated for `each`. A list that is
--- reached as a whole counts as all of its items.
---@param S pipeline.Spec
---@param text string
---@param each? string
---@param where? pipeline.Place
---@return pipeline.Resolved
return function(S, text, each, where)
  local parsed = path.parse(text, where)
  local R = { text = text, segments = {}, lists = {}, refs = {} }
  local reached, shown
  for i, segment in ipairs(parsed) do
    if i == 1 then
      reached = first_name(S, R, segment, each, where)
    else
      check_passable(reached, shown, segment.name, where)
      reached = step_into(S, R, segment, reached.into, shown .. ".", where)
    end
    R.segments[i] = reached
    shown = (shown and shown .. "." or "") .. path.text { segment }
  end
  if reached.field.kind == "list" and not reached.all and not reached.bound then
    reached.all = true
    R.lists[#R.lists + 1] = reached.schema:sub(1, -3)
  end
  R.field = reached.field
  R.schema = reached.ref and reached.into or reached.schema
  return R
end
