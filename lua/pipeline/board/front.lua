-- lua/pipeline/board/front.lua: what comes before the scenes: the title page with story
-- and world, the running order, and the cast and props as a sheet.

local markup = require "pipeline.board.markup"
local panel = require "pipeline.board.panel"

local add, text = markup.add, markup.text

local M = {}

--- A scene as the running order has it.
---@class SceneFacts
---@field key string
---@field name string
---@field number string
---@field panels integer
---@field missing integer pictures that are not there
---@field seconds number
---@field props string[] what is seen in it, by name
---@field image string?  its stage

---@param out string[]
---@param facts { [1]: string, [2]: string }[] labels and values
local function facts_list(out, facts)
  out[#out + 1] = '<dl class="facts">'
  for _, fact in ipairs(facts) do
    if fact[2] ~= "" then
      add(out, '<div><dt>%s</dt><dd lang="" dir="auto">%s</dd></div>', fact[1], fact[2])
    end
  end
  out[#out + 1] = "</dl>"
end

-- What a board is made of, the field that says whether its step has been, and its name here.
local PARTS = {
  { "lore", "lore.title", "The world is" },
  { "narrative", "narrative.title", "The story is" },
  { "props", "props[].name", "The cast and props are" },
  { "scenes", "scenes[].name", "The scenes are" },
}

--- Says of a part that is not there why it is not, if somebody knows.
---@param out string[]
---@param subject string
---@param state TaskState?
local function absent_part(out, subject, state)
  if state and state.state == "running" then
    add(out, '<p class="notice">%s being written.</p>', subject)
  elseif state then
    local why = state.message or state.state
    add(out, '<p class="notice">%s not there: <span lang="" dir="auto">%s</span></p>', subject, why)
  end
end

--- Says that the board is not whole, where it is not.
---@param out string[]
---@param board table
---@param scenes SceneFacts[]
---@param standing Standing?
local function unfinished(out, board, scenes, standing)
  for _, part in ipairs(standing and PARTS or {}) do
    local is_there = part[1] == "scenes" and #scenes > 0 or board[part[1]] ~= nil
    if not is_there then
      absent_part(out, part[3], standing:of(part[2], {}))
    end
  end
  local missing = 0
  for _, prop in ipairs(board.props or {}) do
    missing = missing + (prop.image_url and 0 or 1)
  end
  for _, scene in ipairs(scenes) do
    missing = missing + scene.missing
  end
  if missing > 0 then
    add(out, '<p class="notice">%s missing; each place says how it stands.</p>',
      missing == 1 and "1 picture is" or ("%d pictures are"):format(missing))
  end
  if standing and standing.stopped then
    -- What else is said of an interruption is for whoever is at the terminal.
    local why = standing.stopped:match "^interrupted" or standing.stopped
    add(out, '<p class="notice">The run was stopped: <span lang="" dir="auto">%s</span></p>', why)
  end
end

--- The title, and what the film is in figures.
---@param out string[]
---@param board table the artifact without its scenes
---@param title string
---@param scenes SceneFacts[]
---@param standing Standing?
function M.title(out, board, title, scenes, standing)
  local panels, seconds = 0, 0
  for _, scene in ipairs(scenes) do
    panels, seconds = panels + scene.panels, seconds + scene.seconds
  end
  out[#out + 1] = '<header class="title front" id="top"><p class="kicker">Storyboard</p>'
  text(out, "h1", title)
  text(out, 'p class="logline"', (board.narrative or {}).logline or board.user_prompt)
  facts_list(out, {
    { "Running time", markup.time(seconds) },
    { "Scenes", ("%d"):format(#scenes) },
    { "Panels", ("%d"):format(panels) },
    { "Frame", board.aspect or "" },
    { "Style", board.style or "" },
  })
  unfinished(out, board, scenes, standing)
  out[#out + 1] = "</header>"
end

---@param out string[]
---@param heading string
---@param thing table
---@param name string?    its own
---@param body string     the field that is told at length
---@param fields string[] those that are listed below it
---@param added pipeline.Field[] what the story added follows
---@param address_of AddressOf
local function column(out, heading, thing, name, body, fields, added, address_of)
  if not next(thing) then
    return
  end
  add(out, "<section><h2>%s</h2>", heading)
  text(out, 'p class="name"', name)
  text(out, 'p class="body"', thing[body])
  out[#out + 1] = "<dl>"
  for _, field in ipairs(fields) do
    panel.note(out, panel.label(field), thing[field])
  end
  panel.added(out, thing, added, address_of)
  out[#out + 1] = "</dl></section>"
end

--- The story and its world, side by side.
---@param out string[]
---@param board table
---@param added table<string, pipeline.Field[]>
---@param address_of AddressOf
function M.story(out, board, added, address_of)
  local lore, narrative = board.lore or {}, board.narrative or {}
  out[#out + 1] = '<div class="story front">'
  column(out, "Story", narrative, nil, "synopsis", { "theme", "protagonist", "want", "obstacle", "turn", "ending" },
    added.narrative, address_of)
  column(out, "World", lore, lore.title, "world",
    { "time_and_place", "rules", "history", "mood", "visual_motifs", "palette" }, added.lore, address_of)
  local besides = {}
  for _, field in ipairs(added[""]) do
    besides[field.name] = board[field.name]
  end
  column(out, "Besides", besides, nil, "", {}, added[""], address_of)
  out[#out + 1] = "</div>"
end

local THUMBNAIL = 168 -- pixels, twice what the style says

--- The scenes as blocks in time, one below the other.
---@param out string[]
---@param scenes SceneFacts[]
---@param address_of AddressOf
---@param pause fun()
function M.order(out, scenes, address_of, pause)
  if #scenes == 0 then
    return
  end
  local total, at = 0, 0
  for _, scene in ipairs(scenes) do
    total = total + scene.seconds
  end
  local scale = total > 0 and 1000 / total or 0
  out[#out + 1] = '<section class="order front"><h2>Running order</h2><ol>'
  for _, scene in ipairs(scenes) do
    add(out, '<li><a href="#%s"><span class="no">%s</span>', markup.url(scene.key), scene.number)
    local address = scene.image and address_of(scene.image, THUMBNAIL)
    if address then
      add(out, '<img src="%s" alt="" loading="lazy">', address)
    else
      out[#out + 1] = '<span class="thumb"></span>'
    end
    add(out, '<span class="name" lang="" dir="auto">%s</span>', scene.name)
    add(out, '<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">')
    add(out, '<rect class="all" x="0" y="4.5" width="1000" height="1"></rect>')
    add(out, '<rect x="%s" y="0" width="%s" height="10"></rect></svg>', ("%.2f"):format(at * scale),
      ("%.2f"):format(math.max(scene.seconds * scale, 2)))
    add(out, '<span class="many">%s</span><span class="held">%s</span></a></li>', markup.count(scene.panels, "panel"),
      markup.time(scene.seconds))
    at = at + scene.seconds
    pause()
  end
  out[#out + 1] = "</ol></section>"
end

local KINDS = { { "character", "Characters" }, { "object", "Objects" }, { "place", "Places" } }

--- The props of each kind; one of no known kind is an object.
---@param props table[]
---@return table<string, table[]>
function M.by_kind(props)
  local sorted = { character = {}, object = {}, place = {} }
  for _, prop in ipairs(props) do
    table.insert(sorted[prop.kind] or sorted.object, prop)
  end
  return sorted
end

--- The numbers of the scenes that each prop is seen in.
---@param scenes SceneFacts[]
---@return table<string, string>
local function seen_in(scenes)
  local numbers = {}
  for _, scene in ipairs(scenes) do
    for _, name in ipairs(scene.props) do
      numbers[name] = (numbers[name] and numbers[name] .. ", " or "") .. scene.number
    end
  end
  return numbers
end

--- Cast and props, kind after kind, each with the scenes that it is seen in.
---@param out string[]
---@param props table[]
---@param scenes SceneFacts[]
---@param standing Standing?
---@param added pipeline.Field[] the fields that the story added to them
---@param address_of AddressOf
---@param pause fun()
function M.cast(out, props, scenes, standing, added, address_of, pause)
  if #props == 0 then
    return
  end
  local seen, by_kind = seen_in(scenes), M.by_kind(props)
  out[#out + 1] = '<section class="cast front"><h2>Cast and props</h2><div class="sheet">'
  for _, kind in ipairs(KINDS) do
    for _, prop in ipairs(by_kind[kind[1]]) do
      local state = standing and standing:of("props[].image_url", { prop.key })
      panel.prop(out, prop, seen[prop.name], state, added, address_of)
      pause()
    end
  end
  out[#out + 1] = "</div></section>"
end

--- The names of cast and props to filter by, as the options of a list.
---@param out string[]
---@param props table[]
function M.options(out, props)
  local by_kind = M.by_kind(props)
  for _, kind in ipairs(KINDS) do
    if #by_kind[kind[1]] > 0 then
      add(out, '<optgroup label="%s">', kind[2])
      for _, prop in ipairs(by_kind[kind[1]]) do
        add(out, '<option value="%s" lang="" dir="auto">%s</option>', prop.name or "", prop.name or "")
      end
      out[#out + 1] = "</optgroup>"
    end
  end
end

return M
