-- tests/e2e/made_story.lua: stories made up from a seed, as files and settings, and edits of
-- them, for tests that hold what a run does against what it should have done.

local field = require "pipeline.field"
local json = require "host.json"
local made_hand = require "made_hand"
local rig = require "rig"
local step = require "pipeline.step"

local M = {}

--- A step that may be in a story: what it writes, what it may read, and whether it
--- must be there for others.
---@class MadeStep
---@field name string
---@field each string?
---@field writes string[]?
---@field draws string?
---@field reads string[]      some of these are read
---@field refs string[]?      some of these go along
---@field always boolean?
---@field options boolean?    it may offer options
---@field code boolean?       it may have code of its own

---@type MadeStep[]
local STEPS = {
  { name = "world", writes = { "one" }, reads = { "user_prompt", "style" }, options = true, code = true },
  { name = "scenes", writes = { "scenes[*].name", "scenes[*].description" }, reads = { "user_prompt", "one" },
    always = true, options = true },
  { name = "props", writes = { "props[*].name", "props[*].description", "scenes[*].props" },
    reads = { "style", "one", "own_props", "scenes[*].name", "scenes[*].description" }, always = true },
  { name = "histories", each = "props", writes = { "prop.history" },
    reads = { "prop.description", "prop.name", "one", "scenes[*].name" }, code = true },
  { name = "prop_pictures", each = "props", draws = "prop.image_url",
    reads = { "prop.description", "style", "prop.history" } },
  { name = "stages", each = "scenes", writes = { "scene.stage_setting_shot.description" },
    reads = { "scene.description", "scene.props[*].description", "scene.props[*].history", "style" } },
  { name = "shots", each = "scenes", always = true,
    writes = { "scene.shots[*].name", "scene.shots[*].description", "scene.shots[*].props" },
    reads = { "scene.name", "scene.description", "scene.props[*].name", "scene.stage_setting_shot.description" } },
  { name = "cues", each = "scenes", writes = { "scene.music" },
    reads = { "scene.description", "scene.shots[*].name", "scenes[*].name", "props[*].history", "one" }, code = true },
  { name = "stage_pictures", each = "scenes", draws = "scene.stage_setting_shot.image_url",
    reads = { "scene.description", "scene.stage_setting_shot.description", "style" },
    refs = { "scene.props[*].image_url" } },
  { name = "notes", each = "scenes[].shots", writes = { "shot.note" },
    reads = { "shot.description", "shot.props[*].description", "scene.music", "scene.shots[*].name" }, code = true },
  { name = "shot_pictures", each = "scenes[].shots", draws = "shot.image_url",
    reads = { "shot.description", "shot.note", "scene.name" },
    refs = { "scene.stage_setting_shot.image_url", "shot.props[*].image_url", "scene.props[*].image_url" } },
  { name = "ending", writes = { "two" },
    reads = { "scenes[*].music", "scenes[*].shots[*].note", "props[*].history", "one" } },
}

--- Numbers that a seed makes, the same on every machine.
---@return fun(most: integer): integer from 1
function M.dice(seed)
  local state = seed * 2654435761 % 4294967296 + 1
  return function(most)
    state = (state * 1103515245 + 12345) % 2147483648
    return state // 65536 % most + 1
  end
end

--- The path of a field without the names of the items that a step is at.
local function canonical(path)
  return (path:gsub("^shot%.", "scenes.shots."):gsub("^scene%.", "scenes."):gsub("^prop%.", "props.")
    :gsub("%[%*%]", ""):gsub("%.props%.", ".props/props."))
end

--- The steps that write what a path passes and ends at.
local function writers(by_field, path)
  local found = {}
  for part in canonical(path):gmatch "[^/]+" do
    local at = ""
    for name in part:gmatch "[^.]+" do
      at = at == "" and name or at .. "." .. name
      for _, field_path in ipairs { at, at .. ".name" } do
        found[#found + 1] = by_field[field_path]
      end
    end
  end
  return found
end

local function some(dice, list)
  local chosen = {}
  for _, value in ipairs(list or {}) do
    if dice(2) == 1 then
      chosen[#chosen + 1] = value
    end
  end
  return chosen
end

--- One step of a story, as it will be written.
local function make_step(dice, made, by_field)
  local own = {
    name = made.name, each = made.each, writes = made.writes, draws = made.draws,
    reads = {}, refs = {}, optional_refs = {},
    word = dice(1000), comment = 0, order = dice(1000), variable = "answer", needs = {},
  }
  own.options = made.options and dice(3) == 1 and 2 or nil
  own.kind = made.code and dice(3) == 1 and not own.options and (dice(2) == 1 and "asks" or "code") or nil
  local needed = {}
  local function take(path, into)
    local written = writers(by_field, path)
    if by_field[path] ~= false then
      into[#into + 1] = path
      for _, writer in ipairs(written) do
        needed[writer] = true
      end
    end
  end
  local function is_there(path)
    local last = canonical(path):match "[^/]+$"
    return by_field[last] ~= nil or last == "user_prompt" or last == "style" or last == "own_props"
  end
  for _, path in ipairs(some(dice, made.reads)) do
    if is_there(path) then take(path, own.reads) end
  end
  for _, path in ipairs(some(dice, made.refs)) do
    if is_there(path) then take(path, dice(3) == 1 and own.optional_refs or own.refs) end
  end
  -- Lists that it is repeated for, and that it fills in or refers to.
  local bound = ({ props = { "props.name" }, scenes = { "scenes.name" },
    ["scenes[].shots"] = { "scenes.name", "scenes.shots.name" } })[made.each or ""] or {}
  for _, path in ipairs(bound) do
    needed[by_field[path]] = true
  end
  if made.name == "props" then needed.scenes = true end
  if made.name == "shots" then needed.props = true end
  for writer in pairs(needed) do
    own.needs[#own.needs + 1] = writer
  end
  table.sort(own.needs)
  for _, path in ipairs(made.writes or { made.draws }) do
    by_field[canonical(path)] = made.name
  end
  return own
end

--- Makes a story up.
---@param dice fun(most: integer): integer
function M.new(dice)
  local made = {
    steps = {}, effort = "low", picture_model = "image/a", text_model = "text/a",
    prompt = "A clock.", style = "pencil", aspect = "16:9", description = "A note.",
    counts = { scenes = dice(3), shots = dice(3), props = 1 + dice(2) },
  }
  local by_field = {}
  for _, one in ipairs(STEPS) do
    if one.always or dice(4) > 1 then
      made.steps[#made.steps + 1] = make_step(dice, one, by_field)
    end
  end
  return made
end

local function quoted(list)
  local words = {}
  for i, word in ipairs(list) do
    words[i] = ("%q"):format(word)
  end
  return "{ " .. table.concat(words, ", ") .. " }"
end

--- A step's file.
local function source_of(own)
  local prompt = ("Word %d."):format(own.word)
  local lines = {}
  local function add(key, value)
    lines[#lines + 1] = ("  %s = %s,"):format(key, value)
  end
  add("needs", quoted(own.needs))
  add("reads", quoted(own.reads))
  add("model", own.draws and '"image"' or '"detail"')
  if own.each then add("each", ("%q"):format(own.each)) end
  if own.writes then add("writes", quoted(own.writes)) end
  if own.draws then add("draws", ("%q"):format(own.draws)) end
  if #own.refs > 0 then add("refs", quoted(own.refs)) end
  if #own.optional_refs > 0 then add("optional_refs", quoted(own.optional_refs)) end
  if own.options then add("options", own.options) end
  local leaf = own.writes and own.writes[1]:match "[^.]+$"
  if own.kind == "asks" then
    add("run", ("function(ctx, input)\n    local %s = ctx.ask { prompt = %q }\n    return { %s = %s.%s .. %q }\n  end")
      :format(own.variable, prompt .. " {{context}}", leaf, own.variable, leaf, "!"))
  elseif own.kind == "code" then
    add("run", ("function(_, input)\n    local %s = require(%q).encode(input)\n    return { %s = #%s .. %q }\n  end")
      :format(own.variable, "host.json", leaf, own.variable, " " .. own.word))
  else
    add("prompt", ("%q"):format(prompt))
  end
  local shuffle = M.dice(own.order)
  for i = #lines, 2, -1 do
    local j = shuffle(i)
    lines[i], lines[j] = lines[j], lines[i]
  end
  return ('local step = require "pipeline.step"\n%sreturn step %q {\n%s\n}\n')
    :format(("-- again\n"):rep(own.comment), own.name, table.concat(lines, "\n"))
end

--- The props that the story brings, with the picture that they have now.
local function own_props(made, folder)
  local path = folder .. "/own.png"
  if made.picture and made.drawn ~= made.picture then
    made_hand.draw(path, 20 + made.picture)
    made.drawn = made.picture
  end
  return (made.own or made.picture) and {
    { name = "prop 1", description = made.own, image = made.picture and path or nil },
  } or nil
end

--- What rig evaluates: the steps out of files in a folder, and the story.
---@param folder string
---@return pipeline.Step[] steps
---@return table options for rig.evaluate
function M.load(made, folder)
  local steps = {}
  for i, own in ipairs(made.steps) do
    local handle = assert(io.open(("%s/%s.lua"):format(folder, own.name), "w"))
    handle:write(source_of(own))
    handle:close()
    steps[i] = step.load(own.name, { folder })
  end
  local told = rig.story {
    prompt = made.prompt, style = made.style, aspect = made.aspect, counts = made.counts,
    models = {
      detail = { made.text_model, effort = made.effort }, image = { made.picture_model },
    },
    choices = made.choices, props = own_props(made, folder),
    extend = {
      [""] = { field.text "one" "One.", field.text "two" "Two." },
      ["scenes[]"] = { field.text "music" "The cue." },
      ["scenes[].shots[]"] = { field.text "note" (made.description) },
      ["props[]"] = { field.text "history" "Where it comes from." },
    },
  }
  return steps, { story = told, choices = made.told }
end

--- The edits: each changes a story, and says what it did.
local EDITS = {
  function(made, dice)
    local own = made.steps[dice(#made.steps)]
    own.word = dice(1000)
    return "a word of " .. own.name
  end,
  function(made, dice)
    local own = made.steps[dice(#made.steps)]
    own.comment, own.order, own.variable = own.comment + 1, dice(1000), "renamed"
    return "a comment, the order and a local of " .. own.name
  end,
  function(made, dice)
    made.prompt = "A clock " .. dice(3)
    return "the story's prompt"
  end,
  function(made, dice)
    made.style = "style " .. dice(3)
    return "the style"
  end,
  function(made, dice)
    made.aspect = ({ "16:9", "4:3", "1:1" })[dice(3)]
    return "the aspect"
  end,
  function(made, dice)
    local list = ({ "scenes", "shots", "props" })[dice(3)]
    made.counts = { scenes = made.counts.scenes, shots = made.counts.shots, props = made.counts.props }
    made.counts[list] = list == "props" and 1 + dice(3) or dice(3)
    return "how many " .. list
  end,
  function(made, dice)
    made.description = "A note " .. dice(3)
    return "a description of the spec"
  end,
  function(made, dice)
    made.effort, made.text_model = ({ "low", "high" })[dice(2)], ({ "text/a", "text/b" })[dice(2)]
    return "the model of texts"
  end,
  function(made, dice)
    made.own = ({ "Mine.", "Mine too." })[dice(3)]
    return "the story's own prop"
  end,
  function(made, dice)
    made.picture = dice(3) > 1 and dice(2) or nil
    return "the picture of the story's own prop"
  end,
  function(made, dice)
    for _, own in ipairs(made.steps) do
      if own.options then
        made.told = dice(2) == 1 and { [own.name] = dice(2) } or nil
        made.choices = { [own.name] = dice(2) }
        return "the choice of " .. own.name
      end
    end
    return "nothing"
  end,
}

---@return string what was edited
function M.edit(made, dice)
  return EDITS[dice(#EDITS)](made, dice)
end

--- Answers a schema, from nothing but a hash: coarsely, so that other requests may
--- well have the same answer.
---@param schema table
---@param hash string
function M.answer(schema, hash)
  local number, listed = tonumber(hash:sub(1, 8), 16), {}
  local function fill(inner, name, at)
    local coarse = (number // 7 + at) % 3
    if inner.enum then
      return inner.enum[(number + at) % #inner.enum + 1]
    elseif inner.type == "object" then
      local value, keys = {}, {}
      for key in pairs(inner.properties) do keys[#keys + 1] = key end
      table.sort(keys)
      for i, key in ipairs(keys) do
        value[key] = fill(inner.properties[key], key, at + i)
      end
      return value
    elseif inner.type == "array" then
      local count = tonumber((inner.description or ""):match "Exactly (%d+)") or 2
      local list, names = json.array {}, inner.items.properties and inner.items.properties.name
      local known = inner.items.type == "string" and (inner.items.enum or listed[name])
      for i = 1, known and math.min(#known, 1 + coarse) or count do
        list[i] = known and known[i] or fill(inner.items, name, at + i)
        if names then
          -- Of a list that is made, some names stay, whatever is asked.
          local place = i + (i > 1 and coarse or 0)
          list[i].name = names.enum and names.enum[i] or ("%s %d"):format(name:gsub("s$", ""), place)
        end
      end
      if names then
        listed[name] = {}
        for i, item in ipairs(list) do
          listed[name][i] = item.name
        end
      end
      return list
    elseif inner.type == "integer" or inner.type == "number" then
      return 3
    end
    return ("%s %d"):format(name, coarse)
  end
  return fill(schema, "", 0)
end

return M
