-- lua/pipeline/edits/check.lua: whether artifact.json, as a person left it, can be read
-- and follows the spec. What is wrong is a fault that names the place and what is
-- allowed there; the file is left as it is.

local artifact = require "host.artifact"
local edit_path = require "pipeline.edits.path"
local fault = require "pipeline.fault"
local json = require "host.json"

local M = {}

--- So many faults are told at once.
local MOST = 5

--- null is what a person may have written for nothing.
local function without_null(value)
  if type(value) ~= "table" then
    return value
  end
  for name, inner in pairs(value) do
    if inner == json.null and type(name) == "string" then
      value[name] = nil
    else
      without_null(inner)
    end
  end
  return value
end

--- Items are known by their names: each has one, and no two of a list the same.
local function check_names(items, at, add)
  local first = {}
  for i, item in ipairs(items) do
    local here = ("%s[%d]"):format(at, i)
    if not item.name or not item.name:find "%S" then
      add(here, "has no name; items are known by their names")
    elseif first[item.name] then
      add(here, ("is called '%s', and so is %s: names must differ"):format(item.name, first[item.name]))
    end
    first[item.name or ""] = here
    if item.key ~= nil and type(item.key) ~= "string" then
      add(here .. ".key", "is not a text; an item that is new has no key")
    end
  end
end

local function check_lists(record, value, at, add)
  for _, field in ipairs(record.fields) do
    local inner = value[field.name]
    local here = edit_path.field(at, field.name)
    if inner ~= nil and field.kind == "record" then
      check_lists(field, inner, here, add)
    elseif inner ~= nil and field.kind == "list" then
      check_names(inner, here, add)
      for i, item in ipairs(inner) do
        check_lists(field, item, ("%s[%d]"):format(here, i), add)
      end
    end
  end
end

---@param faults { path: string, message: string }[]
---@param file string
local function raise(faults, file)
  local lines = {}
  for i = 1, math.min(#faults, MOST) do
    lines[i] = (faults[i].path == "" and "" or faults[i].path .. " ") .. faults[i].message
  end
  if #faults > MOST then
    lines[#lines + 1] = ("and %d more like these"):format(#faults - MOST)
  end
  fault.raise {
    where = file,
    message = table.concat(lines, "\n  "),
    hint = "fix it and run again, or delete the file to have it written again; until then it is left unchanged",
  }
end

M.raise = raise

--- Reads what a person made of artifact.json.
---@param spec pipeline.Spec
---@param text string
---@param file string for the faults
---@return host.artifact.Tree
function M.read(spec, text, file)
  local tree, message = artifact.parse((text:gsub("^\u{FEFF}", ""))) -- as some editors begin a file
  if not tree then
    raise({ { path = "", message = message } }, file)
  end
  local value = without_null(tree:get {})
  local faults = spec:validate(value)
  if #faults == 0 then
    check_lists(spec.root, value, "", function(path, said)
      faults[#faults + 1] = { path = path, message = said }
    end)
  end
  if #faults > 0 then
    raise(faults, file)
  end
  return artifact.from(value)
end

return M
