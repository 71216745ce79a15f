local batch = require "host.batch"
local loop = require "host.loop"
local server = require "host.server"

local function listen(handler) return assert(server.listen { handler = handler }) end

local function url_of(s) return ("http://127.0.0.1:%d/"):format(s:port()) end

describe("host.batch", function()
  it("makes every call, so many at once, and keeps their order", function()
    local running, most = 0, 0
    local s <close> = listen(function(request)
      running = running + 1
      most = math.max(most, running)
      loop.sleep(0.01)
      running = running - 1
      return { body = request.path }
    end)
    local url = url_of(s)
    local requests, told = {}, {}
    for i = 1, 20 do requests[i] = { url = url .. i } end
    local results = batch.run(requests, {
      limit = 4,
      on_result = function(index, answer) told[index] = answer.body end,
    })
    assert.equal(20, #results)
    for i = 1, 20 do
      assert.equal("/" .. i, results[i].body)
      assert.equal("/" .. i, told[i])
    end
    assert.equal(4, most)
  end)

  it("puts what went wrong in the place of an answer", function()
    local s <close> = listen(function(request)
      return { reset = request.path == "/2", body = "ok" }
    end)
    local url = url_of(s)
    local failures = {}
    local results = batch.run(
      { { url = url .. 1 }, { url = url .. 2, method = "POST", body = "x" }, { url = url .. 3 } },
      { on_result = function(index, _, message) failures[index] = message end })
    assert.equal("ok", results[1].body)
    assert.equal("ECONNRESET", results[2].code)
    assert.is_true(results[2].sent)
    assert.equal(failures[2], results[2].error)
    assert.equal("ok", results[3].body)
  end)

  it("keeps what on_result returns in the place of an answer", function()
    local s <close> = listen(function(request) return { body = request.path } end)
    local url = url_of(s)
    local results = batch.run({ { url = url .. 1 }, { url = url .. 2 }, { url = url .. 3 } }, {
      on_result = function(index, answer)
        if index == 2 then return false end
        if index == 3 then return answer.body end
      end,
    })
    assert.equal("/1", results[1].body)
    assert.is_false(results[2])
    assert.equal("/3", results[3])
  end)

  it("makes nothing of nothing", function()
    assert.same({}, batch.run {})
  end)

  it("ends the others when on_result raises", function()
    local s <close> = listen(function(request)
      if request.path == "/2" then loop.sleep(60) end
      return {}
    end)
    local url = url_of(s)
    local ok, err = pcall(batch.run, { { url = url .. 1 }, { url = url .. 2 } }, {
      on_result = function() error("enough", 0) end,
    })
    assert.is_false(ok)
    assert.equal("enough", err)
  end)
end)
