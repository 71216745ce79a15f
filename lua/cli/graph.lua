-- lua/cli/graph.lua: `sbhost graph STORY`: what follows what, and where each stands. It
-- makes no call and takes no lock.

local chart = require "pipeline.tasks.chart"
local dry = require "pipeline.plan.dry"
local fault = require "pipeline.fault"
local forms = require "cli.graph_forms"
local graph_text = require "cli.graph_text"
local options = require "cli.options"
local session = require "pipeline.session"
local ui = require "host.ui"

local OPTIONS = options.for_story {
  choose = options.choose,
  format = { value = "FORMAT" },
  tasks = {},
}

---@param format string
local function check_format(format)
  for _, known in ipairs(forms.names) do
    if format == known then
      return
    end
  end
  fault.unknown({ message = ("there is no format '%s'"):format(format) }, format, forms.names, "the formats are")
end

---@param forecast Forecast
---@param chosen table<string, any>
---@param format string
---@return string[] lines
local function drawn(forecast, chosen, format)
  if format ~= "text" then
    return forms[format](chosen.tasks and chart.tasks(forecast) or chart.steps(forecast), chosen.tasks == true)
  end
  local tasks = chosen.tasks and chart.tasks(forecast) or nil
  local lines = graph_text.lines(chart.steps(forecast), tasks, (ui.size()))
  lines[#lines + 1] = ""
  lines[#lines + 1] = graph_text.legend()
  return lines
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("graph", OPTIONS, { ... })
  options.just_one("graph", rest)
  local format = chosen.format or "text"
  check_format(format)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  print(table.concat(drawn(dry.evaluate(opened), chosen, format), "\n"))
  return 0
end
