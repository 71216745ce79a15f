-- lua/offline/images.lua: a request by OpenAI's routes for pictures, as the chat
-- request that it stands for.

local check = require "offline.check"
local json = require "host.json"
local models = require "offline.models"

local M = {}

--- The fields of a form; of its files, what the writer goes by is that they are
--- there.
local function fields_of(text, boundary)
  local fields, files = {}, 0
  for head, value in text:gmatch("%-%-" .. boundary:gsub("%W", "%%%0") .. "\r\n(.-)\r\n\r\n(.-)%f[\r]") do
    local name = head:match 'name="([^"]*)"'
    if head:find("filename=", 1, true) then
      files = files + 1
    elseif name then
      fields[name] = value
    end
  end
  return fields, files
end

local function nearest_ratio(size)
  local width, height = tostring(size):match "^(%d+)x(%d+)$"
  local wanted = math.log((tonumber(width) or 1) / (tonumber(height) or 1))
  local best, ratio = math.huge, nil
  for name, known in pairs(check.sizes) do
    local off = math.abs(wanted - math.log(known[1] / known[2]))
    if off < best or (off == best and name < ratio) then best, ratio = off, name end
  end
  return ratio
end

local function content_of(prompt, files)
  if files == 0 then return prompt end
  local parts = { { type = "text", text = prompt } }
  for i = 1, files do
    parts[#parts + 1] = { type = "text", text = ("Reference picture %d"):format(i) }
    parts[#parts + 1] = { type = "image_url", image_url = { url = "data:image/png;base64," } }
  end
  return parts
end

--- Reads one.
---@param request host.server.request
---@return table? body
---@return string? message
function M.read(request)
  local boundary = (request.headers["content-type"] or ""):match "boundary=\"?([^\";]+)"
  local fields, files
  if boundary then
    fields, files = fields_of(request.body, boundary)
  else
    fields, files = json.decode(request.body), 0
  end
  if type(fields) ~= "table" or type(fields.prompt) ~= "string" then
    return nil, "prompt: a string is expected"
  end
  return {
    model = type(fields.model) == "string" and fields.model or models.list[#models.list].id,
    modalities = { "image" }, image_config = { aspect_ratio = nearest_ratio(fields.size) },
    messages = { { role = "user", content = content_of(fields.prompt, files) } },
  }
end

return M
