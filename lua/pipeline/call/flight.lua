-- lua/pipeline/call/flight.lua: a call that is under way: its turns, its tries, and the
-- waits between them. It runs in a task of its own, and whoever asks the same
-- meanwhile joins it. When nobody does any more it gives up what it waits for; but
-- a request that has left runs to its end, and its answer is kept.

local forms = require "providers.forms"
local loop = require "host.loop"
local retry = require "pipeline.call.retry"
local sending = require "pipeline.call.sending"

---@class Flight
---@field calls Calls
---@field request Request    as it was asked first
---@field key string
---@field text string        what the key is a hash of
---@field model_key string
---@field wanted integer     how many wait for its answer
---@field ended CallFailure? why one of its waits was cut short
---@field slot host.slot?    in its turn
---@field private waits host.task? what can be cut short
---@field private task host.task
local Flight = {}
Flight.__index = Flight

local M = {}

--- How often a request is put another way, or sent again after a doubt.
local MOST_FORMS, MOST_RESENDS = 8, 2

--- Less than any difference between the priorities of two steps.
local AHEAD = 1e-9

local NO_MORE = "%s; too many requests to this model fail, so it is not retried now: run again later"

local UNWANTED = { class = "unwanted", message = "it is no longer needed" }

--- Starts a call; it is to be joined before anything waits.
---@param calls Calls
---@param request Request
---@param key string
---@param text string
---@return Flight
function M.start(calls, request, key, text)
  local self = setmetatable({
    calls = calls,
    request = request,
    key = key,
    text = text,
    model_key = request.provider.identity .. " " .. request.model,
    wanted = 0,
  }, Flight)
  request.stream = calls.stream and request.kind == "text" and request.provider.follow ~= nil or nil
  calls.live[key] = self
  self.task = loop.spawn(self.run, self)
  return self
end

--- A value that calls a function when it is closed.
local function at_end(fn)
  return setmetatable({}, { __close = fn })
end

--
-- Who wants it
--

--- Waits for what it comes to, beside all others who do.
---@return CallAnswer? read what they get is shared: nobody may change it
---@return CallFailure?
function Flight:join()
  self.wanted = self.wanted + 1
  local leave <close> = at_end(function()
    self.wanted = self.wanted - 1
    if self.wanted == 0 then
      self:cut(UNWANTED)
    end
  end)
  assert(leave)
  local read, failure, code = self.task:await()
  if code == "ECANCELED" then
    return nil, { class = "stop", message = "the run is over" }
  end
  return read, failure
end

--- Cuts short what it waits for, if it does.
---@param failure CallFailure why
function Flight:cut(failure)
  if self.waits then
    self:give_up(failure)
    self.waits:cancel()
  end
end

--- It is on its way to its end: who asks the same from now on starts anew.
---@param failure CallFailure why
function Flight:give_up(failure)
  if not self.ended then
    self.ended = failure
    self:leave()
    if failure == UNWANTED then
      self.calls:tell("dropped", self.request)
    end
  end
end

--- Nobody can join it any more.
function Flight:leave()
  if self.calls.live[self.key] == self then
    self.calls.live[self.key] = nil
  end
end

--- Why it is not to go on, if so: to be asked before anything is begun.
---@return CallFailure?
function Flight:ends()
  if self.wanted == 0 then
    self:give_up(UNWANTED)
  end
  return self.ended or self.calls.stopped or self.calls.closed[self.model_key]
end

--- Calls a function that waits for its turn, and may be cut short.
---@param fn function
---@param ... any
---@return any ... what it returns; nil when it was cut short
function Flight:wait_in(fn, ...)
  if self:ends() then
    return nil
  end
  local task = loop.spawn(fn, ...)
  self.waits = task
  local over <close> = at_end(function()
    self.waits = nil
    task:cancel()
  end)
  assert(over)
  return task:await()
end

--- Waits until it has come to its end.
function Flight:await()
  self.task:await()
end

--- Ends it where it is. What was sent is in doubt then.
function Flight:cancel()
  self.task:cancel()
end

--
-- Turns and tries
--

--- What became of a request once it was tried as often as its class allows.
---@param failure Failure
---@param tries integer
---@return CallFailure
local function last_word(failure, tries)
  local class, message = failure.class, failure.message
  if class == "disk" then
    return { class = "stop", message = "the project cannot be written: " .. message }
  elseif class == "stop" or class == "cost" then
    return { class = class, message = message }
  end
  message = tries > 1 and ("%s (tried %d times)"):format(message, tries) or message
  return { class = "final", message = message, refused = failure.refused }
end

--- One try: a reading that is an answer, or a failure with its class.
---@return CallAnswer?
---@return Failure?
function Flight:try()
  local calls, request = self.calls, self.request
  calls:tell("sent", request)
  local read, class, message = sending.send(calls, self)
  local failure = read and read.failure
  if read and read.id then
    calls:tell("answered", request, { read = read })
    return read
  elseif failure and failure.class == "form" then
    -- The server wants the same thing put another way, and so for all that follow.
    calls.forms[self.model_key] = forms.merge(calls.forms[self.model_key], failure.form)
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

--- What a failure means to all calls of the model, and of the run.
---@param failure Failure
function Flight:heed(failure)
  local calls, told = self.calls, failure.retry_after
  if failure.class == "stop" then
    calls:stop(failure.message)
  elseif told and told > retry.LONGEST then
    calls.closed[self.model_key] = calls.closed[self.model_key] or closing(failure)
  elseif failure.gone then
    calls.closed[self.model_key] = { class = "final", message = failure.message, successor = failure.successor }
  elseif told then
    calls.limiter:park(self.model_key, told)
  end
end

--- Waits before a further try, holding no slot; gives a failure when there is to be
--- none.
---@param call AllowedCall
---@param failure Failure
---@param tries table<string, integer> by class, and their total
---@return CallFailure?
function Flight:wait(call, failure, tries)
  local class = failure.class
  local again = class == "form" and tries.form <= MOST_FORMS or class == "doubt" and tries.doubt <= MOST_RESENDS
  local seconds = again and 0 or retry.delay(class, tries[class], failure.retry_after)
  if not seconds then
    return self.calls.closed[self.model_key] or last_word(failure, tries.total)
  elseif again then
    return self:ends() -- with limits of their own
  end
  self.calls:tell("retry", self.request, { message = failure.message, seconds = seconds })
  if self:wait_in(call.wait, call, seconds) then
    return self:ends()
  end
  return self:ends() or last_word({ class = class, message = NO_MORE:format(failure.message) }, tries.total)
end

--- A request in its turn. The last result is true when the failure is all that
--- there is to say.
---@param call AllowedCall
---@param is_retry boolean
---@return CallAnswer?
---@return CallFailure|Failure|nil
---@return boolean?
function Flight:take_turn(call, is_retry)
  local calls, request = self.calls, self.request
  local lane = request.kind == "picture" and "image" or "text"
  -- One that comes again goes before its equals.
  local priority = request.priority + (is_retry and AHEAD or 0)
  local slot <close> = self:wait_in(calls.limiter.acquire, calls.limiter, lane, self.model_key, priority)
  self.slot = slot
  local ends = self:ends()
  if ends then
    return nil, ends, true
  end
  local settled, doubt = calls.doubts:settle(self.key, request, function(...)
    calls:tell(...)
  end)
  if not settled then
    return nil, doubt, true
  end
  if not is_retry then
    call:begin()
  end
  local read, failure = self:try()
  call:ended(read ~= nil)
  if failure then
    self:heed(failure) -- before another gets the slot
  end
  slot:release(read and "ok" or failure.class == "busy" and "busy" or "other")
  return read, failure
end

--- Goes on until it is answered or there is no use in trying.
---@return CallAnswer?
---@return CallFailure?
function Flight:run()
  local over <close> = at_end(function()
    self:leave()
  end)
  assert(over)
  self.calls:prepare(self.request.provider)
  local call <close> = self.calls:allowance(self.model_key):call()
  local tries = { total = 0 }
  while true do
    local read, failure, is_over = self:take_turn(call, tries.total > 0)
    if read or is_over then
      return read, failure
    end
    tries[failure.class] = (tries[failure.class] or 0) + 1
    tries.total = tries.total + 1
    local ended = self:wait(call, failure, tries)
    if ended then
      return nil, ended
    end
  end
end

return M
