-- lua/pipeline/story.lua: the user's story: its settings checked, its defaults filled in,
-- its spec and its steps.
--
--   local story = require "pipeline.story"
--   return story { project = "lighthouse", prompt = "A keeper finds that …" }

local check = require "pipeline.story.check"
local fault = require "pipeline.fault"
local file = require "host.file"
local json = require "host.json"
local mishap = require "pipeline.story.mishap"
local numbers = require "pipeline.numbers"
local rates = require "pipeline.rates"
local program = require "host.program"
local source = require "pipeline.story.source"
local spec = require "pipeline.spec"
local step = require "pipeline.step"
local storyboard = require "pipeline.storyboard"

local M = {}

--- The steps that every story has, in story order.
M.nine = {
  "lore", "narrative", "scenes", "components", "component_images", "stage_shots",
  "stage_shot_images", "shots", "shot_images",
}

---@class pipeline.Model
---@field [integer] string   the models to ask, the first that can first
---@field effort? string     how much it thinks
---@field fallback? string   asked when these give nothing usable
---@field provider? string   who has them, if not the provider of the run
---@field base_url? string   where that is

---@class pipeline.OwnProp
---@field name string
---@field kind string
---@field description string
---@field image? string      the file of its picture

---@class pipeline.Story
---@field project string
---@field prompt string
---@field style string
---@field aspect string                        "16:9"
---@field rate number                          frames a second, for exports
---@field numbers string                       how shots are numbered: "letters", "tens", "cuts"
---@field counts table<string, integer>        by list name
---@field models table<string, pipeline.Model> by role
---@field successors boolean                  the successor of a retired model may be asked
---@field lanes table<string, integer>         limits set by the story
---@field choices table<string, integer>       by step
---@field props pipeline.OwnProp[]
---@field extend table<string, pipeline.Field[]>
---@field step_names string[]                  the nine, and the story's own
---@field data? string                         the folder that projects go to
---@field file? string
---@field dir string                           of the file
---@field where string                         "file" or "file:line", for faults
---@field files string[]                       the script, and the modules beside it that it loads
---@field step_dirs string[]                   where steps are looked for
---@field rules string[]                       the story's own, beside those of every story
---@field private text string?                  the script
---@field private extended pipeline.Spec?        with the story's own fields, once it was asked for
---@field private loaded pipeline.Step[]?        the steps, likewise
---@field waive string[]                       rules that do not count, or not for some shots
---@field rule_dirs string[]
local Story = {}
Story.__index = Story
Story.__name = "pipeline.Story"

-- What `story { … }` makes of the user's table; `load` makes a story of it.
local Declaration = {}
Declaration.__name = "pipeline.StoryDeclaration"

local defaults = {
  style = "pencil storyboard frames with a grey wash: clear silhouettes, plain shapes, \z
    readable at a glance",
  aspect = "16:9",
  counts = { scenes = 5, shots = 4 },
  models = {
    story = { "openai/gpt-5", effort = "medium" },
    detail = { "openai/gpt-5", effort = "minimal", fallback = "google/gemini-2.5-pro" },
    image = { "google/gemini-2.5-flash-image" },
    rewrite = { "google/gemini-2.5-pro" },
  },
}

---@param given table|nil
---@param default table
local function over(given, default)
  local merged = {}
  for key, value in pairs(default) do merged[key] = value end
  for key, value in pairs(given or {}) do merged[key] = value end
  return merged
end

---@param models table|nil
local function read_models(models)
  local read = {}
  for role, model in pairs(models or {}) do
    read[role] = type(model) == "string" and { model } or model
  end
  return over(read, defaults.models)
end

---@param props table[]|nil
---@param dir string
local function read_props(props, dir)
  local read = {}
  for i, prop in ipairs(props or {}) do
    read[i] = {
      name = prop.name,
      kind = prop.kind or "object",
      description = prop.description or "",
      image = prop.image and source.beside(dir, prop.image),
    }
  end
  return read
end

---@class pipeline.StoryPlace
---@field file? string
---@field text? string       the script
---@field files? string[]
---@field inputs? table<string, string|false> what it has read beside
---@field dir? string        "." if not given
---@field where? string
---@field builtin? string    the folder of the nine steps

--- A story of a table, as `story { … }` takes it; what is wrong is a fault.
---@param given table
---@param place? pipeline.StoryPlace
---@return pipeline.Story
function M.new(given, place)
  place = place or {}
  local dir = place.dir or "."
  local self = setmetatable({
    file = place.file,
    dir = dir,
    where = place.where or place.file or "story",
    files = place.files or {},
    inputs = place.inputs or {},
    text = place.text,
    step_dirs = { source.beside(dir, "steps"), place.builtin or program.root .. "/steps" },
    rule_dirs = { source.beside(dir, "rules"), program.root .. "/rules" },
  }, Story)
  check.settings(self, given)
  self.project, self.prompt, self.data = given.project, given.prompt, given.data
  self.style = given.style or defaults.style
  self.aspect = given.aspect or defaults.aspect
  self.numbers = given.numbers or numbers.default
  self.rate = given.rate or rates.default
  self.counts = over(given.counts, defaults.counts)
  self.models = read_models(given.models)
  self.successors = given.successors or false
  self.lanes = over(given.lanes, {})
  self.choices = over(given.choices, {})
  self.props = read_props(given.props, dir)
  self.extend = given.extend or {}
  self.rules, self.waive = given.rules or {}, given.waive or {}
  self.step_names = table.move(M.nine, 1, #M.nine, 1, {})
  local listed = {}
  for _, name in ipairs(M.nine) do listed[name] = true end
  for _, name in ipairs(given.steps or {}) do
    if not listed[name] then self.step_names[#self.step_names + 1] = name end
    listed[name] = true
  end
  return self
end

---@param path string
local function folder_of(path)
  local dir = path:match "^(.*)/[^/]*$" or "."
  return dir == "" and "/" or dir
end

-- The folder that a story's file lies in: of a link, that of the file which it leads to.
---@param path string
local function home_of(path)
  local dir = folder_of(path)
  local real, real_dir = file.real(path), file.real(dir)
  if real and real_dir and folder_of(real) ~= real_dir then return folder_of(real) end
  return dir
end

--- Loads a story's file. Waits.
---@param path string
---@param options? { builtin?: string }
---@return pipeline.Story
function M.load(path, options)
  local dir = home_of(path)
  local declared, script = source.run(path, { dir })
  if getmetatable(declared) ~= Declaration then
    fault.raise {
      message = "the file returns no story",
      where = path,
      hint = "a story file ends with: return story { project = \"…\", prompt = \"…\" }",
    }
  end
  return M.new(declared.given, {
    file = path,
    text = script.text,
    files = script.files,
    inputs = script.inputs,
    dir = dir,
    builtin = options and options.builtin,
  })
end

--- Where a setting of the story stands: "file:line".
---@param key string     "models", or one within: "models.detail"
---@param value? string
---@return string
function Story:place(key, value)
  local place
  for name in key:gmatch "[^.]+" do
    local line = place and math.tointeger(tonumber(place:match ":(%d+)$"))
    local found = self.file and source.place_of_key(self.file, self.text, name, line)
    if not found then break end
    place = found
  end
  if place and value then return source.place_of_value(self.text, place, value) end
  return place or self.where
end

--- The storyboard's spec, extended by the story.
---@return pipeline.Spec
function Story:spec()
  if not self.extended then
    local S = spec.new(storyboard)
    self.extended = next(self.extend) and S:extend(self.extend, self:place "extend") or S
    check.counts(self, self.extended)
  end
  return self.extended
end

-- Every step after those that it needs, else in story order.
---@param list pipeline.Step[]
---@return pipeline.Step[]
local function ordered(list)
  local by_name, order, state = {}, {}, {}
  for _, one in ipairs(list) do by_name[one.name] = one end
  local function visit(one)
    if state[one] then return end -- a cycle is told by the graph, which shows its path
    state[one] = true
    for _, need in ipairs(one.needs) do
      if by_name[need] then visit(by_name[need]) end
    end
    order[#order + 1] = one
  end
  for _, one in ipairs(list) do visit(one) end
  return order
end

--- The steps, loaded: each after those that it needs.
---@return pipeline.Step[]
function Story:steps()
  if not self.loaded then
    local list = {}
    for i, name in ipairs(self.step_names) do
      list[i] = step.load(name, self.step_dirs, self:place("steps", name))
    end
    check.steps(self, list)
    self.loaded = ordered(list)
  end
  return self.loaded
end

--- What the artifact begins with: what the user gave.
---@return table
function Story:given()
  local own = json.array {}
  for i, prop in ipairs(self.props) do
    own[i] = { name = prop.name, kind = prop.kind, description = prop.description }
  end
  local counts = {}
  for name, count in pairs(self.counts) do
    if self:spec():field("counts." .. name) then counts[name] = count end
  end
  return {
    user_prompt = self.prompt,
    style = self.style,
    aspect = self.aspect,
    counts = counts,
    own_props = own,
  }
end

return setmetatable(M, {
  -- story { … }
  __call = function(_, given)
    if type(given) ~= "table" then
      fault.raise { message = "a story is declared by a table", where = mishap.place(), hint = "write story { … }" }
    end
    return setmetatable({ given = given }, Declaration)
  end,
})
