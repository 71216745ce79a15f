-- bench/scheduler.lua LAYERS WIDTH: runs a graph of no-op nodes, each of which
-- waits for two of the layer before.

local dag = require "host.dag"

local layers, width = math.tointeger(arg[1]), math.tointeger(arg[2])
local graph = dag.new { run = function() end }
local before = {}
for layer = 1, layers do
  local ids = {}
  for i = 1, width do
    if layer == 1 then
      ids[i] = graph:add(nil, 0)
    else
      ids[i] = graph:add(nil, 0, before[i], before[i % width + 1])
    end
  end
  before = ids
end
assert(graph:run() == layers * width)
