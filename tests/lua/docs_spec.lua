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

describe("a page of the documents", function()
  it("leads to what there is", function()
    local pages = {}
    for _, folder in ipairs { "", "/docs", "/docs/design", "/vendor" } do
      for _, name in ipairs(assert(file.list(TREE .. folder))) do
        pages[#pages + 1] = name:find "%.md$" and { TREE .. folder, name } or nil
      end
    end
    for _, page in ipairs(pages) do
      for link in assert(file.read(page[1] .. "/" .. page[2])):gmatch "%]%(([^)%s#]+)[^)%s]*%)" do
        assert.truthy(link:find "^%a+:" or file.exists(page[1] .. "/" .. link), page[2] .. " leads to " .. link)
      end
    end
  end)
end)
