local loop = require "host.loop"
local server = require "host.server"

-- A client that writes its bytes by hand would need sockets; curl, in a child,
-- is a client of its own kind.
local function curl(port, arguments)
  local answer
  local path = os.tmpname()
  os.execute(("(curl -s -S --max-time 20 %s http://127.0.0.1:%d%s; echo; echo done) >%s 2>&1 &")
    :format(arguments.options or "", port, arguments.path or "/", path))
  repeat
    loop.sleep(0.01)
    local file = io.open(path)
    answer = file:read "a"
    file:close()
  until answer:find "\ndone\n$"
  os.remove(path)
  return (answer:gsub("\ndone\n$", ""))
end

local function listen(options)
  return assert(server.listen(options))
end

describe("host.server", function()
  it("gives the handler the whole request and answers with what it returns", function()
    local seen
    local s <close> = listen {
      handler = function(request)
        seen = request
        return { status = 202, headers = { ["X-Kind"] = "test" }, body = { "a", "b", "c" } }
      end,
    }
    local answer = curl(s:port(), {
      path = "/some%20path?q=1\\&empty=",
      options = "-i -H 'X-Two: a' -H 'X-Two: b' --data 'the body'",
    })
    assert.equal("POST", seen.method)
    assert.equal("/some path", seen.path)
    assert.same({ q = "1", empty = "" }, seen.query)
    assert.equal("a, b", seen.headers["x-two"])
    assert.equal("the body", seen.body)
    assert.same({}, seen.files)
    assert.truthy(answer:find "^HTTP/1.1 202 ")
    assert.truthy(answer:find "X%-Kind: test\r\n")
    assert.truthy(answer:find "\r\n\r\nabc\n?$")
  end)

  it("lets a handler wait while others are served", function()
    local entered, release = 0, false
    local s <close> = listen {
      handler = function()
        entered = entered + 1
        while not release do loop.sleep(0.001) end
        return { body = tostring(entered) }
      end,
    }
    local function ask() return curl(s:port(), {}) end
    local asking = { loop.spawn(ask), loop.spawn(ask), loop.spawn(ask) }
    repeat loop.sleep(0.001) until entered == 3
    release = true
    assert.same({ "3", "3", "3" }, loop.all(asking))
  end)

  it("tells when the answer has been sent, in a task that may wait", function()
    local told
    local s <close> = listen {
      handler = function()
        return { on_sent = function(whole) loop.sleep(0) told = whole end }
      end,
    }
    curl(s:port(), {})
    repeat loop.sleep(0.001) until told ~= nil
    assert.is_true(told)
  end)

  it("tells of an answer that nobody takes any more", function()
    local entered, told = false, nil
    local s <close> = listen {
      handler = function()
        entered = true
        loop.sleep(0.3) -- beyond the client's patience
        return { body = ("x"):rep(1000), on_sent = function(whole) told = whole end }
      end,
    }
    curl(s:port(), { options = "--max-time 0.1" })
    assert.is_true(entered)
    repeat loop.sleep(0.001) until told ~= nil
    assert.is_false(told)
  end)

  it("closes a connection without an answer when told to", function()
    local s <close> = listen { handler = function() return { reset = true } end }
    assert.truthy(curl(s:port(), {}):find "Empty reply from server")
  end)

  describe("an answer written by hand", function()
    local function told_of(write, options, client)
      local told
      local s <close> = listen {
        handler = function()
          return { write = write, on_sent = function(whole) told = whole end }
        end,
      }
      local answer = (client or curl)(s:port(), { options = options })
      repeat loop.sleep(0.001) until told ~= nil
      return answer, told
    end

    -- A client that reads nothing: what is sent to it has to wait.
    local function stalled(port)
      local request = "printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'"
      os.execute(([[bash -c "exec 3<>/dev/tcp/127.0.0.1/%d; %s >&3; sleep 5" >/dev/null 2>&1 &]]):format(port, request))
    end

    it("is what the handler sends, in its own time", function()
      local answer, whole = told_of(function(out)
        out:send "HTTP/1.1 203 Odd\r\nX-Odd :  a\r\n\r\n"
        for i = 1, 3 do
          loop.sleep(0.001)
          out:send(tostring(i))
        end
      end, "-i")
      assert.equal("HTTP/1.1 203 Odd\r\nX-Odd :  a\r\n\r\n123", answer)
      assert.is_true(whole)
    end)

    it("waits for a client that reads slowly", function()
      local sent = 0
      local answer, whole = told_of(function(out)
        assert(out:send "HTTP/1.1 200 OK\r\n\r\n")
        for _ = 1, 20 do
          assert(out:send(("x"):rep(1 << 20)))
          sent = sent + 1
        end
      end, "-o /dev/null -w '%{size_download}' --limit-rate 100M")
      assert.equal("20971520", answer)
      assert.equal(20, sent)
      assert.is_true(whole)
    end)

    it("may end early", function()
      local answer = told_of(function(out)
        out:send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"
      end)
      assert.truthy(answer:find "curl: %(18%)")
    end)

    it("may end in a reset", function()
      local answer, whole = told_of(function(out)
        out:send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"
        loop.sleep(0.05)
        out:abort()
        assert.error(function() out:send "more" end)
      end)
      assert.truthy(answer:find "curl: %(56%)", answer)
      assert.is_false(whole)
    end)

    it("tells that the client has gone", function()
      local message, code
      local _, whole = told_of(function(out)
        repeat
          local sent
          sent, message, code = out:send(("x"):rep(1 << 16))
        until not sent
      end, "--http0.9 --max-time 0.1 -o /dev/null")
      assert.is_string(message)
      assert.truthy(code == "EPIPE" or code == "ECONNRESET")
      assert.is_false(whole)
    end)

    it("that raises is a 500 when nothing was sent yet, else cut", function()
      local answer, whole = told_of(function() error "no" end, "-i")
      assert.truthy(answer:find "^HTTP/1.1 500 ")
      assert.is_false(whole)
      answer = told_of(function(out)
        out:send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"
        error "no"
      end)
      assert.truthy(answer:find "curl: %(18%)")
    end)

    it("is sent by one task at a time, which is told when another ends it", function()
      local refused, result
      local _, whole = told_of(function(out)
        out:send "HTTP/1.1 200 OK\r\n\r\n"
        local task = loop.spawn(out.send, out, ("x"):rep(1 << 24))
        while task:status() == "ready" do loop.sleep(0) end
        refused = select(2, pcall(out.send, out, "more"))
        out:abort()
        result = { task:await() }
      end, nil, stalled)
      assert.truthy(refused:find("another task is sending", 1, true))
      assert.equal("ECANCELED", result[3])
      assert.is_false(whole)
    end)

    it("is over when its function ends, whoever still sends", function()
      local task
      local _, whole = told_of(function(out)
        out:send "HTTP/1.1 200 OK\r\n\r\n"
        task = loop.spawn(out.send, out, ("x"):rep(1 << 24))
        while task:status() == "ready" do loop.sleep(0) end
      end, nil, stalled)
      assert.equal("ECANCELED", select(3, task:await()))
      assert.is_false(whole)
    end)

    it("ends with the server", function()
      local s, message, code
      s = listen {
        handler = function()
          return {
            write = function(out)
              out:send "HTTP/1.1 200 OK\r\n\r\n"
              s:close()
              loop.sleep(0.001)
              message, code = select(2, out:send "more")
            end,
          }
        end,
      }
      curl(s:port(), {})
      repeat loop.sleep(0.001) until code
      assert.is_string(message)
      assert.equal("ECONNRESET", code)
    end)
  end)

  it("answers 500 when the handler raises, or returns no response", function()
    local handlers = {
      ["/raise"] = function() error { "not even a string" } end,
      ["/nothing"] = function() end,
      ["/status"] = function() return { status = 99 } end,
      ["/header"] = function() return { headers = { a = "b\r\nc: d" } } end,
      ["/name"] = function() return { headers = { ["a b"] = "c" } } end,
      ["/colon"] = function() return { headers = { ["a:"] = "c" } } end,
      ["/empty"] = function() return { headers = { a = "" } } end,
      ["/length"] = function() return { headers = { ["content-length"] = "3" } } end,
      ["/chunked"] = function() return { headers = { ["Transfer-Encoding"] = "chunked" } } end,
      ["/body"] = function() return { body = 1 == 1 } end,
    }
    local s <close> = listen { handler = function(request) return handlers[request.path]() end }
    for path in pairs(handlers) do
      local answer = curl(s:port(), { path = path, options = "-i" })
      assert.truthy(answer:find "^HTTP/1.1 500 ")
      assert.truthy(answer:find('{"error":{"code":500,"message":"the request handler failed"}}', 1,
        true))
    end
  end)

  it("takes numbers for values of headers", function()
    local s <close> = listen {
      handler = function() return { headers = { ["X-Count"] = 12, ["X-Text"] = "a\tb" } } end,
    }
    local answer = curl(s:port(), { options = "-i" })
    assert.truthy(answer:find("X-Count: 12\r\n", 1, true), answer)
    assert.truthy(answer:find("X-Text: a\tb\r\n", 1, true), answer)
  end)

  it("refuses a body beyond the limit in JSON", function()
    local s <close> = listen { max_body = 10, handler = error }
    assert.truthy(curl(s:port(), { options = "--data 12345678901" }):find('{"error":{"code":413,',
      1, true))
  end)

  it("leaves nothing behind when its options are wrong", function()
    for _, options in ipairs {
      {},
      { handler = 1 },
      { handler = error, port = 65536 },
      { handler = error, host = "a\0b" },
      { handler = error, spill = {} },
      { handler = error, max_connections = 0 },
    } do
      assert.has_error(function() server.listen(options) end)
    end
    collectgarbage()
    collectgarbage()
  end)

  it("says that a port is taken", function()
    local s <close> = listen { handler = error }
    local other, message, code = server.listen { handler = error, port = s:port() }
    assert.is_nil(other)
    assert.truthy(message:find("127.0.0.1 port " .. s:port(), 1, true))
    assert.equal("EADDRINUSE", code)
  end)

  it("can be closed while a handler is at work", function()
    local entered, ended = false, false
    local s = listen {
      handler = function()
        entered = true
        loop.sleep(0.02)
        ended = true
        return { body = "too late" }
      end,
    }
    local asking = loop.spawn(function() return curl(s:port(), {}) end)
    repeat loop.sleep(0.001) until entered
    s:close()
    s:close()
    assert.truthy(asking:await():find "Empty reply from server")
    repeat loop.sleep(0.001) until ended
    assert.error(function() s:port() end)
  end)
end)
