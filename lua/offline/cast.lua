-- lua/offline/cast.lua: who, what and where an idea speaks of.

local random = require "offline.random"
local tongues = require "offline.tongues"
local words = require "offline.words"

local M = {}

---@class offline.Part
---@field name string   "The keeper"
---@field kind "character"|"object"|"place"
---@field noun string   "keeper": the head of its name, in lower case
---@field mid string    the name within a sentence: "the keeper"
---@field plural boolean
---@field proper boolean a name of its own: "Mara"
---@field description? string given by the user

local function tokens_of(text)
  local tokens = {}
  for before, word,
    after in text:gmatch "([^%w\128-\255'’-]*)([%w\128-\255'’-]+)([^%w\128-\255'’-]*)" do
    local token = { word = word, lower = word:lower(), first = before:find "[%.!?:]" ~= nil }
    token.stop = after:find "[%.,;:!?()\"“”—–]" ~= nil
    if after:find "[%.!?:]" then token.ends = true end
    tokens[#tokens + 1] = token
  end
  for i, token in ipairs(tokens) do
    token.first = i == 1 or tokens[i - 1].ends or token.first
  end
  return tokens
end

---@param name string
---@param kind string
---@return offline.Part
function M.part(name, kind)
  local bare = name:gsub("^[Tt]he%s+", "")
  local noun = (bare:gsub("%s+%l+%s+the%s+.*$", ""):match "(%S+)%s*$" or bare):lower()
  noun = noun:gsub("'s$", ""):gsub("’s$", "")
  local proper = bare == name and name:find "^%u" ~= nil and not name:find "^%u%l+ %l"
  local plural = noun:find "[^su']s$" ~= nil and not noun:find "[ui]s$" and noun ~= "always"
  return {
    name = name, kind = kind or words.kind(noun), noun = noun, plural = plural, proper = proper,
    mid = proper and name or (name:gsub("^The ", "the "):gsub("^(%u)(%l+ %l)", function(a, b)
      return a:lower() .. b
    end)),
  }
end

-- Where a noun phrase that begins at `from` ends; nil when there is none.
local function phrase_end(tokens, from, plural)
  local last
  for i = from, math.min(#tokens, from + 3) do
    local word, after = tokens[i].lower, tokens[i + 1]
    if words.determiners[word] or words.prepositions[word] or words.breaks[word] then break end
    if word:find "ly$" and i > from then break end
    local only_adjectives = last == nil or words.is_adjective(tokens[last].lower)
    if i > from and not only_adjectives then
      -- a noun already exists: is this one more, or the verb?
      local opens = after and not tokens[i].stop
        and (words.determiners[after.lower] or after.lower == "that" or after.lower == "to")
      local acts = after and words.prepositions[after.lower] and word:find "[^s]s$"
      if words.is_verb(word) or opens or acts then break end
      if plural and tokens[last].lower:find "s$" then break end
    end
    last = i
    if tokens[i].stop then break end
  end
  if last and words.is_adjective(tokens[last].lower) and last == from
    and tokens[last].lower:find "ed$" then
    return nil
  end
  return last
end

local function phrase(tokens, from, to)
  local list = {}
  for i = from, to do list[#list + 1] = tokens[i].word:lower() end
  return (table.concat(list, " "):gsub("'s$", ""):gsub("’s$", ""))
end

local indefinite = { something = true, someone = true, somebody = true }

-- A name of its own: "Mara", "New Harbour".
local function proper_end(tokens, from)
  local last = from
  while tokens[last + 1] and not tokens[last].stop and tokens[last + 1].word:find "^%u" do
    last = last + 1
  end
  return last
end

--- "Mara finds …", "Mara and Old Tom …": a sentence that begins with a name.
---@private
---@param tokens { word: string, lower: string, stop: boolean? }[]
---@param i integer
---@return boolean
function M.begins_with_name(tokens, i)
  local word, after, further = tokens[i].lower, tokens[i + 1], tokens[i + 2]
  if not after or words.prepositions[word] or words.breaks[word] or words.is_verb(word) or words.is_adjective(word) then
    return false
  end
  return not tokens[i].stop and (words.is_verb(after.lower) and after.lower:find "s$" ~= nil
    or after.lower == "and" and further and further.word:find "^%u" ~= nil)
end

--- The noun phrases of a text in the order in which they come, each once.
---@param text string
---@return offline.Part[]
function M.extract(text)
  local nouns = tongues.nouns(text)
  if nouns then
    for i, noun in ipairs(nouns) do nouns[i] = M.part(noun.name, noun.kind) end
    return nouns
  end
  local tokens, parts, seen = tokens_of(text), {}, {}
  local function add(name, kind)
    local part = M.part(name, kind)
    if #part.noun < 2 or seen[part.noun] or #parts >= 8 then return end
    seen[part.noun] = true
    parts[#parts + 1] = part
  end
  local i = 1
  while i <= #tokens do
    local token = tokens[i]
    local last
    if words.determiners[token.lower] and not token.stop then
      last = phrase_end(tokens, i + 1, words.plural_determiners[token.lower])
      if last and tokens[i + 1].word:find "^%u" and not tokens[i + 1].first then
        add("The " .. table.concat({ tokens[i + 1].word, table.unpack(M.words(tokens, i + 2,
          last)) }, " "))
      elseif last then
        add("The " .. phrase(tokens, i + 1, last))
      end
    elseif indefinite[token.lower] then
      add("The " .. token.lower, "character")
    elseif token.word:find "^%u%l+" and (not token.first or M.begins_with_name(tokens, i)) then
      last = proper_end(tokens, i)
      local before = i > 1 and tokens[i - 1].lower
      local somewhere = before == "in" or before == "at" or before == "near" or before == "to"
      add(table.concat(M.words(tokens, i, last), " "), somewhere and "place" or "character")
    end
    i = (last or i) + 1
  end
  if #parts == 0 and #tokens <= 4 then -- "dog", "Lost at sea": its last word is what there is
    local last = tokens[#tokens]
    if last and not words.is_verb(last.lower) then add("The " .. last.lower) end
  end
  return parts
end

---@private
---@param tokens { word: string }[]
---@param from integer
---@param to integer
---@return string[]
function M.words(tokens, from, to)
  local list = {}
  for i = from, to do list[#list + 1] = tokens[i].word end
  return list
end

---@param text string
---@return string setting the one that most words speak for
function M.setting(text)
  local best, most, order = nil, 0, { "sea", "space", "snow", "desert", "forest", "works", "house",
    "city" }
  for _, name in ipairs(order) do
    local count = 0
    for word in text:lower():gmatch "[%w-]+" do
      if words.settings[name][word] or words.settings[name][word:match "^(.+)s$" or ""] then
        count = count + 1
      end
    end
    count = count + tongues.speaks_for(text, name)
    if count > most then best, most = name, count end
  end
  return best or random.new(text):pick(order)
end

--- "she", "he", "it" or "they" for a character.
---@param part offline.Part
---@param idea string
---@return string
function M.pronoun(part, idea)
  if part.plural then return "they" end
  if words.women[part.noun] then return "she" end
  if words.men[part.noun] then return "he" end
  if words.animals[part.noun] or words.machines[part.noun] or words.shades[part.noun]
    or part.kind ~= "character" then
    return "it"
  end
  for word in part.mid:lower():gmatch "%a+" do -- "the robot gardener", "the old woman next door"
    if words.machines[word] then return "it" end
    if words.women[word] then return "she" end
    if words.men[word] then return "he" end
  end
  local lower = " " .. idea:lower() .. " "
  if lower:find "%f[%w]she%f[%W]" or lower:find "%f[%w]her%f[%W]" then return "she" end
  if lower:find "%f[%w]he%f[%W]" or lower:find "%f[%w]his%f[%W]" then return "he" end
  return random.new(part.noun):pick { "she", "he" }
end

return M
