-- lua/pipeline/lint.lua: holds the shots of a storyboard against the rules of the craft,
-- before money is spent on drawing them.

local fault = require "pipeline.fault"
local rule = require "pipeline.rule"
local select = require "pipeline.tasks.select"

local M = {}

--- The rules that every story is held against, in the order in which they are told.
M.rules = {
  "establishing", "repeated_framing", "jump_cut", "duration", "dialogue_time", "unlisted_character", "unseen_object",
}

local STRICT = "--strict: %d rule violations in %s, so it is not drawn: fix the shots, or waive the rules"

---@class Finding
---@field rule string
---@field place string   keys: "the-storm/the-lamp", or the scene's alone
---@field message string

---@class Lint
---@field strict boolean?   a finding stops the run
---@field rules pipeline.Rule[]
---@field waivers (fun(finding: string): boolean)[] of "jump_cut", "jump_cut[the-storm/*]"
---@field private read table<integer, { hash: string, scene: table }>
local Lint = {}
Lint.__index = Lint

---@param waiver string
---@param known table<string, true>
---@param where string
local function check_waiver(waiver, known, where)
  local name = waiver:match "^([%w_]+)$" or waiver:match "^([%w_]+)%[.+%]$"
  if not known[name or ""] then
    local names = {}
    for other in pairs(known) do
      names[#names + 1] = other
    end
    table.sort(names)
    fault.unknown({ message = ("waive: there is no rule '%s'"):format(name or waiver), where = where },
      name or waiver, names, "the rules are")
  end
end

--- Loads the rules of a story.
---@param story pipeline.Story
---@param strict boolean?
---@return Lint
function M.open(story, strict)
  local self = setmetatable({ strict = strict, rules = {}, waivers = {}, read = {} }, Lint)
  local known = {}
  for _, list in ipairs { M.rules, story.rules } do
    for _, name in ipairs(list) do
      if not known[name] then
        known[name] = true
        self.rules[#self.rules + 1] = rule.load(name, story.rule_dirs, story:place("rules", name))
      end
    end
  end
  for i, waiver in ipairs(story.waive) do
    check_waiver(waiver, known, story:place("waive", waiver))
    self.waivers[i] = select.matcher(waiver)
  end
  return self
end

--- A scene as rules see it: with a list of shots, empty when there is none yet.
---@param artifact host.artifact.Tree
---@param index integer
---@return table?
function Lint:scene_at(artifact, index)
  local path = { "scenes", index }
  local hash = artifact:hash(path)
  local known = self.read[index]
  if hash and (not known or known.hash ~= hash) then
    local scene = artifact:get(path)
    scene.shots = scene.shots or {}
    known = { hash = hash, scene = scene }
    self.read[index] = known
  end
  return hash and known.scene
end

--- What the scenes before one are, and which props these and its own list show.
---@param artifact host.artifact.Tree
---@param index integer of the scene
---@return table[] earlier
---@return table<string, true> seen
function Lint:before(artifact, index)
  local earlier, seen = {}, {}
  local function see(list)
    for _, name in ipairs(list or {}) do
      seen[name] = true
    end
  end
  for i = 1, index - 1 do
    local scene = self:scene_at(artifact, i)
    earlier[i] = scene
    for _, shot in ipairs(scene.shots) do
      see(shot.props)
    end
    see(scene.props)
  end
  see(self:scene_at(artifact, index).props)
  return earlier, seen
end

--- The rest of the film, as a rule may look at it. Few rules look at the scenes
--- before, and most scenes need no look: these are gathered when they are asked for.
---@param artifact host.artifact.Tree
---@param index integer of the scene
---@return pipeline.Film
function Lint:film(artifact, index)
  return setmetatable({ props = artifact:get { "props" } or {} }, {
    __index = function(film, field)
      if field == "earlier" or field == "seen" then
        film.earlier, film.seen = self:before(artifact, index)
        return rawget(film, field)
      end
    end,
  })
end

---@param finding Finding
---@return boolean
function Lint:is_waived(finding)
  for _, covers in ipairs(self.waivers) do
    if covers(("%s[%s]"):format(finding.rule, finding.place)) then
      return true
    end
  end
  return false
end

--- What one scene's shots leave to be desired.
---@param artifact host.artifact.Tree
---@param index integer
---@return Finding[]
function Lint:scene(artifact, index)
  local scene = self:scene_at(artifact, index)
  local film = scene and self:film(artifact, index)
  local findings = {}
  for _, one in ipairs(scene and self.rules or {}) do
    one:run(scene, function(shot, message)
      local place = shot and ("%s/%s"):format(scene.key, shot.key) or scene.key
      local finding = { rule = one.name, place = place, message = message }
      if not self:is_waived(finding) then
        findings[#findings + 1] = finding
      end
    end, film)
  end
  return findings
end

--- What all scenes leave to be desired.
---@param artifact host.artifact.Tree
---@return Finding[]
function Lint:all(artifact)
  local findings = {}
  for index = 1, artifact:length { "scenes" } or 0 do
    for _, finding in ipairs(self:scene(artifact, index)) do
      findings[#findings + 1] = finding
    end
  end
  return findings
end

--- A finding in words, below the task that its scene is the item of.
---@param finding Finding
---@return string
function M.sentence(finding)
  local shot = finding.place:match "/([^/]+)$"
  return ("%s%s (rule '%s')"):format(shot and ("shot '%s': "):format(shot) or "", finding.message, finding.rule)
end

--- Whether it is a step's tasks that bring shots into the artifact.
---@param step pipeline.BoundStep
---@return boolean
function M.is_about(step)
  return step.owned["scenes[].shots"] ~= nil
end

--- Looks at the shots that a task has just brought into the artifact, and tells the
--- run. Shots that are as they were have been told of before.
---@param run Run
---@param task Task
---@param state string what the task came to
function Lint:look(run, task, state)
  if not M.is_about(task.step) or (state == "reused" and not self.strict) then
    return
  end
  local findings = self:scene(run.artifact, task.scope.scene.path[2])
  for _, finding in ipairs(findings) do
    run:tell(task, "odd", {
      rule = finding.rule,
      place = finding.place,
      message = M.sentence(finding),
    })
  end
  if self.strict and #findings > 0 then
    run:stop(STRICT:format(#findings, task.name))
  end
end

return M
