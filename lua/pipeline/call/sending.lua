-- lua/pipeline/call/sending.lua: one request, on the wire once. The intent is on disk
-- before a byte leaves, the answer before it is used.

local arrival = require "pipeline.call.arrival"
local http = require "host.http"
local json = require "host.json"
local loop = require "host.loop"
local mend = require "pipeline.call.mend"
local record = require "pipeline.call.record"

local M = {}

--- The answer to a started request, whole. Texts that come in events are told
--- while they come.
---@param calls Calls
---@return host.http.answer?
---@return string? message
---@return boolean? sent
---@return string? code of host.http
local function receive(calls, id, request, transfer)
  local head, message, code, sent = transfer:head()
  if not head then
    return nil, message, sent, code
  elseif head.headers["x-generation-id"] then
    calls.store:accept(id, head.headers["x-generation-id"])
  end
  if request.stream then
    return arrival.take(transfer, head, request.provider.follow(), function(text)
      calls:tell("text", request, { text = text })
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

local UNTRUSTED = "; for a server of your own, add the certificate of its authority to those of the system"

--- An answer beyond our limits is paid for and of no use; it is kept as one that
--- says nothing.
local TOO_LARGE = { EFBIG = true, E2BIG = true }
local NOTHING = { status = 200, headers = {}, body = "", files = {} }

---@param message string
---@return Reading
local function too_large(message)
  return { failure = { class = "unusable", message = message }, usage = {} }
end

--- Notes that a sent call has no answer.
local function leave_in_doubt(calls, id, key, reason)
  calls.store:doubt(id, reason)
  calls.doubts:add(key, calls.store:call(id) or { id = id, key = key, reason = reason })
end

local UNANSWERED = { intent = true, accepted = true }

--- Sees to it that a call which is ended between its intent and its answer is known
--- to be in doubt; to be closed.
local function doubted_when_cut_short(calls, id, key)
  return setmetatable({}, {
    __close = function()
      local call = calls.store:call(id)
      if call and UNANSWERED[call.state] then
        leave_in_doubt(calls, id, key, "it was ended before its answer came")
      end
    end,
  })
end

--- Sends a call whose intent is on disk.
---@param calls Calls
---@param flight Flight
---@param id integer
---@return CallAnswer? read
---@return string? class
---@return string? message
local function send_intended(calls, flight, id)
  local request = flight.request
  local options = request.provider:wire(request, calls.forms[flight.model_key])
  options.spill = { dir = calls.folder, keep = true }
  options.events = request.stream
  local started = loop.now()
  local transfer <close>, message, code, sent = http.start(options)
  local answer
  if transfer then
    answer, message, sent, code = receive(calls, id, request, transfer)
  end
  if TOO_LARGE[code] then
    return record.keep(calls, id, request, NOTHING, too_large(message))
  elseif not answer and sent then
    leave_in_doubt(calls, id, flight.key, message)
    return nil, DISK[code] and "disk" or "doubt", message
  elseif not answer then
    calls.store:refuse(id, message)
    -- What is neither of the system nor of time (a certificate) does not mend itself.
    local hint = message:find("certificate", 1, true) and UNTRUSTED or ""
    return nil, code == "ECURL" and "final" or "unsent", message .. hint
  end
  answer.body = mend.utf8(answer.body)
  local read = request.provider.read(request, answer)
  if read.address and request.provider.fetch then
    -- The picture was left with the provider, which will not keep it for long.
    table.insert(answer.files, request.provider:fetch(read.address, calls.folder))
    read = request.provider.read(request, answer)
  end
  read.seconds = loop.now() - started
  if not is_paid(read.failure, answer) then
    calls.store:refuse(id, read.failure.message)
    return read
  end
  local recorded, trouble = record.keep(calls, id, request, answer, read)
  return recorded, not recorded and "disk" or nil, trouble
end

--- Commits the intent of a request that leaves now. Where its model was told to wait
--- while it was committed, it is taken back, and so is the request's turn until then.
---@param calls Calls
---@param flight Flight
---@param meta string
---@return integer? id
---@return string? class
---@return string? message
local function intend(calls, flight, meta)
  while true do
    local id, problem = calls.room:write(calls.store.intend, nil, calls.store, flight.key, flight.text, meta)
    if not id then
      return nil, "disk", problem
    end
    local ends = flight:ends()
    if not ends and not flight.slot:is_parked() then
      return id
    end
    calls.store:refuse(id, ends and ends.message or "its model was told to wait")
    if not ends then
      flight:wait_in(flight.slot.backoff, flight.slot, 0, "other")
      ends = flight:ends()
    end
    if ends then
      return nil, ends.class, ends.message
    end
  end
end

---@param calls Calls
---@param flight Flight
---@param worst number? USD
---@return CallAnswer? read
---@return string? class
---@return string? message
local function send(calls, flight, worst)
  local id, class, message = intend(calls, flight, json.encode { task = flight.request.task, worst = worst })
  if not id then
    return nil, class, message
  end
  local watched <close> = doubted_when_cut_short(calls, id, flight.key)
  assert(watched)
  return send_intended(calls, flight, id)
end

--- Sends a flight's request once, within the cost limit: a reading that is an
--- answer or says why there is none, or the class of a failure.
---@param calls Calls
---@param flight Flight
---@return CallAnswer? read
---@return "unsent"|"final"|"doubt"|"disk"|"stop"|"cost"|"unwanted"|nil class
---@return string? message
function M.send(calls, flight)
  local request = flight.request
  local worst = request.provider.worst_cost(request)
  local reserved, message = flight:wait_in(calls.budget.reserve, calls.budget, request.model, worst)
  if not reserved then
    local ends = flight:ends() or { class = "cost", message = message }
    return nil, ends.class, ends.message
  end
  local outcome = { doubt = true } -- what a send that is cut short leaves
  local settle <close> = setmetatable({}, {
    __close = function()
      calls.budget:settle(reserved, outcome)
    end,
  })
  assert(settle)
  local ends = flight:ends()
  if ends then -- while this call waited for its turn
    outcome = { cost = 0 }
    return nil, ends.class, ends.message
  end
  local read, class, problem = send(calls, flight, worst)
  if read and read.id then
    outcome = { cost = read.usage.cost }
    if not read.usage.cost then
      calls.costs:look_up(request, read, reserved)
    end
  elseif class ~= "doubt" and class ~= "disk" then
    outcome = { cost = 0 }
  end
  return read, class, problem
end

return M
