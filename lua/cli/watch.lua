-- lua/cli/watch.lua: `sbhost run STORY --watch`: what is saved is evaluated at once,
-- for as long as one works on it.

local dry = require "pipeline.plan.dry"
local ending = require "cli.ending"
local fault = require "pipeline.fault"
local forecast = require "cli.forecast"
local loop = require "host.loop"
local progress = require "cli.progress"
local say = require "cli.say"
local summary = require "cli.summary"
local watch = require "host.watch"

---@class Watch
---@field opened Session
---@field chosen table          the command line's options
---@field options_of fun(): table what an evaluation is given
---@field asker Asker?          of the evaluation under way
---@field display Progress
---@field files host.watch.watch
---@field artifact string       the file that people edit
---@field images string         the folder of pictures, which people put their own into
---@field seen table<string, string|false> what pictures were when it was told that they changed
---@field failed table<string, string|false>? what the last reading of scripts has read, if it failed
---@field news loop.event       something has come that is not dealt with
---@field changes table<string, string|false>? by file
---@field evaluating host.task? the evaluation under way
---@field ended { result: table?, totals: Tally?, problem: any }? what it came to
---@field held table[]?         events that are to be shown later
---@field last integer?         the status of the last one that came to an end
---@field interrupted boolean
---@field is_cut boolean?       while an evaluation was under way
---@field began number               of the evaluation under way
local Watch = {}
Watch.__index = Watch

local M = {}

-- So long the first request is waited for, and then it has the loop to itself until it
-- is away, seconds.
local PROMPTLY, HEAD_START = 0.1, 0.02

local STAYS = "the last working version stays in use; save the file to try again"

--- A fault as it is, and any other error with where it was raised.
local function explained(err)
  return fault.is(err) and err or debug.traceback(tostring(err), 2)
end

--- Shows one thing in the way that the command line asks for.
---@param event table
function Watch:tell(event)
  self.display.event(event)
end

--- Notes something that the main task waits for.
---@param field string
---@param value any
function Watch:note(field, value)
  self[field] = value
  self.news:notify()
end

--
-- What is waited for
--

function Watch:listen_to_files()
  while true do
    local changes = self.files:next()
    for file, content in pairs(self.changes or {}) do
      changes[file] = changes[file] == nil and content or changes[file]
    end
    self:note("changes", changes)
  end
end

--- The first Ctrl-C sends nothing more and waits a while for what is in flight; the
--- second ends at once.
function Watch:listen_to_interrupts()
  loop.signal "INT"
  self.is_cut = self.evaluating ~= nil
  if self.is_cut then
    self.opened:stop "interrupted: waiting for calls in flight; Ctrl-C again ends at once"
  end
  self:note("interrupted", true)
  if self.asker then
    self.asker:stop()
  end
  loop.timeout(ending.GRACE, loop.signal, "INT")
  self.opened:cancel()
end

--- Watches what the story was read from, or just failed to be read from, the
--- pictures that it and people bring, those that were drawn, and the artifact.
function Watch:watch_files()
  local files = { [self.artifact] = true, [self.images] = true }
  for _, path in ipairs(self.opened.edits:pictures()) do
    if not path:find "^images/" then
      files[self.opened.project:path(path)] = true
    end
  end
  for _, prop in ipairs(self.opened.story.props) do
    if prop.image then
      files[prop.image] = true
    end
  end
  for _, scripts in ipairs { self.opened.scripts, self.failed } do
    for file, content in pairs(scripts) do
      files[file] = content
    end
  end
  self.files:set(files)
end

--
-- Evaluations
--

--- What an evaluation under way is told with: what happens is shown once it was told
--- what it will come to.
---@param totals Tally
---@param sent loop.event notified when a request leaves
local function reporter(self, totals, sent)
  local options = self.options_of()
  options.totals, self.asker = totals, options.ask
  function options.report(event)
    if event.event == "sent" then
      sent:notify()
    end
    if self.held then
      table.insert(self.held, event)
    else
      self:tell(event)
    end
  end
  return options
end

--- Shows what was held back.
function Watch:release()
  local held = self.held or {}
  self.held = nil
  for _, event in ipairs(held) do
    self:tell(event)
  end
end

--- Tells what an evaluation that has begun will come to.
---@param changed string[] the files that changed
---@param before Session as it was then
function Watch:tell_change(changed, before)
  local ok, event = xpcall(function()
    return forecast.event(self.opened, dry.evaluate(before), changed)
  end, explained)
  if ok then
    self:tell(event)
  end -- else the evaluation itself tells what is wrong
  self:release()
end

--- Starts an evaluation.
---@param changed string[]? the files that changed, if that is why
function Watch:evaluate(changed)
  local totals, sent = self.opened:tally(), loop.event()
  self.display = progress.new(totals, self.chosen, self.opened)
  self.held = changed and {} or nil
  local options = reporter(self, totals, sent)
  options.is_changed = changed ~= nil
  self.began = loop.now()
  local before = changed and self.opened:looking()
  if before then
    -- The evaluation will replace the file; what is wrong with it, it tells itself.
    pcall(before.edits.look, before.edits, function() end)
  end
  self.evaluating = loop.spawn(function()
    local ok, result = xpcall(self.opened.evaluate, explained, self.opened, options)
    self.evaluating = nil
    self:note("ended", { result = ok and result, totals = totals, problem = not ok and result })
    sent:notify()
  end)
  if changed then
    -- First of all the first request leaves, if there is one.
    loop.timeout(PROMPTLY, sent.wait, sent)
    if self.evaluating then
      loop.sleep(HEAD_START)
    end
    self:tell_change(changed, before)
  end
end

--- Tells that something cannot be used as it is.
---@param problem any
function Watch:tell_broken(problem)
  local message = tostring(problem)
  self:tell { event = "broken", message = message, hint = STAYS }
end

--- The evaluation has come to an end.
function Watch:report_end()
  local ended = self.ended
  self.ended = nil
  if ended.problem then
    self:tell_broken(ended.problem)
    return
  end
  local is_first = not self.last
  self.last = ending.status_of(ended.result, ended.totals)
  ended.result.doubts = self.opened:doubts_left()
  self.display.finish()
  self:watch_files()
  local seconds = loop.now() - self.began
  if is_first and not self.chosen.json and not self.chosen.quiet then
    say.line(table.concat(summary.lines(ended.totals, ended.result, seconds), "\n"))
  end
  self:tell(summary.ended(ended.totals, ended.result, seconds))
end

--- Whether a person has changed the artifact, or taken it away to have it made again.
---@param content string|false|nil
---@return boolean
function Watch:is_edited(content)
  if not content then
    return content == false
  elseif self.evaluating and self.opened.edits.waiting then
    return true -- the evaluation saw it before, and would begin anew at its end
  end
  local published = self.opened.project.published
  return not published:is_known(content) and published:changed() ~= nil
end

---@param changes table<string, string|false>
---@return string[] files sorted
local function files_of(changes)
  local files = {}
  for file in pairs(changes) do
    files[#files + 1] = file
  end
  table.sort(files)
  return files
end

--- Something was saved.
function Watch:take_changes()
  local changes, scripts = self.changes, {}
  self.changes = nil
  local content = changes[self.artifact]
  if not self:is_edited(content) then
    changes[self.artifact] = nil
  end
  if changes[self.images] then
    for _, path in ipairs(self.opened:touched_pictures(self.seen)) do
      changes[path] = true
    end
  end
  changes[self.images] = nil
  if not next(changes) then
    return
  end
  if self.ended then
    self:report_end()
  end
  local ok, fresh = xpcall(self.opened.read_anew, explained, self.opened, scripts)
  if ok then
    if self.evaluating then
      self.evaluating:cancel()
      self.evaluating = nil
      self.display.finish()
    end
    if self.asker then
      self.asker:stop()
    end
    self.opened:adopt(fresh)
  end
  self.failed = not ok and scripts or nil
  self:watch_files()
  if ok then
    self:evaluate(files_of(changes))
  else
    self:tell_broken(fresh)
  end
end

--- Evaluates the story, and again whenever something of it is saved, until Ctrl-C.
---@param opened Session
---@param chosen table
---@param options_of fun(): table what an evaluation is given
---@return integer status
function M.run(opened, chosen, options_of)
  local files <close>, message = watch.open()
  if not files then
    fault.raise { message = "files cannot be watched: " .. message }
  end
  local self = setmetatable({
    opened = opened,
    chosen = chosen,
    options_of = options_of,
    files = files,
    artifact = opened.project.published.path,
    images = opened.project:path "images/",
    seen = {},
    news = loop.event(),
    interrupted = false,
  }, Watch)
  self:watch_files()
  local listeners = { loop.spawn(self.listen_to_files, self), loop.spawn(self.listen_to_interrupts, self) }
  opened:touched_pictures(self.seen) -- of those, the evaluation that begins is the first to know
  self:evaluate()
  while not self.interrupted do
    if self.ended then
      self:report_end()
    elseif self.changes then
      self:take_changes()
    else
      self.news:wait()
    end
  end
  if self.evaluating then
    self.evaluating:await()
  end
  opened:end_calls(ending.GRACE)
  for _, listener in ipairs(listeners) do
    listener:cancel()
  end
  if self.ended then
    self:report_end()
  end
  return self.is_cut and ending.INTERRUPTED or self.last or ending.WRONG
end

return M
