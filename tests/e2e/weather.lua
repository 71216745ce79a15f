-- tests/e2e/weather.lua: storms in simulated time. Calls, retries, limiter and provider
-- are the real ones; the network and the store are put in their place here, and
-- clocks stand still but for waits (SHIM_SKIP of tests/durability/shim.h). So what
-- comes out is the same on every machine, and an hour of it takes no time.

assert(os.getenv "SHIM_SKIP", "clocks must be those of shim.so: run this with ctest")

local loop = require "host.loop"

local M = {}

--- Seconds that a request, or an answer, is under way, up to half of it more; and that
--- a commit takes.
local TRANSIT, COMMIT = 0.02, 0.003

--- What comes so soon after a refusal was sent before that arrived.
local ON_ITS_WAY = 2 * 1.5 * TRANSIT

local function in_transit()
  loop.sleep(TRANSIT * (1 + math.random() / 2))
end

local storm
local provider ---@type StormProvider  whoever is asked

--- As host.http does.
local function start(options)
  local answer
  return setmetatable({
    head = function()
      in_transit()
      local reply = provider.handle { method = options.method, body = table.concat(options.body) }
      local headers = { ["retry-after"] = reply.headers["Retry-After"], date = storm.http_date(loop.time()) }
      in_transit()
      answer = { status = reply.status, headers = headers, body = reply.body, files = {} }
      return answer
    end,
    finish = function()
      return answer
    end,
  }, { __close = function() end })
end

local function nothing_else()
  error "in a storm there is no network"
end

assert(not package.loaded["host.http"], "somebody has the real one")
package.loaded["host.http"] = setmetatable({ start = start }, {
  __index = function()
    return nothing_else
  end,
})

storm = require "storm"

--- What a project is to calls: its store forgets.
---@param commit number seconds that a commit takes
local function project(commit)
  local known = {}
  local store = {
    answered = function() end,
    accept = function() end,
    doubts = function()
      return {}
    end,
    intend = function(_, key)
      loop.sleep(commit)
      known[#known + 1] = { id = #known + 1, key = key, state = "intent" }
      return #known
    end,
    call = function(_, id)
      return known[id]
    end,
    refuse = function(_, id)
      known[id].state = "refused"
    end,
    answer = function(_, id)
      loop.sleep(commit)
      known[id].state = "answered"
      return true
    end,
  }
  return {
    store = store,
    path = function(_, name)
      return "/nowhere/" .. name
    end,
  }
end

---@class StormResult
---@field answered integer
---@field failures CallFailure[]
---@field sent integer      requests
---@field refused integer
---@field load number       requests for each answer
---@field seconds number    until all were answered
---@field early number      by how much a request came too early, at worst
---@field retries integer   the most among 100 requests in a row, while first ones were to come
---@field account StormEntry[]

---@class Weather: StormOptions
---@field calls integer
---@field changes_of? fun(number: integer): table  in a call's request
---@field lanes? table<string, integer>
---@field report? fun(event: table)
---@field commit? number      seconds that a commit takes

--- Makes calls in a storm, all at once, and gives what they came to.
---@param options Weather
---@return StormResult
function M.run(options)
  provider = storm.provider(options)
  local client = storm.client(project(options.commit or COMMIT), {
    url = "http://storm",
    free = true,
    lanes = options.lanes,
    report = options.report,
  })
  local began = loop.now()
  local result = storm.ask_many(client, options.calls, options.changes_of)
  local figures = storm.figures(provider.account)
  result.seconds = loop.now() - began
  result.sent, result.refused, result.account = figures.sent, figures.refused, provider.account
  result.load = figures.sent / result.answered
  result.early = storm.early(provider.account, ON_ITS_WAY)
  result.retries = storm.most_retries(provider.account, 100)
  return result
end

return M
