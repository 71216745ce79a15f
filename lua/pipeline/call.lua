-- lua/pipeline/call.lua: the one place where a call is made. One that was answered
-- is never made again; the intent is on disk before a request leaves, the answer
-- before it is used. Repair and fallback, which are chains of calls, are in
-- chain.lua.

local arrival = require "pipeline.arrival"
local http = require "host.http"
local doubts = require "pipeline.doubts"
local forms = require "providers.forms"
local json = require "host.json"
local loop = require "host.loop"
local mend = require "pipeline.mend"
local record = require "pipeline.record"
local retry = require "pipeline.retry"

--- What is asked of a model, in no provider's form.
---@class Request
---@field kind "text"|"picture"
---@field provider Provider
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
---@field stream boolean? a text that is told while it comes; the answer is the same
---@field resent boolean? it was sent before, and its answer was lost
---@field generous boolean? the last answer was cut off: allow for a longer one

--- Why a request came to nothing. "stop" and "cost" end the run, "doubt" the
--- task; "dry" says that it would have been asked; what is "unusable" or "final"
--- may do better asked another way.
---@class CallFailure
---@field class "stop"|"cost"|"doubt"|"dry"|"final"|"unusable"
---@field message string
---@field finish string?   "length": the answer was cut off at the token limit
---@field refused boolean? the brief was refused: other words may do

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
---@field stream boolean?       texts are asked for as streams
---@field resend_budget number  USD that asking again for calls in doubt may cost
---@field resend_unpriced boolean? also for those whose price is not known
---@field stopped CallFailure?  why nothing more is sent
---@field waiting table<host.task, true> what a stop cuts short
---@field allowances table<string, Allowance> by model, of its provider
---@field closed table<string, CallFailure>   why a model is asked nothing more
---@field doubts Doubts
---@field prepared table<Provider, host.task>
---@field forms table<string, any> the wire form that a model turned out to take
local Calls = {}
Calls.__index = Calls

local M = {}

--- How often a request is put another way, or sent again after a doubt.
local MOST_FORMS, MOST_RESENDS = 8, 2

--- Less than any difference between the priorities of two steps.
local AHEAD = 1e-9

local NO_MORE = "%s; so many requests to the model fail that this one is not sent again now: run it again later"

--- Raised when a rendered request means something else than before.
local KEY_VERSION = "sbhost call 1"

---@param options table the fields store, limiter, budget, folder, report, resend_budget
---@return Calls
function M.new(options)
  local self = setmetatable({
    forms = {},
    prepared = {},
    waiting = {},
    allowances = {},
    closed = {},
  }, Calls)
  for name, value in pairs(options) do
    self[name] = value
  end
  self.doubts = doubts.new { store = self.store, budget = self.resend_budget, unpriced = self.resend_unpriced }
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
  for task in pairs(self.waiting) do
    task:cancel()
  end
end

--- Calls a function that waits for its turn; a stop cuts it short.
---@return any ... what it returns; nil when it was cut short
function Calls:wait_in(fn, ...)
  if self.stopped then
    return nil
  end
  local task = loop.spawn(fn, ...)
  self.waiting[task] = true
  local leave <close> = setmetatable({}, {
    __close = function()
      self.waiting[task] = nil
      task:cancel()
    end,
  })
  assert(leave)
  return task:await()
end

local function failed(class, message)
  return nil, { class = class, message = message }
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

--
-- On the wire
--

--- The answer to a started request, whole. Texts that come in events are told
--- while they come.
---@return host.http.answer?
---@return string? message
---@return boolean? sent
---@return string? code of host.http
function Calls:receive(id, request, transfer)
  local head, message, code, sent = transfer:head()
  if not head then
    return nil, message, sent, code
  elseif head.headers["x-generation-id"] then
    self.store:accept(id, head.headers["x-generation-id"])
  end
  if request.stream then
    return arrival.take(transfer, head, request.provider.follow(), function(text)
      self:tell("text", request, { text = text })
    end)
  end
  local answer
  answer, message, code, sent = transfer:finish()
  return answer, message, sent, code
end

--- Whether an answer was paid for, though it may be of no use: then it is kept, so
--- that the same is not asked and paid for again.
---@param failure Failure?
---@param answer { status: integer }
local function is_paid(failure, answer)
  return not failure or failure.class == "unusable" or (failure.refused and answer.status < 300)
end

--- Why an arriving picture could not be written: asking for another does not help.
local DISK = { ENOSPC = true, EDQUOT = true, EROFS = true, EIO = true, ENOENT = true, EACCES = true }

--- An answer beyond our limits is paid for and of no use; it is kept as one that
--- says nothing.
local TOO_LARGE = { EFBIG = true, E2BIG = true }
local NOTHING = { status = 200, headers = {}, body = "", files = {} }

---@param message string
---@return Reading
local function too_large(message)
  return { failure = { class = "unusable", message = message }, usage = {} }
end

--- One request, on the wire once. The intent is on disk before a byte leaves,
--- the answer before it is used.
---@return CallAnswer? read
---@return "unsent"|"final"|"doubt"|"disk"|nil class
---@return string? message
function Calls:send(request, key, text, form)
  local worst = request.provider.worst_cost(request)
  local id, problem = self.store:intend(key, text, json.encode { task = request.task, worst = worst })
  if not id then
    return nil, "disk", problem
  elseif self.stopped then
    self.store:refuse(id, "the run was stopped")
    return nil, self.stopped.class, self.stopped.message
  end
  local options = request.provider:wire(request, form)
  options.spill = { dir = self.folder }
  options.events = request.stream
  local started = loop.now()
  local transfer <close>, message, code, sent = http.start(options)
  local answer
  if transfer then
    answer, message, sent, code = self:receive(id, request, transfer)
  end
  if TOO_LARGE[code] then
    return record.keep(self, id, request, NOTHING, too_large(message))
  elseif not answer and sent then
    self.store:doubt(id, message)
    self.doubts:add(key, self.store:call(id))
    return nil, DISK[code] and "disk" or "doubt", message
  elseif not answer then
    self.store:refuse(id, message)
    -- What is neither of the system nor of time (a certificate) does not mend itself.
    return nil, code == "ECURL" and "final" or "unsent", message
  end
  answer.body = mend.utf8(answer.body)
  local read = request.provider.read(request, answer)
  if read.address and request.provider.fetch then
    -- The picture was left with the provider, which will not keep it for long.
    table.insert(answer.files, request.provider:fetch(read.address, self.folder))
    read = request.provider.read(request, answer)
  end
  read.seconds = loop.now() - started
  if not is_paid(read.failure, answer) then
    self.store:refuse(id, read.failure.message)
    return read
  end
  local recorded, trouble = record.keep(self, id, request, answer, read)
  return recorded, not recorded and "disk" or nil, trouble
end

--- The same, within the cost limit.
function Calls:send_within_budget(request, key, text, form)
  local worst = request.provider.worst_cost(request)
  local reserved, message = self:wait_in(self.budget.reserve, self.budget, request.model, worst)
  if not reserved then
    local stopped = self.stopped or { class = "cost", message = message }
    return nil, stopped.class, stopped.message
  end
  local outcome = { doubt = true } -- what a send that is cut short leaves
  local settle <close> = setmetatable({}, {
    __close = function()
      self.budget:settle(reserved, outcome)
    end,
  })
  assert(settle)
  if self.stopped then -- while this call waited for its turn
    outcome = { cost = 0 }
    return nil, self.stopped.class, self.stopped.message
  end
  local read, class, problem = self:send(request, key, text, form)
  if read and read.id then
    outcome = { cost = read.usage.cost }
  elseif class ~= "doubt" and class ~= "disk" then
    outcome = { cost = 0 }
  end
  return read, class, problem
end

--
-- Asking
--

--- What became of a request once it was tried as often as its class allows.
---@param failure Failure
---@param tries integer
local function give_up(failure, tries)
  local class, message = failure.class, failure.message
  if class == "disk" then
    return failed("stop", "the project cannot be written: " .. message)
  elseif class == "stop" or class == "cost" then
    return failed(class, message)
  end
  message = tries > 1 and ("%s (tried %d times)"):format(message, tries) or message
  return nil, { class = "final", message = message, refused = failure.refused }
end

--- Asks, unless the memo has the answer.
---@param request Request
---@return CallAnswer?
---@return CallFailure?
function Calls:ask(request)
  local text = M.identity(request)
  local key = json.sha256(text)
  local known = self.store:answered(key)
  local read = known and record.recall(request, known)
  if not read then
    local problem
    read, problem = self:ask_anew(request, key, text)
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

--- One try: a reading that is an answer, or a failure with its class.
function Calls:try(request, key, text, model_key)
  self:tell("sent", request)
  local read, class, message = self:send_within_budget(request, key, text, self.forms[model_key])
  local failure = read and read.failure
  if read and read.id then
    self:tell("answered", request, { read = read })
    return read
  elseif failure and failure.class == "form" then
    -- The server wants the same thing put another way, and so for all that follow.
    self.forms[model_key] = forms.merge(self.forms[model_key], failure.form)
  end
  return nil, failure or { class = class, message = message }
end

--- Told of a wait that is too long: nothing more is asked of the model.
local function closing(failure)
  local back = os.date("!%Y-%m-%d %H:%M UTC", math.floor(loop.time() + math.min(failure.retry_after, 1e9)))
  return {
    class = "final",
    message = ("%s; that is longer than sbhost waits: run it again after %s"):format(failure.message, back),
  }
end

--- What a failure means to all calls of its model, and of the run.
function Calls:heed(failure, model_key)
  local told = failure.retry_after
  if failure.class == "stop" then
    self:stop(failure.message)
  elseif told and told > retry.LONGEST then
    self.closed[model_key] = self.closed[model_key] or closing(failure)
  elseif told then
    self.limiter:park(model_key, told)
  end
end

--- Waits before a further try, holding no slot; gives a failure when there is to be
--- none.
---@return CallFailure?
function Calls:wait(request, model_key, failure, tries)
  local class = failure.class
  local again = class == "form" and tries.form <= MOST_FORMS or class == "doubt" and tries.doubt <= MOST_RESENDS
  local seconds = again and 0 or retry.delay(class, tries[class], failure.retry_after)
  if not seconds then
    return self.closed[model_key] or select(2, give_up(failure, tries.total))
  elseif again then
    return nil -- with limits of their own
  end
  self:tell("retry", request, { message = failure.message, seconds = seconds })
  local ready = loop.now() + seconds
  if self:wait_in(self.allowances[model_key].take, self.allowances[model_key]) then
    self:wait_in(loop.sleep, math.max(0, ready - loop.now()))
    return self.stopped
  end
  local refused = { class = class, message = NO_MORE:format(failure.message) }
  return self.stopped or select(2, give_up(refused, tries.total))
end

--- A request in its turn. The last result is true when the failure is all that
--- there is to say.
---@return CallAnswer?
---@return CallFailure?
---@return boolean?
function Calls:take_turn(request, key, text, model_key, is_retry)
  local lane = request.kind == "picture" and "image" or "text"
  -- One that comes again goes before its equals.
  local priority = request.priority + (is_retry and AHEAD or 0)
  local slot <close> = self:wait_in(self.limiter.acquire, self.limiter, lane, model_key, priority)
  local ends = self.stopped or self.closed[model_key]
  if ends then
    return nil, ends, true
  end
  local settled, doubt = self.doubts:settle(key, request, function(...)
    self:tell(...)
  end)
  if not settled then
    return nil, doubt, true
  end
  local allowance = self.allowances[model_key]
  if not is_retry then
    allowance:count(false)
  end
  local read, failure = self:try(request, key, text, model_key)
  allowance:ended(read ~= nil)
  if failure then
    self:heed(failure, model_key) -- before another gets the slot
  end
  slot:release(read and "ok" or failure.class == "busy" and "busy" or "other")
  return read, failure
end

--- Lets a provider look up, once and before the first call, what its models are
--- and cost now.
---@param provider Provider
function Calls:prepare(provider)
  if provider.prepare then
    self.prepared[provider] = self.prepared[provider] or loop.spawn(provider.prepare, provider)
    self.prepared[provider]:await()
  end
end

function Calls:ask_anew(request, key, text)
  request.stream = self.stream and request.kind == "text" and request.provider.follow ~= nil or nil
  self:prepare(request.provider)
  local model_key = request.provider.identity .. " " .. request.model
  self.allowances[model_key] = self.allowances[model_key] or retry.allowance()
  local call <close> = self.allowances[model_key]:call()
  assert(call)
  local tries = { total = 0 }
  while true do
    local read, failure, over = self:take_turn(request, key, text, model_key, tries.total > 0)
    if read or over then
      return read, failure
    end
    tries[failure.class] = (tries[failure.class] or 0) + 1
    tries.total = tries.total + 1
    local ended = self:wait(request, model_key, failure, tries)
    if ended then
      return nil, ended
    end
  end
end

return M
