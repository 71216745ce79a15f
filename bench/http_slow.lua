-- bench/http_slow.lua SECONDS: a server that answers each request after so long;
-- prints its address, and serves until it is killed.

local loop = require "host.loop"
local server = require "host.server"

local delay = tonumber(arg[1])
local s = assert(server.listen {
  handler = function()
    loop.sleep(delay)
    return { body = "{}" }
  end,
})
print(("http://127.0.0.1:%d/"):format(s:port()))
io.flush()
while true do loop.sleep(3600) end
