-- lua/offline/schema.lua: the schema that an answer is to fit, for servers that
-- are told it in words.

local json = require "host.json"

local M = {}

local function texts_of(content)
  if type(content) == "string" then return content end
  local texts = {}
  for _, part in ipairs(type(content) == "table" and content or {}) do
    if type(part) == "table" and type(part.text) == "string" then texts[#texts + 1] = part.text end
  end
  return table.concat(texts, "\n")
end

local function in_words(text)
  for object in text:gmatch "%b{}" do
    local schema = json.decode(object)
    if type(schema) == "table" and schema.type == "object" and type(schema.properties) == "table" then
      return schema
    end
  end
end

--- The response_format of a request; where that holds no schema, and a message
--- does, one with that schema.
---@param body table a chat request
---@return table?
function M.format(body)
  local format = body.response_format
  if format and format.type == "json_schema" then return format end
  for _, message in ipairs(body.messages) do
    local schema = message.role ~= "assistant" and in_words(texts_of(message.content))
    if schema then
      return { type = "json_schema", json_schema = { name = schema.title or "answer", schema = schema } }
    end
  end
  return format
end

return M
