-- lua/providers/pictures.lua: where in an answer a picture can be. Its bytes went
-- into a file as they arrived (host.http's spill); a handle stands in their place.

local given = require "providers.given"

local table_of = given.table_of

local M = {}

--- More places than this are not looked at.
local MOST = 64

---@class Found
---@field files integer[]  of the answer's files, those that hold pictures, in order
---@field web string?      the first address that stands where a picture should
---@field foreign string?  the start of the first that is in no form that can be read

local function add_file(found, index)
  for _, known in ipairs(found.files) do
    if known == index then
      return
    end
  end
  table.insert(found.files, index)
end

--- A string that should be a picture: a handle, maybe behind a data URL's prefix; or
--- an address, which may leave out the server.
local function add_string(found, text, count)
  local number = text:match "^%s*{spill:(%d+)}%s*$" or text:match "^%s*[Dd][Aa][Tt][Aa]:[^,]*,%s*{spill:(%d+)}%s*$"
  local index = math.tointeger(tonumber(number))
  if index and index >= 1 and index <= count then
    add_file(found, index)
  elseif text:match "^%a+://" or text:match "^/[%w_][^%s,]*%.%a+$" then
    found.web = found.web or text
  elseif text:find "%S" then
    found.foreign = found.foreign or text
  end
end

--- Members that lead to a picture, in all the shapes that were seen.
local MEMBERS = {
  "image_url", "url", "b64_json", "image", "image_base64", "source", "inline_data", "inlineData", "data", "result",
}

--- Whatever stands where a picture should.
local function add(found, value, count, depth)
  if type(value) == "string" then
    add_string(found, value, count)
  elseif type(value) == "table" and depth < 4 then
    for _, name in ipairs(MEMBERS) do
      if value[name] ~= nil then
        add(found, value[name], count, depth + 1)
      end
    end
  end
end

local function add_list(found, list, count)
  for i = 1, math.min(#list, MOST) do
    add(found, list[i], count, 0)
  end
end

--- Pictures in prose: Markdown, or a data URL alone.
local function add_prose(found, text, count)
  local n = 0
  for url in text:gmatch "[Dd][Aa][Tt][Aa]:[%w/+.;=_-]*,{spill:%d+}" do
    add_string(found, url, count)
    n = n + 1
    if n == MOST then
      break
    end
  end
  local address = text:match "!%[[^%]%[]*%]%((%a+://[^%s%)]+)"
  if address then
    add_string(found, address, count)
  end
end

local IS_TEXT = { text = true, output_text = true, input_text = true, refusal = true, reasoning = true }

--- The pictures of a chat's message: its images come first, then the parts of its
--- content, then what stands in the text.
---@param message table
---@param count integer how many files came with the answer
---@return Found
function M.of_message(message, count)
  local found = { files = {} }
  local images = message.images
  if #table_of(images) > 0 then
    add_list(found, images, count)
  else
    add(found, images, count, 0) -- one alone
  end
  local content = message.content
  for i = 1, math.min(#table_of(content), MOST) do
    local part = content[i]
    if type(part) == "table" and not IS_TEXT[part.type] then
      add(found, part, count, 0)
    end
    local text = type(part) == "string" and part or type(part) == "table" and part.text
    if type(text) == "string" then
      add_prose(found, text, count)
    end
  end
  if type(content) == "string" then
    add_string({ files = found.files }, content, count)
    add_prose(found, content, count)
  end
  add(found, message.image, count, 0)
  add(found, message.image_url, count, 0)
  return found
end

--- The pictures of an answer of an images endpoint.
---@param data any
---@param count integer
---@return Found
function M.of_data(data, count)
  local found = { files = {} }
  add_list(found, table_of(data), count)
  return found
end

--- The file of a picture that had to be fetched from its address.
local function fetched(found, files)
  for index, arrived in ipairs(files) do
    if arrived.address and arrived.address == found.web then
      return index
    end
  end
  return nil
end

--- The first that arrived whole, or else the first.
---@param found Found
---@param files { error: string?, address: string? }[]
---@return integer?
function M.choose(found, files)
  for _, index in ipairs(found.files) do
    if not files[index].error then
      return index
    end
  end
  return found.files[1] or fetched(found, files)
end

return M
