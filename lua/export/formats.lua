-- lua/export/formats.lua: what a storyboard can be handed on as.

local fault = require "pipeline.fault"
local file = require "host.file"
local plain = require "export.plain"

local M = {}

--- Where a reel lies and goes to.
---@class ExportPlace
---@field folder string  the project's
---@field out string     the file, or folder, to be written
---@field layout string?  of a PDF

---@class ExportFormat
---@field ending string   of the file's name; "" for a folder
---@field about string
---@field write fun(reel: Reel, place: ExportPlace)

---@param ok any
---@param message string?
local function must(ok, message)
  if not ok then
    fault.raise { message = "it cannot be written: " .. message, hint = "choose another place with --out" }
  end
  return ok
end

--- A format that is one text, made by a module of its name.
local function text_format(name, ending, about, resources)
  return {
    ending = ending,
    about = about,
    write = function(reel, place)
      local resource = resources and resources(reel, place)
      must(file.write(place.out, require("export." .. name).text(reel, resource)))
    end,
  }
end

--- The name of each panel's picture file.
local function picture_names(reel)
  local names = {}
  for _, panel in ipairs(reel.panels) do
    names[panel] = panel.picture and panel.picture:match "[^/]+$"
  end
  return names
end

--- Where each panel's picture is, as a file URL.
local function picture_urls(reel, place)
  local urls = {}
  local root = must(file.real(place.folder))
  for _, panel in ipairs(reel.panels) do
    urls[panel] = panel.picture and "file://localhost" .. plain.url(root .. "/" .. panel.picture)
  end
  return urls
end

--- The pictures, named by number so that they sort as the film runs.
local function write_pictures(reel, place)
  must(file.mkdir(place.out))
  local width = #tostring(#reel.panels)
  for i, panel in ipairs(reel.panels) do
    if panel.picture then
      local name = ("%s/%0" .. width .. "d_%s_%s.png"):format(place.out, i, panel.number, panel.shot.key)
      must(file.copy(place.folder .. "/" .. panel.picture, name))
    end
  end
end

local NO_LETTERS = "%d characters are in no font of this system and show as boxes; "
  .. "install fonts that have them, such as Noto's (Debian: fonts-noto-core, fonts-noto-cjk)"

local function write_pdf(reel, place)
  local document = require("export.pdf").document(reel, place.layout or "western", function(panel)
    return panel.picture and place.folder .. "/" .. panel.picture
  end)
  document.path = place.out
  -- Loaded here: nothing else of the program needs cairo and pango.
  local unknown, message = require("host.pdf").write(document)
  must(unknown, message)
  if unknown > 0 then
    print(NO_LETTERS:format(unknown))
  end
end

local function write_page(reel, place)
  must(file.write(place.out, require("export.html").text(reel, place)))
end

---@type table<string, ExportFormat>
M.formats = {
  csv = text_format("csv", ".csv", "the shot list, a row a shot"),
  json = text_format("json", ".json", "all of it, with numbers and times"),
  srt = text_format("srt", ".srt", "the dialogue as subtitles"),
  fountain = text_format("fountain", ".fountain", "the scenes as a screenplay"),
  edl = text_format("edl", ".edl", "the cut as an edit decision list (CMX 3600)", picture_names),
  fcp7 = text_format("fcp7", ".xml", "the cut as Final Cut Pro 7 XML", picture_urls),
  otio = text_format("otio", ".otio", "the cut as an OpenTimelineIO timeline", picture_urls),
  pdf = { ending = ".pdf", about = "the board on paper", write = write_pdf },
  html = { ending = ".html", about = "the board as one file, with small pictures in it", write = write_page },
  pictures = { ending = "", about = "the pictures alone, in a folder, named by number", write = write_pictures },
}

return M
