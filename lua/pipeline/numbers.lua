-- lua/pipeline/numbers.lua: the display numbers of scenes and shots, as a crew says
-- them. They follow from the order alone; what an item is known by is its key.

local M = {}

--- What a story can name as its `numbers`, the default first.
--- letters: as on an American slate. The scene's number alone is its master, here
---   the stage-setting shot; set-ups add a letter: 10, 10A, 10B. I and O would be
---   read as 1 and 0; after Z comes AA.
--- tens: as pictures are passed between departments: 010_0030 is the third shot of
---   the first scene, and sorts as a text; 010_0000 is its stage.
--- cuts: as on an e-konte: 001, 002, … through the whole film. A stage is no cut;
---   it goes by its scene, S1.
M.schemes = { "letters", "tens", "cuts" }
M.default = M.schemes[1]

local ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"

--- A … Z without I and O, then AA, AB, …
---@param n integer from 1
---@return string
function M.letters(n)
  local text = ""
  while n > 0 do
    local digit = (n - 1) % #ALPHABET + 1
    text = ALPHABET:sub(digit, digit) .. text
    n = (n - digit) // #ALPHABET
  end
  return text
end

---@class SceneNumbers
---@field scene string   what is said before the scene's name
---@field stage string   of its stage-setting shot
---@field shots string[] of its shots, in cutting order

-- Scenes go by tens, so that one that comes in between later has a number, too.
---@type table<string, fun(scene: integer, shots: integer, before: integer, width: integer): SceneNumbers>
local schemes = {
  letters = function(scene, shots)
    local number, list = ("%d"):format(scene * 10), {}
    for i = 1, shots do
      list[i] = number .. M.letters(i)
    end
    return { scene = number, stage = number, shots = list }
  end,
  tens = function(scene, shots)
    local number, list = ("%03d"):format(scene * 10), {}
    for i = 1, shots do
      list[i] = ("%s_%04d"):format(number, i * 10)
    end
    return { scene = number, stage = number .. "_0000", shots = list }
  end,
  cuts = function(scene, shots, before, width)
    local list = {}
    for i = 1, shots do
      list[i] = ("%0" .. width .. "d"):format(before + i)
    end
    return { scene = ("%d"):format(scene), stage = ("S%d"):format(scene), shots = list }
  end,
}

--- The numbers of a film, scene by scene.
---@param counts integer[] how many shots each scene has
---@param scheme? string one of M.schemes
---@return SceneNumbers[]
function M.of(counts, scheme)
  local number = schemes[scheme or M.default]
  local total = 0
  for _, shots in ipairs(counts) do
    total = total + shots
  end
  local width = math.max(3, #tostring(total))
  local list, before = {}, 0
  for i, shots in ipairs(counts) do
    list[i] = number(i, shots, before, width)
    before = before + shots
  end
  return list
end

--- Those of an artifact.
---@param tree host.artifact.Tree
---@param scheme? string
---@return SceneNumbers[]
function M.of_artifact(tree, scheme)
  local counts = {}
  for i = 1, tree:length { "scenes" } or 0 do
    counts[i] = tree:length { "scenes", i, "shots" } or 0
  end
  return M.of(counts, scheme)
end

return M
