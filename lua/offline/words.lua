-- lua/offline/words.lua: the words by which an idea is read: which are verbs, who
-- is a person, what is a place.

local M = {}

---@param text string
---@return table<string, boolean>
local function set(text)
  local words = {}
  for word in text:gmatch "%S+" do words[word] = true end
  return words
end

M.determiners = set [[a an the her his their its my our your two three four five six seven eight
  some every each another one]]

M.plural_determiners = set "two three four five six seven eight some"

M.prepositions = set [[in on at of from to into onto up down out over under above below beneath
  behind beside between among across through along around near by with without against before
  after during toward towards inside outside about for as than off upon past beyond until since
  within underneath where when while who whom whose which that]]

-- What ends a noun phrase without being a verb.
M.breaks = set [[and or but nor so if because though although he she it they we you i him them us
  me himself herself itself themselves is are was were be been being has have had do does did will
  would can could may might must shall should not never always only just still again once then
  there here no who what how why all any away back together alone]]

-- The verbs of ideas, in their base form; what they become with endings is found.
local verbs = set [[find discover learn call build lose leave love hate want need try begin start
  stop come go return arrive travel cross climb fall fly run walk swim dive sail ride drive chase
  hunt follow lead guide guard keep hold carry bring take steal give send receive get make create
  paint draw write read sing dance play work live die kill fight save rescue protect hide seek
  search look see watch hear listen feel touch smell taste speak talk tell say ask answer whisper
  shout cry laugh smile dream sleep wake remember forget think know believe understand realize
  realise decide choose become grow change turn open close break mend repair fix burn light glow
  shine wait meet marry visit inherit own buy sell pay open run discover explore escape survive
  fear face battle defeat destroy invent teach study train prepare cook bake serve eat drink plant
  water harvest dig bury raise train befriend adopt accept refuse agree promise betray join part
  move stand sit lie stay vanish disappear appear wander drift sink float rise set trade race
  deliver collect gather solve investigate uncover reveal haunt possess trap free help]]

local irregular = set [[found built lost left came went fell flew ran swam rode drove led kept held
  brought took stole gave sent got made drew wrote sang lived died fought saw heard felt spoke told
  said wept dreamt slept woke forgot thought knew understood chose became grew broke met bought
  sold ate drank stood sat lay rose sank trying]]

--- Is the word a form of a verb that is known?
---@param word string in lower case
---@return boolean
function M.is_verb(word)
  if verbs[word] or irregular[word] then return true end
  local stem = word:match "^(.+)ies$"
  if stem then return verbs[stem .. "y"] == true end
  stem = word:match "^(.+)s$"
  if stem and verbs[stem] then return true end
  stem = word:match "^(.+)es$" or word:match "^(.+)ed$" or word:match "^(.+)ing$"
  if not stem then return false end
  return (verbs[stem] or verbs[stem .. "e"] or verbs[stem:sub(1, -2)]) == true
end

local adjectives = set [[old young small little big large tiny great tall short long lonely lost
  last first new strange dark bright quiet silent empty broken forgotten secret hidden ancient
  retired former blind deaf mute brave poor rich wild tame dead living white black red blue green
  grey gray golden silver wooden stone iron glass paper mechanical giant huge cold warm hot frozen
  distant foreign local only own other same next shy stubborn clumsy clever kind cruel sad happy
  angry tired bored curious homeless nameless single elderly middle-aged teenage rusty haunted
  magic magical enchanted sleepless]]

--- Is the word one that comes before a noun?
---@param word string
---@return boolean
function M.is_adjective(word)
  return adjectives[word] or word:find "ful$" ~= nil or word:find "less$" ~= nil
    or word:find "ous$" ~= nil or word:find "[^e]ed$" ~= nil or word:find "%-" ~= nil
end

local places = set [[sea ocean shore coast beach island bay harbour harbor port cliff lighthouse
  river lake pond waterfall swamp marsh forest wood woods jungle garden orchard field meadow farm
  valley hill mountain mountains peak glacier cave desert dune canyon oasis city town village
  street road bridge square market station airport tunnel subway rooftop tower castle palace temple
  church monastery cathedral house home cottage cabin hut apartment flat room kitchen attic cellar
  basement hotel inn hospital school library museum theatre theater cinema circus bakery cafe
  restaurant bar shop store office factory mill mine laboratory lab warehouse prison planet
  moon space orbit observatory graveyard cemetery park zoo playground stadium arctic antarctica
  pole sky world kingdom country border ruin ruins greenhouse workshop studio bathhouse carnival
  fairground metro platform rock stair stairs staircase steps landing well mill pass ridge shelter
  clearing oak pan arch roof corridor airlock window workbench underpass blister dome yard gallery
  archive ledge hollow ford suburb pier dock quay lagoon reef tundra plain plains steppe]]

local persons = set [[man woman boy girl child kid baby mother father sister sisters brother
  brothers son daughter twin twins wife husband grandmother grandfather grandma grandpa aunt uncle
  friend friends stranger king queen prince princess knight witch wizard ghost spirit angel demon
  god goddess monster creature beast giant dragon mermaid siren alien robot android machine
  automaton doll puppet nurse priest nun monk thief spy cop guard clown chef cook pilot captain
  mechanic astronaut cosmonaut student widow widower orphan refugee neighbour neighbor boss
  detective artist pianist couple family crew team people someone somebody something nobody
  everyone visitor voice shadow figure dog cat horse wolf fox bear bird crow raven owl whale fish
  shark snake rabbit hare mouse rat elephant lion tiger deer stag goat sheep bee ant spider octopus
  turtle penguin seal camel heir fisherman fishwife postman policeman fireman mailman bride groom hermit
  nomad smith host guest maid butler chief colonel general soldier sailor kitten puppy duck goose
  hen cow pig donkey frog crab ai]]

local not_persons = set [[tower river water paper letter computer mirror door ladder flower power
  corner number hammer counter poster feather leather weather winter summer danger answer order
  matter butter silver anchor motor elevator radiator colour color floor dinner supper order paper
  theater chapter border shoulder finger cover layer center meter tiger fever fire wire star car jar
  war guitar calendar cellar pillar collar year ear tear spear hair air chair stair anniversary
  transmitter receiver projector typewriter printer scooter helicopter trailer container folder
  locker drawer shutter lighter timer tractor reactor generator compass]]

--- What a noun names: someone, something, or somewhere.
---@param noun string in lower case
---@return "character"|"object"|"place"
function M.kind(noun)
  local one = noun:match "^(.+)s$" or noun
  if persons[noun] or persons[one] then return "character" end
  if places[noun] or places[one] then return "place" end
  if not_persons[noun] or not_persons[one] then return "object" end
  if one:find "..[eo]r$" or one:find "ist$" or one:find "ian$" or one:find "man$"
    or one:find "men$" or one:find "woman$" or one:find "ess$" then
    return "character"
  end
  if one:find "house$" or one:find "yard$" or one:find "land$" or one:find "shop$" then
    return "place"
  end
  return "object"
end

M.animals = set [[dog cat horse wolf fox bear bird crow raven owl whale fish shark snake rabbit hare
  mouse rat elephant lion tiger deer stag goat sheep bee ant spider octopus turtle penguin seal
  kitten puppy duck goose hen cow pig donkey frog crab dragon camel]]

M.machines = set "robot android machine automaton ai computer drone"

-- Beings that are no persons of flesh.
M.shades = set [[something ghost spirit shadow voice figure creature monster beast shape thing
  stranger nobody presence]]

M.women = set [[woman girl mother sister daughter wife grandmother grandma aunt queen princess witch
  goddess mermaid siren nurse nun widow bride maid fishwife]]

M.men = set [[man boy father brother son husband grandfather grandpa uncle king prince knight wizard
  god monk priest widower groom fisherman postman policeman fireman mailman butler]]

-- Words that an idea's setting is known by.
M.settings = {
  sea = set [[sea ocean shore coast beach island bay harbour harbor port cliff lighthouse keeper sail
    sailor ship boat whale fish fisherman captain tide wave waves siren mermaid reef lagoon pier
    anchor drown swim dive pirate submarine]],
  space = set [[space planet moon star stars orbit astronaut cosmonaut rocket spaceship alien galaxy
    mars asteroid comet satellite spacecraft colony gravity]],
  forest = set [[forest wood woods jungle tree trees wolf fox bear stag deer garden orchard river
    hunter mushroom meadow swamp owl witch fairy farm field village harvest]],
  snow = set [[snow ice winter mountain mountains peak glacier arctic antarctica pole frozen climber
    sled avalanche cold blizzard penguin expedition tundra]],
  desert = set "desert dune dunes sand oasis canyon camel caravan drought nomad sun cactus",
  house = set [[house home room kitchen attic cellar cottage family mother father grandmother
    grandfather sister sisters piano mirror clock letter letters inherit bakery baker cat hotel
    apartment wedding funeral doll]],
  works = set [[robot machine factory laboratory lab museum computer android invention inventor clock
    clockmaker train station library archive workshop engineer automaton scientist experiment
    reactor paint painter painting]],
  city = set [[city street taxi subway metro detective bar rooftop apartment office traffic neon
    rain cafe police thief gang market bridge crowd bus courier]],
}

return M
