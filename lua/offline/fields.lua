-- lua/offline/fields.lua: values for fields that no plan knows, by what they are
-- called, else by how they are described; and answers in plain prose.

local plans = require "offline.plans"
local story = require "offline.story"

local M = {}

-- Sentences that follow on whatever a field is said to be.
local followings = {
  "low and unhurried, it keeps close to {hero} and lets {thing} be heard",
  "at first hardly there; by the time {other} [o:is|are] seen, nothing else is",
  "the plainest there is, so that {place} can do the rest",
  "as {hero} would do it: once, correctly, and with the door open",
  "something small and near against something large and far, like {thing} against {place}",
  "held longer than is comfortable, then let go",
  "nothing that was not there before; only its place has changed",
}

local names = {
  "A Light Left On", "The Other Side of the Glass", "Half a Tune", "Nine Steps", "The Quiet Part",
  "An Open Hand", "The Long Way Round", "Before the Bell", "A Chair by the Window",
    "What Came Along",
}

local by_word = {
  { "url", "" }, { "uri", "" }, { "path", "" }, { "image", "" },
  { "colou?r", "slate blue" }, { "font", "DejaVu Sans" }, { "language", "English" }, { "genre",
    "Quiet mystery" },
  { "date", "an evening in late autumn" }, { "version", "1" },
}

local known_numbers = {
  duration = { 2, 8 }, seconds = { 2, 8 }, length = { 2, 8 }, number = { 1, 1 }, order = { 1, 1 },
    index = { 1, 1 },
  count = { 3, 5 }, score = { 6, 9 }, rating = { 6, 9 }, confidence = { 1, 1 }, year = { 1911,
    1934 }, age = { 24, 67 },
}

---@param name string
---@return boolean
function M.knows_number(name)
  return known_numbers[name] ~= nil
end

---@param name string
---@param item offline.Item
---@param rng offline.Random
---@return number
function M.number(name, item, rng)
  if name == "number" or name == "order" or name == "index" then return item.index end
  local range = known_numbers[name] or { 1, 9 }
  return rng:integer(range[1], range[2])
end

-- "The cue under the scene." -> "The cue under the scene"
local function stem(description)
  local first = description:match "^%s*(.-)[%.;:!?]" or description:match "^%s*(.-)%s*$"
  first = first:match "^(.-), such as" or first:match "^(.-) %(" or first
  return #first > 0 and #first <= 90 and first or nil
end

local function unique(self, pool, key)
  self.used = self.used or {}
  local order = self.rng:shuffle(pool)
  for _, one in ipairs(order) do
    if not self.used[key .. one] then
      self.used[key .. one] = true
      return one
    end
  end
  self.used[key] = (self.used[key] or 1) + 1
  return ("%s %d"):format(order[1], self.used[key])
end

local sources = {
  { "logline", "premise", "hook", "pitch", "tagline", "theme", "synopsis", "plot", "outline",
    "protagonist",
    "antagonist", "conflict", "resolution", "ending", "climax", "goal", make = plans.narrative },
  { "world", "rules", "history", "mood", "tone", "palette", "motifs", "period", "setting",
    make = plans.lore },
}

local function from_plans(self, name)
  for _, source in ipairs(sources) do
    for _, word in ipairs(source) do
      if name == word or name:find("_" .. word .. "$") or name:find("^" .. word .. "_") then
        return source.make(self.story, self.variant)[word]
      end
    end
  end
end

--- A text for a field.
---@param self offline.Writer
---@param name string
---@param schema table
---@param item offline.Item
---@return string
function M.text(self, name, schema, item)
  local lower = name:lower()
  if lower == "name" or lower == "title" or lower:find "_name$" or lower:find "_title$"
    or lower == "headline" then
    return unique(self, names, "name ")
  end
  for _, pair in ipairs(by_word) do
    if lower:find(pair[1]) then return pair[2] end
  end
  if lower:find "character" or lower == "who" then return self.story.hero.name end
  if lower:find "location" or lower == "where" then return self.story.place.name end
  if lower == "summary" or lower == "description" and item.kind == "other" then
    return plans.narrative(self.story, self.variant).logline
  end
  local planned = from_plans(self, lower)
  if type(planned) == "string" then return planned end
  local following = self.story:fill(unique(self, followings, "following "))
  local about = type(schema.description) == "string" and stem(schema.description)
  if about then return ("%s: %s."):format(story.capital(about), following) end
  return story.capital(following) .. "."
end

--- An answer where no schema was asked for.
---@param self offline.Writer
---@return string
function M.prose(self)
  local values = self.brief.values
  local frame = values["shot.description"] or values["scene.stage_setting_shot.description"]
    or values["prop.description"]
  if frame then
    -- a brief that drew nothing: the same, plainer
    local kept = { "One drawing, plainly composed. " .. frame }
    for _, name in ipairs { "size", "angle", "lens" } do
      local value = values["shot." .. name] or values["scene.stage_setting_shot." .. name]
      if value then kept[#kept + 1] = ("%s: %s."):format(story.capital(name), value) end
    end
    if self.story.style then kept[#kept + 1] = ("Style: %s."):format(self.story.style) end
    return table.concat(kept, "\n")
  end
  return plans.narrative(self.story, self.variant).synopsis
end

return M
