-- What `sbhost run --json` prints is what docs/events.md says, and nothing else.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

--- The events of the document, each with its fields: type and whether it is always there.
local function documented()
  local events = {}
  local fields
  for line in assert(file.read(support.tree .. "/docs/events.md")):gmatch "[^\n]+" do
    local event = line:match "^### `([%a_]+)`$"
    if event then
      fields = {}
      events[event] = fields
    end
    local names, kind, always = line:match "^| (`.-) | (%a+) | (%a+) |"
    for name in (names or ""):gmatch "`([%a_]+)`" do
      fields[name] = { kind = kind, always = always == "yes" }
    end
  end
  return events
end

local function kind_of(value)
  return type(value) == "table" and "object" or math.tointeger(value) and "integer" or type(value)
end

describe("the events of a run", function()
  local events, seen = documented(), {}

  --- Holds all that a run prints against the document.
  local function check(result)
    local last
    for line in result.out:gmatch "([^\n]*)\n" do
      last = assert(json.decode(line))
      local fields = assert(events[last.event], "not in docs/events.md: " .. line)
      seen[last.event] = true
      for name, value in pairs(last) do
        if name ~= "event" then
          local field = assert(fields[name], ("%s has no '%s': %s"):format(last.event, name, line))
          local kind = kind_of(value)
          assert.is_true(kind == field.kind or field.kind == "number" and kind == "integer", name .. ": " .. line)
        end
      end
      for name, field in pairs(fields) do
        assert.is_true(not field.always or last[name] ~= nil, ("%s lacks '%s': %s"):format(last.event, name, line))
      end
    end
    assert.equal("\n", result.out:sub(-1), result.err)
    assert.equal("end", last.event)
    assert.equal(result.status, last.status)
    return last
  end

  local function run(at, url, ...)
    return support.run { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", url, "--json", ... }
  end

  it("are those of a run that does all, and of one that has nothing to do", function()
    local serving = provider.start()
    local at = support.write { ["story.lua"] = support.story() }
    local done = check(run(at, serving.url))
    assert.equal("done", done.reason)
    assert.equal(done.total, done.done)
    assert.equal(#serving.requests, done.calls)
    assert.is_true(done.cost > 0)
    local again = check(run(at, serving.url))
    assert.equal(0, again.calls)
    assert.equal(done.total, again.reused)
    serving.close()
  end)

  it("are those of a run with errors, odd answers, and tasks that fail", function()
    local serving = provider.start {
      reply = function(body, number)
        if number == 2 then
          return { status = 503, headers = { ["Retry-After"] = "0" }, body = "{}" }
        elseif number > 12 and body.modalities then
          return { status = 400, body = [[{"error":{"code":400,"message":"no such picture"}}]] }
        end
      end,
      text = function(_, number)
        return number == 1 and "This is no JSON." or nil
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local failed = check(run(at, serving.url))
    assert.equal(1, failed.status)
    assert.equal("incomplete", failed.reason)
    assert.is_true(failed.failed > 0 and failed.retries > 0 and failed.repairs > 0)
    serving.close()
  end)

  it("are those of runs that are stopped: by their cost, a rule, a fault", function()
    local serving = provider.start()
    local at = support.write { ["story.lua"] = support.story() }
    assert.equal("incomplete", check(run(at, serving.url, "--strict")).reason)
    check(support.run { "run", at .. "/story.lua", "--data", at .. "/offline", "--json", "--stream" })
    local broken = support.write {
      ["story.lua"] = support.story 'rules = { "broken" },',
      ["rules/broken.lua"] = [[
        return require "pipeline.rule" "broken" {
          about = "Breaks.", check = function() error { reason = "broken" } end,
        }]],
    }
    local fault = check(run(broken, serving.url))
    assert.equal(2, fault.status)
    assert.equal("fault", fault.reason)
    local dear = support.write { ["story.lua"] = support.story() }
    local limited = check(run(dear, serving.url, "--max-cost", "0.05"))
    assert.equal("cost", limited.reason)
    serving.close()
  end)

  it("were seen, most of them", function()
    for _, event in ipairs {
      "start", "end", "notice", "planted", "task", "sent", "answered", "text", "retry", "repair", "unchanged",
      "stopping", "fault",
    } do
      assert.is_true(seen[event], event)
    end
  end)
end)
