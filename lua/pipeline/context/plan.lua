-- lua/pipeline/context/plan.lua: what of a context depends on a step's paths alone, and
-- is the same for all its items.

local mirror = require "pipeline.context.mirror"

---@class pipeline.ContextPlan
---@field keys string[]                      names at the top
---@field bound pipeline.Mirror[]            the items that the step is at
---@field children pipeline.Mirror[]         what else is at the top
---@field reached pipeline.Reached[]         the paths, each once
---@field by_text table<string, pipeline.Reached>
---@field headings pipeline.Heading[]        in the order of the paths

--- A path, and where it ends.
---@class pipeline.Reached
---@field text string
---@field segments pipeline.ResolvedSegment[]
---@field node pipeline.Mirror
---@field crosses boolean    whether it has many values
---@field whole_list boolean whether it ends with the one list that it crosses
---@field names_only boolean the names themselves, even where other paths look behind them

--- A value of the context block: what a path reaches up to the first list.
---@class pipeline.Heading
---@field path string
---@field description string
---@field names string[]
---@field node pipeline.Mirror

---@param tree pipeline.Mirror
---@param names string[]
---@return pipeline.Mirror
local function node_at(tree, names)
  for _, name in ipairs(names) do tree = tree.by_name[name] end
  return tree
end

---@param tree pipeline.Mirror
---@param R pipeline.Resolved
---@return pipeline.Reached
local function reach(tree, R)
  local names = {}
  for i, segment in ipairs(R.segments) do names[i] = segment.name end
  local all = R.segments[#R.segments].all
  local names_only = R.field.kind == "refs" and not all
  local lists = #R.lists + #R.refs
  return {
    text = R.text,
    segments = R.segments,
    node = names_only and { shape = "leaf", field = R.field } or node_at(tree, names),
    crosses = lists > 0,
    whole_list = all and lists == 1,
    names_only = names_only,
  }
end

---@param tree pipeline.Mirror
---@param R pipeline.Resolved
---@return pipeline.Heading
local function heading(tree, R)
  local names = {}
  for i, segment in ipairs(R.segments) do
    names[i] = segment.name
    if segment.all then break end
  end
  local node = node_at(tree, names)
  local description = node.bound and "The " .. node.name .. " that this is about."
    or node.field.description
  return {
    path = table.concat(names, "."), description = description, names = names, node = node,
  }
end

-- What is within something that is shown anyway is not shown again.
---@param candidates pipeline.Heading[]
---@return pipeline.Heading[]
local function outermost(candidates)
  local paths, shown, list = {}, {}, {}
  for _, candidate in ipairs(candidates) do paths[candidate.path] = true end
  for _, candidate in ipairs(candidates) do
    local covered = shown[candidate.path]
    for dot in candidate.path:gmatch "()%." do
      covered = covered or paths[candidate.path:sub(1, dot - 1)]
    end
    shown[candidate.path] = true
    if not covered then list[#list + 1] = candidate end
  end
  return list
end

---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]
---@return pipeline.ContextPlan
local function make(S, resolved)
  local tree = mirror.build(S, resolved)
  local plan = { keys = tree.keys, bound = {}, children = {}, reached = {}, by_text = {} }
  for _, node in ipairs(tree.children) do
    local part = node.bound and plan.bound or plan.children
    part[#part + 1] = node
  end
  local headings = {}
  for _, R in ipairs(resolved) do
    if not plan.by_text[R.text] then
      local reached = reach(tree, R)
      plan.by_text[R.text] = reached
      plan.reached[#plan.reached + 1] = reached
      headings[#headings + 1] = heading(tree, R)
    end
  end
  plan.headings = outermost(headings)
  return plan
end

---@type table<pipeline.Resolved[], pipeline.ContextPlan>
local plans = setmetatable({}, { __mode = "k" })

--- The plan of some paths; the same list of them is planned once.
---@param S pipeline.Spec
---@param resolved pipeline.Resolved[]
---@return pipeline.ContextPlan
return function(S, resolved)
  local plan = plans[resolved]
  if not plan then
    plan = make(S, resolved)
    plans[resolved] = plan
  end
  return plan
end
