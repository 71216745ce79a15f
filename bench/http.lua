-- bench/http.lua text URL CALLS IN-FLIGHT: microseconds of CPU for a call of 2 KB
-- up and 1.5 KB down, its body encoded and its answer decoded in Lua.
-- bench/http.lua pictures URL CALLS IN-FLIGHT FOLDER: milliseconds of CPU for a
-- call whose answer is a picture, spilled into the folder; then KiB of memory
-- that the program took at most.

local batch = require "host.batch"
local http = require "host.http"
local json = require "host.json"

local kind, url, calls, limit = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
local secret = http.secret("sk-or-v1-0123", url)

local prompt = ("a word or two "):rep(130)
local function text(i)
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

local function picture()
  return { url = url, secret = secret, spill = { dir = arg[5] } }
end

-- Requests are made as they are asked for, as a program would make them.
local make = kind == "text" and text or picture
local requests = setmetatable({}, {
  __len = function() return calls end,
  __index = function(_, i) return make(i) end,
})

local before = os.clock()
batch.run(requests, {
  limit = limit,
  on_result = function(_, answer, message)
    if not answer then error(message) end
    assert(answer.status == 200, answer.body)
    assert(json.decode(answer.body))
    if kind == "pictures" then assert(os.remove(answer.files[1].path)) end
  end,
})
local cpu = (os.clock() - before) / calls

if kind == "text" then
  print(("%.2f"):format(cpu * 1e6))
else
  local peak = io.open("/proc/self/status"):read("a"):match "VmHWM:%s*(%d+)"
  print(("%.3f %d"):format(cpu * 1e3, peak))
end
