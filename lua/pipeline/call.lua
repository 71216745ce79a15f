-- lua/pipeline/call.lua: the calls of a run, and the one place where they are asked
-- for. One that was answered is never made again, and one that is under way is
-- joined. How a call gets its answer is in flight.lua; repair and fallback, which
-- are chains of calls, are in chain.lua.

local costs = require "pipeline.call.costs"
local doubts = require "pipeline.call.doubts"
local flight = require "pipeline.call.flight"
local json = require "host.json"
local loop = require "host.loop"
local record = require "pipeline.call.record"
local retry = require "pipeline.call.retry"
local room = require "pipeline.call.room"
local stored = require "pipeline.project.stored"

--- What is asked of a model, in no provider's form.
---@class Request
---@field kind "text"|"picture"
---@field provider Provider
---@field model string
---@field effort string?
---@field successors boolean? when the model is retired, its successor may be asked
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
---@field stream boolean? a text that is told while it comes; the answer is the same
---@field resent boolean? it was sent before, and its answer was lost
---@field generous boolean? the last answer was cut off: allow for a longer one

--- Why a request came to nothing. "stop" and "cost" end the run, "doubt" the
--- task; "dry" says that it would have been asked; what is "unusable" or "final"
--- may do better asked another way; nobody hears of "unwanted".
---@class CallFailure
---@field class "stop"|"cost"|"doubt"|"dry"|"final"|"unusable"|"unwanted"
---@field message string
---@field finish string?   "length": the answer was cut off at the token limit
---@field refused boolean? the brief was refused: other words may do
---@field successor string? the model is retired, and this one follows it

--- What the provider's answer says, and where it came from.
---@class CallAnswer: Reading
---@field id integer      of the call
---@field at number       when it was answered, seconds since 1970
---@field path string?    the file of its picture
---@field seconds number? that it took
---@field remembered boolean? it was not asked for now

---@class Calls
---@field store host.store.store
---@field limiter host.limiter
---@field budget Budget
---@field folder string         where arriving pictures are kept until they are saved
---@field report fun(event: table)
---@field room Room              what a full disk is waited for in
---@field only table<string, true>? the steps that calls are made of; nil: all
---@field stream boolean?       texts are asked for as streams
---@field resend_budget number  USD that asking again for calls in doubt may cost
---@field resend_unpriced boolean? also for those whose price is not known
---@field stopped CallFailure?  why nothing more is sent
---@field live table<string, Flight> what is under way, by key
---@field allowances table<string, Allowance> by model, of its provider
---@field closed table<string, CallFailure>   why a model is asked nothing more
---@field doubts Doubts
---@field costs Costs
---@field prepared table<Provider, host.task>
---@field forms table<string, any> the wire form that a model turned out to take
local Calls = {}
Calls.__index = Calls

local M = {}

--- Raised when a rendered request means something else than before.
local KEY_VERSION = "sbhost call 1"

---@param options table the fields store, limiter, budget, folder, report, resend_budget
---@return Calls
function M.new(options)
  local self = setmetatable({
    forms = {},
    prepared = {},
    live = {},
    allowances = {},
    closed = {},
  }, Calls)
  for name, value in pairs(options) do
    self[name] = value
  end
  self.room = room.new(function(event)
    self.report(event)
  end)
  self.doubts = doubts.new { store = self.store, budget = self.resend_budget, unpriced = self.resend_unpriced }
  self.costs = costs.new(self)
  return self
end

--- What a call's key is a hash of: all that decides the answer, and nothing of
--- how a provider's wire is shaped. Reference pictures count by their content.
---@param request Request
---@return string text canonical
function M.identity(request)
  local refs = {}
  for i, ref in ipairs(request.refs) do
    refs[i] = { label = ref.label, sha256 = ref.sha256 }
  end
  return json.encode {
    version = KEY_VERSION,
    provider = request.provider.identity,
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
---@param class "stop"|"cost"|nil
function Calls:stop(reason, class)
  self.stopped = self.stopped or { class = class or "stop", message = reason }
  for _, live in pairs(self.live) do
    live:cut(self.stopped)
  end
end

--- Sends again after a stop, for another evaluation.
function Calls:resume()
  self.stopped, self.closed = nil, {}
end

--- How many calls run to their end although nobody asks for them any more.
---@return integer
function Calls:unwanted()
  local count = 0
  for _, live in pairs(self.live) do
    count = count + (live.wanted == 0 and 1 or 0)
  end
  return count
end

--- Tells the run of something that happens to a request.
---@param event string
---@param request Request
---@param more table?
function Calls:tell(event, request, more)
  local told = { event = event, step = request.step, task = request.task, model = request.model }
  for field, value in pairs(more or {}) do
    told[field] = value
  end
  self.report(told)
end

---@param model_key string
---@return Allowance
function Calls:allowance(model_key)
  self.allowances[model_key] = self.allowances[model_key] or retry.allowance()
  return self.allowances[model_key]
end

--- Lets a provider look up, once and before the first call, what its models are
--- and cost now, and tells what it finds worth telling.
---@param provider Provider
function Calls:prepare(provider)
  if not provider.prepare then
    return
  end
  self.prepared[provider] = self.prepared[provider]
    or loop.spawn(function()
      for _, message in ipairs(provider:prepare()) do
        self.report { event = "notice", message = message }
      end
    end)
  self.prepared[provider]:await()
end

--- Asks, unless the memo has the answer or the same is being asked.
---@param request Request
---@return CallAnswer?
---@return CallFailure?
function Calls:ask(request)
  local text = M.identity(request)
  local key = json.sha256(text)
  local known = self.store:answered(key)
  local read, unread
  if known then
    read, unread = record.recall(self, request, known)
  end
  if unread then
    return nil, { class = "stop", message = stored.unread(unread) }
  elseif not read and self.only and not self.only[request.step] then
    return nil, { class = "dry", message = "the run is kept to other steps" }
  elseif not read then
    local problem
    read, problem = (self.live[key] or flight.start(self, request, key, text)):join()
    if not read then
      return nil, problem
    end
  end
  local failure = read.failure
  if failure and known then
    -- What was refused in an earlier run may be granted in this one, asked anew.
    return nil, { class = "unusable", message = failure.message, finish = read.finish }
  elseif failure then
    return nil, { class = failure.class, message = failure.message, refused = failure.refused, finish = read.finish }
  end
  return read
end

--- Waits, but no longer than so many seconds, for what was sent and nobody asks for
--- any more: it is paid for, and its answer is kept. Then, a little, for what answers
--- cost.
---@param seconds number
function Calls:drain(seconds)
  if next(self.live) then
    self:stop "the run is over"
    self.report { event = "draining", message = "waiting for calls that are no longer needed" }
    loop.timeout(seconds, function()
      while next(self.live) do
        select(2, next(self.live)):await()
      end
    end)
  end
  self.costs:finish()
end

--- Ends all that is under way. What was sent is in doubt then.
function Calls:close()
  self.costs:close()
  for _, live in pairs(self.live) do
    live:cancel()
  end
end

return M
