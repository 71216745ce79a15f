local file = require "host.file"
local program = require "host.program"

local TREE = program.root .. "/.."

--- What each of these writes, from the one place where it is told.
local WRITTEN = {
  ["docs/host-api.lua"] = "docs/host-api.md",
  ["docs/man.lua"] = "docs/sbhost.1",
  ["docs/artifact-meta.lua"] = "lua/meta/artifact.lua",
}

describe("what is written by a script", function()
  for script, path in pairs(WRITTEN) do
    it("is up to date: " .. path, function()
      local pipe = assert(io.popen(("%s lua %s/%s"):format(program.path, TREE, script)))
      local written = pipe:read "a"
      pipe:close()
      assert.is_true(written == file.read(TREE .. "/" .. path), ("run %s again"):format(script))
    end)
  end
end)

describe("lua/meta/host", function()
  local modules = {
    "artifact", "dag", "file", "http", "image", "json", "limiter", "loop", "name", "pdf", "server", "store", "ui",
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
