-- lua/pipeline/record.lua: what is kept of an answer: its body as it came, and its
-- pictures; and how it is read again.

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"

local M = {}

--- Puts the pictures that came with an answer where they are durable, under
--- names that the answer's record gives. What the record says of a file's place is
--- its name alone, so that a project may be moved.
local function keep_files(folder, id, files)
  local kept = {}
  for i, arrived in ipairs(files) do
    kept[i] = { error = arrived.error, address = arrived.address }
    if arrived.path then
      local name = ("%d-%d"):format(id, i)
      local path = folder .. "/" .. name
      file.remove(path) -- one that is there was named by a store that is no more
      local ok, message = file.publish(arrived.path, path)
      if not ok then
        return nil, message
      end
      kept[i].name = name
    end
  end
  return kept
end

--- Where the picture of an answer is, if it has one.
local function with_path(read, folder, files)
  local arrived = read.file and files[read.file]
  if arrived then
    read.path = arrived.name and folder .. "/" .. arrived.name
    if not read.path then
      read.failure = { class = "unusable", message = "the answer's picture is broken: " .. arrived.error }
    end
  end
  return read
end

--- Puts an answer on disk, its pictures first.
---@param calls Calls
---@param id integer of the call
---@param request Request
---@param answer host.http.answer
---@param read CallAnswer
---@return CallAnswer?
---@return string? message
function M.keep(calls, id, request, answer, read)
  local files, message = keep_files(calls.folder, id, answer.files)
  if not files then
    return nil, message
  end
  local record = json.encode { body = answer.body, files = json.array(files) }
  local meta = json.encode {
    task = request.task,
    model = read.model,
    usage = json.object(read.usage),
    seconds = read.seconds,
  }
  local kept, problem = calls.store:answer(id, record, meta)
  if not kept then
    return nil, problem
  end
  read.id = id
  read.at = loop.time()
  return with_path(read, calls.folder, files)
end

--- An answer that is in the memo, read again; nil when its picture is gone, and with
--- a message when that cannot be told.
---@param calls Calls
---@param request Request
---@param call host.store.call
---@return CallAnswer?
---@return string? message
---@return string? code
function M.recall(calls, request, call)
  local record = json.decode(call.answer)
  local read = request.provider.read(request, {
    status = 200,
    headers = {},
    body = record.body,
    files = record.files,
  })
  read.id = call.id
  read.at = call.at
  read.remembered = true
  with_path(read, calls.folder, record.files)
  local is_there, message, code = not read.path, nil, nil
  if read.path then
    is_there, message, code = file.exists(read.path)
  end
  return is_there and read or nil, message, code
end

return M
