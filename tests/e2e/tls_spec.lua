local http = require "host.http"
local support = require "support"

describe("TLS", function()
  it("goes to no server that cannot prove its name, and sends it nothing", function()
    local server <close>, port = support.unproven()
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
