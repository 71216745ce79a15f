-- lua/pipeline/plan/differences.lua: where two recorded requests first differ, old and new,
-- as a person would point at it.

local artifact = require "host.artifact"
local json = require "host.json"

local M = {}

--- The first part of a request that is another one.
---@class Difference
---@field part string   the field of the request: "user", "model", …
---@field what string   what that is called: "the prompt"
---@field where string? the place inside it: "line 12"
---@field old string?   nil: there was nothing
---@field new string?   nil: there is nothing

--- The parts in the order in which they are compared, with their names. The attempt
--- and what was said in between are no part of what a task asks.
local PARTS = {
  { "kind", "the kind of request" },
  { "provider", "the provider" },
  { "model", "the model" },
  { "effort", "the model's effort" },
  { "system", "the system message" },
  { "user", "the prompt" },
  { "schema", "the schema of the answer" },
  { "refs", "the reference pictures" },
  { "aspect", "the picture's proportions" },
  { "take", "the take" },
  { "version", "the form of recorded requests" },
}

local BEFORE, AFTER = 40, 100 -- bytes of an excerpt around the first difference

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

--- Moves a place back to where a word begins.
local function word_start(text, at)
  while at > 1 and text:find("^[^%s]", at - 1) do
    at = at - 1
  end
  return at
end

--- A piece of a text around a place, cut between characters.
local function excerpt(text, at)
  local first, last = at - BEFORE, at + AFTER
  while first > 1 and text:find("^[\x80-\xBF]", first) do
    first = first - 1
  end
  while last < #text and text:find("^[\x80-\xBF]", last + 1) do
    last = last + 1
  end
  return (first > 1 and "…" or "") .. text:sub(math.max(1, first), last) .. (last < #text and "…" or "")
end

--- Both texts around their first different word.
---@param old string
---@param new string
---@return string old
---@return string new
function M.excerpts(old, new)
  local at = 1
  while at <= #old and at <= #new and old:byte(at) == new:byte(at) do
    at = at + 1
  end
  at = word_start(old, math.min(at, #old + 1))
  return excerpt(old, at), excerpt(new, at)
end

--- The first line that differs.
local function in_text(old, new)
  local before, after = lines_of(old or ""), lines_of(new or "")
  local n = 1
  while before[n] == after[n] and before[n] do
    n = n + 1
  end
  local where = "line " .. n
  if not before[n] or not after[n] then
    return where, before[n] and excerpt(before[n], 1), after[n] and excerpt(after[n], 1)
  end
  -- A line more or less shows as that, and not as another line in its place.
  if #before > #after and before[n + #before - #after] == after[n] then
    return where, excerpt(before[n], 1), nil
  elseif #after > #before and after[n + #after - #before] == before[n] then
    return where, nil, excerpt(after[n], 1)
  end
  return where, M.excerpts(before[n], after[n])
end

--- A value in few words.
---@param value any
---@return string?
function M.shown(value)
  if value == nil or type(value) == "string" then
    return value and excerpt(value, 1)
  end
  return excerpt(json.encode(value), 1)
end

--- Where two schemas differ.
local function in_value(old, new)
  local found = artifact.from(old or json.object {}):diff(artifact.from(new or json.object {}))[1]
  if not found then
    return nil
  end
  local at = {}
  for i, key in ipairs(found.path) do
    at[i] = tostring(key)
  end
  if type(found.old) == "string" and type(found.new) == "string" then
    return table.concat(at, "."), M.excerpts(found.old, found.new)
  end
  return table.concat(at, "."), M.shown(found.old), M.shown(found.new)
end

--- Which reference picture is another one. They are told by content.
local function in_refs(old, new)
  for i = 1, math.max(#old, #new) do
    local before, after = old[i], new[i]
    if not before or not after or before.label ~= after.label then
      return "picture " .. i, before and before.label, after and after.label
    elseif before.sha256 ~= after.sha256 then
      local said = "%s (picture %s)"
      return "picture " .. i,
        said:format(before.label, before.sha256:sub(1, 12)),
        said:format(after.label, after.sha256:sub(1, 12))
    end
  end
end

local function in_part(part, old, new)
  if part == "refs" then
    return in_refs(old or {}, new or {})
  elseif part == "schema" then
    return in_value(old, new)
  elseif part == "user" or part == "system" then
    return in_text(old, new)
  end
  return nil, M.shown(old), M.shown(new)
end

--- The first part in which two requests differ, in their recorded form.
---@param old string
---@param new string
---@return Difference? nil when they ask the same
function M.first(old, new)
  local before, after = json.decode(old), json.decode(new)
  for _, named in ipairs(PARTS) do
    local part, what = named[1], named[2]
    local one, other = before[part], after[part]
    -- The prompt of a fallback or of a repair is the same one.
    local is_first = math.tointeger(before.attempt) == 1 or (part ~= "model" and part ~= "effort")
    if is_first and json.encode { one } ~= json.encode { other } then
      local where, old_text, new_text = in_part(part, one, other)
      return { part = part, what = what, where = where, old = old_text, new = new_text }
    end
  end
end

return M
