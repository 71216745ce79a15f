-- lua/offline/looks.lua: how a part looks, from its name alone, so that the words
-- about it and every drawing of it agree.

local random = require "offline.random"
local words = require "offline.words"

local M = {}

---@class offline.Colour
---@field name string
---@field rgb integer

---@class offline.Look
---@field form string      what it is drawn as: "person", "animal", "robot", "shade", "lamp", "tower", ...
---@field main offline.Colour
---@field trim offline.Colour
---@field head string      of a person: "cap", "hat", "hood", "bun", "curls", "bald"
---@field build string     of a person: "slight", "broad", "tall", "stooped"
---@field extra string     of a person: "scarf", "satchel", "apron", "stick"
---@field old boolean
---@field skin integer
---@field seed integer

---@type offline.Colour[]
local colours = {
  { name = "mustard yellow", rgb = 0xC8962E }, { name = "brick red", rgb = 0xA9442F },
  { name = "bottle green", rgb = 0x2F6048 }, { name = "navy blue", rgb = 0x2F4468 },
  { name = "plum", rgb = 0x6D3C5C }, { name = "rust", rgb = 0xB9662C },
  { name = "petrol", rgb = 0x2C6F78 }, { name = "cream", rgb = 0xDCCDA6 },
  { name = "olive green", rgb = 0x6E7338 }, { name = "burgundy", rgb = 0x6E2A36 },
  { name = "cobalt blue", rgb = 0x3A5DA0 }, { name = "terracotta", rgb = 0xC2754F },
  { name = "ash grey", rgb = 0x9A9A94 },
}

local materials = {
  { name = "brass", rgb = 0xB8924A }, { name = "dark iron", rgb = 0x4A4E54 },
  { name = "pale wood", rgb = 0xB89468 }, { name = "painted tin", rgb = 0x8C3F35 },
  { name = "worn leather", rgb = 0x7A5236 }, { name = "blackened steel", rgb = 0x3A4048 },
}

local metals = {
  { name = "brass", rgb = 0xB8924A }, { name = "dark iron", rgb = 0x4A4E54 }, { name = "copper",
    rgb = 0xA9663F },
}

local grounds = {
  { name = "grey stone", rgb = 0x7C828A }, { name = "tarred boards", rgb = 0x4B433C },
  { name = "red brick", rgb = 0x8E5344 }, { name = "whitewash", rgb = 0xD6D2C4 },
  { name = "weathered timber", rgb = 0x85735C }, { name = "yellow sandstone", rgb = 0xB99F6E },
}

local function set(text)
  local list = {}
  for word in text:gmatch "%S+" do list[word] = true end
  return list
end

-- The form that a noun is drawn as.
local forms = {
  object = {
    lamp = set "light lamp lantern candle torch beacon star fire flame lights stars bulb match",
    book = set "book logbook letter letters map diary paper note page photograph picture \z
      postcard journal envelope notebook painting",
    key = set "key keys",
    box = set "box tin case chest suitcase crate toolbox trunk coffin package parcel bag satchel \z
      present coffee",
    vessel = set "boat ship rowboat vessel canoe raft submarine sailboat ferry",
    clock = set "clock watch compass wheel gear gears mechanism moon",
    bottle = set "bottle flask cup glass jar vase teapot pot perfume",
    tool = set "brush sword knife hammer pen violin guitar telescope rifle stick oar axe wand \z
      flute trumpet transmitter",
    cloth = set "scarf rope coat dress suit flag umbrella blanket cloth net sail wind song kite",
    plant = set "flower rose seed tree plant apple leaf garden mushroom bread",
    wheels = set "bicycle sled car taxi bus train cart wagon bike truck tram rocket plane",
  },
  place = {
    water = set "sea ocean lake river pond harbour harbor bay lagoon shore coast beach reef \z
      swamp marsh oasis",
    tower = set "lighthouse tower castle mast church cathedral temple observatory palace",
    trees = set "forest wood woods jungle clearing hollow garden orchard oak tree park trees",
    peaks = set "mountain mountains peak pass glacier hill hills cliff rock ridge ledge arch \z
      volcano valley canyon snow",
    dunes = set "desert dune dunes pan beach sand",
    streets = set "city town street underpass market square village neighbourhood road suburb \z
      metro subway station rooftop bridge",
    steps = set "stair stairs staircase ladder",
    sky = set "planet moon space orbit sky stars",
    hall = set "workbench roof gallery dome museum hall factory library theatre theater school \z
      laboratory lab hospital archive warehouse gallery airlock greenhouse corridor window",
  },
}

local function form_of(part)
  if part.kind == "character" then
    if words.animals[part.noun] then return "animal" end
    if words.machines[part.noun] then return "robot" end
    return words.shades[part.noun] and part.noun ~= "stranger" and "shade" or "person"
  end
  local kinds = forms[part.kind] or {}
  local one = part.noun:gsub("s$", "")
  local names = {}
  for form in pairs(kinds) do names[#names + 1] = form end
  table.sort(names)
  for _, form in ipairs(names) do
    if kinds[form][part.noun] or kinds[form][one] then return form end
  end
  return part.kind == "place" and "house" or "thing"
end

local old_words = set "keeper old retired widow widower grandmother grandfather hermit guide \z
  pilot porter monk clockmaker ancient elderly captain"

---@param part offline.Part
---@return offline.Look
function M.of(part)
  local rng = random.new("look of " .. part.name:lower())
  local look = { form = form_of(part), seed = rng:next() & 0xFFFF }
  local pool = part.kind == "character" and colours or part.kind == "place" and grounds or materials
  if look.form == "lamp" or look.form == "key" or look.form == "clock" then pool = metals end
  local order = rng:shuffle(pool)
  look.main, look.trim = order[1], order[2]
  if look.main.rgb == 0xDCCDA6 and part.kind == "character" then
    look.main, look.trim = order[2], order[1]
  end
  look.head = rng:pick { "cap", "hat", "hood", "bun", "curls", "bald" }
  look.build = rng:pick { "slight", "broad", "tall", "stooped" }
  look.extra = rng:pick { "scarf", "satchel", "apron", "stick" }
  look.skin = rng:pick { 0xE3BFA0, 0xC99872, 0x9A6A4A, 0xEACDB4, 0x7A5038 }
  look.old = false
  for word in part.name:lower():gmatch "%a+" do look.old = look.old or old_words[word] or false end
  if not words.men[part.noun] and look.head == "bald" then look.head = "bun" end
  return look
end

local heads = {
  cap = "a knitted cap pulled over the ears", hat = "a wide-brimmed hat",
    hood = "a hood, always up",
  bun = "hair pinned up in a knot", curls = "a great untidy head of curls",
    bald = "a bare, weathered head",
}
local extras = {
  scarf = "a long %s scarf", satchel = "a %s satchel across the chest",
    apron = "a %s apron, tied twice",
  stick = "a walking stick with a %s band",
}
local tops = {
  slight = "slight, narrow-shouldered", broad = "broad and short-legged", tall = "tall and thin",
  stooped = "stooped, head forward",
}

local function person(part, look)
  local age = look.old and "past sixty, a lined and patient face"
    or "somewhere near thirty, a watchful face"
  for _, young in ipairs { "child", "boy", "girl", "kid", "baby" } do
    if part.noun == young then age = "nine or ten years old, a round, serious face" end
  end
  if part.noun == "boy" or part.noun == "girl" then look.build = "slight" end
  local text = ("%s, %s. A heavy %s coat to the knee, %s, dark boots. Known from afar by %s."):format(
    tops[look.build], age, look.main.name, extras[look.extra]:format(look.trim.name),
      heads[look.head])
  return part.plural and "All alike: " .. text or text
end

local describe = {
  person = person,
  animal = function(_, look)
    return ("Lean and quick, its coat %s going to %s at the throat. One ear stands, the other \z
      does not; pale eyes. In silhouette, the long straight back and the one bent ear."):format(
      look.trim.name, look.main.name)
  end,
  robot = function(_, look)
    return ("As tall as a child, a body of %s plates with rounded corners, jointed arms a little \z
      too long. Its head is one round lens with a ring of light. A %s number, half worn off, on \z
      the chest.")
      :format(look.main.name, look.trim.name)
  end,
  shade = function()
    return "Taller than a person and never quite finished: a dark upright shape, narrow at the \z
      top, its edges running like ink in water. No face; where one would be, two small pale \z
      lights."
  end,
  lamp = function(_, look)
    return ("A lamp of %s, the size of a head, with a ring to carry it and four panes, one of \z
      them cracked. Its light is warm yellow, the only such colour around."):format(look.main.name)
  end,
  book = function(_, look)
    return ("Paper the colour of tea, folded and unfolded many times, in a cover of %s tied with \z
      a %s ribbon. Small slanting handwriting, some of \z
      it run."):format(look.main.name, look.trim.name)
  end,
  key = function(_, look)
    return ("A key as long as a finger, %s, with a round bow and three unequal teeth, on a loop \z
      of red string."):format(look.main.name)
  end,
  box = function(_, look)
    return ("A box of %s, small enough for two hands, corners mended with %s. The lid does not \z
      quite close."):format(look.main.name, look.trim.name)
  end,
  vessel = function(_, look)
    return ("A small open hull, %s outside and %s within, one mast without a sail, its name \z
      painted over."):format(look.main.name, look.trim.name)
  end,
  clock = function(_, look)
    return ("Round, of %s, a white dial with thin black hands and no maker's name. The glass has \z
      one scratch, from two to five."):format(look.main.name)
  end,
}

local grounds_of = {
  water = "Water up to the horizon, slate on top and bottle green where it is cut by the bow of \z
    a wave; a narrow strip of %s along its near edge, and one post standing in it, with a %s \z
    band.",
  tower = "A round tower of %s, five storeys, tapering, with a gallery and a lantern room; a low \z
    annex of %s at its foot, one window lit.",
  trees = "Old trees with straight trunks, close together, bark dark and split; at their foot a \z
    low wall of %s and a gate of %s that no longer shuts.",
  peaks = "A steep outline like a broken tooth, %s with veins of %s; one ledge runs across it \z
    from left to right, and there is a cairn at its end.",
  dunes = "Long low ridges, one behind the other, pale; from the nearest sticks a wall of %s and \z
    a beam of %s.",
  streets = "Narrow fronts of %s, five storeys, with stairs and signs; in the middle a house of \z
    %s, lower than its neighbours, with a single lit window under the roof.",
  sky = "A pale curve against black, marked with three craters in a row; in front of it a dish \z
    on a mast, and ground like %s and %s.",
  hall = "A long high hall of %s on iron columns, a roof of small panes, cases along both walls; \z
    the floor of %s is worn to a path down the middle.",
  steps = "A flight of steps of %s, wide below and narrow above, without a rail; each third step \z
    is of %s.",
  house = "A low building of %s under a steep roof, a door of %s in the middle, one window on \z
    each side of it, unequal; a chimney at the left end.",
}

local function describe_place(_, look)
  return grounds_of[look.form]:format(look.main.name, look.trim.name)
end

for form in pairs(grounds_of) do describe[form] = describe_place end

--- What a painter needs to know of it.
---@param part offline.Part
---@return string
function M.describe(part)
  if part.description and part.description ~= "" then return part.description end
  local look = M.of(part)
  local words_for = describe[look.form]
  if words_for then
    local text = words_for(part, look)
    return (text:gsub("^%l", string.upper))
  end
  return ("Small enough to be carried, of %s with a %s rim, worn bright where it is held. One \z
    dent on the left side; no lettering anywhere."):format(look.main.name, look.trim.name)
end

return M
