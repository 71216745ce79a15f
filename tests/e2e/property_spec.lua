-- Whatever is edited in whatever story, a run makes just the calls that a run from nothing
-- would make and that were never answered, and comes to the same artifact.
--
-- SBHOST_SEEDS says how many stories are tried, SBHOST_SEED which one is the first:
--
--   SBHOST_SEEDS=500 build/sbhost lua tests/lua/run.lua tests/e2e/property_spec.lua

package.path = "tests/lua/?.lua;" .. package.path

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local render = require "pipeline.render"
local rig = require "rig"
local made_story = require "made_story" -- rig says where it is
local provider = require "provider"
local support = require "support"

local SEEDS = tonumber(os.getenv "SBHOST_SEEDS") or 10
local FIRST = tonumber(os.getenv "SBHOST_SEED") or 1
local EDITS = 3

--- A provider whose answers follow from the request alone.
local function serve()
  local pictures = support.folder()
  local function hash(serving, number)
    return serving.requests.hashes[number]
  end
  local serving
  serving = provider.start {
    text = function(body, number)
      local format = body.response_format
      return format and json.encode(made_story.answer(format.json_schema.schema, hash(serving, number)))
    end,
    picture = function(_, number)
      local kind = tonumber(hash(serving, number):sub(1, 8), 16) % 5
      local path = ("%s/%d.png"):format(pictures, kind)
      if not file.exists(path) then
        local shapes = { { "text", x = 10, y = 50, size = 40, text = "picture " .. kind, colour = 0xFFFFFF } }
        for i = 2, 12 do
          local colour = (kind + 1) * 8999 * i % 0xFFFFFF
          shapes[i] = { "ellipse", cx = i * 25, cy = i * 14, rx = 9 + i, ry = 12, colour = colour }
        end
        assert(image.draw { width = 320, height = 180, path = path, background = kind * 7919, shapes = shapes })
        assert(file.stat(path).size > 1024)
      end
      return path
    end,
  }
  return serving
end

--- The keys of all calls that a project has asked.
local function keys_of(opened)
  local keys, id = {}, 1
  while true do
    local call = opened.store:call(id)
    if not call then
      return keys
    end
    keys[call.key] = json.decode(call.intent_meta).task
    id = id + 1
  end
end

--- An artifact in which pictures are what they show, not where they are.
local function shown(opened, value)
  if type(value) ~= "table" then
    return value
  end
  local copy = {}
  for key, inner in pairs(value) do
    copy[key] = key == "image_url" and file.hash(opened:path(inner)) or shown(opened, inner)
  end
  return copy
end

local function minus(all, known)
  local left = {}
  for key, task in pairs(all) do
    if not known[key] then
      left[#left + 1] = task
    end
  end
  table.sort(left)
  return left
end

local function copy_records(from, to)
  for _, kind in ipairs { "take", "choice", "edit", "match" } do
    for name, text in pairs(from.store:all(kind)) do
      to.store:put(kind, name, text)
    end
  end
end

--- Wishes for another take of some task.
local function retake(opened, states, wish)
  local tasks = {}
  for task in pairs(states) do
    tasks[#tasks + 1] = task
  end
  table.sort(tasks)
  opened.store:put("take", tasks[wish % #tasks + 1], json.encode { take = 2 + wish % 2 })
end

local function evaluate(opened, made, folder, serving)
  local steps, options = made_story.load(made, folder)
  options.url = serving.url
  local evaluated = rig.evaluate(opened, steps, options)
  for _, event in ipairs(evaluated.events) do
    assert(event.event ~= "fault" and event.state ~= "failed", event.message)
  end
  return evaluated
end

local function try(seed, serving)
  local dice = made_story.dice(seed)
  local made, folder = made_story.new(dice), support.folder()
  local opened = rig.project()
  local evaluated = evaluate(opened, made, folder, serving)
  for round = 1, EDITS do
    local where = ("seed %d, edit %d: %s"):format(seed, round, made_story.edit(made, dice))
    if made.retake then
      retake(opened, evaluated.states, made.retake)
    end
    local answered = keys_of(opened)
    evaluated = evaluate(opened, made, folder, serving)
    local fresh = rig.project()
    copy_records(opened, fresh)
    local whole = evaluate(fresh, made, folder, serving)
    assert.same(minus(keys_of(fresh), answered), minus(keys_of(opened), answered), where)
    assert.same(shown(fresh, whole.artifact), shown(opened, evaluated.artifact), where)
    fresh:close()
    local rendered, asked = 0, #serving.requests
    local text, picture = render.text, render.picture
    render.text = function(...) rendered = rendered + 1 return text(...) end
    render.picture = function(...) rendered = rendered + 1 return picture(...) end
    local ok, problem = pcall(evaluate, opened, made, folder, serving)
    render.text, render.picture = text, picture
    assert(ok, problem)
    assert.same({ 0, 0 }, { rendered, #serving.requests - asked }, where .. ", and then nothing")
  end
  opened:close()
end

describe("a run after an edit", function()
  it("makes the calls that it must, and no other", function()
    local serving = serve()
    for seed = FIRST, FIRST + SEEDS - 1 do
      try(seed, serving)
    end
    serving.close()
  end)
end)
