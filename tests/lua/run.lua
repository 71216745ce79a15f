-- tests/lua/run.lua: runs one busted spec inside the built program, so that
-- specs can use the host modules and wait as any script does.

local spec = ...
local here = spec:match "^(.*)/"
package.path = ("%s/?.lua;%s/../e2e/?.lua;%s"):format(here, here, package.path)
-- What is made under a temporary name goes with the test's own folder.
os.tmpname = function() -- luacheck: ignore 122
  local path = require("support").folder() .. "/temporary"
  assert(io.open(path, "w")):close()
  return path
end
arg = { [0] = "busted", "--output=plainTerminal", "--shuffle-files", spec } -- luacheck: globals arg
require "busted.runner"({ standalone = false })
