-- Answers that come as server-sent events, against a server that writes them by
-- hand.

local http = require "host.http"
local loop = require "host.loop"
local server = require "host.server"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
local OPEN = HEAD .. "\r\n" -- until the connection is closed
local CHUNKED = HEAD .. "Transfer-Encoding: chunked\r\n\r\n"

local function chunk(text) return ("%x\r\n%s\r\n"):format(#text, text) end

--- A server whose answers are written so.
local function serve(write)
  return assert(server.listen { handler = function() return { write = write } end })
end

local function url_of(s) return ("http://127.0.0.1:%d/"):format(s:port()) end

local function sends(...)
  local pieces = { ... }
  return serve(function(out)
    for _, piece in ipairs(pieces) do out:send(piece) end
  end)
end

local function start(s, more)
  local options = { url = type(s) == "string" and s or url_of(s), events = true }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(http.start(options))
end

--- All events, and what came after them.
local function all_of(transfer)
  local events = {}
  while true do
    local event, message, code, sent = transfer:event()
    if not event then return events, message, code, sent end
    events[#events + 1] = event
  end
end

describe("events", function()
  it("come one by one, and the answer after them", function()
    local s <close> = sends(
      CHUNKED, chunk ": PROCESSING\n\n", chunk "data: one\n\ndata:", chunk "two\n\n",
      chunk "data: [DONE]\n\n", "0\r\n\r\n"
    )
    local transfer <close> = start(s)
    assert.equal(200, transfer:head().status)
    local events, message = all_of(transfer)
    assert.same({ "one", "two", "[DONE]" }, events)
    assert.is_nil(message)
    local answer = assert(transfer:finish())
    assert.equal(200, answer.status)
    assert.is_nil(answer.body)
    assert.same({}, answer.files)
    assert.equal("text/event-stream; charset=utf-8", answer.headers["content-type"])
  end)

  it("come before the answer is over", function()
    local heard = false
    local s <close> = serve(function(out)
      out:send(OPEN .. "data: one\n\n")
      repeat loop.sleep(0.001) until heard
      out:send "data: two\n\n"
    end)
    local transfer <close> = start(s)
    assert.equal("one", transfer:event())
    heard = true
    assert.equal("two", transfer:event())
    assert.is_nil(transfer:event())
    assert.is_nil(transfer:event())
  end)

  it("are the same wherever they are cut", function()
    local s <close> = serve(function(out)
      out:send(OPEN)
      for byte in ("\xEF\xBB\xBFdata: {\"é\":\r\ndata:\"🦑\"}\r\n\r\ndata: [DONE]"):gmatch "." do out:send(byte) end
    end)
    local transfer <close> = start(s)
    assert.same({ "{\"é\":\n\"🦑\"}", "[DONE]" }, (all_of(transfer)))
  end)

  it("are none when the answer is something else, which has a body", function()
    local s <close> = assert(server.listen {
      handler = function()
        return { status = 429, headers = { ["Content-Type"] = "application/json" }, body = "{}" }
      end,
    })
    local transfer <close> = start(s)
    local event, message = transfer:event()
    assert.is_nil(event)
    assert.is_nil(message)
    local answer = transfer:finish()
    assert.equal(429, answer.status)
    assert.equal("{}", answer.body)
  end)

  it("that came whole come before the failure", function()
    local s <close> = sends(CHUNKED, chunk "data: one\n\ndata: tw")
    local transfer <close> = start(s)
    local events, message, code, sent = all_of(transfer)
    assert.same({ "one" }, events)
    assert.truthy(message:find("cut off", 1, true))
    assert.equal("ECONNRESET", code)
    assert.is_true(sent)
    assert.equal("ECONNRESET", select(3, transfer:finish()))
  end)

  it("fail when nobody is there", function()
    local s = sends()
    local url = url_of(s)
    s:close()
    local transfer <close> = start(url)
    local event, _, code, sent = transfer:event()
    assert.is_nil(event)
    assert.equal("ECONNREFUSED", code)
    assert.is_false(sent)
  end)

  it("are each as long as is allowed", function()
    local s <close> = sends(OPEN, "data: 12345\n\ndata: 67890\n\n", "data: 123456\n\n")
    local transfer <close> = start(s, { max_bytes = 5 })
    local events, _, code = all_of(transfer)
    assert.same({ "12345", "67890" }, events)
    assert.equal("E2BIG", code)
  end)

  it("fail while the server waits as they do otherwise", function()
    local event = ("data: %s\n\n"):format(("x"):rep(9990))
    local s <close> = serve(function(out)
      out:send(OPEN)
      for _ = 1, 8 do out:send(event) end
      out:send(("data: %s\n\n"):format(("x"):rep(10000)))
      for _ = 1, 1000 do out:send(event) end
    end)
    local transfer <close> = start(s, { max_bytes = 9990 })
    transfer:head()
    loop.sleep(0.05)
    local events, _, code = all_of(transfer)
    assert.equal(8, #events)
    assert.equal("E2BIG", code)
    assert.equal("E2BIG", select(3, transfer:finish()))
  end)

  it("do not give a key away", function()
    local s <close> = sends(OPEN, "data: the key sk-12345\n\n")
    local transfer <close> = start(s, { secret = http.secret("sk-12345", url_of(s)) })
    assert.equal("the key ********", transfer:event())
  end)

  it("that nobody asks for are passed over", function()
    local event = ("data: %s\n\n"):format(("x"):rep(100000))
    local s <close> = serve(function(out)
      out:send(OPEN)
      for _ = 1, 50 do out:send(event) end
    end)
    local transfer <close> = start(s)
    assert.equal(100000, #transfer:event())
    assert.equal(200, assert(transfer:finish()).status)
  end)

  it("let the server wait while nobody asks for them", function()
    local event, count, sent = ("data: %s\n\n"):format(("x"):rep(9990)), 4000, 0
    local s <close> = serve(function(out)
      out:send(OPEN)
      for _ = 1, count do
        out:send(event)
        sent = sent + 1
      end
    end)
    local transfer <close> = start(s, { idle_timeout = 0.04 })
    local before
    repeat
      before = sent
      loop.sleep(0.1)
    until sent > 0 and sent == before
    assert.is_true(sent < count)
    local events, message = all_of(transfer)
    assert.is_nil(message)
    assert.equal(count, #events)
    assert.equal(count, sent)
  end)

  it("are waited for by one task, which is told of a cancel", function()
    local s <close> = serve(function(out)
      out:send(OPEN)
      loop.sleep(60)
    end)
    local transfer = start(s)
    transfer:head()
    local waiter = loop.spawn(function() return transfer:event() end)
    loop.sleep(0)
    loop.sleep(0)
    assert.has_error(function() transfer:event() end, "another task waits for the transfer")
    transfer:cancel()
    assert.equal("ECANCELED", select(3, waiter:await()))
  end)

  it("are for transfers that asked for them", function()
    local s <close> = sends(OPEN, "data: one\n\n")
    local transfer <close> = assert(http.start { url = url_of(s) })
    assert.has_error(function() transfer:event() end, "the transfer has no events")
    assert.equal("data: one\n\n", transfer:finish().body)
    assert.has_error(function() http.request { url = url_of(s), events = true } end)
  end)
end)

describe("a picture in an event", function()
  --- The most memory that this process ever had, in KB.
  local function peak()
    for line in io.lines "/proc/self/status" do
      local kilobytes = line:match "^VmHWM:%s*(%d+)"
      if kilobytes then return tonumber(kilobytes) end
    end
  end

  it("goes into a file while it comes, whatever stands around it", function()
    local piece, count = ("AAEC"):rep(16384), 192 -- 12 MB of base64, 9 MB of picture
    local s <close> = serve(function(out)
      out:send(OPEN .. ": a \"half\n\ndata: {\"a\":1}\n\ndata: {\"url\":\"data:image/png;base64,")
      for _ = 1, count do out:send(piece) end
      out:send "\"}\n\ndata: [DONE]\n\n"
    end)
    local before = peak()
    local transfer <close> = start(s, { spill = { dir = "/tmp" }, max_bytes = 1000 })
    local events, message = all_of(transfer)
    assert.is_nil(message)
    assert.same({ "{\"a\":1}", "{\"url\":\"data:image/png;base64,{spill:1}\"}", "[DONE]" }, events)
    local files = transfer:finish().files
    assert.equal(1, #files)
    assert.equal(#piece * count // 4 * 3, files[1].bytes)
    assert.truthy(os.remove(files[1].path))
    assert.is_true(peak() - before < 3000, "in KB: " .. peak() - before)
  end)

  it("that is cut off leaves nothing behind", function()
    local dir = os.tmpname()
    os.remove(dir)
    local file = require "host.file"
    assert(file.mkdir(dir))
    local s <close> = sends(CHUNKED, chunk("data: {\"url\":\"" .. ("AAEC"):rep(2000)))
    do
      local transfer <close> = start(s, { spill = { dir = dir } })
      assert.equal("ECONNRESET", select(3, transfer:event()))
    end
    assert.same({}, file.list(dir))
    os.remove(dir)
  end)
end)
