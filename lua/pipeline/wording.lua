-- lua/pipeline/wording.lua: what a text says, in any script, as far as rules need to know
-- it: whom it shows, and how long it takes to say.

local name = require "host.name"

local M = {}

local WORDS_A_SECOND = 3 -- a brisk speaker of English
local SYLLABLES_A_SECOND = 6 -- of a script that writes a character for each

-- As much of a sentence as a name can be made of; hardly one is longer.
local WHOLE = 1024

--- What is said of someone who is heard and not seen.
local AWAY = { "-off-screen-", "-offscreen-", "-out-of-frame-", "-out-of-shot-", "-o-s-", "-voice-over-", "-unseen-" }

--- Whether a character is of a script that puts no spaces between words.
---@param code integer
local function is_unspaced(code)
  return code >= 0x0E00 and code <= 0x0EFF -- Thai, Lao
    or code >= 0x3040 and code <= 0x30FF -- kana
    or code >= 0x3400 and code <= 0x9FFF -- Han
    or code >= 0xAC00 and code <= 0xD7A3 -- Hangul, which has spaces, and a syllable a character
end

---@param text string
local function count_unspaced(text)
  local count = 0
  for _, code in utf8.codes(text, true) do
    count = count + (is_unspaced(code) and 1 or 0)
  end
  return count
end

--- A text's words alone, each between two hyphens.
local function bare(text)
  return "-" .. name.slug(text, WHOLE) .. "-"
end

local function is_away(said)
  for _, word in ipairs(AWAY) do
    if said:find(word, 1, true) then
      return true
    end
  end
  return false
end

--- What some texts show; what a sentence says to be out of frame is not shown.
---@class pipeline.Shown
---@field said string
local Shown = {}
Shown.__index = Shown

---@param ... string? texts
---@return pipeline.Shown
function M.shown(...)
  local sentences = {}
  for _, text in pairs { ... } do
    for sentence in text:gsub("。", "."):gsub("！", "!"):gsub("？", "?"):gmatch "[^.!?\n]+" do
      local said = bare(sentence)
      if not is_away(said) then
        sentences[#sentences + 1] = said
      end
    end
  end
  return setmetatable({ said = table.concat(sentences, " ") }, Shown)
end

--- Whether they speak of something by its name.
---@param what string
---@return boolean
function Shown:has(what)
  local word = bare(what:gsub("^[Tt]he%s+", ""):gsub("^[Aa]n?%s+", ""))
  if count_unspaced(what) > 0 then
    word = word:sub(2, -2)
  end
  return self.said:find(word, 1, true) ~= nil
end

--- Whether a list of names has one, however it is spelt.
---@param list string[]?
---@param what string
---@return boolean
function M.lists(list, what)
  local wanted = bare(what)
  for _, entry in ipairs(list or {}) do
    if entry == what or bare(entry) == wanted then
      return true
    end
  end
  return false
end

--- How long it takes to say a dialogue, whose lines may begin with who speaks and have
--- directions in parentheses.
---@param dialogue string?
---@return number seconds
function M.seconds_to_say(dialogue)
  local seconds = 0
  for line in (dialogue or ""):gmatch "[^\n]+" do
    local spoken = line:gsub("：", ":", 1):gsub("^[^:]-:", "", 1):gsub("%b()", "")
    local syllables = count_unspaced(spoken)
    local spaced = spoken
    if syllables > 0 then
      spaced = spoken:gsub(utf8.charpattern, function(character)
        return is_unspaced(utf8.codepoint(character, 1, 1, true)) and " " or nil
      end)
    end
    local _, words = spaced:gsub("[^%s%p]+", "")
    seconds = seconds + words / WORDS_A_SECOND + syllables / SYLLABLES_A_SECOND
  end
  return seconds
end

return M
