-- What a provider may answer instead of what it was asked for: the run goes on
-- where it can, says what is missing, and keeps what is finished.

local file = require "host.file"
local json = require "host.json"
local provider = require "provider"
local support = require "support"

--- Runs the small story against a provider that answers so.
local function run(options, ...)
  local serving = provider.start(options)
  local at = support.write { ["story.lua"] = support.story() }
  local result = support.run {
    "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url, "--lane", "text=2", ...,
  }
  serving.close()
  return result, at .. "/data/small", serving.requests, at
end

local function step_of(body)
  return body.response_format and body.response_format.json_schema.name or "picture"
end

local function count(requests, name)
  local n = 0
  for _, body in ipairs(requests) do
    n = n + (step_of(body) == name and 1 or 0)
  end
  return n
end

describe("a run", function()
  it("is whole against a provider that answers as it should", function()
    local result = run()
    assert.equal(0, result.status, result.out .. result.err)
  end)

  it("sends an answer that is not JSON back with what is wrong with it", function()
    local seen
    local result = run {
      text = function(body, number)
        if number == 1 then
          return "Here are three lovely worlds."
        elseif number == 2 then
          seen = body.messages
        end
      end,
    }
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal("assistant", seen[3].role)
    assert.truthy(seen[4].content:find("not JSON", 1, true))
  end)

  it("sends an answer that breaks the schema back with the paths that do", function()
    local seen
    local result = run {
      text = function(body, number)
        if step_of(body) == "scenes" and not seen then
          seen = number
          return [[{"scenes":[{"name":"One","description":"d","sketch":4}]}]]
        elseif seen == number - 1 then
          seen = body.messages[#body.messages].content
        end
      end,
    }
    assert.equal(0, result.status, result.out .. result.err)
    assert.truthy(seen:find("scenes[1].sketch", 1, true), seen)
  end)

  it("gives up on a step that never fits, and keeps what is done", function()
    local result, project, requests = run {
      text = function(body)
        return step_of(body) == "scenes" and "no" or nil
      end,
    }
    assert.equal(1, result.status)
    assert.truthy(result.out:find("scenes: failed: the answer does not fit", 1, true), result.out)
    assert.equal(3, count(requests, "scenes"))
    local board = json.decode(file.read(project .. "/artifact.json"))
    assert.is_string(board.narrative.title)
    assert.is_nil(board.scenes)
  end)

  it("draws again what is no picture, then goes on without that one", function()
    local result, project = run {
      picture = function(body)
        local brief = body.messages[#body.messages].content
        brief = type(brief) == "table" and brief[1].text or brief
        return brief:find("prop 2", 1, true) and provider.bytes("<html>no</html>" .. (" "):rep(9000)) or nil
      end,
    }
    assert.equal(1, result.status)
    assert.truthy(result.out:find("component_images[prop-2]: failed", 1, true), result.out)
    assert.truthy(result.out:find("HTML", 1, true), result.out)
    local board = json.decode(file.read(project .. "/artifact.json"))
    assert.is_string(board.props[1].image_url)
    assert.is_nil(board.props[2].image_url)
  end)

  it("takes a picture of other proportions, and says so", function()
    local image = require "host.image"
    local result = run {
      picture = function(_, number)
        local path = support.folder() .. "/square.png"
        assert(image.draw {
          path = path,
          width = 1024,
          height = 1024,
          shapes = { { "ellipse", cx = 100 + number * 20, cy = 500, rx = 60, ry = 60, colour = 0x336699 } },
        })
        return path
      end,
    }
    assert.equal(0, result.status, result.out .. result.err)
    assert.truthy(result.out:find("1024 x 1024, which is not 16:9", 1, true), result.out)
  end)

  it("ends at once when the key is refused, and keeps what is done", function()
    local result, project, requests = run {
      reply = function(_, number)
        if number > 2 then
          return { status = 401, body = [[{"error":{"message":"User not found.","code":401}}]] }
        end
      end,
    }
    assert.equal(1, result.status)
    assert.truthy(result.out:find("OPENROUTER_API_KEY", 1, true), result.out)
    assert.equal(3, #requests)
    assert.is_string(json.decode(file.read(project .. "/artifact.json")).narrative.title)
  end)

  it("waits as long as it is told to before it asks again", function()
    local loop = require "host.loop"
    local refused, asked
    local result = run {
      reply = function(_, number)
        if number == 1 then
          refused = loop.now()
          local body = [[{"error":{"message":"slow","code":429}}]]
          return { status = 429, headers = { ["Retry-After"] = "1" }, body = body }
        end
        asked = asked or loop.now()
      end,
    }
    assert.equal(0, result.status, result.out .. result.err)
    assert.is_true(asked - refused >= 1)
  end)

  it("goes on where it stopped, and asks for nothing twice", function()
    local broken = true
    local serving = provider.start {
      reply = function(body)
        if broken and step_of(body) == "components" then
          return { status = 400, body = [[{"error":{"message":"not today","code":400}}]] }
        end
      end,
    }
    local at = support.write { ["story.lua"] = support.story() }
    local command = { "run", at .. "/story.lua", "--data", at .. "/data", "--base-url", serving.url }
    assert.equal(1, support.run(command).status)
    broken = false
    local before = #serving.requests
    local result = support.run(command)
    assert.equal(0, result.status, result.out .. result.err)
    assert.equal("components", step_of(serving.requests[before + 1]))
    assert.equal(1, count(serving.requests, "scenes"))
    serving.close()
  end)
end)

describe("names that a model makes", function()
  local hostile = {
    "../../etc/passwd", "CON", "a/b\0c", ("x"):rep(4000), "🦑🌊", "\u{202E}gnp.exe", "same name", "Same  Name",
  }

  it("become safe file names, each its own", function()
    local result, project = run {
      text = function(body)
        if step_of(body) == "components" then
          local props, names = {}, {}
          for i, name in ipairs(hostile) do
            -- Two names that only differ in case are refused as the same name;
            -- as slugs they would be.
            if i < #hostile then
              props[#props + 1] = { name = name, kind = "object", description = "A thing." }
              names[#names + 1] = name
            end
          end
          local scenes = {}
          local schema = body.response_format.json_schema.schema
          for i, name in ipairs(schema.properties.scenes.items.properties.name.enum) do
            scenes[i] = { name = name, props = names }
          end
          return json.encode { props = props, scenes = scenes }
        end
      end,
    }
    assert.equal(0, result.status, result.out .. result.err)
    local board = json.decode(file.read(project .. "/artifact.json"))
    local seen = {}
    for _, prop in ipairs(board.props) do
      local path = prop.image_url
      assert.is_nil(seen[path:lower()])
      seen[path:lower()] = true
      assert.is_true(#path < 120)
      assert.is_nil(path:match "^images/.*/")
      assert.is_nil(path:find("%c"))
      assert.truthy(file.exists(project .. "/" .. path))
    end
  end)
end)
