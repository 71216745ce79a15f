-- lua/pipeline/call.lua: the one place where a call is made. A call that was
-- answered is never made again; retry, repair and fallback live here.

local file = require "host.file"
local http = require "host.http"
local json = require "host.json"
local loop = require "host.loop"

--- What is asked of a model, in no provider's form.
---@class Request
---@field kind "text"|"picture"
---@field model string
---@field effort string?
---@field system string?
---@field user string
---@field turns { role: string, content: string }[]? what was said since, for a repair
---@field schema { name: string, schema: table }?
---@field aspect string?
---@field refs { path: string, label: string, sha256: string }[]
---@field step string
---@field task string
---@field take integer
---@field attempt integer
---@field priority number

--- Why a request came to nothing. "stop" ends the run, "doubt" the task; what
--- is "unusable" or "final" may do better asked another way.
---@class CallFailure
---@field class "stop"|"doubt"|"final"|"unusable"
---@field message string

---@class Calls
---@field store userdata
---@field provider Provider
---@field limiter userdata
---@field folder string         where arriving pictures are kept until they are saved
---@field report fun(event: table)
---@field resend_budget number  USD that asking again for calls in doubt may cost
---@field resend_spent number
---@field stopped string?       why nothing more is sent
local Calls = {}
Calls.__index = Calls

local M = {}

--- Raised when a rendered request means something else than before.
local KEY_VERSION = "sbhost call 1"

local RETRIES = { unsent = 5, busy = 8, server = 2 }
local BACKOFF = { unsent = { 0.5, 8 }, busy = { 1, 60 }, server = { 1, 30 } }
local LONGEST_WAIT = 120

---@param options table the first six fields of Calls
---@return Calls
function M.new(options)
  local self = setmetatable({ resend_spent = 0 }, Calls)
  for name, value in pairs(options) do
    self[name] = value
  end
  self.doubts = {}
  for _, call in ipairs(self.store:doubts()) do
    self.doubts[call.key] = self.doubts[call.key] or {}
    table.insert(self.doubts[call.key], call)
  end
  return self
end

--- What a call's key is a hash of: all that decides the answer, and nothing of
--- how a provider's wire is shaped. Reference pictures count by their content.
---@param request Request
---@return string text canonical
function Calls:identity(request)
  local refs = {}
  for i, ref in ipairs(request.refs) do
    refs[i] = { label = ref.label, sha256 = ref.sha256 }
  end
  return json.encode {
    version = KEY_VERSION,
    provider = self.provider.identity,
    kind = request.kind,
    model = request.model,
    effort = request.effort,
    system = request.system,
    user = request.user,
    turns = request.turns and json.array(request.turns),
    schema = request.schema,
    aspect = request.aspect,
    refs = json.array(refs),
    task = request.task,
    take = request.take,
    attempt = request.attempt,
  }
end

--- Sends nothing more; what is in flight may come in.
---@param reason string
function Calls:stop(reason)
  self.stopped = self.stopped or reason
end

local function failed(class, message)
  return nil, { class = class, message = message }
end

local IN_DOUBT = "it was sent before and the answer never came, so it may have been paid for; "
  .. "asking again may cost %s more: allow that with --resend-doubt USD"

--- Calls of this key that an earlier run left in doubt: asked again as long as
--- the budget for that lasts.
---@return true?, CallFailure?
function Calls:settle_doubts(key, request)
  for _, call in ipairs(self.doubts[key] or {}) do
    local cost = self.provider.worst_cost(request)
    if self.resend_budget <= 0 or self.resend_spent + (cost or 0) > self.resend_budget then
      return failed("doubt", IN_DOUBT:format(cost and ("$%.3f"):format(cost) or "an unknown sum"))
    end
    self.resend_spent = self.resend_spent + (cost or 0)
    self.store:forgive(call.id, "asked again")
    self.report { event = "resent", step = request.step, task = request.task, cost = cost }
  end
  self.doubts[key] = nil
  return true
end

--- Puts the pictures that came with an answer where they are durable, under
--- names that the answer's record gives.
local function keep_files(folder, id, files)
  local kept = {}
  for i, arrived in ipairs(files) do
    kept[i] = { error = arrived.error }
    if arrived.path then
      local path = ("%s/%d-%d"):format(folder, id, i)
      local ok, message = file.publish(arrived.path, path)
      if not ok then
        return nil, message
      end
      kept[i].path = path
    end
  end
  return kept
end

--- Where the picture of an answer is, if it has one.
local function with_path(read, files)
  local arrived = read.file and files[read.file]
  if arrived then
    read.path = arrived.path
    if not arrived.path then
      read.failure = { class = "unusable", message = "the answer's picture is broken: " .. arrived.error }
    end
  end
  return read
end

--- One request, on the wire once. The intent is on disk before a byte leaves,
--- the answer before it is used.
---@return table? read what the provider's answer says
---@return "unsent"|"doubt"|"disk"|nil class
---@return string? message
function Calls:send(request, key, text)
  local worst = self.provider.worst_cost(request)
  local id, problem = self.store:intend(key, text, json.encode { task = request.task, worst = worst })
  if not id then
    return nil, "disk", problem
  end
  local options = self.provider:wire(request)
  options.spill = { dir = self.folder }
  local started = loop.now()
  local transfer <close> = http.start(options)
  local head, message, _, sent = transfer:head()
  local answer
  if head then
    if head.headers["x-generation-id"] then
      self.store:accept(id, head.headers["x-generation-id"])
    end
    answer, message, _, sent = transfer:finish()
  end
  if not answer then
    if sent then
      self.store:doubt(id, message)
      return nil, "doubt", message
    end
    self.store:refuse(id, message)
    return nil, "unsent", message
  end
  local read = self.provider.read(request.kind, answer)
  read.seconds = loop.now() - started
  if read.failure and read.failure.class ~= "unusable" then
    self.store:refuse(id, read.failure.message)
    return read
  end
  local files, trouble = keep_files(self.folder, id, answer.files)
  if files then
    local record = json.encode { body = answer.body, files = json.array(files) }
    local meta = json.encode { task = request.task, model = read.model, usage = read.usage, seconds = read.seconds }
    files, trouble = self.store:answer(id, record, meta) and files, "the answer cannot be recorded"
  end
  if not files then
    return nil, "disk", trouble
  end
  read.id = id
  read.at = loop.time()
  return with_path(read, files)
end

--- An answer that is in the memo, read again.
local function recall(provider, kind, call)
  local record = json.decode(call.answer)
  local read = provider.read(kind, { status = 200, headers = {}, body = record.body, files = record.files })
  read.id = call.id
  read.at = call.at
  read.remembered = true
  return with_path(read, record.files)
end

--- How long to wait before the next try, in seconds; nil when it is no use.
---@param class string
---@param try integer how many tries of this class there were
---@param retry_after number?
local function delay(class, try, retry_after)
  if try > (RETRIES[class] or 0) or (retry_after and retry_after > LONGEST_WAIT) then
    return nil
  end
  local base, cap = table.unpack(BACKOFF[class])
  local jittered = math.random() * math.min(cap, base * 2 ^ (try - 1))
  return math.max(jittered, retry_after and retry_after * (1 + 0.1 * math.random()) or 0)
end

--- What became of a request once it was tried as often as its class allows.
local function give_up(class, message, tries)
  if class == "doubt" then
    return failed("doubt", message .. "; it was sent, and may have been paid for")
  elseif class == "disk" then
    return failed("stop", "the project cannot be written: " .. message)
  elseif class == "stop" then
    return failed("stop", message)
  end
  return failed("final", tries > 1 and ("%s (tried %d times)"):format(message, tries) or message)
end

--- Asks, unless the memo has the answer.
---@param request Request
---@return table? read with text or path
---@return CallFailure?
function Calls:ask(request)
  local text = self:identity(request)
  local key = json.sha256(text)
  local known = self.store:answered(key)
  local read
  if known then
    read = recall(self.provider, request.kind, known)
  else
    local problem
    read, problem = self:ask_anew(request, key, text)
    if not read then
      return nil, problem
    end
  end
  if read.failure then
    return nil, { class = "unusable", message = read.failure.message }
  end
  return read
end

function Calls:ask_anew(request, key, text)
  if self.stopped then
    return failed("stop", self.stopped)
  end
  local ok, doubt = self:settle_doubts(key, request)
  if not ok then
    return nil, doubt
  end
  local lane = request.kind == "picture" and "image" or "text"
  local slot <close> = self.limiter:acquire(lane, self.provider.identity .. " " .. request.model, request.priority)
  local tries = {}
  local total = 0
  while true do
    if self.stopped then
      return failed("stop", self.stopped)
    end
    total = total + 1
    self.report { event = "sent", step = request.step, task = request.task, model = request.model }
    local read, class, message = self:send(request, key, text)
    local failure = read and read.failure
    if read and (not failure or failure.class == "unusable") then
      slot:release "ok"
      self.report { event = "answered", step = request.step, task = request.task, read = read }
      return read
    end
    class, message = failure and failure.class or class, failure and failure.message or message
    tries[class] = (tries[class] or 0) + 1
    local seconds = RETRIES[class] and delay(class, tries[class], failure and failure.retry_after)
    if not seconds then
      slot:release(class == "busy" and "busy" or "other")
      self.report { event = "refused", step = request.step, task = request.task, message = message }
      return give_up(class, message, total)
    end
    self.report { event = "retry", step = request.step, task = request.task, message = message, seconds = seconds }
    slot:backoff(seconds, class == "busy" and "busy" or "other")
  end
end

--
-- Chains of calls
--

local function variant(request, changes)
  local copy = {}
  for name, value in pairs(request) do
    copy[name] = value
  end
  for name, value in pairs(changes) do
    copy[name] = value
  end
  return copy
end

--- Tells that a request did not do, and what is tried now.
---@param event "repair"|"fallback"
function Calls:note(event, request, model, failure)
  self.report {
    event = event,
    step = request.step,
    task = request.task,
    model = model,
    message = failure.message,
  }
end

local REPAIR = [[
Your answer does not fit what was asked for:

%s

Answer once more with the whole JSON, these faults mended and everything else as it was.]]

--- A text answer that a judge accepts. An answer with faults goes back once with
--- their list, then the request is asked anew, then the next model is asked.
---@param request Request of the first model
---@param models string[] the first and those to fall back to
---@param judge fun(text: string): any?, string? the value, or nil and the faults
---@return { value: any, ids: integer[], model: string, remembered: boolean }?
---@return CallFailure?
function Calls:text(request, models, judge)
  local ids, attempt, last = {}, 0, nil
  local remembered = true
  for _, model in ipairs(models) do
    local turns
    for _, way in ipairs { "ask", "repair", "anew" } do
      if way ~= "repair" or turns then
        attempt = attempt + 1
        if attempt > 1 then
          self:note(way == "ask" and "fallback" or "repair", request, model, last)
        end
        local asked = variant(request, { model = model, attempt = attempt, turns = way == "repair" and turns or nil })
        local read, failure = self:ask(asked)
        turns = nil
        if read then
          ids[#ids + 1] = read.id
          remembered = remembered and read.remembered or false
          local value, faults = judge(read.text)
          if value ~= nil then
            return { value = value, ids = ids, model = model, remembered = remembered }
          end
          last = { class = "final", message = "the answer does not fit: " .. faults }
          turns = {
            { role = "assistant", content = read.text },
            { role = "user", content = REPAIR:format(faults) },
          }
        elseif failure.class == "stop" or failure.class == "doubt" then
          return nil, failure
        else
          last = { class = "final", message = failure.message }
          if failure.class == "final" then
            break
          end
        end
      end
    end
  end
  return nil, last
end

local REWRITE = [[
An image model was given the brief below and drew nothing. Rewrite the brief so
that it will: keep what is seen, who is in it, the framing and the style; take
out whatever a cautious filter might stumble over, and say it in plainer words.
Answer with the new brief alone.

%s]]

--- A picture that a keeper accepts. When none comes, it is asked for again, then
--- the brief is rewritten by a text model and drawn again.
---@param request Request
---@param rewriter string the model that rewrites
---@param keep fun(path: string, at: number): any?, string? the saved picture, or nil and what is wrong with it
---@return { value: any, ids: integer[], model: string, remembered: boolean, path: string }?
---@return CallFailure?
function Calls:picture(request, rewriter, keep)
  local ids, last = {}, nil
  local remembered = true
  local user = request.user
  for attempt, way in ipairs { "ask", "again", "rewritten" } do
    if way == "rewritten" then
      self:note("fallback", request, rewriter, last)
      local rewrite = variant(request, { kind = "text", model = rewriter, user = REWRITE:format(user), aspect = false })
      rewrite.aspect, rewrite.refs = nil, {}
      local read, failure = self:ask(rewrite)
      if not read then
        return nil, failure.class == "unusable" and last or failure
      end
      ids[#ids + 1] = read.id
      user = read.text
    elseif way == "again" then
      self:note("repair", request, request.model, last)
    end
    local read, failure = self:ask(variant(request, { user = user, attempt = attempt }))
    if read then
      ids[#ids + 1] = read.id
      remembered = remembered and read.remembered or false
      local value, wrong = keep(read.path, read.at)
      if value ~= nil then
        return { value = value, ids = ids, model = request.model, remembered = remembered, path = read.path }
      end
      last = { class = "final", message = "the answer's picture is unusable: " .. wrong }
    elseif failure.class == "stop" or failure.class == "doubt" then
      return nil, failure
    else
      last = { class = "final", message = failure.message }
    end
  end
  return nil, last
end

return M
