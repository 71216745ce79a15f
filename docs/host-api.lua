-- docs/host-api.lua: writes docs/host-api.md from the annotations in
-- lua/meta/host/, which are the one place where the host modules are described.
--
--   build/sbhost lua docs/host-api.lua > docs/host-api.md

local file = require "host.file"
local program = require "host.program"

--- In the order in which one reads them.
local MODULES = {
  "loop", "http", "batch", "limiter", "dag", "json", "artifact", "store", "file", "name", "image", "server", "watch",
  "ui",
}

local INTRODUCTION = [[
# The host modules

What Lua scripts of sbhost have to work with, with or without a story. This page
is written from the annotations in `lua/meta/host/`; an editor with the Lua
language server shows the same.

- A script is written straight down. A function that *waits* lets other tasks run
  meanwhile; it can be called in a task (a script is one) and not in a coroutine
  of the script's own.
- Wrong use raises an error. What the world refuses (a file that is not there, a
  connection that fails) comes back as `nil`, a message, and a code such as
  `"ENOENT"`.
- Times are seconds, sizes are bytes.
]]

--- One annotation block: its prose and its tags.
local function new_block()
  return { prose = {}, tags = {} }
end

---@param path string
local function read_blocks(path)
  local blocks, block = {}, new_block()
  local function flush(extra)
    if #block.prose > 0 or #block.tags > 0 or extra then
      block.code = extra
      blocks[#blocks + 1] = block
    end
    block = new_block()
  end
  for line in (assert(file.read(path)) .. "\n"):gmatch "(.-)\n" do
    local tag, rest = line:match "^%-%-%-%s?@(%w+)%s*(.*)$"
    local prose = line:match "^%-%-%-?%s?(.*)$"
    if tag and tag ~= "meta" then
      block.tags[#block.tags + 1] = { tag = tag, text = rest }
    elseif prose and not tag then
      local last = block.tags[#block.tags]
      local continued = last and last.tag ~= "class" and prose:match "^%s+(%S.*)$"
      if continued then
        last.text = last.text .. " " .. continued
      else
        block.prose[#block.prose + 1] = prose
      end
    elseif line:match "^function" then
      flush(line:match "^function ([^)]*%))")
    elseif line:match "^%s*$" or line:match "^local" or line:match "^%w+%.%w+ =" then
      flush(line:match "^%w+%.%w+ =" and line:match "^(%w+%.%w+)" or nil)
    end
  end
  flush()
  return blocks
end

local function escaped(text)
  return (text:gsub("|", "\\|"))
end

--- "name type words" of a tag; a type may hold spaces inside brackets.
local function split(text)
  local name, rest = text:match "^(%S+)%s*(.*)$"
  local depth, at = 0, #rest + 1
  for i = 1, #rest do
    local byte = rest:sub(i, i)
    depth = depth + (byte:match "[%(%{%[<]" and 1 or byte:match "[%)%}%]>]" and -1 or 0)
    local glued = rest:sub(1, i):match "[|,:]%s*$" or rest:match("^%s*|", i)
    if byte == " " and depth == 0 and not glued then
      at = i
      break
    end
  end
  return name, rest:sub(1, at - 1), (rest:sub(at + 1):gsub("^%s*[#—]%s*", ""))
end

local function table_of(out, heads, rows)
  if #rows == 0 then
    return
  end
  out[#out + 1] = "| " .. table.concat(heads, " | ") .. " |"
  out[#out + 1] = "|" .. ("---|"):rep(#heads)
  for _, row in ipairs(rows) do
    out[#out + 1] = "| " .. table.concat(row, " | ") .. " |"
  end
  out[#out + 1] = ""
end

local function rows_of(block, wanted)
  local rows = {}
  for _, tag in ipairs(block.tags) do
    if tag.tag == wanted then
      local name, kind, words = split(tag.text)
      if wanted == "return" then
        -- A return is "type name words": a name is put in front of the type.
        local _, returned, named = split("_ " .. tag.text)
        local label, rest = named:match "^(%S+)%s*(.*)$"
        local said = escaped((rest or ""):gsub("^#%s*", ""))
        rows[#rows + 1] = { "`" .. escaped(returned) .. "`", escaped(label or ""), said }
      else
        rows[#rows + 1] = { "`" .. escaped(name) .. "`", "`" .. escaped(kind) .. "`", escaped(words) }
      end
    end
  end
  return rows
end

local function first_tag(block, wanted)
  for _, tag in ipairs(block.tags) do
    if tag.tag == wanted then
      return tag.text
    end
  end
end

local function add_block(out, block)
  local class, alias = first_tag(block, "class"), first_tag(block, "alias")
  if block.code then
    out[#out + 1] = ("### `%s`\n"):format(block.code)
  elseif class and #rows_of(block, "field") > 0 then
    out[#out + 1] = ("### `%s`\n"):format(class)
  elseif alias then
    local name, kind = split(alias)
    out[#out + 1] = ("`%s` is `%s`.\n"):format(name, kind)
  end
  if #block.prose > 0 then
    out[#out + 1] = table.concat(block.prose, "\n") .. "\n"
  end
  table_of(out, { "field", "type", "" }, rows_of(block, "field"))
  table_of(out, { "argument", "type", "" }, rows_of(block, "param"))
  table_of(out, { "returns", "", "" }, rows_of(block, "return"))
end

--- A module in C is described beside the code, in lua/meta; one in Lua describes
--- itself, and what it keeps to itself is left out.
local function blocks_of(module)
  local meta = ("%s/meta/host/%s.lua"):format(program.root, module)
  if file.exists(meta) then
    return read_blocks(meta)
  end
  local public = {}
  for _, block in ipairs(read_blocks(("%s/host/%s.lua"):format(program.root, module))) do
    if not block.code or block.code:match "^M%." then
      block.code = block.code and block.code:gsub("^M", module)
      public[#public + 1] = block
    end
  end
  return public
end

local out = { INTRODUCTION }
for _, module in ipairs(MODULES) do
  out[#out + 1] = ("## host.%s\n"):format(module)
  for _, block in ipairs(blocks_of(module)) do
    add_block(out, block)
  end
end
io.stdout:write((table.concat(out, "\n"):gsub("\n\n\n+", "\n\n"):gsub("%s+$", "")), "\n")
