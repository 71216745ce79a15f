---@meta host.dag
-- A graph of nodes run in the order of what they depend on. Nodes and edges
-- may be added while it runs.

local dag = {}

---@class host.dag.options
---One node's work. It may wait, and may add to the graph. To raise, or to return
---false, fails the node.
---@field run fun(id: integer): any
---A node will not run, since the node `cause`, which it depends on at some remove,
---failed. It cannot wait; what it raises ends graph:run.
---@field on_skip? fun(id: integer, cause: integer)
---A node raised; without it, standard error is told. It cannot wait; what it raises
---ends graph:run.
---@field on_error? fun(id: integer, err: any, traceback: string?)
---How many nodes of each lane may run at once; a lane not named here has no limit.
---@field lanes? table<string, integer>

---@param options host.dag.options
---@return host.graph
function dag.new(options) end

---@alias host.graph.state "waiting" | "ready" | "running" | "done" | "failed" | "skipped"

---@class host.graph
local graph = {}

---Adds a node. Of those ready, the highest priority starts first, ties by id.
---A dependency that has failed or been skipped makes the new node skipped.
---@param lane string?
---@param priority number
---@param ... integer  the nodes that it depends on, in any state
---@return integer id  1, 2, 3, …
function graph:add(lane, priority, ...) end

---Makes the node `to`, which must not have started, wait for `from` too.
---@param from integer
---@param to integer
function graph:edge(from, to) end

---Sets, or with nil takes away, how many nodes of a lane may run at once.
---@param lane string
---@param cap integer?
function graph:limit(lane, cap) end

---@param id integer
---@return host.graph.state
function graph:state(id) end

---@return table<host.graph.state, integer>
function graph:counts() end

---Runs the graph; waits until no node is left that can run. Raises when the
---nodes left wait for each other, naming them. Cancelling it ends the nodes
---that run where they wait; they are ready again then.
---@return integer done     how many nodes of the graph are done
---@return integer failed
---@return integer skipped
function graph:run() end

---Starts no further node; graph:run returns when those that run have ended.
---The rest is left as it is, for another run.
function graph:stop() end

return dag
