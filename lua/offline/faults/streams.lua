-- lua/offline/faults/streams.lua: streams of events that stop, fail or are odd.
-- They answer whoever asked for a stream.

local file = require "host.file"
local json = require "host.json"
local stream = require "offline.stream"

local HEAD = { "HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Cache-Control: no-cache" }

--- The events of the good answer.
local function events(it)
  return stream.events(it:good())
end

--- The first of them, less than half, which hold no finish reason.
local function begun(it)
  local all = events(it)
  return table.move(all, 1, math.max(1, #all // 2), 1, {})
end

--- They begin, and then comes this.
local function then_comes(last, done)
  return function(it)
    local list = begun(it)
    if last then list[#list + 1] = "data: " .. json.encode(last(it)) .. "\n\n" end
    if done then list[#list + 1] = stream.DONE end
    return it:raw(HEAD, list)
  end
end

--- A PNG with 4 MiB more in it, of which no reader makes anything: a chunk of a name
--- of our own, and its checksum.
local function enlarged(png)
  local size = 4 << 20
  local chunk = string.pack(">I4", size) .. "prVt" .. ("\0"):rep(size) .. string.pack(">I4", 0xB28C75FD)
  return png:sub(1, -13) .. chunk .. png:sub(-12) -- before its last chunk
end

local function broken(err, choices)
  return function(it)
    local answer = it:good()
    return {
      id = answer.id, object = "chat.completion.chunk", created = answer.created, model = answer.model,
      provider = "offline", error = err, choices = choices,
    }
  end
end

local LAST = { { index = 0, delta = { content = "" }, finish_reason = "error" } }

---@type offline.Case[]
return {
  {
    id = "5a", name = "a stream", routes = "stream", billed = true,
    wire = "comments, deltas, usage, `[DONE]`", expect = "read",
    play = function(it) return it:raw(HEAD, events(it)) end,
  },
  {
    id = "5b", name = "a stream with CRLF and without spaces", routes = "stream", billed = true,
    wire = "`data:{…}\\r\\n\\r\\n`", expect = "read",
    play = function(it)
      local list = events(it)
      for i, event in ipairs(list) do
        list[i] = event:gsub("^data: ", "data:"):gsub("\n", "\r\n")
      end
      return it:raw(HEAD, list)
    end,
  },
  {
    id = "5c", name = "a stream in odd pieces", routes = "stream", billed = true,
    wire = "split anywhere, inside a character too", expect = "read",
    play = function(it)
      local text, pieces = table.concat(events(it)), {}
      local size = math.max(1, #text // 97) | 1
      for i = 1, #text, size do
        pieces[#pieces + 1] = text:sub(i, i + size - 1)
        pieces[#pieces + 1] = 0.002
      end
      return it:raw(HEAD, pieces)
    end,
  },
  {
    id = "8a", name = "a stream that fails", routes = "stream",
    wire = "deltas, then an `error` with `code: \"server_error\"`",
    expect = "what came is dropped; asked again",
    play = then_comes(broken({ code = "server_error", message = "Provider disconnected" }, LAST)),
  },
  {
    id = "8b", name = "a stream that is limited", routes = "stream",
    wire = "deltas, then an `error` with `code: 429`, then `[DONE]`",
    expect = "what came is dropped; asked again",
    play = then_comes(broken({
      code = 429, message = "Rate limited", metadata = { error_type = "rate_limit_exceeded" },
    }, LAST), true),
  },
  {
    id = "8c", name = "a stream with an error alone", routes = "stream",
    wire = "deltas, then an `error` without `choices`", expect = "what came is dropped; asked again",
    play = then_comes(broken { code = 502, message = "Upstream error" }),
  },
  {
    id = "8d", name = "a stream at its limit", routes = "stream", billed = true,
    wire = "deltas, then an `error` of type `max_tokens_exceeded`", expect = "as finish `length`",
    play = then_comes(broken({
      code = 400, message = "The limit was reached", metadata = { error_type = "max_tokens_exceeded" },
    }, LAST)),
  },
  {
    id = "9", name = "a stream cut", routes = "stream", billed = true, cut = true,
    wire = "deltas, then closed, without a finish reason", expect = "never taken for whole",
    play = then_comes(),
  },
  {
    id = "31c", name = "a flood of blanks in a stream", routes = "stream", billed = true,
    wire = "deltas, then 20000 of blanks", expect = "ended early; asked anew",
    play = function(it)
      local list, chunk = begun(it), stream.delta(it:good(), { content = (" \n"):rep(50) })
      for _ = 1, 400 do list[#list + 1] = chunk end
      list[#list + 1] = stream.finish(it:good(), "length")
      list[#list + 1] = stream.DONE
      return it:raw(HEAD, list)
    end,
  },
  {
    id = "33e", name = "a stream without deltas", routes = "stream",
    wire = "`delta` missing or null", expect = "asked again, a few times",
    play = function(it)
      local list = {}
      for i = 1, 3 do
        list[i] = "data: " .. json.encode {
          id = it:good().id, object = "chat.completion.chunk",
          choices = { { index = 0, delta = i == 2 and json.null or nil, finish_reason = json.null } },
        } .. "\n\n"
      end
      list[4] = stream.DONE
      return it:raw(HEAD, list)
    end,
  },
  {
    id = "45", name = "a picture in a stream", routes = "picture streamed-picture", billed = true,
    wire = "comments, then one `data:` line of megabytes, asked for as a stream or not",
    expect = "saved; memory bounded",
    play = function(it)
      local picture = it:file(enlarged(assert(file.read(it:frame_file()))))
      return stream.answer(it:good(), function(text) return it:parts(text, picture) end)
    end,
  },
}
