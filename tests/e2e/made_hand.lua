-- tests/e2e/made_hand.lua: what people do to a project, made up from a seed: they change
-- artifact.json, bring pictures, keep and drop edits, wish for takes, take back
-- earlier ones, and choose.

local artifact = require "host.artifact"
local choose = require "pipeline.tasks.choose"
local fault = require "pipeline.fault"
local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local keep = require "pipeline.edits.keep"
local names = require "pipeline.names"
local retake = require "pipeline.tasks.retake"
local select_tasks = require "pipeline.tasks.select"

local M = {}

--- A project as its last evaluation has left it.
---@class Hands
---@field opened Project
---@field run Run
---@field tasks table<string, true> all that there are
---@field folder string the story's
---@field looking fun(): table what commands that only look are given

--- Draws a picture.
---@param path string
---@param kind integer
---@return string path
function M.draw(path, kind)
  local shapes = { { "text", x = 10, y = 50, size = 40, text = "picture " .. kind, colour = 0xFFFFFF } }
  for i = 2, 12 do
    local colour = (kind + 1) * 8999 * i % 0xFFFFFF
    shapes[i] = { "ellipse", cx = i * 25, cy = i * 14, rx = 9 + i, ry = 12, colour = colour }
  end
  assert(image.draw { width = 320, height = 180, path = path, background = kind * 7919, shapes = shapes })
  return path
end

local TEXTS = { one = true, two = true, description = true, music = true, note = true, history = true,
  user_prompt = true, style = true }
local LISTS = { scenes = true, shots = true, props = true }

--- What there is to change: texts and pictures by who has them, and lists.
local function places_of(board)
  local found = { texts = {}, pictures = {}, lists = {}, refs = {} }
  local function look(holder, at)
    for _, name in ipairs(names.keys(holder)) do
      local value = holder[name]
      local place = { holder = holder, name = name, at = at .. name }
      if TEXTS[name] and type(value) == "string" then
        table.insert(found.texts, place)
      elseif name == "image_url" then
        table.insert(found.pictures, place)
      elseif name == "props" and at ~= "" then
        table.insert(found.refs, place)
      elseif LISTS[name] and type(value) == "table" and #value > 0 then
        table.insert(found.lists, place)
        for i, item in ipairs(value) do
          look(item, ("%s%s[%d]."):format(at, name, i))
        end
      elseif type(value) == "table" and #value == 0 and name ~= "own_props" and name ~= "counts" then
        look(value, at .. name .. ".")
      end
    end
  end
  look(board, "")
  return found
end

local function one_of(list, dice)
  return list[dice(math.max(#list, 1))]
end

--- Ways to change what artifact.json holds: each says what it did, or nothing.
local CHANGES = {
  function(found, dice)
    local place = one_of(found.texts, dice)
    place.holder[place.name] = "By hand " .. dice(3)
    return "set " .. place.at
  end,
  function(found, dice)
    local place = one_of(found.texts, dice)
    if place.at ~= "user_prompt" and place.at ~= "style" then
      place.holder[place.name] = nil
      return "took out " .. place.at
    end
  end,
  function(found, dice)
    local place = one_of(found.lists, dice)
    local list, i = place and place.holder[place.name], dice(9)
    if list then
      i = i % #list + 1
      list[i].name = "Called " .. dice(1000)
      return ("renamed %s[%d]"):format(place.at, i)
    end
  end,
  function(found, dice)
    local place, i = one_of(found.lists, dice), dice(9)
    local list = place and place.holder[place.name]
    if list and #list > 1 then
      i = i % #list + 1
      table.remove(list, i)
      return ("took out %s[%d]"):format(place.at, i)
    end
  end,
  function(found, dice)
    local place, i = one_of(found.lists, dice), dice(9)
    local list = place and place.holder[place.name]
    if list and #list < 5 then
      i = i % (#list + 1) + 1
      table.insert(list, i, { name = "Added " .. dice(1000), description = "Mine." })
      return ("added %s[%d]"):format(place.at, i)
    end
  end,
  function(found, dice)
    local place, from, to = one_of(found.lists, dice), dice(9), dice(9)
    local list = place and place.holder[place.name]
    if list then
      from, to = from % #list + 1, to % #list + 1
      table.insert(list, to, table.remove(list, from))
      return ("moved %s[%d] to %d"):format(place.at, from, to)
    end
  end,
  function(found, dice)
    local place = one_of(found.refs, dice)
    local list = place and place.holder[place.name]
    if list and #list > 0 then
      table.remove(list, dice(#list))
      return "took a name out of " .. place.at
    end
  end,
  function(found, dice, hands)
    local place = one_of(found.pictures, dice)
    if place then
      local kind = 5 + dice(3)
      place.holder[place.name] = M.draw(("%s/mine_%d.png"):format(hands.folder, kind), kind)
      return "named a picture for " .. place.at
    end
  end,
}

--- What else people do.
local DEEDS = {}

function DEEDS.replace(hands, dice)
  local place = one_of(places_of(hands.run.artifact:get {}).pictures, dice)
  local path = place and place.holder.image_url
  -- One that the story brings has its place in the story's folder.
  if path and not path:find "/own_" then
    M.draw(hands.opened:path(path), 8 + dice(3))
    return "put a picture in the place of " .. place.at
  end
end

--- What commands are given of a session.
local function session_of(hands)
  return {
    project = hands.opened,
    edits = hands.run.edits,
    spec = hands.run.spec,
    graph = hands.run.graph,
    outcomes = function()
      return hands.run.outcomes
    end,
  }
end

function DEEDS.keep(hands, dice)
  local task = one_of(names.keys(hands.tasks), dice)
  keep.keep(session_of(hands), { task:match "^[^%[]+" .. (dice(2) == 1 and "*" or "") })
  return "kept " .. task
end

function DEEDS.drop(hands, dice)
  local edit = one_of(hands.run.edits:list(), dice)
  if edit then
    keep.drop(session_of(hands), { edit.path.text })
    return "dropped " .. edit.path.text
  end
end

--- As `sbhost redo` does, of one task or of a step's.
function DEEDS.redo(hands, dice)
  local tasks, outcomes = names.keys(hands.tasks), hands.run.outcomes
  local word = one_of(tasks, dice)
  if dice(3) == 1 then
    word = select_tasks.step_of(word) .. "*"
  end
  for _, task in ipairs(select_tasks.tasks({ word }, tasks)) do
    outcomes.takes:wish(task, outcomes:of(task))
  end
  return "another take of " .. word
end

--- A list is written anew.
function DEEDS.rewrite(hands, dice)
  local owners, outcomes = {}, hands.run.outcomes
  for _, task in ipairs(names.keys(hands.tasks)) do
    local step = hands.run.graph.by_name[select_tasks.step_of(task)]
    owners[#owners + 1] = next(step.owned) and task or nil
  end
  local task = one_of(owners, dice)
  outcomes.takes:wish(task, outcomes:of(task))
  return "another take of " .. task
end

--- As `sbhost take` does with any outcome that a task has ever come to; that it does
--- not fit any more, or that a request is not known yet, is no reason to give up.
function DEEDS.take(hands, dice)
  local outcomes, several = hands.run.outcomes, {}
  for _, task in ipairs(names.keys(hands.tasks)) do
    several[#several + 1] = #outcomes:of(task) > 1 and task or nil
  end
  local task = one_of(several, dice)
  local outcome = task and one_of(outcomes:of(task), dice)
  if not outcome or outcome.picture and not hands.opened:has(outcome.picture.path) then
    return
  end
  local ok, record = pcall(retake.record, hands.looking(), task, outcome)
  if ok then
    outcomes.takes:put(task, record)
    return ("took back %d of %s"):format(outcome.n, task)
  end
  assert(fault.is(record), record)
end

function DEEDS.choose(hands, dice)
  for _, step in ipairs(hands.run.graph.steps) do
    local standing = step.step.options > 1 and hands.run.outcomes:standing(step.name)
    if standing then
      local option = dice(step.step.options)
      choose.keep(hands.opened.store, step.name, option, { standing.key })
      return ("chose option %d of %s"):format(option, step.name)
    end
  end
end

local function change(hands, dice)
  local path = hands.opened:path "artifact.json"
  local board = artifact.parse(file.read(path)):get {}
  local done = {}
  for _ = 1, dice(2) do
    done[#done + 1] = one_of(CHANGES, dice)(places_of(board), dice, hands)
  end
  assert(file.write(path, json.encode(board, { indent = 1 })))
  return #done > 0 and table.concat(done, " and ") or nil
end

local ORDER = names.keys(DEEDS)

---@param hands Hands
---@param dice fun(most: integer): integer
---@return string what was done
function M.edit(hands, dice)
  local deed = dice(2) == 1 and DEEDS[one_of(ORDER, dice)] or change
  return deed(hands, dice) or "nothing by hand"
end

return M
