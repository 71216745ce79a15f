-- lua/pipeline/call/record.lua: what is kept of an answer: its body as it came, and its
-- pictures; and how it is read again.

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"

local M = {}

--- Puts a picture that arrived in its place: a file, or the bytes of one that the
--- disk did not take.
local function put(arrived, path)
  if arrived.data then
    return file.write(path, arrived.data)
  end
  return file.publish(arrived.path, path)
end

--- The same after it failed, wherever the file is by now.
local function put_anew(arrived, path)
  if arrived.data then
    return file.write(path, arrived.data)
  end
  local is_here = file.exists(arrived.path)
  local ok, message, code = file.copy(is_here and arrived.path or path, path)
  if ok and is_here then
    file.remove(arrived.path)
  end
  return ok, message, code
end

--- How a picture is called that came with an answer.
local function name_of(id, i)
  return ("%d-%d"):format(id, i)
end

--- Whether what came for an outcome's picture is there.
---@param project Project
---@param outcome Outcome
---@return boolean?
function M.has_arrived(project, outcome)
  return project:has("arriving/" .. name_of(outcome.ids[#outcome.ids], 1))
end

--- Puts the pictures that came with an answer where they are durable, under
--- names that the answer's record gives. What the record says of a file's place is
--- its name alone, so that a project may be moved.
local function keep_files(calls, id, files)
  local kept = {}
  for i, arrived in ipairs(files) do
    kept[i] = { error = arrived.error, address = arrived.address }
    if arrived.path or arrived.data then
      local name = name_of(id, i)
      local path = calls.folder .. "/" .. name
      file.remove(path) -- one that is there was named by a store that is no more
      local ok, message = calls.room:write(put, put_anew, arrived, path)
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
  local files, message = keep_files(calls, id, answer.files)
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
  local store = calls.store
  local kept, problem = calls.room:write(function()
    return store:answer(id, record, meta)
  end, function()
    return store:flush() -- which has it in memory
  end)
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
  if not read.path then
    return read
  end
  local is_there, message = file.exists(read.path)
  return is_there and read or nil, message
end

return M
