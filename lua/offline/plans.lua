-- lua/offline/plans.lua: what the parts of a storyboard are to say, as tables that
-- have more fields than anyone asks for; the writer takes those it needs.

local arcs = require "offline.arcs"
local beats = require "offline.beats"
local looks = require "offline.looks"
local random = require "offline.random"
local shots = require "offline.shots"
local story = require "offline.story"
local tongues = require "offline.tongues"

local M = {}

local OPENING = 600 -- bytes of an idea that a synopsis opens with, at most

-- An idea as the first sentence of a text: of a long one, the sentences that it opens with.
local function sentence(text)
  text = text:match "^%s*(.-)%s*$"
  if #text > OPENING then
    text = text:sub(1, utf8.offset(text, 0, OPENING + 1) - 1)
    text = text:match "^(.*[%.!?]%f[%s\"])" or text:match "^(.*。)" or text:match "^(.*)%s" or text
  end
  local ended = text:find "[%.!?…]\"?$" or text:find "。$" or text:find "！$" or text:find "？$"
  return ended and text or text .. "."
end

---@param S offline.Story
local function colour_slots(S)
  return { colours = S.setting.colours }
end

---@param S offline.Story
---@param variant integer which of several proposals
---@return table
function M.lore(S, variant)
  local arc, setting = S:arc(variant), S.setting
  local n = (variant - 1) % 3 + 1
  local slots = colour_slots(S)
  local world = ("%s Here lives %s, and here %s."):format(setting.worlds[n], S.hero.mid,
    S.thing.plural and S.thing.mid .. " have their place" or S.thing.mid .. " has its place")
  local palette = story.capital(S:fill(arc.palette, slots))
  if S.style then
    palette = ("After the style, %s: %s"):format(S.style, palette:gsub("^%u", string.lower))
  end
  return {
    title = setting.titles[n], name = setting.titles[n], world = world, setting = world,
    time_and_place = setting.times[n], place = S.place.name, period = setting.times[n],
    rules = S:fill(arc.rules, slots), history = S:fill(arc.history, slots),
    mood = arc.mood, tone = arc.mood, visual_motifs = setting.motifs[n], motifs = setting.motifs[n],
    palette = palette, colours = palette, colors = palette,
    description = world, summary = world,
  }
end

---@param S offline.Story
---@param variant integer
---@return table
function M.narrative(S, variant)
  local arc = S:arc(variant)
  local function fill(text) return S:fill(text, colour_slots(S)) end
  local synopsis = table.concat({
    sentence(S.idea), fill(arc.middle), fill(arc.turn), fill(arc.ending),
  }, " ")
  return {
    title = fill(arc.title), name = fill(arc.title), logline = fill(arc.logline),
    premise = fill(arc.logline), hook = fill(arc.logline), theme = arc.theme,
    protagonist = fill(arc.protagonist), want = fill(arc.want), goal = fill(arc.want),
    obstacle = fill(arc.obstacle), conflict = fill(arc.obstacle), antagonist = S.other.name,
    turn = fill(arc.turn), climax = fill(arc.turn), ending = fill(arc.ending),
    resolution = fill(arc.ending), synopsis = synopsis, summary = synopsis, plot = synopsis,
    outline = synopsis, description = synopsis, tagline = arc.theme,
  }
end

-- What a scene's sentences can speak of.
local function slots_of(S, beat, here, pick)
  local setting = S.setting
  local near = pick(setting.near)
  return {
    here = here.mid, hour = setting.hours[beat], weather = setting.weather[beat],
    light = setting.light[beat], near = (near:gsub("^%u", string.lower)),
    far = pick(setting.far), colours = setting.colours,
  }
end

-- Where the scenes happen: the story's own place most, the others in turn.
local function place_of(S, index)
  return S.places[(index - 1) % #S.places + 1]
end

-- What the scene is told from: the arc's own two at the end, others in an order of
-- the story's, none more often than it must be.
local function scene_source(S, beat, index, count, used, values)
  local arc = S:arc(1, values)
  if index == count and count > 1 then return arc.last end
  if index == count - 1 and index > 1 then return arc.climax end
  local rng = random.new("scenes of " .. S.idea)
  local best
  for _, at in ipairs { beat, 2, 3, 4, 1 } do
    for _, one in ipairs(rng:shuffle(beats.scenes[at])) do
      local times = used[one.name] or 0
      if times == 0 then return one end
      if at > 1 and (not best or times < used[best.name]) then best = one end
    end
  end
  return best
end

local function sketch_of(S, here, slots)
  local look = looks.of(here)
  local built = here.kind == "place" and look.form ~= "water" and look.form ~= "sky"
    and (", %s and %s"):format(look.main.name, look.trim.name) or ""
  return S:fill("{Here}" .. built .. ". {Near} in front on the left; the middle ground open, one \z
    way in from the right; at the back, {far}. {Hour}: {light}. {Weather}. The rest in \z
    {colours}.", slots)
end

---@param S offline.Story
---@param count integer
---@param values table<string, string> of the brief
---@return table[]
function M.scenes(S, count, values)
  local planned, used, named = {}, {}, {}
  local rng = random.new("scenes of " .. S.idea)
  local nears, fars = rng:shuffle(S.setting.near), rng:shuffle(S.setting.far)
  for i = 1, count do
    local beat = story.beat(i, count)
    local here = place_of(S, i)
    local source = scene_source(S, beat, i, count, used, values)
    local repeated = used[source.name]
    used[source.name] = (repeated or 0) + 1
    local slots = slots_of(S, beat, here, function(list)
      local order = list == S.setting.near and nears or fars
      return order[(i - 1) % #order + 1]
    end)
    local name = repeated and ("%s, %s"):format(source.name, here.mid) or source.name
    if named[name] then name = ("%s, %d"):format(source.name, repeated + 1) end
    named[name] = true
    local sketch = sketch_of(S, here, slots)
    planned[i] = {
      name = name, title = name, description = S:fill(source.text, slots), sketch = sketch,
      summary = S:fill(source.text, slots), setting = sketch, location = here.name,
      time = story.capital(slots.hour), mood = S:arc(1, values).mood,
        act = ("Act %d"):format((beat + 1) // 2),
      beat = ({ "opening", "disturbance", "search", "confrontation", "ending" })[beat],
      number = i, order = i, here = here,
    }
  end
  return planned
end

---@param S offline.Story
---@param count? integer
---@return table[]
function M.props(S, count)
  local planned, rng = {}, random.new("more props of " .. S.idea)
  local more = rng:shuffle(table.move(S.setting.objects, 1, #S.setting.objects,
    #S.setting.others + 1,
    table.move(S.setting.others, 1, #S.setting.others, 1, {})))
  local taken = {}
  for i = 1, count or #S.props do
    local part = S.props[i]
    local name, kind = part and part.name, part and part.kind
    if not part then
      repeat name = table.remove(more) until not name or not taken[name]
      name, kind = name or ("The thing no. %d"):format(i), "object"
      part = require "offline.cast".part(name, kind)
    end
    taken[name] = true
    local description = looks.describe(part)
    planned[i] = {
      name = name, title = name, kind = kind, type = kind, category = kind,
        description = description,
      appearance = description, looks = description, summary = description, role = kind,
    }
  end
  return planned
end

--- Which props a scene shows, of those that there are.
---@param S offline.Story
---@param scenes { name: string, text: string }[] all scenes, in order
---@param names string[] of the props
---@return table<string, string[]> names of props, by scene
function M.casting(S, scenes, names)
  local by_scene, seen = {}, {}
  local function show(scene, name)
    for _, one in ipairs(by_scene[scene]) do
      if one == name then return end
    end
    table.insert(by_scene[scene], name)
    seen[name] = true
  end
  for i, scene in ipairs(scenes) do
    by_scene[i] = {}
    local text = " " .. scene.text:lower() .. " "
    for _, name in ipairs(names) do
      local bare = name:lower()
      if text:find("%f[%w]" .. bare:gsub("%p", "%%%0") .. "%f[%W]") then show(i, name) end
    end
    for _, name in ipairs(names) do
      if name == S.hero.name and #by_scene[i] < 3 then show(i, name) end
    end
  end
  -- what nobody shows yet is seen where the least is
  for k, name in ipairs(names) do
    if not seen[name] and #scenes > 0 then
      local at = (k - 1) % #scenes + 1
      for i = 1, #scenes do
        if #by_scene[i] < #by_scene[at] then at = i end
      end
      show(at, name)
    end
  end
  for i in ipairs(scenes) do
    local k = i
    while #by_scene[i] < math.min(2, #names) do
      show(i, names[(k - 1) % #names + 1])
      k = k + 1
    end
  end
  local result = {}
  for i, scene in ipairs(scenes) do result[scene.name] = by_scene[i] end
  return result
end

-- The beat of a scene that is written already: its hour tells.
local function beat_of(S, values)
  local text = ((values["scene.sketch"] or "") .. " " .. (values["scene.description"]
    or "")):lower()
  local best, at = 3, math.huge
  for beat = 1, 5 do
    local found = text:find(S.setting.light[beat]:lower(), 1, true)
    if found and found < at then best, at = beat, found end
  end
  if at < math.huge then return best end
  return random.new(values["scene.name"] or S.idea):integer(1, 5)
end

local function here_of(S, values)
  local text = (values["scene.sketch"] or values["scene.description"] or ""):lower()
  local best, at
  for _, part in ipairs(S.present or S.places) do
    local found = part.kind == "place" and text:find(part.name:lower():gsub("^the ", ""), 1, true)
    if found and (not at or found < at) then best, at = part, found end
  end
  return best or S.place
end

local function part_for(S, role, here)
  return role == "here" and here or S[role]
end

-- The parts in a frame that the scene has.
local function seen_in(S, kind, here)
  local names = {}
  for _, role in ipairs(kind.shows) do
    local part = part_for(S, role, here)
    for _, present in ipairs(S.present or S.props) do
      if present.name == part.name then names[#names + 1] = part.name end
    end
  end
  return names
end

-- The kinds of shots in cutting order, of those whose cast the scene has.
local function order_of(S, beat, count, seed)
  local order, used, there = {}, {}, { here = true }
  for _, part in ipairs(S.present or S.props) do
    for _, role in ipairs { "hero", "other", "thing" } do
      there[role] = there[role] or S[role].name == part.name
    end
  end
  there.other = there.other and S.other ~= S.hero
  local function fits(kind)
    for _, role in ipairs(kind.shows) do
      if not there[role] then return false end
    end
    return true
  end
  local function take(list)
    for _, id in ipairs(list) do
      if #order < count and not used[id] and fits(shots.kinds[id]) then
        used[id] = true
        order[#order + 1] = id
      end
    end
  end
  local orders = shots.orders[beat]
  take(orders[random.new("order of " .. seed):integer(1, #orders)])
  for i = 1, #shots.orders do
    for _, other in ipairs(shots.orders[i]) do take(other) end
  end
  if #order == 0 then order[1] = "map" end
  local distinct = #order
  while #order < count do order[#order + 1] = order[#order - distinct + 1] end
  return order
end

-- What is said in a scene, one line after the other, by those who can speak.
local function lines_of(S, beat, rng)
  local hero, other = story.speaks(S.hero), story.speaks(S.other) and S.other ~= S.hero
  local lines = {}
  for _, line in ipairs(beats.lines[beat]) do
    if line.by == "hero" and hero then
      lines[#lines + 1] = ("%s: %s"):format(tongues.upper(S.hero.noun), line.line)
    elseif line.by == "other" and other then
      lines[#lines + 1] = ("%s: %s"):format(tongues.upper(S.other.noun), line.line)
    end
  end
  return rng:shuffle(lines)
end

local function half(seconds)
  return math.floor(seconds * 2 + 0.5) / 2
end

---@param S offline.Story within the scene
---@param count integer
---@param values table<string, string>
---@param seed string
---@return table[]
function M.shots(S, count, values, seed)
  local beat, here = beat_of(S, values), here_of(S, values)
  local rng = random.new(seed .. (values["scene.name"] or ""))
  local nears, fars = rng:shuffle(S.setting.near), rng:shuffle(S.setting.far)
  local sounds = rng:shuffle(S.setting.sounds)
  local wording = rng:integer(0, 1)
  local planned, used = {}, {}
  local lines, spoken = lines_of(S, beat, rng), 0
  for i, id in ipairs(order_of(S, beat, count, S.idea .. (values["scene.name"] or ""))) do
    local kind = shots.kinds[id]
    local slots = slots_of(S, beat, here, function(list)
      local order = list == S.setting.near and nears or fars
      return order[(i - 1) % #order + 1]
    end)
    local w = (wording + i) % 2 + 1
    local name = S:fill(kind.names[w], slots)
    if used[name] then name = S:fill(kind.names[3 - w], slots) end
    if used[name] then name = ("%s (%d)"):format(name, i) end
    used[name] = true
    local dialogue = ""
    if kind.speaks and spoken < (count + 1) // 2 and lines[spoken + 1] then
      spoken = spoken + 1
      dialogue = lines[spoken]
    end
    local _, letters = dialogue:gsub("%S+", "")
    local sound = sounds[(i - 1) % #sounds + 1]
    local description = S:fill(kind.frames[w], slots)
    planned[i] = {
      name = name, title = name, description = description, frame = description,
        prompt = description,
      image_prompt = description, visual = description,
      size = kind.size, shot_size = kind.size, shot_type = kind.size, angle = kind.angle,
      camera_angle = kind.angle, movement = kind.movement, camera_movement = kind.movement,
      camera = ("%s, %s, %s"):format(kind.size, kind.angle, kind.movement), lens = kind.lens,
      action = S:fill(kind.actions[w], slots), dialogue = dialogue, line = dialogue,
      sound = story.capital(sound .. (kind.sound and "; " .. kind.sound or "")) .. ".",
      audio = story.capital(sound) .. ".",
      duration = math.max(2, math.min(8, half(kind.seconds + letters / 4))),
      props = seen_in(S, kind, here), number = i, order = i,
    }
  end
  return planned
end

-- "a, b and c"
local function listed(names)
  if #names < 2 then return names[1] or "" end
  return table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names]
end

---@param S offline.Story within the scene
---@param values table<string, string>
---@return table
function M.stage(S, values)
  local beat, here = beat_of(S, values), here_of(S, values)
  local rng = random.new("stage of " .. (values["scene.name"] or S.idea))
  local slots = slots_of(S, beat, here, function(list) return rng:pick(list) end)
  local where = { "at the left, some ten steps off", "in the middle", "at the right, nearer to us",
    "further back, half covered" }
  local placed = {}
  for _, part in ipairs(S.present or S.props) do
    if part.name ~= here.name and #placed < 4 then
      placed[#placed + 1] = ("%s %s"):format(part.mid, where[#placed + 1])
    end
  end
  local description = S:fill("{Here}, whole, before anyone has moved. In the foreground, {near}; \z
    in the middle ground " .. listed(placed) .. "; at the back, {far}. {Light}; what it does not \z
      reach stays dark.", slots)
  local choice = rng:pick {
    { "wide", "eye level", "24 mm, deep focus" }, { "extreme wide", "high", "24 mm, deep focus" },
    { "wide", "low", "21 mm, deep focus" }, { "extreme wide", "eye level", "35 mm, deep focus" },
  }
  local name = ("%s, %s"):format(here.name, S.setting.hours[beat])
  return {
    name = name, title = name, description = description, frame = description, prompt = description,
    size = choice[1], angle = choice[2], movement = "static", lens = choice[3],
    action = story.capital(slots.weather) .. ".", dialogue = "",
    sound = story.capital(rng:pick(S.setting.sounds)) .. ".", duration = 5,
    props = seen_in(S, { shows = { "here", "hero", "other", "thing" } }, here),
  }
end

M.arcs = #arcs

return M
