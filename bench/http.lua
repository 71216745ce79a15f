-- bench/http.lua KIND URL CALLS IN-FLIGHT [PATH]: makes the calls and prints what
-- they cost, as KIND has it:
--   text      microseconds of CPU for a call of 2 KB up and 1.5 KB down, its body
--             encoded and its answer decoded in Lua
--   pictures  milliseconds of CPU for a call whose answer is a picture, spilled
--             into the folder PATH; then KiB of memory that the program took at
--             most
--   sending   the same for a call that sends the picture PATH three times
--   waiting   seconds that all the calls took

local batch = require "host.batch"
local http = require "host.http"
local json = require "host.json"
local loop = require "host.loop"

local kind, url, calls, limit, path = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4]), arg[5]
local secret = http.secret("sk-or-v1-0123", url)

local prompt = ("a word or two "):rep(130)
local make = {}

function make.text(i)
  return {
    method = "POST",
    url = url,
    secret = secret,
    headers = { ["Content-Type"] = "application/json" },
    body = json.encode {
      model = "openai/gpt-5",
      messages = json.array { { role = "user", content = prompt } },
      reasoning = { effort = "medium" },
      seed = i,
    },
  }
end

function make.pictures()
  return { url = url, secret = secret, spill = { dir = path } }
end

function make.sending()
  local body = { '{"references":["' }
  for i = 1, 3 do
    body[2 * i] = http.attach(path)
    body[2 * i + 1] = i < 3 and '","' or '"]}'
  end
  return { method = "POST", url = url, secret = secret, body = body }
end

function make.waiting()
  return { url = url }
end

-- Requests are made as they are asked for, as a program would make them, and
-- answers are not kept.
local requests = setmetatable({}, {
  __len = function() return calls end,
  __index = function(_, i) return make[kind](i) end,
})

local cpu_before, before = os.clock(), loop.now()
batch.run(requests, {
  limit = limit,
  on_result = function(_, answer, message)
    if not answer then error(message) end
    assert(answer.status == 200, answer.body)
    assert(json.decode(answer.body))
    if kind == "pictures" then assert(os.remove(answer.files[1].path)) end
    return true
  end,
})
local cpu, seconds = (os.clock() - cpu_before) / calls, loop.now() - before

if kind == "text" then
  print(("%.2f"):format(cpu * 1e6))
elseif kind == "waiting" then
  print(("%.3f"):format(seconds))
else
  local peak = io.open("/proc/self/status"):read("a"):match "VmHWM:%s*(%d+)"
  print(("%.3f %d"):format(cpu * 1e3, peak))
end
