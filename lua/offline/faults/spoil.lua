-- lua/offline/faults/spoil.lua: what the cases of the catalogue make their
-- answers with. One Spoil for each request that is answered badly.

local file = require "host.file"
local http = require "host.http"
local json = require "host.json"
local loop = require "host.loop"

---@class offline.Spoil
---@field body table      the request
---@field rule table      of the faults file: the case's parameters
---@field dir string      for files of its own
---@field picture boolean a picture was asked for
---@field private make fun(): table, string? the answer as it should be, and its frame's file
---@field private frame? string
---@field private answer? table
---@field private files string[] to be removed once the answer has left
local Spoil = {}
Spoil.__index = Spoil

--- Stands for a picture's bytes in an answer's text.
Spoil.FRAME = "@frame@"

---@param fields table body, rule, dir, picture, make
---@return offline.Spoil
function Spoil.new(fields)
  fields.files = {}
  return setmetatable(fields, Spoil)
end

--- The answer as it should be. Its picture's bytes stand as FRAME.
---@return table answer
---@return table choice
---@return table message
function Spoil:good()
  if not self.answer then
    self.answer, self.frame = self.make()
    self.files[#self.files + 1] = self.frame
  end
  local choice = self.answer.choices[1]
  return self.answer, choice, choice.message
end

--- The path of the frame that was drawn.
---@return string
function Spoil:frame_file()
  self:good()
  if not self.frame then error "no picture was asked for" end
  return self.frame
end

--- A file of the answer's own with these bytes.
---@param bytes string
---@return string path
function Spoil:file(bytes)
  local path = ("%s/spoiled-%s"):format(self.dir, json.sha256(self.dir .. bytes .. tostring(self)))
  assert(file.write(path, bytes))
  self.files[#self.files + 1] = path
  return path
end

--- The text with a file, in base64, where FRAME stands.
---@param text string
---@param path? string the frame unless told
---@return (string|host.http.attachment)[]
function Spoil:parts(text, path)
  local parts, from = {}, 1
  while true do
    local first, last = text:find(Spoil.FRAME, from, true)
    if not first then break end
    parts[#parts + 1] = text:sub(from, first - 1)
    parts[#parts + 1] = http.attach(path or self:frame_file())
    from = last + 1
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

---@param status integer
---@param text string
---@param headers? table<string, string>
---@param path? string the file that FRAME stands for
---@return host.server.response
function Spoil:text(status, text, headers, path)
  headers = headers or {}
  headers["Content-Type"] = headers["Content-Type"] or "application/json"
  return { status = status, headers = headers, body = self:parts(text, path) }
end

---@param status integer
---@param value any
---@param headers? table<string, string>
---@return host.server.response
function Spoil:json(status, value, headers)
  return self:text(status, json.encode(value), headers)
end

--- An error as OpenRouter puts it.
---@param status integer  of HTTP
---@param err table       message, code, metadata
---@param headers? table<string, string>
---@return host.server.response
function Spoil:error(status, err, headers)
  return self:json(status, { error = err, user_id = "user_mock" }, headers)
end

--- The good answer, changed.
---@param change fun(answer: table, choice: table, message: table)
---@param path? string the file that FRAME stands for
---@return host.server.response
function Spoil:changed(change, path)
  local answer, choice, message = self:good()
  change(answer, choice, message)
  return self:text(200, json.encode(answer), { ["X-Generation-Id"] = answer.id }, path)
end

--- The good answer with another text.
---@param content any
---@param finish? string
---@return host.server.response
function Spoil:said(content, finish)
  return self:changed(function(_, choice, message)
    message.content = content
    choice.finish_reason = finish or "stop"
  end)
end

--- An answer written by hand.
---@param head string[]                status line and headers
---@param pieces (string|number)[]     texts, and seconds to wait between them
---@param ending? "close"|"abort"
---@return host.server.response
function Spoil.raw(_, head, pieces, ending)
  return {
    write = function(out)
      out:send(table.concat(head, "\r\n") .. "\r\nConnection: close\r\n\r\n")
      for _, piece in ipairs(pieces) do
        if type(piece) == "number" then
          loop.sleep(piece)
        elseif not out:send(piece) then
          return
        end
      end
      if ending == "abort" then out:abort() end
    end,
  }
end

--- The pieces as HTTP's chunks.
---@param pieces (string|number)[]
---@return (string|number)[]
function Spoil.chunks(pieces)
  local chunks = {}
  for i, piece in ipairs(pieces) do
    chunks[i] = type(piece) == "string" and ("%x\r\n%s\r\n"):format(#piece, piece) or piece
  end
  chunks[#chunks + 1] = "0\r\n\r\n"
  return chunks
end

--- The bytes of the good answer in one string.
---@return string
function Spoil:bytes()
  local text = json.encode(self:good())
  if not self.picture then return text end
  local base64 = require "offline.base64"
  local first, last = text:find(Spoil.FRAME, 1, true)
  return text:sub(1, first - 1) .. base64.encode(assert(file.read(self:frame_file()))) .. text:sub(last + 1)
end

--- Removes its files.
function Spoil:done()
  for _, path in ipairs(self.files) do os.remove(path) end
end

return Spoil
