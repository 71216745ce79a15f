local http = require "host.http"
local loop = require "host.loop"
local server = require "host.server"

local function listen(handler) return assert(server.listen { handler = handler }) end

local function url_of(s) return ("http://127.0.0.1:%d"):format(s:port()) end

local function echo(request)
  return { body = request.body, headers = { ["X-Seen"] = request.headers["x-sent"] } }
end

local function temporary(bytes)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read "a"
  file:close()
  return bytes
end

describe("host.http", function()
  it("returns status, headers and body, whatever the status", function()
    local s <close> = listen(function(request)
      return {
        status = 418,
        headers = { ["X-Kind"] = "teapot" },
        body = request.method .. " " .. request.path .. "?" .. request.query.q,
      }
    end)
    local url = url_of(s)
    local answer = assert(http.request { url = url .. "/brew?q=1" })
    assert.equal(418, answer.status)
    assert.equal("HTTP/1.1 418 ", answer.head:sub(1, 13))
    assert.equal("teapot", answer.headers["x-kind"])
    assert.equal(answer.headers, answer.headers) -- made once
    assert.is_nil(answer.headers["http/1.1 418 i'm a teapot"])
    assert.is_nil(answer.anything)
    assert.equal("GET /brew?1", answer.body)
    assert.same({}, answer.files)
    assert.is_true(answer.seconds > 0)
  end)

  it("sends text and attached files as one body", function()
    local s <close> = listen(echo)
    local url = url_of(s)
    local path = temporary("foob")
    local answer = assert(http.request {
      method = "POST",
      url = url,
      headers = { ["X-Sent"] = 17, ["X-Empty"] = "" },
      body = { "{\"url\":\"", http.attach(path), "\"}" },
    })
    os.remove(path)
    assert.equal("{\"url\":\"Zm9vYg==\"}", answer.body)
    assert.equal("17", answer.headers["x-seen"])
  end)

  it("goes where each call says, and says why it cannot", function()
    local s <close> = listen(function(request) return { body = request.path .. "?" .. (request.query.q or "") } end)
    local url = url_of(s)
    for _ = 1, 2 do
      for _, path in ipairs { "/one", "/two", "/one?q=a%20b" } do
        assert.equal(path:find "?" and "/one?a b" or path .. "?", assert(http.request { url = url .. path }).body)
      end
      for wrong, why in pairs {
        ["http://a b/"] = "bad/illegal format",
        ["http://[::1"] = "bad/illegal format",
        ["ftp://127.0.0.1/"] = 'Protocol "ftp" not supported',
        [(url:gsub("//", "//user:word@"))] = "Login denied",
        [""] = "bad/illegal format", -- and not the address of the call before
        ["/one"] = "bad/illegal format",
      } do
        local answer, message, _, sent = http.request { url = wrong }
        assert.is_nil(answer)
        assert.truthy(message:find(why, 1, true), message)
        assert.is_false(sent)
      end
    end
  end)

  it("sends each call as it is, whatever the one before it was like", function()
    local s <close> = listen(function(request)
      local sent = request.headers["x-sent"] or "none"
      return { body = ("%s %d %s"):format(request.method, #request.body, sent) }
    end)
    local calls = {
      { method = "POST", body = "short", headers = { ["X-Sent"] = "1" } },
      { method = "GET" },
      { method = "PUT", body = ("long "):rep(10000) },
      { method = "HEAD" },
      { method = "POST" },
      { method = "PUT", body = "short" },
      { method = "HEAD", headers = { ["X-Sent"] = "2" } },
      { method = "POST", body = ("long "):rep(10000) },
      { method = "GET", headers = { ["X-Sent"] = "3" } },
    }
    local expected = {
      "POST 5 1", "GET 0 none", "PUT 50000 none", "", "POST 0 none", "PUT 5 none", "", "POST 50000 none", "GET 0 3",
    }
    -- In every order of two, one after the other on one connection.
    for i, first in ipairs(calls) do
      for k, second in ipairs(calls) do
        first.url, second.url = url_of(s), url_of(s)
        assert.equal(expected[i], assert(http.request(first)).body)
        assert.equal(expected[k], assert(http.request(second)).body)
      end
    end
  end)

  it("sends files as they are", function()
    local seen
    local s <close> = listen(function(request)
      seen = request
      return { body = "" }
    end)
    local path = temporary "\0\r\n\xFFpicture"
    assert(http.request {
      method = "POST",
      url = url_of(s),
      body = { "--x\r\n\r\n", http.file(path), "\r\n--x--\r\n" },
    })
    os.remove(path)
    assert.equal("--x\r\n\r\n\0\r\n\xFFpicture\r\n--x--\r\n", seen.body)
    assert.equal(tostring(#seen.body), seen.headers["content-length"])
    assert.equal("file " .. path, tostring(http.file(path)))
  end)

  it("spills pictures of an answer into files that are then the caller's", function()
    local picture = string.rep("\0\1\2picture", 1000)
    local path = temporary(picture)
    local s <close> = listen(function()
      return { body = { "{\"a\":\"data:image/png;base64,", http.attach(path), "\"}" } }
    end)
    local url = url_of(s)
    local answer = assert(http.request { url = url, spill = { dir = "/tmp" } })
    os.remove(path)
    assert.equal("{\"a\":\"data:image/png;base64,{spill:1}\"}", answer.body)
    assert.equal(1, #answer.files)
    assert.equal(#picture, answer.files[1].bytes)
    assert.equal(picture, contents(answer.files[1].path))
    assert.truthy(os.remove(answer.files[1].path))
  end)

  it("says that nothing was sent when nobody listens", function()
    local s = listen(echo)
    local url = url_of(s)
    s:close()
    local answer, message, code, sent = http.request { url = url .. "/path?key=hidden" }
    assert.is_nil(answer)
    assert.equal("ECONNREFUSED", code)
    assert.is_false(sent)
    local start = "GET " .. url .. "/path: connection refused (nothing was sent"
    assert.equal(start, message:sub(1, #start))
    assert.is_nil(message:find("hidden", 1, true))
  end)

  it("says that something was sent when the connection dies", function()
    local s <close> = listen(function() return { reset = true } end)
    local url = url_of(s)
    local answer, message, code, sent = http.request { method = "POST", url = url, body = "pay" }
    assert.is_nil(answer)
    assert.equal("ECONNRESET", code)
    assert.is_true(sent)
    assert.is_truthy(message)
  end)

  it("refuses a file that is not there, and sends nothing", function()
    local seen = false
    local s <close> = listen(function()
      seen = true
      return {}
    end)
    local url = url_of(s)
    local answer, message, code, sent = http.request {
      method = "POST",
      url = url,
      body = { http.attach "/nonexistent" },
    }
    assert.is_nil(answer)
    assert.equal("/nonexistent: no such file or directory", message)
    assert.equal("ENOENT", code)
    assert.is_false(sent)
    assert.is_false(seen)
  end)

  it("gives up after the time it was given", function()
    local s <close> = listen(function()
      loop.sleep(60)
      return {}
    end)
    local url = url_of(s)
    local _, _, code, sent = http.request { url = url, timeout = 0.05 }
    assert.equal("ETIMEDOUT", code)
    assert.is_true(sent)
    _, _, code = http.request { url = url, idle_timeout = 0.05 }
    assert.equal("ETIMEDOUT", code)
  end)

  it("hands over the head of an answer before its body", function()
    local s <close> = listen(function()
      return { headers = { ["X-Generation-Id"] = "gen-1" }, body = string.rep("x", 1000000) }
    end)
    local url = url_of(s)
    local transfer <close> = assert(http.start { url = url })
    assert.equal("gen-1", transfer:head().headers["x-generation-id"])
    assert.equal(1000000, #transfer:finish().body)
    assert.has_error(function() transfer:finish() end, "the transfer is over")
  end)

  it("tells the task that waits when a transfer is cancelled", function()
    local s <close> = listen(function()
      loop.sleep(60)
      return {}
    end)
    local url = url_of(s)
    local transfer = assert(http.start { url = url })
    local waiter = loop.spawn(function() return transfer:finish() end)
    loop.sleep(0)
    loop.sleep(0)
    assert.has_error(function() transfer:head() end, "another task waits for the transfer")
    transfer:cancel()
    local answer, message, code = waiter:await()
    assert.is_nil(answer)
    assert.equal("the transfer was cancelled", message)
    assert.equal("ECANCELED", code)
  end)

  it("ends a call whose task is cancelled", function()
    local ended
    local s <close> = listen(function()
      return {
        body = { string.rep("x", 30000000) },
        on_sent = function(whole) ended = whole end,
      }
    end)
    local url = url_of(s)
    local task = loop.spawn(function()
      local transfer <close> = http.start { url = url, max_bytes = 40000000 }
      transfer:head()
      loop.sleep(60)
    end)
    loop.timeout(0.05, loop.sleep, 60)
    task:cancel()
    repeat loop.sleep(0.001) until ended ~= nil
    assert.is_false(ended)
  end)

  it("keeps hundreds of calls in flight", function()
    local entered, most = 0, 0
    local release = false
    local s <close> = listen(function()
      entered = entered + 1
      most = math.max(most, entered)
      while not release do loop.sleep(0.01) end
      return { body = "ok" }
    end)
    local url = url_of(s)
    local calls = {}
    for i = 1, 300 do
      calls[i] = function() return assert(http.request { url = url }).body end
    end
    calls[301] = function()
      repeat loop.sleep(0.01) until entered == 300
      release = true
    end
    local bodies = loop.all(calls)
    assert.equal("ok", bodies[300])
    assert.equal(300, most)
  end)

  it("raises on what no call can be made of", function()
    local function refuses(options, message)
      local ok, err = pcall(http.request, options)
      assert.is_false(ok)
      assert.truthy(err:find(message, 1, true), err)
    end
    refuses({}, "field 'url' is missing")
    refuses({ url = "http://x/", method = "G T" }, "field 'method'")
    refuses({ url = "http://x/", body = "x" }, "a GET has none")
    refuses({ url = "http://x/", method = "POST", body = { 1 } }, "body: a string or an attachment")
    refuses({ url = "http://x/", headers = { ["A: b"] = "x" } }, "'A: b' is no name of a header")
    refuses({ url = "http://x/", headers = { ["Content-Length"] = 3 } }, "cannot be set")
    refuses({ url = "http://x/", headers = { A = "x\r\nB: y" } }, "a control character in 'A'")
    refuses({ url = "http://x/", timeout = -1 }, "field 'timeout'")
    refuses({ url = "http://x/", spill = {} }, "'dir' is missing")
  end)

  it("speaks http and https only", function()
    local _, message, code, sent = http.request { url = "file:///etc/passwd" }
    assert.equal("EINVAL", code)
    assert.is_false(sent)
    assert.is_truthy(message)
    _, _, code = http.request { url = "http://user:password@127.0.0.1/" }
    assert.equal("ECURL", code)
  end)
end)

describe("a secret", function()
  it("goes to its origin, and never comes back", function()
    local seen
    local s <close> = listen(function(request)
      seen = request.headers.authorization
      return { body = "your key is sk-12345, sk-12345", headers = { ["X-Key"] = "sk-12345" } }
    end)
    local url = url_of(s)
    local secret = http.secret("sk-12345", url .. "/v1/")
    local answer = assert(http.request { url = url .. "/v1/chat", secret = secret })
    assert.equal("Bearer sk-12345", seen)
    assert.equal("your key is ********, ********", answer.body)
    assert.equal("********", answer.headers["x-key"])
  end)

  it("that keeps nothing from anybody leaves answers as they are", function()
    local s <close> = listen(function()
      return { body = "an extra box" }
    end)
    local answer = assert(http.request { url = url_of(s), secret = http.secret("x", url_of(s)) })
    assert.equal("an extra box", answer.body)
  end)

  it("goes nowhere else", function()
    local secret = http.secret("sk-1234", "https://Example.com/v1")
    for _, url in ipairs {
      "http://example.com/", "https://example.com:444/", "https://example.com.evil.net/",
      "https://example.com@evil.net/", "https://evil.net/https://example.com/", "nonsense",
    } do
      local ok, err = pcall(http.request, { url = url, secret = secret })
      assert.is_false(ok)
      assert.truthy(err:find("it is for https://example.com and goes nowhere else", 1, true), url)
    end
  end)

  it("cannot be read", function()
    local secret = http.secret("sk-1234", "https://example.com:443")
    assert.equal("secret for https://example.com", tostring(secret))
    assert.is_false(getmetatable(secret))
    assert.is_nil(debug.getuservalue(secret, 1))
    assert.has_error(function() http.secret("two words", "https://example.com") end)
    assert.has_error(function() http.secret("sk", "ftp://example.com") end)
  end)

  it("leaves the environment when it is taken from it", function()
    assert.is_string(os.getenv "PATH")
    local secret = http.secret_from_env("PATH", "https://example.com")
    assert.equal("secret for https://example.com", tostring(secret))
    assert.is_nil(os.getenv "PATH")
    assert.is_nil(http.secret_from_env("PATH", "https://example.com"))
  end)
end)
