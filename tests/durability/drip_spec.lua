-- An answer that comes a byte a second: it is given up at the end of its time, as
-- any that takes so long, and the run goes on. The clock of waits runs 240 times as
-- fast, and so does the server drip.

local file = require "host.file"
local json = require "host.json"
local support = require "support"
local trial = require "trial"

local HASTE = 240

describe("an answer that drips a byte a second", function()
  --- Runs the first two steps, of which one gets such an answer once.
  local function run(...)
    local at = support.write { ["story.lua"] = support.story() }
    local rule = { case = "51j", schema = "lore", nth = { 1 }, pause = 1 / HASTE, pieces = 1000000 }
    assert(file.write(at .. "/faults.json", json.encode { rule }))
    local mock = support.mock { "--faults", at .. "/faults.json" }
    local words = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", mock.url, "--until", "narrative" }
    table.move({ ... }, 1, select("#", ...), #words + 1, words)
    local environment = "timeout 60 env -u OPENROUTER_API_KEY SHIM_HASTE=%d LD_PRELOAD=%s/shim.so "
      .. "ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=0"
    local result = support.run(words, environment:format(HASTE, support.quote(trial.libraries)))
    local asked = {}
    for _, entry in ipairs(mock.account()) do
      if entry.event == "asked" then asked[#asked + 1] = entry.task end
    end
    mock.stop()
    return result, asked, at .. "/data"
  end

  local function says(result, text)
    assert.truthy(result.out:find(text, 1, true), result.out)
    local milliseconds = result.out:match "timed out after (%d+) milliseconds with %d+ out of %d+ bytes received"
    milliseconds = tonumber(milliseconds)
    assert.is_true(milliseconds and milliseconds >= 600000 and milliseconds < 660000, result.out)
  end

  it("is given up after its 600 seconds, asked again, and the run goes on", function()
    local result, asked, data = run("--resend-doubt", "100")
    assert.equal(0, result.status, result.out .. result.err)
    says(result, "lore: repeated, although it may have been charged")
    says(result, "calls in doubt repeated: 1;")
    assert.same({ "lore", "lore", "narrative" }, asked)
    assert.same({ lore = 1, narrative = 1 }, trial.calls(data).tasks)
  end)

  it("is in doubt where it may not be asked again, and priced", function()
    local result, asked, data = run("--resend-doubt", "0")
    assert.equal(1, result.status, result.out .. result.err)
    says(result, "it may have been charged, and repeating it may cost $")
    assert.same({ "lore" }, asked)
    assert.equal(1, trial.calls(data).doubts)
    assert.same({}, trial.calls(data).tasks)
  end)
end)
