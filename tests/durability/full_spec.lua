-- A disk that is full when an answer comes: its bytes are kept in memory and written
-- when there is space again, and the run goes on.

local trial = require "trial"
local documented = require "documented"
local file = require "host.file"
local loop = require "host.loop"

describe("a disk that is full when an answer comes", function()
  local full, seconds, at_request
  local tried = trial.new {
    reply = function(_, number)
      if number == at_request then
        assert(file.write(full, ""))
        loop.spawn(function()
          loop.sleep(seconds)
          file.remove(full)
        end)
      end
    end,
  }
  local expected = tried:undisturbed()
  local requests = #tried.serving.requests

  --- Runs with a disk that is full from a request on, for some seconds.
  local function run_full(nth, for_seconds, more)
    local folder = tried:folder()
    full, seconds = folder .. "-full", for_seconds
    at_request = #tried.serving.requests + nth
    local first = #tried.serving.requests
    local result = tried:run(folder, { FULL = full }, more)
    at_request = nil
    return folder, result, #tried.serving.requests - first
  end

  for nth = 1, requests, trial.all and 1 or 6 do
    it(("is waited for, and request %d is not sent again"):format(nth), function()
      local folder, result, sent = run_full(nth, 0.7)
      assert.equal(0, result.status, result.out .. result.err)
      assert.equal(requests, sent)
      assert.equal(expected, trial.artifact(folder))
      assert.same({}, tried:complete(folder, expected))
      assert.truthy(result.out:find("until there is space", 1, true), result.out)
      assert.truthy(result.out:find("there is space again", 1, true), result.out)
    end)
  end

  it("is told to programs, with what there is to do", function()
    local _, result = run_full(2, 0.7, { "--json" })
    assert.equal(0, result.status, result.out .. result.err)
    local told = {}
    for line in result.out:gmatch "[^\n]+" do
      local event = documented.check(line)
      told[#told + 1] = (event.event == "full" or event.event == "room") and event.event or nil
    end
    assert.same({ "full", "room" }, told)
  end)

  teardown(function()
    tried:close()
  end)
end)
