-- lua/cli/clean.lua: `sbhost clean STORY` removes the pictures of earlier takes and what
-- else is not needed any more, once that was said and confirmed.

local clean = require "pipeline.project.clean"
local fault = require "pipeline.fault"
local options = require "cli.options"
local say = require "cli.say"
local session = require "pipeline.session"
local ui = require "host.ui"

local OPTIONS = options.for_story { yes = {}, choose = options.choose }

---@param bytes number
local function size(bytes)
  for _, unit in ipairs { "bytes", "KiB", "MiB" } do
    if bytes < 1024 then
      return (unit == "bytes" and "%d %s" or "%.1f %s"):format(bytes, unit)
    end
    bytes = bytes / 1024
  end
  return ("%.1f GiB"):format(bytes)
end

---@param rubbish Rubbish
local function tell(rubbish)
  local sum = 0
  for _, found in ipairs(rubbish.files) do
    say.line(("  %s (%s)"):format(found.path, size(found.bytes)))
    sum = sum + found.bytes
  end
  say.line(("%d files, %s; this drops %d earlier takes"):format(#rubbish.files, size(sum), #rubbish.outcomes))
end

--- Whether the user wants it.
---@param chosen table<string, any>
---@return boolean
local function confirmed(chosen)
  if chosen.yes then
    return true
  elseif not ui.terminal "stdin" or not ui.terminal() then
    local hint = "use --yes to delete without asking"
    fault.raise { message = "nothing was deleted: there is no terminal to ask on", hint = hint }
  end
  io.stdout:write "delete these? y/n "
  io.stdout:flush()
  local key = ui.key()
  say.line(key or "")
  return key == "y" or key == "Y"
end

---@return Rubbish
local function look(story, chosen)
  local opened <close> = session.load(story, chosen)
  opened:open { readonly = true }
  return clean.find(opened)
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, story, rest = options.of_story("clean", OPTIONS, { ... })
  options.just_one("clean", rest)
  local rubbish = look(story, chosen)
  if #rubbish.files == 0 and #rubbish.outcomes == 0 then
    print "nothing to delete"
    return 0
  end
  tell(rubbish)
  if not confirmed(chosen) then
    print "nothing was deleted"
    return 0
  end
  local opened <close> = session.load(story, chosen)
  opened:open()
  local problem = clean.remove(opened.project, rubbish)
  if problem then
    fault.raise { message = problem }
  end
  print "deleted"
  return 0
end
