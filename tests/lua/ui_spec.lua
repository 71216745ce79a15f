local ui = require "host.ui"

-- What the program writes to a pipe, when it runs this Lua text.
local function output_of(text)
  local script = os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(text)
  file:close()
  local pipe = assert(io.popen('"$(readlink /proc/$PPID/exe)" lua ' .. script)) -- this program
  local output = pipe:read "a"
  pipe:close()
  os.remove(script)
  return output
end

describe("host.ui", function()
  it("prints plain lines and shows no block where there is no terminal", function()
    assert.equal("from Lua\nfirst\n\27[1mas it is\n", output_of [[
      local ui = require "host.ui"
      assert(not ui.terminal() and not ui.colour())
      print "from Lua"
      assert(ui.block { "block", 1 })
      assert(ui.print "first")
      assert(ui.print "\27[1mas it is")
      assert(ui.finish())
    ]])
  end)

  it("refuses wrong use by raising", function()
    assert.error_matches(function() ui.block "text" end, "table expected")
    assert.error_matches(function() ui.block { "a", {} } end, "line 2 is not a string")
    assert.error_matches(function() ui.terminal "printer" end, "invalid option")
    ui.block {}
  end)

  it("takes no key where there is no terminal", function()
    assert.equal("true\n", output_of [[
      local ui = require "host.ui"
      local key, message, code = ui.key()
      print(not ui.terminal "stdin" and key == nil and message:find "terminal" ~= nil and code ~= nil)
    ]])
  end)

  it("knows a size even without a terminal", function()
    local columns, rows = ui.size()
    assert.is_true(columns > 0 and rows > 0)
  end)
end)
