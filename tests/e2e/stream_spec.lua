-- Texts that come in events: a run with --stream makes what one without makes, and
-- a stream that breaks is never taken for whole.

local calls = require "calls"
local chain = require "pipeline.call.chain"
local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local openrouter = require "providers.openrouter"
local project = require "pipeline.project"
local server = require "host.server"
local support = require "support"

describe("a run with --stream", function()
  --- A board without the times in the names of its pictures, and without its
  --- revision: how often it was published goes with the pace of the run.
  local function timeless(board)
    return (board:gsub("_%d+T%d+Z[-%d]*%.png", ".png"):gsub('"revision": %d+', ""))
  end

  --- Runs the small story against one mock.
  local function run(mock, ...)
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run {
      "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url, ...,
    }
    assert.equal(0, result.status, result.out .. result.err)
    return assert(file.read(at .. "/data/small/artifact.json")), result
  end

  it("makes the same board as without", function()
    local mock = support.mock()
    local whole = run(mock)
    local count = #mock.account()
    local streamed, result = run(mock, "--stream")
    assert.equal(timeless(whole), timeless(streamed))
    assert.equal(2 * count, #mock.account())
    assert.is_nil(result.out:find("{\"", 1, true))
    mock.stop()
  end)

  it("reads every stream that was seen, and takes none for whole that is not", function()
    local rules, cases = {}, { "5a", "8a", "5b", "8c", "5c", "9", "8d", "33e", "31c" }
    for i, case in ipairs(cases) do
      rules[i] = { case = case, route = "text", nth = { i } }
    end
    local faults = support.write { ["x/faults.json"] = json.encode { rules = rules } } .. "/x/faults.json"
    local mock = support.mock { "--faults", faults }
    run(mock, "--stream", "--lane", "text=1", "--resend-doubt", "5")
    local played = {}
    for _, entry in ipairs(mock.account()) do
      if entry.case then
        played[entry.case] = true
      end
    end
    for _, case in ipairs(cases) do
      assert.is_true(played[case], case)
    end
    mock.stop()
  end)

  it("tells the pieces of texts with --json", function()
    local mock = support.mock()
    local _, result = run(mock, "--stream", "--json")
    mock.stop()
    local texts, answered = {}, {}
    for line in result.out:gmatch "[^\n]+" do
      local event = assert(json.decode(line))
      if event.event == "text" then
        texts[event.task] = (texts[event.task] or "") .. event.text
      elseif event.event == "answered" then
        answered[event.task] = event
      end
    end
    assert.is_table(json.decode(texts.scenes))
    assert.is_number(answered.scenes.usage.output)
  end)
end)

describe("a streamed call", function()
  local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
  local opened

  before_each(function()
    opened = project.open("stream", support.folder())
  end)

  after_each(function()
    opened:close()
  end)

  local function chunk(text)
    return ("%x\r\n%s\r\n"):format(#text, text)
  end

  local function delta(content, reason)
    return chunk("data: " .. json.encode {
      id = "gen-1",
      choices = { { index = 0, delta = { content = content }, finish_reason = reason or json.null } },
    } .. "\n\n")
  end

  local USAGE = chunk 'data: {"choices":[],"usage":{"completion_tokens":9,"cost":0.001}}\n\n'
  local DONE = chunk "data: [DONE]\n\n"
  local END = "0\r\n\r\n"

  --- Asks a server that writes these answers, one after the other.
  local function ask(answers, resend_budget)
    local asked, told = 0, {}
    local serving <close> = assert(server.listen {
      handler = function()
        asked = asked + 1
        return { write = answers[math.min(asked, #answers)] }
      end,
    })
    local making = calls.new(opened, {
      report = function(event)
        told[#told + 1] = event.event == "text" and event.text or nil
      end,
      resend_budget = resend_budget,
      stream = true,
    })
    local request = calls.request {
      provider = openrouter.new {
        base_url = ("http://127.0.0.1:%d"):format(serving:port()),
        identity = "test",
        free = true, -- no prices to look up
      },
    }
    local result, failure = chain.text(making, request, { request.model }, function(text)
      return text
    end)
    return result, failure, asked, told, making
  end

  local function writes(...)
    local pieces = { ... }
    return function(out)
      for _, piece in ipairs(pieces) do
        out:send(piece)
      end
    end
  end

  local WHOLE = writes(HEAD, delta "The ", delta "Constance", delta("", "stop"), USAGE, DONE, END)

  it("is told piece by piece, and remembered whole", function()
    local result, _, _, told = ask { WHOLE }
    assert.equal("The Constance", result.value)
    assert.same({ "The ", "Constance" }, told)
    local again, _, asked, told_again = ask { WHOLE }
    assert.equal("The Constance", again.value)
    assert.is_true(again.remembered)
    assert.equal(0, asked)
    assert.same({}, told_again)
    local record = json.decode(opened.store:call(1).answer)
    assert.truthy(record.body:find("data: [DONE]", 1, true))
  end)

  it("is the same call as one that is not", function()
    ask { WHOLE }
    local stored = json.decode(opened.store:call(1).request)
    assert.is_nil(stored.stream)
  end)

  it("may be answered whole by a server that knows no streams", function()
    local body = '{"choices":[{"finish_reason":"stop","message":{"content":"The Constance"}}]}'
    local whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    local result = ask { writes(whole:format(#body, body)) }
    assert.equal("The Constance", result.value)
  end)

  it("may be refused in JSON, whatever its label says", function()
    local body = '{"error":{"code":401,"message":"User not found."}}'
    local head = "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s"
    local _, failure = ask { writes(head:format(#body, body)) }
    assert.truthy(failure.message:find("User not found.", 1, true), failure.message)
  end)

  it("is over when it says so, though the server leaves it open", function()
    local result = ask {
      function(out)
        writes(HEAD, delta "The Constance", delta("", "stop"), DONE)(out)
        loop.sleep(20)
      end,
    }
    assert.equal("The Constance", result.value)
  end)

  it("is whole once it has said why it ends, whatever happens then", function()
    local result, _, asked = ask { writes(HEAD, delta "The Constance", delta("", "stop")) }
    assert.equal("The Constance", result.value)
    assert.equal(1, asked)
  end)

  it("is in doubt when the connection dies before that", function()
    local cut = writes(HEAD, delta "The Const")
    local result, failure, asked, _, making = ask { cut }
    assert.is_nil(result)
    assert.equal("doubt", failure.class)
    assert.equal(1, asked)
    assert.equal(1, making.doubts:left().count)
  end)

  it("is asked again when the connection dies before that, as far as doubts may cost", function()
    local result, _, asked = ask({ writes(HEAD, delta "The Const"), WHOLE }, 1)
    assert.equal("The Constance", result.value)
    assert.equal(2, asked)
  end)

  it("is asked again when it ends without having said why", function()
    local result, _, asked = ask { writes(HEAD, delta "The Const", END), WHOLE }
    assert.equal("The Constance", result.value)
    assert.equal(2, asked)
  end)

  it("is asked again when it fails in the middle", function()
    local failed = chunk 'data: {"error":{"code":"server_error","message":"gone"},"choices":[]}\n\n'
    local result, _, asked = ask { writes(HEAD, delta "The Const", failed, END), WHOLE }
    assert.equal("The Constance", result.value)
    assert.equal(2, asked)
  end)

  it("is given up when it runs into blanks, and remembered as that", function()
    local left, written = false, 0
    local function flood(out)
      out:send(HEAD .. delta '{"a":')
      repeat
        written = written + 1
      until not out:send(delta((" \n"):rep(64)))
      left = true
    end
    local result, _, asked = ask { flood, WHOLE }
    assert.equal("The Constance", result.value)
    assert.equal(2, asked)
    support.await("the server to be left", function()
      return left
    end)
    assert.equal("answered", opened.store:call(1).state)
    assert.is_true(#opened.store:call(1).answer < 10000)
    assert.equal("The Constance", (ask { WHOLE }).value)
  end)
end)
