-- lua/offline/faults.lua: which requests the server answers badly, and how: the
-- rules of a faults file. docs/providers.md describes the file.

local catalogue = require "offline.faults.catalogue"
local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local Spoil = require "offline.faults.spoil"

local M = {}

---@class offline.FaultRule
---@field case string|string[]
---@field route? "chat"|"text"|"picture"|"images"|"models"|"generation"|"key"
---@field schema? string       the name of the schema that a text request asks for
---@field model? string        that is asked
---@field nth? integer[]
---@field every? integer
---@field probability? number
---@field seed? integer
---@field times? integer
---@field delay_ms? number
---@field seen integer         requests that it is for
---@field played integer
---@field cases offline.Case[]

---@class offline.Faults
---@field private rules offline.FaultRule[]
---@field private bucket? { tokens: number, at: number, per_second: number, burst: number }
---@field private delay number seconds
---@field private asked table<string, integer> how often, by the hash of a body
local Faults = {}
Faults.__index = Faults

--
-- The file
--

local function read_cases(rule, where)
  local cases = {}
  for i, id in ipairs(type(rule.case) == "table" and rule.case or { rule.case }) do
    local case = catalogue.by_id[tostring(id)]
    if not case then return nil, ("%s: there is no case '%s'"):format(where, tostring(id)) end
    cases[i] = case
  end
  if #cases == 0 then return nil, where .. ": it names no case" end
  return cases
end

local ROUTES = { chat = true, text = true, picture = true, images = true, models = true, generation = true, key = true }

local NUMBERS = { "every", "probability", "seed", "times", "delay_ms" }

--- All that a rule and the file itself may say; the second line of a rule's is the cases' own.
local KEYS = [[
  case route schema model nth every probability seed times delay_ms
  retry_after seconds pause pieces headers bytes to ]]
local FILE_KEYS = " rules rate delay_ms "

--- What of a rule, or of the file, means nothing.
---@param given table
---@param keys string
---@return string?
local function unknown_key(given, keys)
  for key in pairs(given) do
    if not keys:find((" %s%%f[%%s]"):format(key)) then return ("there is no '%s' in it"):format(key) end
  end
end

local function check_rule(rule, where)
  if type(rule) ~= "table" then return where .. ": an object is expected" end
  local unknown = unknown_key(rule, KEYS)
  if unknown then return ("%s: %s"):format(where, unknown) end
  if rule.route ~= nil and not ROUTES[rule.route] then
    return ("%s: there is no route '%s'"):format(where, tostring(rule.route))
  end
  if rule.nth ~= nil and type(rule.nth) ~= "table" then return where .. ": nth: a list is expected" end
  for _, name in ipairs(NUMBERS) do
    if rule[name] ~= nil and type(rule[name]) ~= "number" then
      return ("%s: %s: a number is expected"):format(where, name)
    end
  end
end

local function read_rule(rule, where)
  local wrong = check_rule(rule, where)
  if wrong then return nil, wrong end
  local cases, message = read_cases(rule, where)
  if not cases then return nil, message end
  rule.cases, rule.seen, rule.played = cases, 0, 0
  if rule.nth then
    local chosen = {}
    for _, n in ipairs(rule.nth) do chosen[n] = true end
    rule.chosen = chosen
  end
  return rule
end

local function read_bucket(rate)
  if rate == nil then return nil end
  if type(rate) ~= "table" or type(rate.per_second) ~= "number" or rate.per_second <= 0 then
    return nil, "rate: per_second: a number above 0 is expected"
  end
  local burst = type(rate.burst) == "number" and rate.burst or rate.per_second
  return { tokens = burst, at = loop.now(), per_second = rate.per_second, burst = burst }
end

--- Makes the faults of a file's text.
---@param text string
---@return offline.Faults?
---@return string? message
function M.parse(text)
  local given, message = json.decode(text)
  if type(given) ~= "table" then return nil, message or "a list or an object is expected" end
  local unknown = #given == 0 and unknown_key(given, FILE_KEYS)
  if unknown then return nil, unknown end
  local rules = given.rules or given
  local self = setmetatable({ rules = {}, delay = (tonumber(given.delay_ms) or 0) / 1000, asked = {} }, Faults)
  for i, rule in ipairs(rules) do
    local read, wrong = read_rule(rule, ("rule %d"):format(i))
    if not read then return nil, wrong end
    self.rules[i] = read
  end
  self.bucket, message = read_bucket(given.rate)
  if message then return nil, message end
  return self
end

--- Reads a faults file.
---@param path string
---@return offline.Faults?
---@return string? message
function M.read(path)
  local text, message = file.read(path)
  if not text then return nil, message end
  local faults, wrong = M.parse(text)
  if not faults then return nil, path .. ": " .. wrong end
  return faults
end

--
-- Choosing
--

local function is_for(rule, request)
  if rule.route and rule.route ~= request.route and not (rule.route == "chat" and request.chat) then
    return false
  end
  return (rule.schema == nil or rule.schema == request.schema)
    and (rule.model == nil or rule.model == request.body.model)
end

-- A number from 0 to 1 that depends on nothing but the seed, the request and how
-- often it came: what arrives in another order is answered as before.
local function chance(rule, hash, time, what)
  local drawn = json.sha256(("%d %s %d %s"):format(rule.seed or 0, hash, time, what))
  return tonumber(drawn:sub(1, 12), 16) / 0x1000000000000
end

local function is_due(rule, hash, time)
  if rule.times and rule.played >= rule.times then return false end
  if rule.chosen then return rule.chosen[rule.seen] == true end
  if rule.every then return rule.seen % rule.every == 0 end
  return not rule.probability or chance(rule, hash, time, "play") < rule.probability
end

local function case_of(rule, request, time)
  local fitting = {}
  for _, case in ipairs(rule.cases) do
    if case.answers[request.answer] or (request.answer == "stream" and case.answers.text) then
      fitting[#fitting + 1] = case
    end
  end
  return fitting[math.floor(chance(rule, request.hash, time, "case") * #fitting) + 1]
end

--- The case that this request gets, if one.
---@param request { route: string, chat: boolean, answer: string, schema: string?, hash: string }
---@return offline.Case?
---@return offline.FaultRule?
function Faults:choose(request)
  local time = (self.asked[request.hash] or 0) + 1
  self.asked[request.hash] = time
  local found, found_rule
  for _, rule in ipairs(self.rules) do
    if is_for(rule, request) then
      rule.seen = rule.seen + 1
      local case = not found and is_due(rule, request.hash, time) and case_of(rule, request, time)
      if case then
        rule.played = rule.played + 1
        found, found_rule = case, rule
      end
    end
  end
  return found, found_rule
end

--- Seconds until there is a token again, when there is none now.
---@return number?
function Faults:limit()
  local bucket = self.bucket
  if not bucket then return nil end
  local now = loop.now()
  bucket.tokens = math.min(bucket.burst, bucket.tokens + (now - bucket.at) * bucket.per_second)
  bucket.at = now
  if bucket.tokens < 1 then return (1 - bucket.tokens) / bucket.per_second end
  bucket.tokens = bucket.tokens - 1
end

local function limited(seconds)
  return {
    status = 429, headers = { ["Content-Type"] = "application/json", ["Retry-After"] = tostring(math.ceil(seconds)) },
    body = json.encode { error = { code = 429, message = "Rate limit exceeded" } },
  }
end

--- What became of a request that was answered badly.
---@class offline.Spoiled
---@field response host.server.response
---@field case string
---@field status integer 0 when none was sent
---@field billed boolean
---@field cut boolean
---@field done fun() removes what the answer was made of

--- Answers a request badly, if it is its turn. Waits.
---@param request { route: string, chat: boolean, answer: string, schema: string?, hash: string, body: table }
---@param dir string                 for files
---@param make fun(): table, string? the answer as it should be, its picture's bytes as Spoil.FRAME in a file
---@return offline.Spoiled?
function Faults:answer(request, dir, make)
  loop.sleep(self.delay)
  local seconds = request.chat and self:limit()
  if seconds then
    return {
      response = limited(seconds), case = "rate", status = 429, billed = false, cut = false, done = function() end,
    }
  end
  local case, rule = self:choose(request)
  if not case then return nil end
  loop.sleep((rule.delay_ms or 0) / 1000)
  local it = Spoil.new {
    body = request.body, rule = rule, dir = dir, make = make, picture = request.answer == "picture",
  }
  local response = case.play(it)
  return {
    response = response, case = case.id, status = response.status or (response.reset or response.write) and 0 or 200,
    billed = case.billed or false, cut = case.cut or false, done = function() it:done() end,
  }
end

return M
