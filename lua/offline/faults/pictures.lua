-- lua/offline/faults/pictures.lua: where a picture can be in an answer, what it
-- can be instead of one, and why there is none.

local base64 = require "offline.base64"
local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local program = require "host.program"

local FRAME = "@frame@"

local FRAMES = program.root .. "/offline/frames/"

--- The answer with these items in `images`.
local function images(items)
  return function(it)
    return it:changed(function(_, _, message) message.images = items end)
  end
end

--- The answer with its picture under this URL.
local function url(text, path)
  return function(it)
    return it:changed(function(_, _, message)
      message.images = { { type = "image_url", image_url = { url = text }, index = 0 } }
    end, path and path(it))
  end
end

--- The answer with its picture's base64 changed.
local function encoded(change)
  return function(it)
    local text = base64.encode(assert(file.read(it:frame_file())))
    return it:changed(function(_, _, message)
      message.images[1].image_url.url = "data:image/png;base64," .. change(text)
    end)
  end
end

--- The answer without a picture.
local function none(native, finish, content, list)
  return function(it)
    return it:changed(function(answer, choice, message)
      choice.finish_reason, choice.native_finish_reason = finish, native
      message.content, message.images = content, list
      answer.usage.cost = 0
    end)
  end
end

local function shipped(name)
  return function() return FRAMES .. name end
end

local function bytes(text)
  return function(it) return it:file(text) end
end

local function drawn(width, height)
  return function(it)
    local path = it:file ""
    assert(image.draw {
      width = width, height = height, path = path, scratch = true,
      background = { 0, 0, width, height, stops = { { 0, 0x20304A }, { 1, 0xC8D2DC } } },
      shapes = { { "ellipse", cx = width / 2, cy = height / 2, rx = height / 5, ry = height / 5, colour = 0xE8B860 } },
    })
    return path
  end
end

local PNG = "data:image/png;base64," .. FRAME
local AGAIN = "asked again, a few times"
local NEVER = "never saved; asked again, a few times"

---@type offline.Case[]
return {
  {
    id = "38", name = "content null, no type", routes = "picture", billed = true,
    wire = "`images: [{\"image_url\":{\"url\":…}}]`, `content: null`", expect = "saved",
    play = function(it)
      return it:changed(function(_, _, message)
        message.content, message.images = json.null, { { image_url = { url = PNG } } }
      end)
    end,
  },
  {
    id = "39a", name = "a JPEG that calls itself PNG", routes = "picture", billed = true,
    wire = "`data:image/png`, bytes `FF D8 FF`", expect = "saved, as a PNG",
    play = url(PNG, shipped "frame.jpeg"),
  },
  {
    id = "39b", name = "a JPEG as image/jpg", routes = "picture", billed = true,
    wire = "`data:image/jpg`", expect = "saved, as a PNG",
    play = url("data:image/jpg;base64," .. FRAME, shipped "frame.jpeg"),
  },
  {
    id = "39c", name = "a picture of no type", routes = "picture", billed = true,
    wire = "`data:application/octet-stream`", expect = "saved",
    play = url("data:application/octet-stream;base64," .. FRAME),
  },
  {
    id = "39d", name = "in capitals", routes = "picture", billed = true,
    wire = "`DATA:IMAGE/PNG;BASE64,`", expect = "saved",
    play = url("DATA:IMAGE/PNG;BASE64," .. FRAME),
  },
  {
    id = "39e", name = "with parameters", routes = "picture", billed = true,
    wire = "`data:image/png;charset=utf-8;base64,`", expect = "saved",
    play = url("data:image/png;charset=utf-8;base64," .. FRAME),
  },
  {
    id = "39f", name = "a WebP", routes = "picture", billed = true,
    wire = "`data:image/webp`", expect = "saved, as a PNG",
    play = url("data:image/webp;base64," .. FRAME, shipped "frame.webp"),
  },
  {
    id = "40a", name = "the same picture three times", routes = "picture", billed = true,
    wire = "three items in `images`", expect = "one is saved, the others are counted",
    play = images {
      { type = "image_url", image_url = { url = PNG }, index = 0 },
      { type = "image_url", image_url = { url = PNG }, index = 1 },
      { type = "image_url", image_url = { url = PNG }, index = 2 },
    },
  },
  {
    id = "40b", name = "two pictures", routes = "picture", billed = true,
    wire = "two items in `images`, a PNG and another as a JPEG", expect = "the first is saved, the other is counted",
    play = function(it)
      local other = "data:image/jpeg;base64," .. base64.encode(assert(file.read(FRAMES .. "frame.jpeg")))
      return it:changed(function(_, _, message)
        message.images = {
          { type = "image_url", image_url = { url = PNG }, index = 0 },
          { type = "image_url", image_url = { url = other }, index = 1 },
        }
      end)
    end,
  },
  {
    id = "41a", name = "words instead", routes = "picture",
    wire = "`Here is your image!`, no `images`", expect = AGAIN,
    play = none("STOP", "stop", "Here is your image!"),
  },
  {
    id = "41b", name = "no picture, for some reason", routes = "picture",
    wire = "`images: []`, native `IMAGE_OTHER`", expect = AGAIN,
    play = none("IMAGE_OTHER", "stop", "", json.array {}),
  },
  {
    id = "41c", name = "too like another", routes = "picture",
    wire = "`content_filter`, native `IMAGE_RECITATION`", expect = "not asked again as it is: the brief is rewritten",
    play = none("IMAGE_RECITATION", "content_filter", json.null),
  },
  {
    id = "41d", name = "unsafe", routes = "picture",
    wire = "`stop`, native `IMAGE_SAFETY`, a text", expect = "not asked again as it is: the brief is rewritten",
    play = none("IMAGE_SAFETY", "stop", "I cannot draw that."),
  },
  {
    id = "41e", name = "prohibited", routes = "picture",
    wire = "`stop`, native `PROHIBITED_CONTENT`", expect = "not asked again as it is: the brief is rewritten",
    play = none("PROHIBITED_CONTENT", "stop", ""),
  },
  {
    id = "41f", name = "no image", routes = "picture",
    wire = "`stop`, native `NO_IMAGE`", expect = AGAIN,
    play = none("NO_IMAGE", "stop", "I did not draw anything."),
  },
  {
    id = "41g", name = "nothing at all", routes = "picture",
    wire = "`choices: []`", expect = AGAIN,
    play = function(it)
      return it:changed(function(answer) answer.choices, answer.usage = json.array {}, nil end)
    end,
  },
  {
    id = "42a", name = "in a part of the content", routes = "picture", billed = true,
    wire = "`content: [{\"type\":\"image_url\",…}]`", expect = "saved",
    play = function(it)
      return it:changed(function(_, _, message)
        message.images = nil
        message.content = { { type = "text", text = "Here:" }, { type = "image_url", image_url = { url = PNG } } }
      end)
    end,
  },
  {
    id = "42b", name = "as output_image", routes = "picture", billed = true,
    wire = "`content: [{\"type\":\"output_image\",\"b64_json\":…}]`", expect = "saved",
    play = function(it)
      return it:changed(function(_, _, message)
        message.images, message.content = nil, { { type = "output_image", b64_json = FRAME } }
      end)
    end,
  },
  {
    id = "42c", name = "under url", routes = "picture", billed = true,
    wire = "`images: [{\"url\":…}]`", expect = "saved", play = images { { url = PNG } },
  },
  {
    id = "42d", name = "as a text", routes = "picture", billed = true,
    wire = "`images: [\"data:…\"]`", expect = "saved", play = images { PNG },
  },
  {
    id = "42e", name = "in markdown", routes = "picture", billed = true,
    wire = "content `![x](data:image/png;base64,…)`", expect = "saved",
    play = function(it)
      return it:changed(function(_, _, message)
        message.images, message.content = nil, "Here it is: ![x](" .. PNG .. ")"
      end)
    end,
  },
  {
    id = "42f", name = "elsewhere", routes = "picture", billed = true,
    wire = "`image_url.url` is an `https://` address", expect = "not fetched; says so",
    play = url "https://cdn.example.com/frame.png",
  },
  {
    id = "43a", name = "an empty picture", routes = "picture", billed = true,
    wire = "`data:image/png;base64,`", expect = NEVER, play = url "data:image/png;base64,",
  },
  {
    id = "43b", name = "no base64", routes = "picture", billed = true,
    wire = "letters that are none in the middle", expect = NEVER,
    play = encoded(function(text) return text:sub(1, 6000) .. "!!§§" .. text:sub(6001) end),
  },
  {
    id = "43c", name = "no padding", routes = "picture", billed = true,
    wire = "the `=` at the end left out", expect = "saved",
    play = encoded(function(text) return (text:gsub("=+$", "")) end),
  },
  {
    id = "43d", name = "in lines", routes = "picture", billed = true,
    wire = "a line break every 76 characters", expect = "saved",
    play = encoded(function(text) return (text:gsub(("."):rep(76), "%0\r\n")) end),
  },
  {
    id = "43e", name = "in the alphabet of URLs", routes = "picture", billed = true,
    wire = "`-` and `_` for `+` and `/`", expect = "saved",
    play = encoded(function(text) return (text:gsub("[+/]", { ["+"] = "-", ["/"] = "_" })) end),
  },
  {
    id = "43f", name = "half a PNG", routes = "picture", billed = true,
    wire = "a PNG without its end", expect = NEVER,
    play = function(it)
      local whole = assert(file.read(it:frame_file()))
      return it:changed(function() end, it:file(whole:sub(1, #whole // 2)))
    end,
  },
  {
    id = "43g", name = "one pixel", routes = "picture", billed = true,
    wire = "a PNG of 1×1", expect = NEVER, play = url(PNG, drawn(1, 1)),
  },
  {
    id = "43h", name = "an SVG", routes = "picture", billed = true,
    wire = "the bytes of an SVG", expect = NEVER .. ", by name",
    play = url(PNG, bytes('<svg xmlns="http://www.w3.org/2000/svg" width="1344" height="768">'
      .. ('<rect width="9" height="9"/>'):rep(300) .. "</svg>")),
  },
  {
    id = "43i", name = "a page", routes = "picture", billed = true,
    wire = "the bytes of an HTML page", expect = NEVER .. ", by name",
    play = url(PNG, bytes("<!DOCTYPE html><html><body>" .. ("<p>not found</p>"):rep(300) .. "</body></html>")),
  },
  {
    id = "43j", name = "60 MB", routes = "picture", billed = true,
    wire = "a picture of 60 MB", expect = NEVER .. "; bounded memory",
    play = url(PNG, function(it)
      local png = assert(file.read(it:frame_file()))
      return it:file(png .. ("\0"):rep(60 * 1000 * 1000))
    end),
  },
  {
    id = "44a", name = "a square", routes = "picture", billed = true,
    wire = "1024×1024 for 16:9", expect = "saved, with a warning", play = url(PNG, drawn(1024, 1024)),
  },
  {
    id = "44b", name = "nearly as asked", routes = "picture", billed = true,
    wire = "1376×768 for 16:9", expect = "saved", play = url(PNG, drawn(1376, 768)),
  },
}
