-- The key is seen by the server and by nobody else, whatever the server sends back.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

local KEY = "sk-or-v1-4f1d0c9b8a7e6d5c4b3a29181706f5e4"

--- Runs the small story with the key, and gives all that can be looked at afterwards.
local function run(options, ...)
  local seen = {}
  local reply = options.reply
  options.reply = function(body, number, request)
    seen[#seen + 1] = request.headers.authorization
    return reply and reply(body, number, request)
  end
  local serving = provider.start(options)
  local at = support.write { ["story.lua"] = support.story() }
  local command = {
    "run", at .. "/story.lua", "--data", at .. "/data", "--provider", "openrouter", "--base-url", serving.url, ...,
  }
  local result = support.run(command, "OPENROUTER_API_KEY=" .. KEY)
  serving.close()
  for _, authorization in ipairs(seen) do
    assert.equal("Bearer " .. KEY, authorization)
  end
  assert.is_true(#seen > 0)
  return result, at
end

--- The key, its end and its base64 are in no stream and in no file, SQLite's among
--- them, for which the store is opened once more.
local function is_nowhere(result, at)
  local status = support.run { "status", at .. "/story.lua", "--data", at .. "/data" }
  local told = result.out .. result.err .. status.out .. status.err
  for _, form in ipairs { KEY, KEY:sub(-16), "c2stb3ItdjEtNGYxZDBjOWI4YTdlNmQ1YzRiM2EyOTE4MTcwNmY1ZT" } do
    assert.is_nil(told:find(form, 1, true), told)
    local found = support.shell(("grep -rlaF -e %s %s; true"):format(support.quote(form), support.quote(at)))
    assert.equal("", found.out)
  end
  local kept = support.shell("find " .. support.quote(at) .. " -name 'project.db*'")
  assert.truthy(kept.out:find("project.db", 1, true), kept.out)
end

local function echo(status, request)
  return {
    status = status,
    headers = { ["Content-Type"] = "application/json", ["X-Seen"] = request.headers.authorization },
    body = json.encode {
      error = {
        code = status,
        message = "not with " .. request.headers.authorization,
        metadata = { raw = json.encode { error = { message = "key " .. KEY } }, provider_name = KEY },
      },
    },
  }
end

describe("the key", function()
  it("is nowhere after a run that goes well", function()
    local result, at = run {}
    assert.equal(0, result.status, result.out .. result.err)
    is_nowhere(result, at)
  end)

  it("is nowhere in the events of --json", function()
    local result, at = run({
      reply = function(_, number, request)
        return number == 2 and echo(500, request) or nil
      end,
    }, "--json")
    is_nowhere(result, at)
  end)

  for _, status in ipairs { 400, 401, 403, 429, 500 } do
    it(("is nowhere when an error of status %d echoes it"):format(status), function()
      local result, at = run {
        reply = function(_, number, request)
          return number >= 2 and number <= 4 and echo(status, request) or nil
        end,
      }
      assert.truthy((result.out .. result.err):find("*****", 1, true) or result.status == 0, result.out)
      is_nowhere(result, at)
    end)
  end

  it("is starred out of an answer that echoes it, which is used so", function()
    local result, at = run {
      text = function(body)
        local format = body.response_format
        if format and format.json_schema.name == "lore" then
          local value = {}
          for name in pairs(format.json_schema.schema.properties) do
            value[name] = "It is " .. KEY .. "."
          end
          return json.encode(value)
        end
      end,
    }
    is_nowhere(result, at)
    local board = file.read(at .. "/data/small/artifact.json") or ""
    assert.truthy(board:find("It is ****", 1, true) or result.out:find("lore: failed", 1, true), result.out)
  end)

  it("is nowhere when an answer hides it in an escape", function()
    local result, at = run {
      reply = function(_, number)
        return number == 1
            and {
              status = 401,
              headers = { ["Content-Type"] = "application/json" },
              body = ('{"error":{"code":401,"message":"no: \\u%04x%s"}}'):format(KEY:byte(), KEY:sub(2)),
            }
          or nil
      end,
    }
    is_nowhere(result, at)
  end)
end)
