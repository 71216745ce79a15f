-- tests/lua/run.lua: runs one busted spec inside the built program, so that
-- specs can use the host modules and wait as any script does.

local spec = ...
local here = spec:match "^(.*)/"
package.path = ("%s/?.lua;%s/../e2e/?.lua;%s"):format(here, here, package.path)
arg = { [0] = "busted", "--output=plainTerminal", "--shuffle-files", spec } -- luacheck: globals arg
require "busted.runner"({ standalone = false })
