-- lua/pipeline/story/check.lua: whether a story's settings make sense, before anything
-- is made of them.

local fault = require "pipeline.fault"
local name = require "host.name"
local names = require "pipeline.names"
local numbers = require "pipeline.numbers"
local providers = require "providers"
local rates = require "pipeline.rates"
local source = require "pipeline.story.source"
local step = require "pipeline.step"

local key_types = {
  project = "string", prompt = "string", style = "string", aspect = "string", data = "string",
  numbers = "string", rate = "number",
  counts = "table", models = "table", lanes = "table", choices = "table", props = "table",
  extend = "table", steps = "table", rules = "table", waive = "table", successors = "boolean",
}

-- The proportions that picture models draw in.
local aspects = {
  "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9",
}

local lanes = { "text", "image" }
local model_texts = { "base_url", "fallback", "provider" }
local efforts = { "none", "minimal", "low", "medium", "high", "xhigh", "max" }
local kinds = { "character", "object", "place" }
local prop_keys = { "name", "kind", "description", "image" }
local example_prop = "{ name = \"The keeper\", kind = \"character\", image = \"refs/keeper.png\" }"

local MOST = 999 -- of anything that is counted
local examples = { counts = "scenes", lanes = "text", choices = "lore" }

---@param value any
---@return boolean
local function is_utf8(value)
  if type(value) == "string" then return utf8.len(value) ~= nil end
  for key, inner in pairs(type(value) == "table" and value or {}) do
    if not is_utf8(key) or not is_utf8(inner) then return false end
  end
  return true
end

-- A value as it stands in a message.
---@param value any
---@return string
local function shown(value)
  local text = type(value) == "string" and ("\"%s\""):format(value) or tostring(value)
  return #text <= 80 and text or text:sub(1, utf8.offset(text, 0, 70) - 1) .. "…"
end

-- The known aspect whose frame is most like "2.39:1" or "1920x1080".
---@param aspect string
---@return string|nil
local function nearest_aspect(aspect)
  local width, height = aspect:match "^%s*(%d+%.?%d*)%s*[:x×/]%s*(%d+%.?%d*)%s*$"
  local wanted = width and tonumber(height) > 0 and tonumber(width) / tonumber(height) or 0
  if wanted <= 0 then return nil end
  local best, least
  for _, known in ipairs(aspects) do
    local wide, high = known:match "(%d+):(%d+)"
    local off = math.abs(math.log(wide / high / wanted))
    if not best or off < least then best, least = known, off end
  end
  return best
end

---@param list string[]
---@param value any
---@return boolean
local function among(list, value)
  for _, known in ipairs(list) do
    if known == value then return true end
  end
  return false
end

---@param t table
---@return string[]
local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  return keys
end

---@class pipeline.StoryCheck
---@field story pipeline.Story
local Check = {}
Check.__index = Check

---@param key string
---@param message string
---@param hint? string
function Check:bad(key, message, hint)
  fault.raise { message = message, where = self.story:place(key), hint = hint }
end

---@param key string
---@param message string
---@param word any
---@param known string[]
---@param what string
function Check:unknown(key, message, word, known, what)
  local about = { message = message, where = self.story:place(key) }
  fault.unknown(about, tostring(word), known, what)
end

---@param given table
function Check:keys(given)
  for _, key in ipairs(sorted_keys(given)) do
    local wanted = key_types[key]
    if not wanted then
      self:unknown(key, "there is no '" .. key .. "' in a story", key, sorted_keys(key_types),
        "a story has")
    elseif type(given[key]) ~= wanted then
      self:bad(key, ("'%s' must be a %s, not a %s"):format(key, wanted, type(given[key])))
    elseif key ~= "extend" and not is_utf8(given[key]) then
      self:bad(key, ("'%s' has bytes that are not UTF-8"):format(key), "save the file as UTF-8")
    end
  end
  for _, key in ipairs { "project", "prompt" } do
    if not (given[key] or ""):find "%S" then
      self:bad(key, "the story has no " .. key, ("write %s = \"…\""):format(key))
    end
  end
end

-- It becomes a folder, on any system.
---@param project string
function Check:project(project)
  local stem = project:lower():match "^[^.]*"
  local taken = among({ "con", "prn", "aux", "nul" }, stem) or stem:find "^com%d$"
    or stem:find "^lpt%d$"
  local safe = #project <= 64 and utf8.len(project) and not project:find "[%c/\\:*?\"<>|]"
    and not project:find "^[%.%s%-]" and not project:find "[%.%s]$"
  if taken or not safe then
    self:bad("project", shown(project) .. " cannot be the name of a folder",
      ("for example: project = \"%s\""):format(name.slug(project)))
  end
end

---@param key string
---@param t table
---@param known? string[]
function Check:positive_integers(key, t, known)
  for _, entry in ipairs(sorted_keys(t)) do
    if t[entry] == nil then
      self:bad(key, ("%s: entry %s has no name"):format(key, entry),
        ("for example: %s = { %s = 2 }"):format(key, examples[key]))
    elseif known and not among(known, entry) then
      self:unknown(key, ("%s: there is no '%s'"):format(key, entry), entry, known, "there are")
    elseif math.type(t[entry]) ~= "integer" or t[entry] < 1 or t[entry] > MOST then
      self:bad(key, ("%s: '%s' must be a whole number from 1 to %d, and is %s"):format(
        key, entry, MOST, shown(t[entry])), ("for example: %s = { %s = 2 }"):format(key, entry))
    end
  end
end

---@param role string
---@param model any
function Check:model(role, model)
  local example = ("for example: %s = { \"openai/gpt-5\", effort = \"low\" }"):format(role)
  if type(model) == "string" then model = { model } end
  if type(model) ~= "table" or type(model[1]) ~= "string" then
    self:bad("models." .. role, ("models: '%s' names no model"):format(role), example)
  end
  for key, value in pairs(model) do
    if math.type(key) == "integer" or among(model_texts, key) then
      if type(value) ~= "string" or not value:find "%S" then
        local what = math.type(key) == "integer" and "model" or key
        self:bad("models." .. role, ("models: '%s' has a %s that is no text"):format(role, what),
          example)
      end
    elseif key == "effort" then
      if not among(efforts, value) then
        self:unknown("models." .. role,
          ("models: there is no effort '%s'"):format(tostring(value)), value, efforts, "there are")
      end
    else
      self:unknown("models." .. role,
        ("models: there is no '%s' in '%s'"):format(tostring(key), role), key,
        { "base_url", "effort", "fallback", "provider" }, "beside the models there are")
    end
  end
  if model.provider and not among(providers.NAMES, model.provider) then
    self:unknown("models." .. role, ("models: there is no provider '%s'"):format(model.provider), model.provider,
      providers.NAMES, "there are")
  elseif model.base_url and not providers.origin(model.base_url) then
    self:bad("models." .. role, ("models: '%s' is no address of a provider"):format(model.base_url),
      select(2, providers.origin(model.base_url)))
  end
end

---@param prop any
---@param i integer
---@param seen table<string, string>
function Check:prop(prop, i, seen)
  if type(prop) ~= "table" or type(prop.name) ~= "string" or not prop.name:find "%S" then
    self:bad("props", ("prop %d has no name"):format(i),
      "for example: " .. example_prop)
  end
  for _, key in ipairs(sorted_keys(prop)) do
    if not among(prop_keys, key) then
      self:unknown("props", ("prop '%s': there is no '%s' in a prop"):format(prop.name, key), key,
        prop_keys, "a prop has")
    elseif type(prop[key]) ~= "string" then
      self:bad("props", ("prop '%s': its %s must be a text"):format(prop.name, key))
    end
  end
  if prop.kind and not among(kinds, prop.kind) then
    self:unknown("props", ("prop '%s': there is no kind '%s'"):format(prop.name, prop.kind),
      prop.kind, kinds, "there are")
  end
  local loose = names.loose(prop.name)
  if seen[loose] then
    self:bad("props", ("two props have the name '%s'"):format(prop.name))
  end
  seen[loose] = prop.name
  self:prop_image(prop)
end

---@param prop table
function Check:prop_image(prop)
  local image = prop.image
  if not image then return end
  local file = source.beside(self.story.dir, image)
  local handle = io.open(file, "rb")
  if not handle then
    fault.raise {
      message = ("prop '%s': there is no picture '%s'"):format(prop.name, image),
      where = self.story:place("props", image),
      hint = "the path is relative to the story: " .. file,
    }
  end
  handle:close()
end

--- A list of names of files that lie beside the story.
---@param key "steps"|"rules"
---@param list any[]
---@param example string
function Check:file_names(key, list, example)
  for i, entry in ipairs(list) do
    if not step.is_name(entry) then
      self:bad(key, ("%s: entry %d is not the name of a %s"):format(key, i, key:sub(1, -2)),
        ("for example: %s = { \"%s\" }, which is %s/%s.lua beside the story"):format(key, example, key, example))
    end
  end
  if #list ~= #sorted_keys(list) then
    self:bad(key, ("'%s' must be a list of names"):format(key))
  end
end

---@param waive any[]
function Check:waivers(waive)
  for i = 1, math.max(#waive, #sorted_keys(waive)) do
    if type(waive[i]) ~= "string" then
      self:bad("waive", "'waive' must be a list of rules, each for all shots or for some",
        "for example: waive = { \"jump_cut\", \"dialogue_time[the-storm/*]\" }")
    end
  end
end

local M = {}

--- What a story was given; its place is known already.
---@param story pipeline.Story
---@param given table
function M.settings(story, given)
  local self = setmetatable({ story = story }, Check)
  self:keys(given)
  self:project(given.project)
  if given.aspect and not among(aspects, given.aspect) then
    local near = nearest_aspect(given.aspect)
    self:bad("aspect", ("there is no aspect '%s'"):format(given.aspect),
      ("pictures can be drawn as %s%s"):format(names.sentence(aspects),
        near and "; the nearest is \"" .. near .. "\"" or ""))
  end
  if given.rate and not among(rates.names, given.rate) then
    local known = {}
    for i, rate in ipairs(rates.names) do known[i] = tostring(rate) end
    self:bad("rate", ("there is no frame rate of %s"):format(given.rate), "there are " .. names.sentence(known))
  end
  if given.numbers and not among(numbers.schemes, given.numbers) then
    self:unknown("numbers", ("there are no numbers '%s'"):format(given.numbers), given.numbers,
      numbers.schemes, "there are")
  end
  self:positive_integers("lanes", given.lanes or {}, lanes)
  self:positive_integers("choices", given.choices or {})
  self:positive_integers("counts", given.counts or {})
  for _, role in ipairs(sorted_keys(given.models or {})) do self:model(role, given.models[role]) end
  local seen = {}
  local props = given.props or {}
  if #props ~= #sorted_keys(props) then
    self:bad("props", "'props' must be a list of props", ("for example: props = { %s }"):format(example_prop))
  end
  for i, prop in ipairs(props) do self:prop(prop, i, seen) end
  self:file_names("steps", given.steps or {}, "music_cues")
  self:file_names("rules", given.rules or {}, "our_lenses")
  self:waivers(given.waive or {})
end

--- Counts are of lists that there are.
---@param story pipeline.Story
---@param S pipeline.Spec
function M.counts(story, S)
  local known = {}
  for _, list in ipairs(S:lists()) do known[#known + 1] = S:field(list).name end
  setmetatable({ story = story }, Check):positive_integers("counts", story.counts, known)
end

-- What the models of the roles that every story has are asked for.
local asked_for = { story = "text", detail = "text", rewrite = "text", image = "picture" }

-- A step that writes is not given the model that draws, nor one that draws a writer's.
---@param one pipeline.Step
local function check_role(one)
  local asked = asked_for[one.model]
  if asked == "text" and one.kind == "picture" then
    one:bad("model", ("it draws, and the model of the role '%s' writes"):format(one.model),
      "leave out 'model', or write model = \"image\"")
  elseif asked == "picture" and not one.draws then
    one:bad("model", ("it writes text, and the model of the role '%s' draws"):format(one.model),
      "write model = \"detail\", or a role of the story's own models")
  end
end

--- Models are of roles that steps have, choices of options that steps offer.
---@param story pipeline.Story
---@param steps pipeline.Step[]
function M.steps(story, steps)
  local self = setmetatable({ story = story }, Check)
  local roles, by_name, has_code = { "rewrite" }, {}, false
  for _, one in ipairs(steps) do
    by_name[one.name] = one
    has_code = has_code or one.kind == "code"
    check_role(one)
    if not among(roles, one.model) then roles[#roles + 1] = one.model end
    if not story.models[one.model] then
      fault.unknown({
        message = ("step '%s': the story has no model for the role '%s'"):format(
          one.name, one.model),
        where = one:place "model",
      }, one.model, sorted_keys(story.models), "its roles are")
    end
  end
  for _, role in ipairs(sorted_keys(story.models)) do
    -- Code may ask any role, which is known when it does.
    if not has_code and not among(roles, role) and not asked_for[role] then
      self:unknown("models." .. role, ("models: no step has the role '%s'"):format(role), role,
        roles, "the roles are")
    end
  end
  for _, chosen in ipairs(sorted_keys(story.choices)) do
    local one = by_name[chosen]
    if not one then
      self:unknown("choices", ("choices: there is no step '%s'"):format(chosen), chosen,
        sorted_keys(by_name), "there are")
    elseif story.choices[chosen] > one.options then
      self:bad("choices", ("choices: '%s' offers %d option%s"):format(
        chosen, one.options, one.options == 1 and "" or "s"))
    end
  end
end

return M
