-- lua/offline/tongues.lua: who, what and where an idea speaks of that is not in
-- English: the nouns that stand out, in the words of the idea. No grammar, just what
-- marks a noun in each tongue: an article, a capital letter, a particle, an ending.

local M = {}

---@class offline.Noun
---@field name string
---@field kind "character"|"object"|"place"

---@param text string
---@return table<string, boolean>
local function set(text)
  local words = {}
  for word in text:gmatch "%S+" do words[word] = true end
  return words
end

-- Tongues with articles. `of` is what tells them apart; `at` leads to a place, alone or
-- before an article; `skip` may stand between an article and its noun.
local articled = {
  french = {
    of = set "un une le la les des du et dans son sa ses qui que avec pour sur au aux est elle il se ne",
    articles = set "un une le la les l des du son sa ses leur leurs deux trois au aux ce cette",
    at = set "dans à au aux sur en chez sous vers",
    skip = set [[petit petite petits vieux vieil vieille jeune grand grande bon bonne beau belle nouveau nouvelle
      dernier dernière premier première pauvre seul seule mystérieux mystérieuse]],
  },
  german = {
    of = set "ein eine einen einem einer eines der die das den dem und im auf mit sein seine ihr ihre sich zu von ist",
    articles = set [[ein eine einen einem einer eines der die das den dem des sein seine seinen seinem seiner ihr ihre
      ihren ihrem ihrer zwei drei im am]],
    at = set "in im auf am an bei nach unter hinter vor",
    skip = {},
    capitals = true,
  },
  spanish = {
    of = set "un una el la los las del y en su sus que con por para se al es una lo",
    articles = set "un una unos unas el la los las su sus dos tres del al",
    at = set "en al hacia bajo sobre",
    skip = set "viejo vieja joven pequeño pequeña gran grande último última primer primera pobre nuevo nueva",
  },
  italian = {
    of = set "un una uno il lo gli della del di e suo sua che con per si nel nella è dei",
    articles = set "un una uno il lo la gli i le suo sua due tre nel nella del della dello sul sulla al alla l",
    at = set "in nel nella sul sulla al alla verso sotto",
    skip = set "vecchio vecchia giovane piccolo piccola grande ultimo ultima primo prima povero povera nuovo nuova",
  },
  portuguese = {
    of = set "um uma os as do da e em seu sua que com por para se no na é dos das",
    articles = set "um uma o a os as seu sua dois duas três no na do da",
    at = set "em no na nos nas sobre sob",
    skip = set "velho velha jovem pequeno pequena grande último última primeiro primeira pobre novo nova",
  },
  dutch = {
    of = set "een het de en op met zijn haar van die dat niet zich wordt",
    articles = set "een het de zijn haar hun twee drie",
    at = set "in op bij naar onder achter aan",
    skip = set "oude jonge kleine grote laatste eerste arme nieuwe",
  },
}

local english = set "a an the and of her his their that with to is who when from into by for"

-- What each setting is known by, in other tongues.
local settings = {
  sea = set [[mer océan plage phare bateau île pêcheur meer see strand leuchtturm schiff boot insel fischer mar océano
    playa faro barco isla pescador mare spiaggia nave isola pescatore praia farol navio pescador zee vuurtoren schip
    eiland море моря маяк маяка корабль остров рыбак 海 灯台 島 船 港 漁師 灯塔 岛 渔夫 바다 등대 섬 배]],
  space = set [[espace étoile étoiles fusée planète weltraum stern sterne rakete planet espacio estrella cohete spazio
    stella razzo pianeta espaço estrela foguete космос звезда ракета планета 宇宙 星 惑星 火箭 星球 우주 별 행성]],
  forest = set [[forêt bois arbre loup renard jardin wald baum wolf fuchs garten bosque árbol lobo zorro foresta bosco
    albero lupo volpe floresta árvore raposa bos boom tuin лес лесу лесник волк сад 森 木 狐 狼 庭 森林 树 花园 숲 나무]],
  snow = set [[neige glace montagne hiver schnee eis berg winter nieve hielo montaña invierno neve ghiaccio montagna
    inverno gelo montanha sneeuw ijs снег снегу лёд гора зима 雪 氷 山 冬 冰 冬天 눈 얼음 산 겨울]],
  desert = set "désert sable dune wüste sand desierto arena deserto sabbia areia woestijn пустыня песок 砂漠 砂 沙漠 사막",
  house = set [[maison cuisine famille mère père grenier boulangerie boulangère haus küche familie mutter vater oma
    casa cocina familia madre padre abuela cucina famiglia nonna cozinha família avó huis keuken moeder дом кухня семья
    бабушка 家 台所 家族 母 父 祖母 房子 厨房 家庭 妈妈 奶奶 집 부엌 가족 할머니]],
  works = set [[horloge horloger machine robot train usine musée uhr uhrmacher maschine roboter zug fabrik museum reloj
    relojero máquina tren fábrica orologio orologiaio macchina treno relógio relojoeiro trem klok trein поезд часы
    часовщик робот завод 時計 機械 ロボット 列車 工場 钟表 机器人 火车 工厂 시계 로봇 기차 공장]],
  city = set [[ville rue quartier marché café métro stadt straße markt polizei ciudad calle mercado barrio città
    strada mercato cidade rua bairro stad straat город улица рынок 町 街 通り 市場 祭り 寿司 城市 街道 市场 도시 거리 시장]],
}

---@param code integer
---@return "kanji"|"katakana"|"hiragana"|"hangul"|"letter"|"mark"
local function class_of(code)
  if code >= 0x4E00 and code <= 0x9FFF or code == 0x3005 then return "kanji" end
  if code >= 0x30A1 and code <= 0x30FA or code == 0x30FC then return "katakana" end
  if code >= 0x3041 and code <= 0x309F then return "hiragana" end
  if code >= 0xAC00 and code <= 0xD7A3 then return "hangul" end
  if code >= 0x2000 and code <= 0x206F or code >= 0x3000 and code <= 0x303F or code >= 0xFF00 and code <= 0xFF20 then
    return "mark"
  end
  if code < 128 and not string.char(code):find "[%w'-]" then return "mark" end
  if code == 0xAB or code == 0xBB or code == 0xBF or code == 0xA1 then return "mark" end
  return "letter"
end

-- The text cut where the class of its characters changes.
---@param text string
---@return { text: string, class: string, length: integer }[]
local function runs_of(text)
  local runs, last, from = {}, nil, 1
  local function close(to)
    if last then last.text = text:sub(from, to) end
    from = to + 1
  end
  for at, code in utf8.codes(text) do
    local class = class_of(code)
    if last and last.class == class then
      last.length = last.length + 1
    else
      close(at - 1)
      last = { class = class, length = 1 }
      runs[#runs + 1] = last
    end
  end
  close(#text)
  return runs
end

-- A letter in another case, in the scripts that are met here; Lua's own knows ASCII alone.
---@param letter string
---@param up boolean
---@return string
local function cased(letter, up)
  local code = utf8.codepoint(letter)
  local by = up and 32 or 0
  if code < 128 then return up and letter:upper() or letter:lower() end
  if code >= 0xC0 + by and code <= 0xDE + by and code ~= 0xD7 + by or code >= 0x410 + by and code <= 0x42F + by then
    return utf8.char(up and code - 32 or code + 32)
  end
  if code == (up and 0x451 or 0x401) then return up and "Ё" or "ё" end
  return letter
end

---@param word string
---@return string
local function lower(word)
  return (word:gsub(utf8.charpattern, function(letter) return cased(letter, false) end))
end

---@param word string
---@return string
local function capital(word)
  return (word:gsub("^" .. utf8.charpattern, function(letter) return cased(letter, true) end))
end

--- A word in capitals.
---@param word string UTF-8
---@return string
function M.upper(word)
  return (word:gsub(utf8.charpattern, function(letter) return cased(letter, true) end))
end

-- The nouns found so far: the first that is no place is whom the story is about.
local function gatherer()
  local nouns, seen = {}, {}
  return nouns, function(name, kind)
    if utf8.len(name) < 1 or #name > 48 or seen[name] or #nouns >= 6 then return end
    seen[name] = true
    local has_hero = false
    for _, noun in ipairs(nouns) do has_hero = has_hero or noun.kind == "character" end
    nouns[#nouns + 1] = { name = name, kind = not has_hero and kind ~= "place" and "character" or kind }
  end
end

---@param text string
---@return { word: string, lower: string, stop: boolean }[]
local function words_of(text)
  local list = {}
  for word, after in (text .. " "):gmatch "([%w\128-\255-]+)([^%w\128-\255-]+)" do
    list[#list + 1] = { word = word, lower = lower(word), stop = after:find "[.,;:!?()\"]" ~= nil }
  end
  return list
end

---@param words { word: string, lower: string, stop: boolean }[]
local function articled_nouns(words, tongue)
  local nouns, add = gatherer()
  local i = 1
  while words[i] do
    local at = tongue.at[words[i].lower] or i > 1 and tongue.at[words[i - 1].lower]
    local next_word = i + 1
    while tongue.articles[words[i].lower] and words[next_word]
      and (tongue.skip[words[next_word].lower] or tongue.articles[words[next_word].lower]
        or tongue.capitals and words[next_word].word == words[next_word].lower and next_word < i + 3) do
      next_word = next_word + 1
    end
    local noun, after = words[next_word], words[next_word + 1]
    local is_name = noun and noun.word ~= noun.lower and not words[next_word - 1].stop
    if noun and tongue.articles[words[i].lower] and (not tongue.capitals or is_name) and #noun.lower > 2 then
      local name, kind = capital(noun.word), at and "place" or "object"
      if after and not noun.stop and after.word ~= after.lower and is_name == (tongue.capitals or false) then
        name, kind, next_word = name .. " " .. after.word, "character", next_word + 1
      end
      add(name, kind)
      i = next_word + 1
    elseif is_name and next_word == i + 1 and not tongue.articles[noun.lower] and not tongue.capitals then
      add(noun.word, (tongue.at[words[i].lower] or #words[i].lower <= 2) and "place" or "character")
      i = next_word + 1
    else
      i = i + 1
    end
  end
  return nouns
end

-- Cyrillic: no articles; endings tell adjectives and most verbs.
---@param words { word: string, lower: string, stop: boolean }[]
local function cyrillic_nouns(words)
  local nouns, add = gatherer()
  local small = set [[и а но что как где когда который которая которое она он они её их не никуда уже там это
    для или]]
  local endings = set "ый ий ой ая яя ое ее ые ие ет ит ют ят ут ат ла ло ли ть ся сь им ым ого его"
  for i, word in ipairs(words) do
    local before = i > 1 and words[i - 1].lower
    local place = before == "в" or before == "на" or before == "у" or before == "во"
    local is_name = i > 1 and word.word ~= word.lower and not words[i - 1].stop
    if utf8.len(word.lower) > 2 and not small[word.lower] and (is_name or not endings[word.lower:sub(-4)]) then
      add(capital(word.word), place and "place" or is_name and "character" or "object")
    end
  end
  return nouns
end

-- Korean: the particle at the end of a word tells its part.
---@param words { word: string, lower: string, stop: boolean }[]
local function korean_nouns(words)
  local nouns, add = gatherer()
  local particles = {
    { "에서", "place" }, { "으로", "place" }, { "에게", "character" }, { "은", "character" }, { "는", "character" },
    { "이", "character" }, { "가", "character" }, { "을", "object" }, { "를", "object" }, { "에", "place" },
  }
  for _, word in ipairs(words) do
    for _, particle in ipairs(particles) do
      local noun = #word.word > #particle[1] + 3 and word.word:sub(-#particle[1]) == particle[1]
        and word.word:sub(1, -#particle[1] - 1)
      if noun then
        local is_verb = particle[1] == "는" and noun:sub(-3) == "하"
        if not is_verb then add(noun, particle[2]) end
        break
      end
    end
  end
  return nouns
end

-- Japanese: what is in kanji or katakana before a particle is a noun, with a kana
-- of its own where the particle stands behind that.
---@param runs { text: string, class: string, length: integer }[]
local function japanese_nouns(runs)
  local nouns, add = gatherer()
  local particles = {
    ["は"] = "character", ["が"] = "character", ["と"] = "character", ["を"] = "object", ["で"] = "place",
    ["へ"] = "place",
  }
  local small = set "自分 二人 一人 彼 彼女 私 僕 俺 何 時 中 前 後 日 人 達 今"
  for i, run in ipairs(runs) do
    local after = runs[i + 1]
    local is_noun = (run.class == "kanji" or run.class == "katakana") and not small[run.text]
    if is_noun and after and after.class == "hiragana" then
      local first = after.text:sub(1, 3)
      local second = after.length == 2 and after.text:sub(4, 6) or ""
      local name, kind = run.text, particles[first]
      if not kind and particles[second] then name, kind = name .. first, particles[second] end
      local before = runs[i - 1]
      if before and before.class ~= "hiragana" and before.class ~= "mark" then name = before.text .. name end
      if kind then add(name, kind) end
    end
  end
  return nouns
end

-- Chinese: pieces between the words that bind a sentence.
---@param runs { text: string, class: string, length: integer }[]
local function chinese_nouns(runs)
  local nouns, add = gatherer()
  local binders = {
    "发现", "發現", "寻找", "尋找", "一个", "一個", "一位", "一只", "一隻", "一名", "一座", "一条", "自己", "他们", "她们", "他們",
    "的", "了", "在", "是", "和", "与", "與", "着", "著", "把", "被", "从", "從", "到", "她", "他", "它", "让", "讓", "为", "為",
    "上", "里", "裡", "中",
  }
  for _, run in ipairs(runs) do
    if run.class == "kanji" then
      local text = run.text
      for _, binder in ipairs(binders) do text = text:gsub(binder, " ") end
      for piece in text:gmatch "%S+" do
        local length = utf8.len(piece)
        if length >= 2 and length <= 5 then add(piece, #nouns % 3 == 2 and "place" or "object") end
      end
    end
  end
  return nouns
end

-- Any other script: the first word that is no particle, and the longest after it.
---@param words { word: string, lower: string, stop: boolean }[]
local function other_nouns(words)
  local nouns, add = gatherer()
  local longest
  for _, word in ipairs(words) do
    if #nouns == 0 then
      if utf8.len(word.word) > 2 then add(word.word, "character") end
    elseif utf8.len(word.word) <= 16 and (not longest or #word.word > #longest) then
      longest = word.word
    end
  end
  if longest then add(longest, "object") end
  return nouns
end

---@param words { word: string, lower: string, stop: boolean }[]
---@return table|nil tongue
local function articled_tongue(words)
  local function hits(of)
    local count = 0
    for _, word in ipairs(words) do count = count + (of[word.lower] and 1 or 0) end
    return count
  end
  local best, most = nil, math.max(hits(english), 1)
  for _, name in ipairs { "french", "german", "spanish", "italian", "portuguese", "dutch" } do
    local count = hits(articled[name].of)
    if count > most then best, most = articled[name], count end
  end
  return best
end

--- The nouns of an idea that is not in English; nil for one that is.
---@param text string
---@return offline.Noun[]|nil
function M.nouns(text)
  if not utf8.len(text) then return nil end
  local runs, count = runs_of(text), {}
  for _, run in ipairs(runs) do count[run.class] = (count[run.class] or 0) + run.length end
  local words = words_of(text)
  if count.hiragana or count.katakana then return japanese_nouns(runs) end
  if count.kanji then return chinese_nouns(runs) end
  if count.hangul then return korean_nouns(words) end
  local _, cyrillic = text:gsub("[\208\209][\128-\191]", "")
  if cyrillic > #text // 4 then return cyrillic_nouns(words) end
  local _, foreign = text:gsub("[\206\207\213-\219\224-\239][\128-\191]", "")
  local _, marks = text:gsub("\226\128[\144-\191]", "") -- dashes and quotes, which English has
  if foreign - marks > #text // 4 then return other_nouns(words) end
  local tongue = articled_tongue(words)
  return tongue and articled_nouns(words, tongue) or nil
end

--- How many words of a text speak for a setting, in tongues other than English.
---@param text string
---@param name string
---@return integer
function M.speaks_for(text, name)
  local count = 0
  for _, run in ipairs(utf8.len(text) and runs_of(text) or {}) do
    for word in lower(run.text):gmatch "%S+" do
      if settings[name][word] then count = count + 1 end
    end
    if run.class == "kanji" and run.length > 1 then
      for _, code in utf8.codes(run.text) do
        if settings[name][utf8.char(code)] then count = count + 1 end
      end
    end
  end
  return count
end

return M
