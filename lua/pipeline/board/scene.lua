-- lua/pipeline/board/scene.lua: one scene of the board: what happens in it, its rhythm,
-- its stage and its panels.

local markup = require "pipeline.board.markup"
local panel = require "pipeline.board.panel"
local rates = require "pipeline.rates"

local add, text = markup.add, markup.text

local M = {}

--- The id of a panel's element. Keys hold no "/".
---@return string
local function id_of(scene, shot)
  return ("%s/%s"):format(scene.key or "", shot.key or "")
end

--- How long a scene is held. Its stage is no cut, whatever it says of itself.
---@param scene table
---@return number seconds
function M.seconds(scene)
  local total = 0
  for _, shot in ipairs(scene.shots or {}) do
    total = total + rates.held(shot)
  end
  return total
end

--- The shots as blocks as wide as they are long, each a way to its panel.
---@param out string[]
---@param scene table
---@param numbers SceneNumbers
local function rhythm(out, scene, numbers)
  local total = M.seconds(scene)
  if total <= 0 then
    return
  end
  add(out, '<svg class="rhythm" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="%s">',
    "Rhythm: how long each shot is held")
  local at = 0
  for i, shot in ipairs(scene.shots or {}) do
    local held = rates.held(shot)
    local width = held / total * 1000
    add(out, '<a href="#%s"><title>%s · %s s</title><rect x="%s" y="0" width="%s" height="10"></rect></a>',
      markup.url(id_of(scene, shot)), numbers.shots[i], ("%g"):format(held), ("%.2f"):format(at),
      ("%.2f"):format(math.max(width - 2, 0.5)))
    at = at + width
  end
  out[#out + 1] = "</svg>"
end

---@param out string[]
---@param scene table
---@param numbers SceneNumbers
local function head(out, scene, numbers)
  local shots = scene.shots or {}
  add(out, '<header><h2><span class="no">%s</span> <span lang="" dir="auto">%s</span></h2>', numbers.scene,
    scene.name or "")
  add(out, '<p class="facts">%s · %s</p>', markup.count(#shots, "panel"), markup.time(M.seconds(scene)))
  rhythm(out, scene, numbers)
  out[#out + 1] = "</header>"
end

--- What happens, and what the place looks like that it happens in.
---@param out string[]
---@param scene table
---@param added table<string, pipeline.Field[]>
---@param address_of AddressOf
local function prose(out, scene, added, address_of)
  local stage = scene.stage_setting_shot or {}
  out[#out + 1] = '<div class="prose">'
  text(out, "p", scene.description)
  out[#out + 1] = "<dl>"
  panel.note(out, "Stage", stage.image_url and stage.description)
  panel.note(out, "Seen", table.concat(scene.props or {}, ", "))
  panel.added(out, scene, added["scenes[]"], address_of)
  out[#out + 1] = "</dl></div>"
end

--- What is said where a scene has no shots.
---@param out string[]
---@param state TaskState?
local function no_shots(out, state)
  if state and state.state ~= "running" then
    add(out, '<p class="notice">There are no shots: %s</p>', state.message or state.state)
  else
    add(out, '<p class="notice">%s</p>', state and "The shots are being written." or "The shots are not written yet.")
  end
end

--- A scene as its section of the page.
---@param scene table
---@param numbers SceneNumbers
---@param standing Standing?
---@param added table<string, pipeline.Field[]> the fields that the story added, by what they are fields of
---@param address_of AddressOf
---@return string html
function M.render(scene, numbers, standing, added, address_of)
  local function state(canonical, ...)
    return standing and standing:of(canonical, { scene.key, ... })
  end
  local out = {}
  add(out, '<section class="scene" id="%s">', scene.key or "")
  head(out, scene, numbers)
  out[#out + 1] = '<div class="lead">'
  panel.shot(out, scene.stage_setting_shot or {}, {
    id = (scene.key or "") .. "/",
    group = "board",
    class = "stage",
    number = numbers.stage,
    tag = "stage",
    state = state "scenes[].stage_setting_shot.image_url",
    props = scene.props or {},
    added = added["scenes[].stage_setting_shot"],
    address_of = address_of,
  })
  prose(out, scene, added, address_of)
  out[#out + 1] = "</div>"
  if #(scene.shots or {}) == 0 then
    no_shots(out, state "scenes[].shots[].name")
  end
  out[#out + 1] = '<div class="panels">'
  for i, shot in ipairs(scene.shots or {}) do
    panel.shot(out, shot, {
      id = id_of(scene, shot),
      group = "board",
      number = numbers.shots[i],
      seconds = rates.held(shot),
      state = state("scenes[].shots[].image_url", shot.key),
      props = shot.props or {},
      added = added["scenes[].shots[]"],
      address_of = address_of,
    })
  end
  out[#out + 1] = "</div></section>"
  return table.concat(out, "\n")
end

return M
