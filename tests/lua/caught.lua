-- tests/lua/caught.lua: the fault that a function raises when it is called so.

local fault = require "pipeline.fault"

return function(f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok, "no fault was raised")
  assert(fault.is(err), tostring(err))
  return err
end
