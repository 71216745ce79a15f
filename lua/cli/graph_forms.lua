-- lua/cli/graph_forms.lua: a graph in the languages of two programs that draw graphs:
-- Graphviz's dot, and Mermaid.

local plain = require "export.plain"

local M = {}

--- What a graph can be drawn as; "text" is graph_text.lua's.
M.names = { "text", "dot", "mermaid" }

--- Fill and border by state.
local COLOURS = {
  done = { "#d8f0dc", "#2c7a3f" },
  todo = { "#ffffff", "#333333" },
  waits = { "#f0f0f0", "#999999" },
  failed = { "#fbdada", "#b3261e" },
  skipped = { "#fdf0d5", "#9a6a00" },
}
local STATES = { "done", "todo", "waits", "failed", "skipped" }

--- Dot reads entities in a label, and backslashes.
local function dot_quoted(text)
  return '"' .. plain.line(text):gsub("&", "&amp;"):gsub('[\\"]', "\\%0") .. '"'
end

--- Mermaid has entities for what means something in it or in HTML.
local function mermaid_quoted(text)
  local escaped = plain.line(text):gsub("[#\"<>&`\\]", function(character)
    return ("#%d;"):format(character:byte())
  end)
  return '"' .. escaped .. '"'
end

---@param node ChartNode
---@param quoted fun(text: string): string
---@param line_break string
local function label(node, quoted, line_break)
  if not node.done then
    return quoted(node.name)
  end
  local count = node.total and ("%d of %d"):format(node.done, node.total) or "not known yet"
  return quoted(node.name):sub(1, -2) .. line_break .. count .. '"'
end

--- Calls `visit` with each step's name and the positions of its nodes, in order.
local function each_step(nodes, visit)
  local at = 1
  while nodes[at] do
    local last = at
    while nodes[last + 1] and nodes[last + 1].step == nodes[at].step do
      last = last + 1
    end
    visit(nodes[at].step, at, last)
    at = last + 1
  end
end

---@param nodes ChartNode[]
---@param by_step boolean the nodes are tasks, which stand together by their steps
---@return string[] lines
function M.dot(nodes, by_step)
  local lines = {
    "digraph story {",
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
    "  edge [arrowsize=0.6];",
  }
  local function add(indent, from, to)
    for i = from, to do
      local node = nodes[i]
      local fill, border = table.unpack(COLOURS[node.state])
      lines[#lines + 1] = ('%sn%d [label=%s, fillcolor="%s", color="%s", class="%s"];'):format(
        indent, i, label(node, dot_quoted, "\\n"), fill, border, node.state)
    end
  end
  if by_step then
    each_step(nodes, function(step, from, to)
      lines[#lines + 1] = ("  subgraph cluster_%d {\n    label=%s;\n    color=\"#cccccc\";"):format(
        from, dot_quoted(step))
      add("    ", from, to)
      lines[#lines + 1] = "  }"
    end)
  else
    add("  ", 1, #nodes)
  end
  for i, node in ipairs(nodes) do
    for _, parent in ipairs(node.parents) do
      lines[#lines + 1] = ("  n%d -> n%d;"):format(parent, i)
    end
  end
  lines[#lines + 1] = "}"
  return lines
end

---@param nodes ChartNode[]
---@param by_step boolean the nodes are tasks, which stand together by their steps
---@return string[] lines
function M.mermaid(nodes, by_step)
  local lines = { "flowchart TD" }
  local function add(indent, from, to)
    for i = from, to do
      local text = label(nodes[i], mermaid_quoted, "<br/>")
      lines[#lines + 1] = ("%sn%d[%s]:::%s"):format(indent, i, text, nodes[i].state)
    end
  end
  if by_step then
    each_step(nodes, function(step, from, to)
      lines[#lines + 1] = ("  subgraph s%d [%s]"):format(from, mermaid_quoted(step))
      add("    ", from, to)
      lines[#lines + 1] = "  end"
    end)
  else
    add("  ", 1, #nodes)
  end
  for i, node in ipairs(nodes) do
    for _, parent in ipairs(node.parents) do
      lines[#lines + 1] = ("  n%d --> n%d"):format(parent, i)
    end
  end
  for _, state in ipairs(STATES) do
    local fill, border = table.unpack(COLOURS[state])
    lines[#lines + 1] = ("  classDef %s fill:%s,stroke:%s,color:#111111"):format(state, fill, border)
  end
  return lines
end

return M
