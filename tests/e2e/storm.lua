-- tests/e2e/storm.lua: a provider that lets through what its limit allows, and a
-- crowd of calls that are made of it. All figures are from the server's account.

local calls = require "calls"
local http = require "host.http"
local json = require "host.json"
local limiter = require "host.limiter"
local loop = require "host.loop"
local openrouter = require "providers.openrouter"
local project = require "pipeline.project"
local server = require "host.server"
local support = require "support"

local M = {}

--- What came so soon after a refusal, in seconds, was on its way by then; so a
--- shorter wait than some times that would show nothing.
local IN_FLIGHT, LEAST = 0.1, 0.3

--- How a server says for how long it wants to be left alone: the headers and the
--- error, and for how many seconds that is, which may be more than was meant.
M.forms = {
  seconds = function(wait)
    return { ["Retry-After"] = tostring(math.ceil(wait)) }, {}, math.ceil(wait)
  end,
  date = function(wait)
    local at = math.ceil(loop.time() + wait)
    return { ["Retry-After"] = os.date("!%a, %d %b %Y %H:%M:%S GMT", at) }, {}, at - loop.time()
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

--- A limit of so many requests a second, and so many saved up.
function M.bucket(per_second, burst)
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

--- Refuses so many of a hundred by chance, for so many seconds.
function M.chance(percent, wait)
  return function()
    return math.random(100) <= percent and wait or nil
  end
end

local function reply(status, headers, value)
  headers["Content-Type"] = "application/json"
  return { status = status, headers = headers, body = json.encode(value) }
end

---@class Storm
---@field url string
---@field account { model: string, at: number, body: string, status: integer, told: number?, answered: number }[]
---@field close fun()

---@class StormOptions
---@field limit? fun(model: string): number?  seconds to wait, when it is over its limit
---@field forms? function[]                   of saying so, in turn
---@field seconds? number                     that an answer takes
---@field answer? fun(body: table, number: integer, request: table): table? another one

--- Serves answers that take a while, within limits.
---@param options StormOptions
---@return Storm
function M.serve(options)
  local account, refused = {}, 0
  local function handle(request)
    if request.method ~= "POST" then
      return reply(404, {}, {})
    end
    local body = assert(json.decode(request.body))
    local entry = { model = body.model, at = loop.now(), body = request.body }
    account[#account + 1] = entry
    local given = options.answer and options.answer(body, #account, request)
    local wait = not given and options.limit and options.limit(body.model)
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
  local listening = assert(server.listen { port = 0, handler = handle })
  return {
    url = ("http://127.0.0.1:%d/api/v1"):format(listening:port()),
    account = account,
    close = function()
      listening:close()
    end,
  }
end

--- What makes calls, as a run does.
---@param options { url: string, lanes: table<string, integer>?, secret: userdata?, report: function? }
---@return { ask: (fun(number: integer, changes: table?): CallAnswer?, CallFailure?), calls: Calls, close: fun() }
function M.client(options)
  local opened = project.open("storm", support.folder())
  local limits = limiter.new()
  for lane, cap in pairs(options.lanes or {}) do
    limits:lane(lane, cap)
  end
  local making = calls.new(opened, { limiter = limits, report = options.report })
  local asked = openrouter.new { base_url = options.url, identity = options.url, secret = options.secret }
  return {
    calls = making,
    close = function()
      opened:close()
    end,
    ask = function(number, changes)
      local request = calls.request {
        user = "Is it " .. number .. "?", provider = asked, step = "storm", task = "storm[" .. number .. "]",
      }
      for field, value in pairs(changes or {}) do
        request[field] = value
      end
      return making:ask(request)
    end,
  }
end

--- Makes so many calls at once and waits for them all.
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

--- What the account comes to. `early` is by how many seconds a request came too
--- early, at worst; negative when none did.
---@param account table[]
function M.figures(account)
  local figures = { sent = #account, answered = 0, refused = 0, told = 0, early = -math.huge }
  for i, entry in ipairs(account) do
    figures.answered = figures.answered + (entry.status == 200 and 1 or 0)
    figures.refused = figures.refused + (entry.status == 429 and 1 or 0)
    if entry.told then
      figures.told = figures.told + 1
      for j = i + 1, #account do
        local later = account[j]
        if later.model == entry.model and later.at > entry.answered + IN_FLIGHT then
          figures.early = math.max(figures.early, entry.answered + entry.told - later.at)
        end
      end
    end
  end
  return figures
end

--- The most retries among so many requests in a row, as long as first requests were
--- still to come.
---@param account table[]
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

--- What a client would see that sends so many requests a second and heeds nothing.
---@return number share of its requests that are refused
function M.heedless(storm, count, per_second)
  local refused, tasks = 0, {}
  for i = 1, count do
    tasks[i] = function()
      loop.sleep(i / per_second)
      local answer = assert(http.request {
        method = "POST", url = storm.url .. "/chat/completions", body = [[{"model":"openai/gpt-5"}]],
      })
      refused = refused + (answer.status == 429 and 1 or 0)
    end
  end
  loop.all(tasks)
  return refused / count
end

return M
