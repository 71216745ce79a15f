-- What a whole run has the kernel flush, and when, seen through strace: for each call a
-- flush between the commit of its intent and the first byte of its request, and
-- between its answer and the use of it; for pictures the file, its name and the folder
-- before the record that names it.

local trial = require "trial"
local file = require "host.file"
local json = require "host.json"
local store = require "host.store"

--- A trace as calls in the order of their lines: where each began and ended.
local function read_trace(path)
  local calls, unfinished, at = {}, {}, 0
  for line in io.lines(path) do
    at = at + 1
    local pid, rest = line:match "^(%d+) +(.*)$"
    if rest:find("<... ", 1, true) == 1 then
      local call = unfinished[pid]
      if call then
        call.ends, call.result = at, math.tointeger(rest:match "= (%-?%d+)[^=]*$")
        call.data = call.data .. rest
      end
    else
      local call = { name = rest:match "^[%w_]+", data = rest, begins = at, ends = at }
      calls[#calls + 1] = call
      if rest:find("<unfinished ...>", 1, true) then
        unfinished[pid], call.ends = call, math.huge
      else
        call.result = math.tointeger(rest:match "= (%-?%d+)[^=]*$")
      end
    end
  end
  return calls
end

--- Sorted into what is looked for.
local function sort_out(calls)
  local found = { log_writes = {}, log_flushes = {}, flushes = {}, renames = {}, said = {}, posts = {} }
  local post_on = {} -- by socket, the last request
  for _, call in ipairs(calls) do
    local fd = call.data:match "^%w+%((%d+)<"
    if call.name == "pwrite64" and call.data:find("project.db-wal>", 1, true) then
      table.insert(found.log_writes, call)
    elseif call.name == "fdatasync" or call.name == "fsync" then
      local is_log = call.data:find("project.db-wal>", 1, true)
      if call.result == 0 then
        table.insert(is_log and found.log_flushes or found.flushes, call)
      end
    elseif call.name == "renameat2" then
      table.insert(found.renames, call)
    elseif call.name == "write" then
      local task = call.data:find([[\"event\":\"answered\"]], 1, true) and call.data:match [["task\":\"(.-)\"]]
      if task then
        found.said[task] = found.said[task] or call
      end
    elseif call.name == "sendto" and call.data:find '^%w+%(%d+<.->, "POST ' then
      post_on[fd] = call
    elseif call.name == "recvfrom" then
      local id = call.data:match "[xX]%-[gG]eneration%-[iI]d: (gen%-%x+)"
      if id then
        found.posts[id] = { sent = post_on[fd], answered = call }
      end
    end
  end
  return found
end

--- The first of the calls that begins at or after a line and has a text in it.
local function first(calls, from, text, is_pattern)
  for _, call in ipairs(calls) do
    if call.begins >= from and call.data:find(text, 1, not is_pattern) then
      return call
    end
  end
end

--- Whether one of the flushes lies between two lines.
local function flushed_between(flushes, from, to)
  for _, call in ipairs(flushes) do
    if call.begins > from and call.ends < to then
      return true
    end
  end
  return false
end

--- What is out of order for a call of the store.
local function faults_of(call, found, folder)
  local post = found.posts[call.handle]
  local intent = first(found.log_writes, 1, call.key)
  local named = "id[\\\":]+" .. call.handle:gsub("%-", "%%-")
  local answer = post and first(found.log_writes, post.answered.ends, named, true)
  local said = found.said[json.decode(call.meta).task]
  if not (post and post.sent and intent and answer and said) then
    return "not all of it was traced"
  elseif not flushed_between(found.log_flushes, intent.begins, post.sent.begins) then
    return "no flush between its intent and its request"
  elseif not flushed_between(found.log_flushes, answer.begins, said.begins) then
    return "no flush between its answer and the use of it"
  end
  local arrived = first(found.renames, 1, ("/arriving/%d-1\""):format(call.id))
  if arrived then
    local part = arrived.data:match '"([^"]*/arriving/spill%-[^"]*)"'
    local written = first(found.flushes, 1, "<" .. part)
    if not written or written.ends > arrived.begins then
      return "its picture had a name before it was flushed"
    elseif not flushed_between({ first(found.flushes, arrived.begins, folder .. "/small/arriving>") },
      arrived.begins, answer.begins) then
      return "its record named a picture before the folder was flushed"
    end
  end
  return nil, arrived ~= nil
end

describe("a run that is traced", function()
  if not os.execute "strace -o /dev/null true 2>/dev/null" then
    pending "strace is not there, or not permitted to trace"
    return
  end
  local tried = trial.new(nil, { scenes = 7, shots = 12 })
  local folder = tried:folder()
  local log = folder .. "-trace"
  local result = tried:run(folder, nil, { "--json" }, {
    "env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-f", "-y", "-s", "4200", "-o", log,
    "-e", "trace=pwrite64,fsync,fdatasync,renameat2,write,sendto,recvfrom",
  })
  assert(result.status == 0, result.out:sub(-2000) .. result.err)
  local found = sort_out(read_trace(log))
  file.remove(log)

  local faults, calls, pictures = {}, 0, 0
  local opened <close> = store.open(folder .. "/small/project.db", { readonly = true })
  for id = 1, 1000 do
    local call = opened:call(id)
    if call and call.state == "answered" then
      local problem, has_picture = faults_of(call, found, folder)
      calls = calls + 1
      pictures = pictures + (has_picture and 1 or 0)
      if problem then
        faults[#faults + 1] = ("call %d, %s: %s"):format(id, json.decode(call.meta).task, problem)
      end
    end
  end
  tried:close()
  print(("%d calls, %d of them with pictures"):format(calls, pictures))

  it("flushes what it must before it goes on, for every call", function()
    assert.is_true(calls >= 100, calls .. " calls")
    assert.is_true(pictures >= 80, pictures .. " pictures")
    assert.same({}, faults)
  end)
end)
