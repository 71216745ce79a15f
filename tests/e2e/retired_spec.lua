-- Models that the provider has retired, or will: a run says so in time, names the
-- successor and the setting that lets it be asked, and asks it then.

local json = require "host.json"
local provider = require "provider"
local support = require "support"

--- A mock that has retired GPT-5, and runs of a small story against it.
local function retired()
  local faults = support.write {
    ["faults.json"] = json.encode { { case = "18d", route = "chat", model = "openai/gpt-5" } },
  }
  local mock = support.mock { "--faults", faults .. "/faults.json" }
  local at = support.folder()
  local function run(setting, ...)
    local story = support.write { ["story.lua"] = support.story(setting) } .. "/story.lua"
    return support.run { "run", story, "--data", at, "--base-url", mock.url, ... }
  end
  local function asked()
    local by_model = {}
    for _, entry in ipairs(mock.account()) do
      if entry.event == "asked" then
        by_model[entry.model] = (by_model[entry.model] or 0) + 1
      end
    end
    return by_model
  end
  return run, asked, mock.stop
end

describe("a run whose model is retired", function()
  it("names its successor and the setting to write, and asks it no second time", function()
    local run, asked, stop = retired()
    local result = run ""
    assert.equal(1, result.status, result.out)
    assert.truthy(result.out:find("its successor is openai/gpt-6.1-sol: write successors = true in the story", 1, true),
      result.out)
    assert.same({ ["openai/gpt-5"] = 1 }, asked())
    stop()
  end)

  it("falls back without being asked for each task", function()
    local run, asked, stop = retired()
    local result = run [[models = { story = "google/gemini-2.5-flash" },]]
    assert.equal(0, result.status, result.out)
    assert.is_true(asked()["openai/gpt-5"] <= 4, json.encode(asked())) -- those that were under way together
    assert.is_true(asked()["google/gemini-2.5-pro"] > 4, json.encode(asked()))
    stop()
  end)

  it("goes to the successor where the story allows it, and stands then", function()
    local run, asked, stop = retired()
    local result = run "successors = true,"
    assert.equal(0, result.status, result.out)
    assert.truthy(result.out:find("openai/gpt%-6%.1%-sol: %d+ calls in place of openai/gpt%-5, which is retired"),
      result.out)
    local first = asked()
    assert.equal(1, first["openai/gpt-5"])

    local again = run "successors = true,"
    assert.equal(0, again.status, again.out)
    assert.truthy(again.out:find("nothing to do: 0 calls", 1, true), again.out)

    -- The key of its calls is the one that they have when the story names it.
    local named = run [[models = {
      story = { "openai/gpt-6.1-sol", effort = "medium" },
      detail = { "openai/gpt-6.1-sol", effort = "minimal" },
    },]]
    assert.equal(0, named.status, named.out)
    assert.same(first, asked())
    stop()
  end)
end)

describe("a run whose model is to be retired", function()
  local function run_with(days)
    local date = os.date("!%Y-%m-%d", os.time() + days * 24 * 3600)
    local serving = provider.start {
      get = function(request)
        return request.path:find "/models$" and {
          body = json.encode { data = { { id = "openai/gpt-5", pricing = {}, expiration_date = date } } },
        }
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local result = support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    serving.close()
    assert.equal(0, result.status, result.out .. result.err)
    return result.out, date
  end

  it("says so ahead, once, with its successor, and goes on", function()
    local out, date = run_with(20)
    local _, times = out:gsub(("openai/gpt-5 is to be retired on %s; its successor is openai/gpt-6.1-sol"):format(date)
      :gsub("%-", "%%-"), "")
    assert.equal(1, times, out)
  end)

  it("does not while that is far away", function()
    assert.is_nil(run_with(400):find("openai/gpt-5 is to be retired", 1, true))
  end)
end)
