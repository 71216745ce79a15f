-- lua/cli/export.lua: `sbhost export STORY --format F`: the storyboard as a file for other
-- programs and for the crew, from what is on disk. It makes no call.

local fault = require "pipeline.fault"
local file = require "host.file"
local formats = require("export.formats").formats
local markup = require "pipeline.board.markup"
local names = require "pipeline.names"
local options = require "cli.options"
local reels = require "export.reel"
local say = require "cli.say"
local session = require "pipeline.session"

---@type table<string, Option>
local OPTIONS = {
  data = { value = "DIR" },
  format = { value = "FORMAT" },
  layout = { value = "LAYOUT" },
  out = { value = "PATH" },
}

local function format_of(chosen)
  local known = names.keys(formats)
  if not chosen.format then
    fault.raise { message = "which format?", hint = "--format " .. table.concat(known, ", --format ") }
  end
  if chosen.layout and chosen.format ~= "pdf" and formats[chosen.format] then
    fault.raise { message = "--layout applies only to --format pdf", hint = "leave it out" }
  end
  return formats[chosen.format]
    or fault.unknown({ message = ("there is no format '%s'"):format(chosen.format) }, chosen.format, known,
      "the formats are")
end

--- Forgets pictures that are not on the disk, or not in the project.
---@param reel Reel
---@param folder string
---@return integer count of panels without a picture
local function look_for_pictures(reel, folder)
  local missing = 0
  for _, panel in ipairs(reel.panels) do
    local path = panel.picture
    if not (path and markup.url(path) and file.exists(folder .. "/" .. path)) then
      panel.picture = nil
      missing = missing + 1
    end
  end
  return missing
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("export", OPTIONS, { ... })
  options.just_one("export", rest)
  local format = format_of(chosen)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  local folder = opened:folder()
  local reel = reels.of(opened:shown_artifact(), opened.story)
  if #reel.scenes == 0 then
    fault.raise {
      message = ("there is nothing to export in %s yet"):format(folder),
      hint = "sbhost run " .. story,
    }
  end
  local out = chosen.out or ("%s/exports/%s%s"):format(folder, opened.story.project, format.ending)
  if format.ending == "" and not chosen.out then
    out = ("%s/exports/%s"):format(folder, chosen.format)
  end
  local made, message = file.mkdir(out:match "^(.*)/[^/]+$" or ".")
  if not made then
    fault.raise { message = "it cannot be written: " .. message, hint = "choose another place with --out" }
  end
  local missing = look_for_pictures(reel, folder)
  format.write(reel, { folder = folder, out = out, layout = chosen.layout })
  if missing > 0 then
    say.line(("%d of %d shots have no picture yet"):format(missing, #reel.panels))
  end
  say.line(out)
  return 0
end
