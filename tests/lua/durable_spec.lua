-- What the kernel was asked to flush, and when: seen through strace.

local file = require "host.file"

local function program()
  local pipe <close> = assert(io.popen "readlink /proc/$PPID/exe")
  return pipe:read "l"
end

-- Runs a script and returns the calls it made, a line each. What a call returned
-- is on the line where it ended, and that is the line that counts.
local function trace(script, calls, ...)
  local log, source = os.tmpname(), os.tmpname()
  assert(file.write(source, script))
  local command = ("ASAN_OPTIONS=detect_leaks=0 strace -f -y -e trace=%s -o %s %s lua %s %s")
    :format(calls, log, program(), source, table.concat({ ... }, " "))
  assert(os.execute(command .. " >/dev/null"))
  local lines = {}
  for line in io.lines(log) do
    if not line:find("unfinished ...", 1, true) then lines[#lines + 1] = line end
  end
  file.remove(log)
  file.remove(source)
  return lines
end

local function find(lines, pattern, from)
  for i = from or 1, #lines do
    if lines[i]:find(pattern) then return i end
  end
  error("not traced: " .. pattern .. "\n" .. table.concat(lines, "\n"), 2)
end

local function count(lines, pattern, from, to)
  local n = 0
  for i = from, to do
    if lines[i]:find(pattern) then n = n + 1 end
  end
  return n
end

describe("durability", function()
  local folder

  if not os.execute "strace -o /dev/null true 2>/dev/null" then
    pending "strace is not there, or not permitted to trace"
    return
  end

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(file.mkdir(folder))
  end)

  after_each(function()
    for _, name in ipairs(file.list(folder)) do assert(file.remove(folder .. "/" .. name)) end
    assert(file.remove(folder))
  end)

  -- A resumed call shows no arguments; of flushes there are only those of the log.
  local flushed = "f%a*sync.*= 0$"

  it("flushes an intent, and an answer, before it says that they are durable", function()
    local lines = trace([[
      local s = assert(require "host.store".open(...))
      assert(s:put("kind", "name", "the log is there", { wait = true }))
      io.stderr:write "mark one\n"
      local id = assert(s:intend("key", "request"))
      io.stderr:write "mark two\n"
      assert(s:answer(id, "answer"))
      io.stderr:write "mark three\n"
    ]], "write,fsync,fdatasync", folder .. "/db", "2>/dev/null")
    local one, two, three = find(lines, "mark one"), find(lines, "mark two"), find(lines, "mark three")
    assert.is_true(find(lines, flushed, one) < two)
    assert.is_true(find(lines, flushed, two) < three)
  end)

  it("flushes once for many that come at once", function()
    local lines = trace([[
      local loop = require "host.loop"
      local s = assert(require "host.store".open(...))
      assert(s:put("kind", "name", "the log is there", { wait = true }))
      local all = {}
      for i = 1, 200 do all[i] = function() return assert(s:intend("key " .. i, "request")) end end
      io.stderr:write "mark one\n"
      loop.all(all)
      io.stderr:write "mark two\n"
    ]], "write,fsync,fdatasync", folder .. "/db", "2>/dev/null")
    local n = count(lines, flushed, find(lines, "mark one"), find(lines, "mark two"))
    assert.is_true(n >= 1 and n <= 20, n .. " flushes")
  end)

  it("flushes a file before it has its name, and its folder after", function()
    local lines = trace([[
      local folder = ...
      assert(require "host.file".write(folder .. "/name", "text"))
    ]], "openat,rename,fsync", folder)
    local opened = find(lines, "%.sbhost%-%x+%.tmp\", [%w_|]*O_CREAT|O_EXCL|O_NOFOLLOW")
    local synced = find(lines, flushed, opened)
    local renamed = find(lines, "rename.*/name\".*= 0$", synced)
    find(lines, flushed, renamed)
  end)
end)
