-- lua/offline/faults/transport.lua: answers that are well meant and arrive badly,
-- and servers that are none.

local json = require "host.json"

local OK = { "HTTP/1.1 200 OK", "Content-Type: application/json" }

local function head(...)
  return table.move({ ... }, 1, select("#", ...), #OK + 1, table.move(OK, 1, #OK, 1, {}))
end

local CHUNKED = "Transfer-Encoding: chunked"

--
-- gzip, without compressing
--

local function crc32(bytes)
  local crc = 0xFFFFFFFF
  for i = 1, #bytes do
    crc = crc ~ bytes:byte(i)
    for _ = 1, 8 do
      crc = crc >> 1 ~ (crc & 1) * 0xEDB88320
    end
  end
  return ~crc & 0xFFFFFFFF
end

local function gzip(bytes)
  local blocks = { "\x1f\x8b\8\0\0\0\0\0\0\255" }
  for i = 1, #bytes, 65535 do
    local block = bytes:sub(i, i + 65534)
    local last = i + 65535 > #bytes and 1 or 0
    blocks[#blocks + 1] = ("<BI2I2"):pack(last, #block, ~#block & 0xFFFF) .. block
  end
  blocks[#blocks + 1] = ("<I4I4"):pack(crc32(bytes), #bytes)
  return table.concat(blocks)
end

local function redirect(status)
  return function(it)
    local to = it.rule.to or "http://127.0.0.2:9/api/v1/chat/completions"
    return it:text(status, "", { Location = to, ["Content-Type"] = "text/html" })
  end
end

---@type offline.Case[]
return {
  {
    id = "2", name = "blank lines before the answer", routes = "text picture", billed = true,
    wire = "200, blank lines for some seconds (`seconds`, 2), then the JSON",
    expect = "read, however long the blank lines go on",
    play = function(it)
      local pieces = {}
      for _ = 1, 4 do
        pieces[#pieces + 1] = "\n\n   \n"
        pieces[#pieces + 1] = (it.rule.seconds or 2) / 4
      end
      pieces[#pieces + 1] = it:bytes()
      return it:raw(head(CHUNKED), it.chunks(pieces))
    end,
  },
  {
    id = "3a", name = "no body", routes = "text picture",
    wire = "200, `Content-Length: 0`", expect = "asked again, a few times",
    play = function(it) return it:text(200, "") end,
  },
  {
    id = "3b", name = "a blank body", routes = "text picture",
    wire = "200, `\\n \\n`", expect = "asked again, a few times",
    play = function(it) return it:text(200, "\n \n") end,
  },
  {
    id = "4", name = "a comment before the answer", routes = "text picture", billed = true,
    wire = "200, `: OPENROUTER PROCESSING`, then the JSON", expect = "read",
    play = function(it)
      return it:text(200, ": OPENROUTER PROCESSING\n\n" .. json.encode(it:good()))
    end,
  },
  {
    id = "10a", name = "cut short", routes = "text picture", billed = true, cut = true,
    wire = "`Content-Length` larger than what is sent, then closed",
    expect = "in doubt: asked again within --resend-doubt, and said so",
    play = function(it)
      local bytes = it:bytes()
      local told = head("Content-Length: " .. #bytes, "X-Generation-Id: " .. it:good().id)
      return it:raw(told, { bytes:sub(1, #bytes // 2) })
    end,
  },
  {
    id = "10b", name = "reset in the middle", routes = "text picture", billed = true, cut = true,
    wire = "half of the JSON, then a reset",
    expect = "in doubt: asked again within --resend-doubt, and said so",
    play = function(it)
      local bytes = it:bytes()
      return it:raw(head("Content-Length: " .. #bytes), { bytes:sub(1, #bytes // 2), 0.05 }, "abort")
    end,
  },
  {
    id = "10c", name = "closed without a word", routes = "text picture", billed = true, cut = true,
    wire = "the request is read whole, then the connection closed",
    expect = "in doubt: asked again within --resend-doubt, and said so",
    play = function(it)
      it:good()
      return { write = function() end }
    end,
  },
  {
    id = "51a", name = "moved", routes = "text picture",
    wire = "301 to another host (`to`)",
    expect = "not followed; says that the address is wrong",
    play = redirect(301),
  },
  {
    id = "51b", name = "moved for now", routes = "text picture",
    wire = "307 to another host (`to`)", expect = "not followed; says that the address is wrong",
    play = redirect(307),
  },
  {
    id = "51c", name = "moved for good", routes = "text picture",
    wire = "308 to another host (`to`)", expect = "not followed; says that the address is wrong",
    play = redirect(308),
  },
  {
    id = "51d", name = "gzip", routes = "text picture", billed = true,
    wire = "`Content-Encoding: gzip`, which nobody asked for", expect = "read",
    play = function(it)
      local bytes = gzip(it:bytes())
      return it:raw(head("Content-Encoding: gzip", "Content-Length: " .. #bytes), { bytes })
    end,
  },
  {
    id = "51e", name = "chunks and trailers", routes = "text picture", billed = true,
    wire = "small chunks with extensions, trailers at the end", expect = "read",
    play = function(it)
      local bytes, pieces = it:bytes(), {}
      local size = math.max(7, #bytes // 200)
      for i = 1, #bytes, size do
        local piece = bytes:sub(i, i + size - 1)
        pieces[#pieces + 1] = ("%X;name=value\r\n%s\r\n"):format(#piece, piece)
      end
      pieces[#pieces + 1] = "0\r\nX-Checksum: none\r\nX-Other: 1\r\n\r\n"
      return it:raw(head(CHUNKED, "Trailer: X-Checksum"), pieces)
    end,
  },
  {
    id = "51f", name = "hints first", routes = "text picture", billed = true,
    wire = "`103 Early Hints` before the answer", expect = "read",
    play = function(it)
      local bytes = it:bytes()
      return it:raw({
        "HTTP/1.1 103 Early Hints", "Link: </a>; rel=preload", "",
        table.unpack(head("Content-Length: " .. #bytes)),
      }, { bytes })
    end,
  },
  {
    id = "51g", name = "a flood of headers", routes = "text picture", cut = true,
    wire = "`headers` (100000) header lines of 1 KB each",
    expect = "given up in bounded memory, with a message",
    play = function(it)
      local pieces, line = {}, "X-Flood: " .. ("x"):rep(1000) .. "\r\n"
      for i = 1, (it.rule.headers or 100000) // 100 do pieces[i] = line:rep(100) end
      return it:raw({ "HTTP/1.1 200 OK", "X-First: 1\r\nX-Second: 2" }, pieces)
    end,
  },
  {
    id = "51h", name = "a body without end", routes = "text picture", cut = true,
    wire = "`bytes` (2 GiB) of one JSON string",
    expect = "given up in bounded memory, with a message",
    play = function(it)
      local piece = ("all work and no play "):rep(3120)
      return {
        write = function(out)
          out:send(table.concat(OK, "\r\n") .. '\r\n\r\n{"choices":[{"message":{"content":"')
          local left = it.rule.bytes or 2 << 30
          while left > 0 and out:send(piece) do left = left - #piece end
        end,
      }
    end,
  },
  {
    id = "51i", name = "no HTTP", routes = "text picture", cut = true,
    wire = "a greeting in another protocol", expect = "in doubt, or not sent; says what came",
    play = function(it)
      return it:raw({ "220 mail.example ESMTP ready" }, { "502 command not recognized\r\n" })
    end,
  },
  {
    id = "51j", name = "a drip", routes = "text picture", billed = true,
    wire = "a piece every `pause` (0.05) seconds, `pieces` (20) in all", expect = "read, however slow",
    play = function(it)
      local bytes, pieces = it:bytes(), {}
      local size = math.ceil(#bytes / (it.rule.pieces or 20))
      for i = 1, #bytes, size do
        pieces[#pieces + 1] = bytes:sub(i, i + size - 1)
        pieces[#pieces + 1] = it.rule.pause or 0.05
      end
      return it:raw(head("Content-Length: " .. #bytes), pieces)
    end,
  },
}
