-- lua/export/reel.lua: a storyboard as a film: its shots in cutting order, each with its
-- number and its place in time. All exports are made of it.

local fit = require "pipeline.spec.fit"
local numbers = require "pipeline.numbers"
local plain = require "export.plain"
local rates = require "pipeline.rates"

local M = {}

---@class Panel
---@field number string     "10A"
---@field scene ReelScene
---@field shot table        as the artifact has it
---@field picture string?   path inside the project
---@field start integer     frames from the film's beginning
---@field frames integer    how long it is held, 1 or more
---@field seconds number    from the film's beginning
---@field held number       seconds

---@class ReelScene
---@field number string
---@field stage_number string
---@field scene table       as the artifact has it
---@field panels Panel[]
---@field held number       seconds that its shots are held together

---@class Reel
---@field project string
---@field title string
---@field artifact table   what of it fits the spec
---@field spec pipeline.Spec
---@field rate Rate
---@field scheme string     how its shots are numbered
---@field scenes ReelScene[]
---@field panels Panel[]
---@field frames integer    of the whole film
---@field held number       seconds of the whole film

---@param artifact table
---@param project string
local function title_of(artifact, project)
  for _, part in ipairs { artifact.narrative or {}, artifact.lore or {} } do
    if plain.line(part.title) ~= "" then
      return part.title
    end
  end
  return project
end

--- The reel of an artifact as it stands. Ends of shots are rounded to frames where
--- they fall in the film, so that rounding never adds up. A scene's stage-setting
--- shot is no cut.
---@param tree host.artifact.Tree
---@param story pipeline.Story
---@return Reel
function M.of(tree, story)
  local spec = story:spec()
  local artifact = fit.fit(spec.root, tree:get {}) or {}
  local rate = rates.of(story.rate)
  local reel = {
    project = story.project,
    title = title_of(artifact, story.project),
    artifact = artifact,
    spec = spec,
    scheme = story.numbers,
    rate = rate,
    scenes = {},
    panels = {},
  }
  local seconds = 0
  local counts = {}
  for i, scene in ipairs(artifact.scenes or {}) do
    counts[i] = #(scene.shots or {})
  end
  for i, numbered in ipairs(numbers.of(counts, story.numbers)) do
    local scene = artifact.scenes[i]
    local entry = { number = numbered.scene, stage_number = numbered.stage, scene = scene, panels = {}, held = 0 }
    reel.scenes[i] = entry
    for j, number in ipairs(numbered.shots) do
      local shot = scene.shots[j]
      local held = rates.held(shot)
      local before = reel.panels[#reel.panels]
      local start = before and before.start + before.frames or 0
      local panel = {
        number = number,
        scene = entry,
        shot = shot,
        picture = shot.image_url,
        start = start,
        frames = math.max(1, rates.frame(rate, seconds + held) - start),
        seconds = seconds,
        held = held,
      }
      entry.panels[j], reel.panels[#reel.panels + 1] = panel, panel
      entry.held = entry.held + held
      seconds = seconds + held
    end
  end
  local last = reel.panels[#reel.panels]
  reel.frames = last and last.start + last.frames or 0
  reel.held = seconds
  return reel
end

return M
