-- tests/e2e/storm.lua: a provider that lets through what its limit allows, and a
-- crowd of calls that are made of it. All figures are from the provider's account.

local calls = require "calls"
local json = require "host.json"
local limiter = require "host.limiter"
local loop = require "host.loop"
local openrouter = require "providers.openrouter"
local server = require "host.server"

local M = {}

--- A wait that is shorter than some times would show nothing.
local LEAST = 0.3

---@param at number seconds since 1970
function M.http_date(at)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", math.floor(at))
end

--- How a server says for how long it wants to be left alone: the headers and the
--- error, and for how many seconds that is, which may be more than was meant.
M.forms = {
  seconds = function(wait)
    return { ["Retry-After"] = tostring(math.ceil(wait)) }, {}, math.ceil(wait)
  end,
  date = function(wait)
    local at = math.ceil(loop.time() + wait)
    return { ["Retry-After"] = M.http_date(at) }, {}, at - loop.time()
  end,
  body = function(wait)
    wait = math.max(wait, LEAST)
    return {}, { error_type = "rate_limit_exceeded", availability = { retry_after = wait } }, wait
  end,
  reset = function(wait)
    local at = math.ceil((loop.time() + math.max(wait, LEAST)) * 1000)
    return {}, { metadata = { headers = { ["X-RateLimit-Reset"] = tostring(at) } } }, at / 1000 - loop.time()
  end,
  untold = function()
    return {}, {}, nil
  end,
}

--
-- Limits. What each makes gives the seconds to wait for when a request is over it.
--

---@alias StormLimit fun(): fun(): number?

--- So many requests a second, and so many saved up.
---@return StormLimit
function M.bucket(per_second, burst)
  return function()
    local tokens, at = burst, loop.now()
    return function()
      local now = loop.now()
      tokens = math.min(burst, tokens + (now - at) * per_second)
      at = now
      if tokens < 1 then
        return (1 - tokens) / per_second
      end
      tokens = tokens - 1
    end
  end
end

--- So many requests in each of the windows of so many seconds.
---@return StormLimit
function M.window(most, seconds)
  return function()
    local began, count = loop.now(), 0
    return function()
      local windows = (loop.now() - began) // seconds
      if windows > 0 then
        began, count = began + windows * seconds, 0
      end
      if count == most then
        return began + seconds - loop.now()
      end
      count = count + 1
    end
  end
end

--- So many requests at once, of those that take so many seconds.
---@return StormLimit
function M.at_once(most, seconds)
  return function()
    local ends = {}
    return function()
      local now = loop.now()
      while ends[1] and ends[1] <= now do
        table.remove(ends, 1)
      end
      if #ends == most then
        return ends[1] - now
      end
      ends[#ends + 1] = now + seconds
    end
  end
end

--- Refuses so many of a hundred by chance, for so many seconds.
---@return StormLimit
function M.chance(percent, wait)
  return function()
    return function()
      return math.random(100) <= percent and wait or nil
    end
  end
end

--
-- The provider
--

local function reply(status, headers, value)
  headers["Content-Type"] = "application/json"
  return { status = status, headers = headers, body = json.encode(value) }
end

---@class StormOptions
---@field limit? StormLimit
---@field forms? function[]                   of saying so, in turn
---@field seconds? number                     that an answer takes
---@field answer? fun(body: table, number: integer, request: table): table? another one

---@class StormEntry
---@field model string
---@field body string
---@field at number        when it came
---@field answered number  when it was to be answered
---@field status integer
---@field told number?     for how many seconds from then

---@class StormProvider
---@field account StormEntry[]
---@field handle fun(request: table): table  the reply to a request; waits

--- Answers after a while, within limits.
---@param options StormOptions
---@return StormProvider
function M.provider(options)
  local account, refused, limit = {}, 0, options.limit and options.limit()
  local function handle(request)
    if request.method ~= "POST" then
      return reply(404, {}, {})
    end
    local body = assert(json.decode(request.body))
    local entry = { model = body.model, at = loop.now(), body = request.body }
    account[#account + 1] = entry
    local given = options.answer and options.answer(body, #account, request)
    local wait = not given and limit and limit()
    if wait then
      refused = refused + 1
      local headers, err, told = options.forms[(refused - 1) % #options.forms + 1](wait)
      err.code, err.message = 429, "Rate limit exceeded"
      entry.status, entry.told, entry.answered = 429, told, loop.now()
      return reply(429, headers, { error = err })
    end
    loop.sleep(options.seconds or 0)
    entry.status, entry.answered = given and given.status or 200, loop.now()
    return given
      or reply(200, {}, {
        id = "gen-" .. #account,
        model = body.model,
        choices = { { index = 0, finish_reason = "stop", message = { role = "assistant", content = "Yes." } } },
        usage = { prompt_tokens = 10, completion_tokens = 2, cost = 0.0001 },
      })
  end
  return { account = account, handle = handle }
end

--- Serves such a provider's answers.
---@param options StormOptions
---@return { url: string, account: StormEntry[], close: fun() }
function M.serve(options)
  local provider = M.provider(options)
  local listening = assert(server.listen { port = 0, handler = provider.handle })
  return {
    url = ("http://127.0.0.1:%d/api/v1"):format(listening:port()),
    account = provider.account,
    close = function()
      listening:close()
    end,
  }
end

--
-- The crowd
--

---@class StormClient
---@field ask fun(number: integer, changes: table?): CallAnswer?, CallFailure?
---@field calls Calls

--- What makes calls, as a run does.
---@param opened Project
---@param options { url: string, lanes: table<string, integer>?, secret: userdata?, free: boolean?, report: function? }
---@return StormClient
function M.client(opened, options)
  local limits = limiter.new()
  for lane, cap in pairs(options.lanes or {}) do
    limits:lane(lane, cap)
  end
  local making = calls.new(opened, { limiter = limits, report = options.report })
  local asked = openrouter.new {
    base_url = options.url,
    identity = options.url,
    secret = options.secret,
    free = options.free,
  }
  return {
    calls = making,
    ask = function(number, changes)
      local request = calls.request {
        user = "Is it " .. number .. "?",
        provider = asked,
        step = "storm",
        task = "storm[" .. number .. "]",
      }
      for field, value in pairs(changes or {}) do
        request[field] = value
      end
      return making:ask(request)
    end,
  }
end

--- Makes so many calls at once and waits for them all.
---@param client StormClient
---@return { answered: integer, failures: CallFailure[] }
function M.ask_many(client, count, changes_of)
  local tasks, came_to = {}, { answered = 0, failures = {} }
  for i = 1, count do
    tasks[i] = function()
      local read, failure = client.ask(i, changes_of and changes_of(i))
      if read then
        came_to.answered = came_to.answered + 1
      else
        table.insert(came_to.failures, failure)
      end
    end
  end
  loop.all(tasks)
  return came_to
end

--
-- Figures
--

--- By how many seconds a request came too early, at worst; negative when none did.
--- What comes so soon after a refusal was on its way by then.
---@param account StormEntry[]
---@param on_its_way number seconds
---@return number
function M.early(account, on_its_way)
  local early = -math.huge
  for i, entry in ipairs(account) do
    for j = i + 1, entry.told and #account or i do
      local later = account[j]
      if later.model == entry.model and later.at > entry.answered + on_its_way then
        early = math.max(early, entry.answered + entry.told - later.at)
      end
    end
  end
  return early
end

--- The same, but only of what was refused and is asked again: that is not on its way
--- before its refusal has come, however late that is.
---@param account StormEntry[]
---@return number
function M.early_again(account)
  local last, early = {}, -math.huge
  for _, entry in ipairs(account) do
    local before = last[entry.body]
    if before and before.told then
      early = math.max(early, before.answered + before.told - entry.at)
    end
    last[entry.body] = entry
  end
  return early
end

--- What the account comes to.
---@param account StormEntry[]
---@return { sent: integer, answered: integer, refused: integer, told: integer }
function M.figures(account)
  local figures = { sent = #account, answered = 0, refused = 0, told = 0 }
  for _, entry in ipairs(account) do
    figures.answered = figures.answered + (entry.status == 200 and 1 or 0)
    figures.refused = figures.refused + (entry.status == 429 and 1 or 0)
    figures.told = figures.told + (entry.told and 1 or 0)
  end
  return figures
end

--- The most retries among so many requests in a row, as long as first requests were
--- still to come.
---@param account StormEntry[]
---@param window integer
---@return integer
function M.most_retries(account, window)
  local seen, is_retry, last_first = {}, {}, 0
  for i, entry in ipairs(account) do
    is_retry[i] = seen[entry.body] == true
    seen[entry.body] = true
    last_first = is_retry[i] and last_first or i
  end
  local most, count = 0, 0
  for i = 1, last_first do
    count = count + (is_retry[i] and 1 or 0) - (is_retry[i - window] and 1 or 0)
    most = math.max(most, count)
  end
  return most
end

return M
