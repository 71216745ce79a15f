-- lua/pipeline/board/panel.lua: one picture of the board with what is said about it: a
-- shot, a stage, or one of the cast.

local json = require "host.json"
local markup = require "pipeline.board.markup"

local add, text = markup.add, markup.text

local M = {}

--- What stands in for a picture that is not there, and why it is not.
---@param out string[]
---@param thing { image_url: string?, description: string? }
---@param state TaskState?   how the task stands that draws it
local function absent(out, thing, state)
  local is_drawing = state and state.state == "running"
  add(out, '<button type="button" class="frame absent" data-state="%s">', state and state.state or "waiting")
  if thing.image_url then
    add(out, "<strong>Not shown</strong>")
    local why = markup.url(thing.image_url) and "it is not there, or no picture" or "its path leads out of the project"
    add(out, '<span class="why">%s</span>', why)
  else
    add(out, "<strong>%s</strong>", is_drawing and "Being drawn" or state and "Not drawn" or "Not drawn yet")
    text(out, 'span class="why"', not is_drawing and state and state.message or nil)
  end
  text(out, 'span class="about"', thing.description)
  out[#out + 1] = "</button>"
end

--- The picture, which is a link to its file if it has one.
---@param out string[]
---@param thing { image_url: string?, description: string? }
---@param label string
---@param state TaskState?
---@param address_of AddressOf
local function picture(out, thing, label, state, address_of)
  local address = thing.image_url and address_of(thing.image_url)
  if address and address:find "^data:" then
    add(out, '<button type="button" class="frame"><img src="%s" alt="%s"></button>', address, label)
  elseif address then
    add(out, '<a class="frame" href="%s"><img src="%s" alt="%s" loading="lazy"></a>', address, address,
      label)
  else
    absent(out, thing, state)
  end
end

--- A label with what it is about; nothing where there is nothing to say.
---@param out string[]
---@param label string
---@param value any
---@param class string?
function M.note(out, label, value, class)
  if value and value ~= "" then
    add(out, '<div class="note %s"><dt>%s</dt><dd lang="" dir="auto">%s</dd></div>', class or "", label, value)
  end
end

--- "NAME: words" as a script sets it; a line without a name is only words.
---@param out string[]
---@param dialogue string?
local function said(out, dialogue)
  if not dialogue or not dialogue:find "%S" then
    return
  end
  out[#out + 1] = '<div class="note said"><dt>Dialogue</dt><dd>'
  for line in dialogue:gmatch "[^\r\n]+" do
    local name, words = line:match "^%s*([^:]-)%s*:%s*(.+)$"
    if name and name ~= "" and #name <= 60 then
      add(out, '<p lang="" dir="auto"><b>%s</b> %s</p>', name, words)
    else
      text(out, "p", line)
    end
  end
  out[#out + 1] = "</dd></div>"
end

--- What a field is called on the page: "time_and_place" is "Time and place".
---@param name string
---@return string
function M.label(name)
  return (name:gsub("^%l", string.upper):gsub("_", " "))
end

local NOTED = 480 -- pixels of a picture that stands among the words

---@param out string[]
---@param label string
---@param path string
---@param address_of AddressOf
local function noted_picture(out, label, path, address_of)
  local address = address_of(path, NOTED)
  if not address then
    M.note(out, label, "a picture that is not there")
    return
  end
  add(out, '<div class="note"><dt>%s</dt><dd>', label)
  add(out, address:find "^data:" and '<img src="%s" alt="%s">' or '<img src="%s" alt="%s" loading="lazy">', address,
    label)
  out[#out + 1] = "</dd></div>"
end

--- Fields that the story added, under their own names: what is in records and lists under the
--- names of both.
---@param out string[]
---@param thing table
---@param fields pipeline.Field[]
---@param address_of AddressOf
---@param within string? what they are in
function M.added(out, thing, fields, address_of, within)
  for _, field in ipairs(fields) do
    local value = thing[field.name]
    local label = within and ("%s · %s"):format(within, M.label(field.name)) or M.label(field.name)
    if field.kind == "record" then
      M.added(out, value or {}, field.fields, address_of, label)
    elseif field.kind == "list" then
      for _, item in ipairs(value or {}) do
        M.added(out, item, field.fields, address_of, label)
      end
    elseif field.kind == "image" and value then
      noted_picture(out, label, value, address_of)
    else
      M.note(out, label, field.kind == "refs" and value and table.concat(value, ", ") or value)
    end
  end
end

--- Where a picture of the project is found, and for how wide a place; nil for nowhere.
---@alias AddressOf fun(path: string, width: integer?): string?

---@class PanelOptions
---@field id string            of the element, unique on the page
---@field group "board"|"cast" what one leafs through together
---@field class string?
---@field number string?       display number
---@field tag string?          a word beside its name
---@field props string[]       what is seen in it, by name
---@field seconds number?      that it is held in the film
---@field state TaskState?     how the task stands that draws it
---@field added pipeline.Field[] the fields that the story added to it
---@field address_of AddressOf

--- What stands right under the picture: number, name, how long it is held.
---@param out string[]
---@param thing table
---@param options PanelOptions
local function slate(out, thing, options)
  out[#out + 1] = '<div class="slate">'
  if options.number then
    add(out, '<span class="no">%s</span>', options.number)
  end
  add(out, '<h3 lang="" dir="auto">%s</h3>', thing.name or "")
  if options.tag then
    add(out, '<span class="tag">%s</span>', options.tag)
  end
  if options.seconds then
    add(out, '<span class="held">%s s</span>', ("%g"):format(options.seconds))
  end
  out[#out + 1] = "</div>"
end

--- A picture with its caption.
---@param out string[]
---@param thing table
---@param options PanelOptions
---@param notes fun() writes what is said of it
local function figure(out, thing, options, notes)
  local props = json.array {}
  for i, name in ipairs(options.props) do
    props[i] = markup.clean(name)
  end
  add(out, '<figure class="panel %s" id="%s" data-group="%s" data-props="%s" data-seconds="%s">', options.class or "",
    options.id, options.group, json.encode(props), options.seconds or 0)
  local label = options.number and ("%s %s"):format(options.number, thing.name or "") or thing.name or ""
  picture(out, thing, label, options.state, options.address_of)
  out[#out + 1] = "<figcaption>"
  slate(out, thing, options)
  notes()
  out[#out + 1] = "</figcaption></figure>"
end

--- A shot or a stage.
---@param out string[]
---@param shot table
---@param options PanelOptions
function M.shot(out, shot, options)
  figure(out, shot, options, function()
    local camera = {}
    for _, field in ipairs { "size", "angle", "movement", "lens" } do
      if shot[field] and shot[field] ~= "" then
        camera[#camera + 1] = tostring(shot[field])
      end
    end
    text(out, 'p class="camera"', table.concat(camera, " · "))
    out[#out + 1] = "<dl>"
    M.note(out, "Action", shot.action)
    said(out, shot.dialogue)
    M.note(out, "Sound", shot.sound)
    M.added(out, shot, options.added, options.address_of)
    M.note(out, "Frame", shot.image_url and shot.description, "detail")
    M.note(out, "Seen", table.concat(options.props, ", "), "detail")
    out[#out + 1] = "</dl>"
  end)
end

--- One of the cast and props.
---@param out string[]
---@param prop table
---@param scenes string?     the numbers of those that it is seen in
---@param state TaskState?
---@param added pipeline.Field[]
---@param address_of AddressOf
function M.prop(out, prop, scenes, state, added, address_of)
  local options = {
    id = "prop/" .. (prop.key or ""),
    group = "cast",
    tag = prop.kind,
    props = { prop.name },
    state = state,
    added = added,
    address_of = address_of,
  }
  figure(out, prop, options, function()
    text(out, 'p class="looks"', prop.image_url and prop.description)
    out[#out + 1] = "<dl>"
    M.added(out, prop, added, address_of)
    M.note(out, "Scenes", scenes)
    out[#out + 1] = "</dl>"
  end)
end

return M
