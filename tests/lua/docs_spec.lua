local file = require "host.file"
local program = require "host.program"

local TREE = program.root .. "/.."

describe("docs/host-api.md", function()
  it("is what the annotations say", function()
    local pipe = assert(io.popen(("%s lua %s/docs/host-api.lua"):format(program.path, TREE)))
    local written = pipe:read "a"
    pipe:close()
    assert.is_true(written == file.read(TREE .. "/docs/host-api.md"), "run docs/host-api.lua again")
  end)
end)

describe("lua/meta/host", function()
  local modules = {
    "artifact", "dag", "file", "http", "image", "json", "limiter", "loop", "name", "server", "store", "ui",
  }

  it("declares every function that a host module has, and no other", function()
    for _, module in ipairs(modules) do
      local text = file.read(("%s/meta/host/%s.lua"):format(program.root, module))
      local opened = require("host." .. module)
      local name = text:match "\nreturn (%w+)"
      local declared = {}
      for declaration in text:gmatch("\nfunction " .. name .. "%.([%w_]+)%(") do
        declared[declaration] = true
        assert.is_function(opened[declaration], ("host.%s.%s is declared and not there"):format(module, declaration))
      end
      for field, value in pairs(opened) do
        local known = declared[field] or type(value) ~= "function"
        assert.is_true(known, ("host.%s.%s is not declared"):format(module, field))
      end
    end
  end)
end)
