-- lua/offline/brief.lua: what a request is about, read from its messages: the
-- text asked with, the values of its context block, the labels of its pictures.

local M = {}

---@class offline.Brief
---@field text string                    the last user message's text, without the block
---@field idea string                    what the story is to be about
---@field values table<string, string>   by path; a record's fields as path.field
---@field items table<string, table[]>   the lists, by path: { name =, kind =, ... } each
---@field labels string[]                the text in front of each picture

local function trim(text)
  return text:match "^%s*(.-)%s*$"
end

-- "field: value" lines at one indentation, what hangs below them included.
local function read_fields(lines, indent)
  local fields, last = {}, nil
  for _, line in ipairs(lines) do
    local name, value = line:match("^" .. indent .. "([%a_][%w_]*):%s?(.*)$")
    if name then
      fields[name], last = value, name
    elseif last then
      fields[last] = trim(fields[last] .. "\n" .. trim(line))
    end
  end
  return fields, last ~= nil
end

local function read_items(lines)
  local items, item = {}, nil
  for _, line in ipairs(lines) do
    local first = line:match "^%- (.*)$"
    if first then
      item = { "  " .. first }
      items[#items + 1] = item
    elseif item then
      item[#item + 1] = line
    end
  end
  for i, one in ipairs(items) do
    local fields, found = read_fields(one, "  ")
    items[i] = found and fields or { name = trim(table.concat(one, " ")) }
  end
  return items
end

local function store(brief, path, lines)
  local text = trim(table.concat(lines, "\n"))
  if path == nil or text == "" or text == "(none)" then return end
  brief.values[path] = text
  if text:find "^%- " then
    brief.items[path] = read_items(lines)
  elseif text:find "^[%l_]+: " then
    for name, value in pairs(read_fields(lines, "")) do
      if value ~= "(none)" then brief.values[path .. "." .. name] = value end
    end
  end
end

-- The block that a step's prompt ends with; any "## path: description" heading
-- counts where there are no tags.
local function read_block(brief, text)
  local before, block = text:match "^(.-)<context>\n(.-)</context>"
  if not block then
    before, block = text:match "^(.-)\n?(## [%l_][%w_%.]*: .*)$"
  end
  if not block then return text end
  local path, lines = nil, {}
  for line in (block .. "\n"):gmatch "(.-)\n" do
    local heading = line:match "^## ([%l_][%w_%.%[%]%*]*): "
    if heading then
      store(brief, path, lines)
      path, lines = heading, {}
    else
      lines[#lines + 1] = line
    end
  end
  store(brief, path, lines)
  return before
end

-- The texts of a message, and the text that stands before each picture.
local function read_content(content, labels)
  if type(content) == "string" then return content end
  local texts, last = {}, nil
  for _, part in ipairs(type(content) == "table" and content or {}) do
    if type(part) == "table" and type(part.text) == "string" then
      texts[#texts + 1] = part.text
      last = part.text
    elseif type(part) == "table" and part.type == "image_url" then
      labels[#labels + 1] = last and last:gsub("^Reference picture %d+:%s*", "") or ""
    end
  end
  return table.concat(texts, "\n\n")
end

-- A client with prompts of its own: the last paragraph tends to be the matter.
local function guess_idea(text)
  local last = ""
  for paragraph in (text .. "\n\n"):gmatch "(.-)\n%s*\n" do
    paragraph = trim(paragraph)
    if paragraph ~= "" then last = paragraph end
  end
  return last
end

--- Reads the messages of a chat request.
---@param messages table[]
---@return offline.Brief
function M.read(messages)
  local brief = { text = "", idea = "", values = {}, items = {}, labels = {} }
  for _, message in ipairs(messages) do
    if message.role == "user" then
      brief.text = read_block(brief, read_content(message.content, brief.labels))
    end
  end
  local values = brief.values
  -- A synopsis tends to open with the idea; all of it would drown that in detail.
  local opening = values["narrative.synopsis"] and values["narrative.synopsis"]:match "^.-[%.!?]%f[%s%z]"
  brief.idea = values.user_prompt or opening or values["narrative.logline"]
    or values["scene.description"] or guess_idea(brief.text)
  return brief
end

return M
