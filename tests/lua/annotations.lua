-- Reads what Lua files say of their functions and classes, and what their code makes of it.

local file = require "host.file"

local M = {}

--- The tokens of a text in Lua: words, numbers, single signs, each string as one token "str".
---@param text string
---@return { text: string, line: integer }[]
local function tokens_of(text)
  local tokens, at, line = {}, 1, 1
  local function skip(to)
    line = line + select(2, text:sub(at, to):gsub("\n", ""))
    at = to + 1
  end
  local function past(pattern)
    return select(2, text:find(pattern, at))
  end
  while at <= #text do
    local comment = past "^%-%-"
    local level = text:match(comment and "^%-%-%[(=*)%[" or "^%[(=*)%[", at)
    if level then
      local _, stop = text:find("]" .. level .. "]", at, true)
      if not comment then
        tokens[#tokens + 1] = { text = "str", line = line }
      end
      skip(stop)
    elseif comment then
      skip(past "^[^\n]*")
    elseif past "^%s+" then
      skip(past "^%s+")
    elseif past "^[\"']" then
      local quote, stop = text:sub(at, at), at + 1
      while text:sub(stop, stop) ~= quote do
        stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
      end
      tokens[#tokens + 1] = { text = "str", line = line }
      skip(stop)
    else
      local stop = past "^[%a_][%w_]*" or past "^%d[%w.]*" or past "^%.%.%.?" or at
      tokens[#tokens + 1] = { text = text:sub(at, stop), line = line }
      skip(stop)
    end
  end
  return tokens
end

--- The tags above a line, and whether anything is said there at all.
---@param lines string[]
---@param number integer of a function
local function block_above(lines, number)
  local block, at = { params = {}, optional = {}, returns = 0, fields = {} }, number - 1
  while lines[at] and lines[at]:find "^%-%-%-" do
    at = at - 1
  end
  for i = at + 1, number - 1 do
    block.is_there = true
    local tag, rest = lines[i]:match "^%-%-%-%s*@(%w+)%s+(.*)$"
    local name = rest and (tag == "field" and rest:match "^private%s+([%w_]+)" or rest:match "^[%w_.]+")
    if tag == "param" then
      block.params[#block.params + 1] = name
      block.optional[name] = rest:find "^[%w_.]+%?" ~= nil or rest:find "^[%w_.]+%s+%S*%?" ~= nil
    elseif tag == "return" then
      block.returns = block.returns + 1
    elseif tag == "field" then
      block.fields[name] = i
    elseif tag == "class" then
      block.class, block.parent = rest:match "^([%w_.]+)%s*:?%s*([%w_.]*)"
    elseif tag == "type" then
      block.type = rest
    end
  end
  return block
end

local ENDS = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, [";"] = true }
local OPENS = { ["if"] = true, ["do"] = true, ["repeat"] = true }

--- A function's name and parameters, from the token after `function`.
local function head_of(tokens, i)
  local name, params = "", {}
  while tokens[i].text ~= "(" do
    name, i = name .. tokens[i].text, i + 1
  end
  i = i + 1
  while tokens[i].text ~= ")" do
    if tokens[i].text ~= "," then
      params[#params + 1] = tokens[i].text
    end
    i = i + 1
  end
  return name, params
end

---@class test.Function
---@field name string as it is written, "" where it has none
---@field line integer
---@field owner string? X of X.name and X:name
---@field params string[]
---@field gives boolean whether it returns a value somewhere
---@field block table what is said above it

---@class test.Source
---@field functions test.Function[]
---@field classes table<string, table> by the name of their table: the block above it
---@field uses table<string, table<string, integer>> by a class's table: the fields of self in its methods, with a line
---@field words table<string, boolean> every word of the code
---@field returned string? the name that the file returns

--- What is in a file.
---@param path string
---@return test.Source
function M.read(path)
  local text = assert(file.read(path))
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line
  end
  local tokens = tokens_of(text)
  local source = { functions = {}, classes = {}, uses = {}, words = {} }
  local blocks, functions = {}, {}
  for i, token in ipairs(tokens) do
    local word, inner = token.text, functions[#functions]
    source.words[word] = true
    if word == "function" then
      local name, params = head_of(tokens, i + 1)
      local one = { name = name, params = params, line = token.line, gives = false, depth = #functions,
        owner = name:match "^([%w_]+)[.:]", block = block_above(lines, token.line) }
      if one.name == "" and lines[token.line]:find "^return function" then
        one.name = "return"
      end
      blocks[#blocks + 1], functions[#functions + 1] = one, one
      source.functions[#source.functions + 1] = one
    elseif OPENS[word] then
      blocks[#blocks + 1] = word
    elseif word == "end" or word == "until" then
      local last = table.remove(blocks)
      if last == inner then
        functions[#functions] = nil
      end
    elseif word == "return" then
      local after = tokens[i + 1] and tokens[i + 1].text
      if inner and after and not ENDS[after] then
        inner.gives = true
      elseif not inner and after == "setmetatable" then
        source.returned = tokens[i + 3].text
      elseif not inner and after and not tokens[i + 2] then
        source.returned = after
      end
    elseif word == "self" and functions[1] and functions[1].owner and tokens[i + 1].text == "." then
      local owner = functions[1].owner
      source.uses[owner] = source.uses[owner] or {}
      source.uses[owner][tokens[i + 2].text] = token.line
    elseif word == "local" and not inner and lines[token.line]:find "^local [%w_]+ =" then
      local block = block_above(lines, token.line)
      if block.class then
        source.classes[tokens[i + 1].text] = block
      end
    end
  end
  return source
end

--- The Lua files of a folder and of those in it, by name.
---@param folder string
---@param paths? string[] where they are added
---@return string[] paths
function M.files(folder, paths)
  paths = paths or {}
  for _, name in ipairs(assert(file.list(folder))) do
    local path = folder .. "/" .. name
    if name:find "%.lua$" then
      paths[#paths + 1] = path
    elseif assert(file.stat(path)).type == "directory" then
      M.files(path, paths)
    end
  end
  return paths
end

return M
