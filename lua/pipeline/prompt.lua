-- lua/pipeline/prompt.lua: prompts with {{path}} for values. A prompt is compiled once,
-- when its step is bound to a spec; rendering it is pure.

local fault = require "pipeline.fault"

local M = {}

---@class pipeline.Prompt
---@field paths pipeline.Resolved[]  the paths that it names, each once
---@field places_context boolean     whether it says where {{context}} goes
---@field private parts (string|{ path?: string })[]
local Prompt = {}
Prompt.__index = Prompt
Prompt.__name = "pipeline.Prompt"

-- The text as it was meant: without the indentation that all its lines share, spaces
-- at line ends, empty lines around it, and the mark that some editors begin a file with.
---@param text string
---@return string text
---@return integer dropped how many lines in front are gone
local function dedent(text)
  text = text:gsub("^\u{FEFF}", ""):gsub("\r\n?", "\n"):gsub("[ \t]+\n", "\n"):match "^.*%S" or ""
  local blank = text:match "^\n*"
  text = text:sub(#blank + 1)
  local shared
  for line in text:gmatch "[^\n]+" do
    local indent = line:match "^[ \t]*"
    shared = shared or indent
    while line:sub(1, #shared) ~= shared do shared = shared:sub(1, -2) end
  end
  if shared and shared ~= "" then
    text = ("\n" .. text):gsub("\n" .. shared, "\n"):sub(2)
  end
  return text, #blank
end

---@param text string
---@return integer
local function count_lines(text)
  local _, breaks = text:gsub("\n", "")
  return breaks
end

---@class pipeline.PromptPlace
---@field where_file string
---@field where_line integer  the line on which the text begins
---@field spec pipeline.Spec
---@field each? string        the step's `each`

--- Compiles a prompt; a path that there is not is a fault at its line.
---@param text string
---@param opts pipeline.PromptPlace
---@return pipeline.Prompt
function M.compile(text, opts)
  local dropped
  text, dropped = dedent(text)
  local self = setmetatable({ paths = {}, places_context = false, parts = {} }, Prompt)
  local seen, at = {}, 1
  while true do
    local open, close = text:find("{{", at, true)
    self.parts[#self.parts + 1] = text:sub(at, open and open - 1)
    if not open then return self end
    local line = opts.where_line + dropped + count_lines(text:sub(1, open))
    local where = opts.where_file .. ":" .. line
    local path, after = text:match("^%s*([^{}]-)%s*}}()", close + 1)
    if not path then
      fault.raise {
        message = "'{{' without its '}}'",
        where = where,
        hint = "values stand in prompts as {{scene.name}}",
      }
    elseif path == "context" then
      self.places_context = true
      self.parts[#self.parts + 1] = {}
    else
      local R = opts.spec:resolve(path, opts.each, where)
      if not seen[path] then
        seen[path] = true
        self.paths[#self.paths + 1] = R
      end
      self.parts[#self.parts + 1] = { path = path }
    end
    at = after
  end
end

--- The prompt with the values of a context, which was extracted for its paths
--- among others. The context block comes last where the prompt does not place it.
---@param C pipeline.Context
---@return string
function Prompt:render(C)
  local out = {}
  for i, part in ipairs(self.parts) do
    if type(part) == "string" then
      out[i] = part
    else
      out[i] = part.path and C:text(part.path) or C:block()
    end
  end
  local text = table.concat(out)
  local block = not self.places_context and C:block() or ""
  if block == "" then return text end
  return text == "" and block or text .. "\n\n" .. block
end

return M
