local http = require "host.http"
local loop = require "host.loop"

-- A server whose certificate nobody has signed; returns its port. It dies with
-- the variable.
local function serve()
  local dir = os.tmpname()
  os.remove(dir)
  assert(os.execute(([[
    mkdir %s && cd %s &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
      -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
      -keyout key -out certificate 2>/dev/null &&
    { openssl s_server -accept 127.0.0.1:0 -cert certificate -key key -www >log 2>&1 &
      echo $! >pid; }]]):format(dir, dir)))
  local function contents(name)
    local file <close> = assert(io.open(dir .. "/" .. name))
    return file:read "a"
  end
  local port
  repeat
    loop.sleep(0.01)
    port = contents("log"):match "ACCEPT 127%.0%.0%.1:(%d+)"
  until port
  local server = setmetatable({}, {
    __close = function()
      os.execute(("kill %d; rm -r %s"):format(contents "pid", dir))
    end,
  })
  return server, port
end

describe("TLS", function()
  it("goes to no server that cannot prove its name, and sends it nothing", function()
    local server <close>, port = serve()
    local url = ("https://127.0.0.1:%s/"):format(port)
    local answer, message, code, sent = http.request {
      method = "POST",
      url = url,
      secret = http.secret("sk-1234", url),
      body = "private",
    }
    assert.is_nil(answer)
    assert.equal("ECURL", code)
    assert.is_false(sent)
    assert.truthy(message:find("SSL certificate problem", 1, true), message)
    assert.is_table(server)
  end)
end)
