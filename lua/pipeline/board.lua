-- lua/pipeline/board.lua: storyboard.html, the board to look at: title, cast,
-- and each scene with its stage and its panels. One file, the pictures beside
-- it, no script; whatever a model wrote is escaped.

local M = {}

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

---@param text any
---@return string
local function escape(text)
  return (tostring(text):gsub("[&<>\"']", ESCAPES))
end

local STYLE = [[
:root { color-scheme: light dark; --ink: #1d1f24; --paper: #f7f5f0; --card: #fff; --rule: #d9d4c8; --dim: #6d6a63; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #17181b; --card: #212327; --rule: #383a40; --dim: #9b988f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 Georgia, "DejaVu Serif", serif; }
main, header { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 64px; padding-bottom: 24px; border-bottom: 3px double var(--rule); }
h1 { font-size: 40px; line-height: 1.1; margin: 0 0 8px; }
h2 { font-size: 24px; margin: 56px 0 4px; }
h3 { font-size: 16px; margin: 0; }
p { margin: 4px 0 12px; max-width: 72ch; white-space: pre-line; }
.dim { color: var(--dim); font-size: 13px; }
.grid { display: grid; gap: 20px; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); margin: 16px 0; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 4px; overflow: hidden; break-inside: avoid; }
.card .text { padding: 10px 14px 12px; }
.card p { font-size: 14px; margin: 4px 0; }
.stage { max-width: 760px; }
img, .absent { display: block; width: 100%; aspect-ratio: var(--aspect); object-fit: cover; background: var(--rule); }
.absent { display: grid; place-items: center; color: var(--dim); font-style: italic; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 10px; margin: 6px 0 0; font-size: 13px; }
dt { color: var(--dim); } dd { margin: 0; }
@media print { body { background: #fff; } h2 { break-after: avoid; } section { break-before: page; } }
]]

---@param out string[]
local function add(out, template, ...)
  local values = table.pack(...)
  for i = 1, values.n do
    values[i] = escape(values[i])
  end
  out[#out + 1] = template:format(table.unpack(values, 1, values.n))
end

--- A path inside the project as a relative URL.
local function url(path)
  return (path:gsub("[^%w%-%._~/]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

local function picture(out, path, alt)
  if path then
    add(out, '<img src="%s" alt="%s" loading="lazy">', url(path), alt)
  else
    add(out, '<div class="absent">%s</div>', "not drawn yet")
  end
end

--- A definition list of the fields that a thing has.
local function details(out, thing, fields)
  add(out, "<dl>")
  for _, field in ipairs(fields) do
    local value = thing[field]
    if type(value) == "table" then
      value = table.concat(value, ", ")
    end
    if value ~= nil and value ~= "" then
      add(out, "<dt>%s</dt><dd>%s</dd>", field, field == "duration" and ("%g s"):format(value) or value)
    end
  end
  add(out, "</dl>")
end

local function cast(out, props)
  if #props == 0 then
    return
  end
  add(out, '<h2>Cast and props</h2><div class="grid">')
  for _, prop in ipairs(props) do
    add(out, '<article class="card">')
    picture(out, prop.image_url, prop.name)
    add(out, '<div class="text"><h3>%s</h3>', prop.name)
    add(out, '<div class="dim">%s</div><p>%s</p></div></article>', prop.kind or "", prop.description or "")
  end
  add(out, "</div>")
end

local PANEL_FIELDS = { "size", "angle", "movement", "lens", "duration", "action", "dialogue", "sound", "props" }

local function panel(out, number, shot)
  add(out, '<article class="card">')
  picture(out, shot.image_url, shot.name)
  add(out, '<div class="text"><h3>%s &nbsp;%s</h3>', number, shot.name)
  add(out, "<p>%s</p>", shot.description or "")
  details(out, shot, PANEL_FIELDS)
  add(out, "</div></article>")
end

local function scene_section(out, index, scene)
  add(out, "<section><h2>%s. %s</h2>", index, scene.name)
  add(out, "<p>%s</p>", scene.description or "")
  local stage = scene.stage_setting_shot
  if stage then
    add(out, '<article class="card stage">')
    picture(out, stage.image_url, stage.name or scene.name)
    add(out, '<div class="text"><h3>%s</h3>', stage.name or "")
    add(out, '<p class="dim">%s</p></div></article>', stage.description or "")
  end
  add(out, '<div class="grid">')
  for i, shot in ipairs(scene.shots or {}) do
    panel(out, ("%d.%d"):format(index, i), shot)
  end
  add(out, "</div></section>")
end

local function total_seconds(scenes)
  local total = 0
  for _, scene in ipairs(scenes) do
    for _, shot in ipairs(scene.shots or {}) do
      total = total + (shot.duration or 0)
    end
  end
  return total
end

--- The board of an artifact as it stands; what is missing is left blank.
---@param artifact host.tree
---@param project string
---@return string html
function M.render(artifact, project)
  local board = artifact:get {} or {}
  local narrative, lore = board.narrative or {}, board.lore or {}
  local scenes = board.scenes or {}
  local title = narrative.title or lore.title or project
  local out = {}
  add(out, '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>%s</title>', title)
  add(out, '<meta name="viewport" content="width=device-width, initial-scale=1">')
  out[#out + 1] = '<meta http-equiv="Content-Security-Policy" content="'
    .. "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'" .. '">'
  out[#out + 1] = "<style>" .. STYLE
  out[#out + 1] = ":root { --aspect: " .. (board.aspect or "16:9"):gsub(":", " / ") .. "; }</style></head><body>"
  add(out, "<header><h1>%s</h1><p>%s</p>", title, narrative.logline or board.user_prompt or "")
  local seconds = math.floor(total_seconds(scenes))
  local time = ("%d:%02d"):format(seconds // 60, seconds % 60)
  add(out, '<div class="dim">%s · %s scenes · %s</div>', board.style or "", #scenes, time)
  add(out, "</header><main>")
  add(out, "<h2>Story</h2><p>%s</p>", narrative.synopsis or "")
  add(out, "<p>%s</p>", lore.world or "")
  cast(out, board.props or {})
  for index, scene in ipairs(scenes) do
    scene_section(out, index, scene)
  end
  add(out, "</main></body></html>\n")
  return table.concat(out, "\n")
end

return M
