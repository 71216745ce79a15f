-- Servers that are not there, are not who they say, send elsewhere, or close a
-- connection that was kept: nothing is paid for twice, and no key goes astray.

local cases = require "cases"
local server = require "host.server"
local support = require "support"

local function run(url, ...)
  local at = support.write { ["story.lua"] = support.story() }
  local arguments = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", url, ... }
  local result = support.run(arguments, "env OPENROUTER_API_KEY=" .. cases.KEY)
  local out = result.out .. result.err
  assert.is_nil(out:find(cases.KEY, 1, true))
  assert.equal("", support.shell(("grep -rl %s %s"):format(cases.KEY, support.quote(at))).out)
  return result.status, out
end

describe("a run", function()
  it("says that nobody listens at an address, after some tries", function()
    local status, out = run "http://127.0.0.1:1/api/v1"
    assert.equal(1, status, out)
    assert.truthy(out:find("127.0.0.1:1", 1, true) or out:find("127.0.0.1 port 1", 1, true), out)
    assert.truthy(out:find "tried 6 times", out)
  end)

  it("says that there is no such name", function()
    local status, out = run "http://no-such-name.invalid/api/v1"
    assert.equal(1, status, out)
    assert.truthy(out:find("no-such-name.invalid", 1, true), out)
  end)

  it("does not try again with a server that cannot prove its name", function()
    local unproven <close>, port = support.unproven()
    assert.is_table(unproven)
    local status, out = run(("https://127.0.0.1:%s/api/v1"):format(port))
    assert.equal(1, status, out)
    assert.truthy(out:find("add the certificate of its authority", 1, true), out)
    assert.is_nil(out:find("retrying in", 1, true), out)
  end)

  it("is not led to another host, with or without its key", function()
    local led = 0
    local other <close> = assert(server.listen {
      handler = function()
        led = led + 1
        return { body = "{}" }
      end,
    })
    for _, id in ipairs { "51a", "51b", "51c" } do
      local to = ("http://127.0.0.1:%d/api/v1/chat/completions"):format(other:port())
      local played = cases.play { id = id, on = "text", always = true, rule = { to = to } }
      assert.equal(1, played.status, played.out)
      assert.truthy(played.out:find(to, 1, true), played.out)
    end
    assert.equal(0, led)
  end)

  it("sends a paid request once on a kept connection that closes after it, among six", function()
    local played = cases.play {
      id = "10c", on = "picture", rule = { nth = { 9 } },
      arguments = { "--resend-doubt", "0", "--lane", "image=6", "--lane", "text=6" },
    }
    local cut, asked
    for _, entry in ipairs(played.account) do
      if entry.event == "answered" and entry.case then cut = entry.hash end
    end
    asked = 0
    for _, entry in ipairs(played.account) do
      if entry.event == "asked" and entry.hash == cut then asked = asked + 1 end
    end
    assert.equal(1, asked, played.out)
    assert.equal(1, played.status, played.out)
    assert.truthy(played.out:find("in doubt", 1, true), played.out)
  end)
end)
