-- lua/export/pdf.lua: the board on paper, in three layouts: "western" pages of three
-- panels, "konte" columns of five, as animation uses them, and a contact sheet
-- ("grid").

local fault = require "pipeline.fault"
local markup = require "pipeline.board.markup"
local plain = require "export.plain"

local M = {}

M.layouts = { "western", "konte", "grid" }

--- A4, in points.
local SHORT, LONG = 595, 842
local MARGIN, HEADER = 36, 30

local INK, DIM, RULE, BLANK = 0x1D1F24, 0x6D6A63, 0xB9B4A8, 0xEEEBE4

---@class PdfPage
---@field shapes table[]
---@field width number
---@field height number

---@param shapes table[]
local function add_text(shapes, x, y, width, height, text, options)
  text = plain.text(text)
  if text:find "%S" and height > 0 then
    options = options or {}
    shapes[#shapes + 1] = {
      "text",
      x = x, y = y, width = width, height = height,
      text = text,
      size = options.size or 9,
      least = options.least or 6,
      bold = options.bold,
      align = options.align,
      colour = options.colour or INK,
    }
  end
end

local function add_rect(shapes, x, y, width, height, colour, line)
  shapes[#shapes + 1] = { "rect", x = x, y = y, width = width, height = height, colour = colour, line = line }
end

--- A panel's picture in its frame, or the frame with what is missing in it. A picture that
--- is not quite of the film's shape has bars, as on a screen.
local function add_picture(shapes, x, y, width, height, path)
  if path then
    add_rect(shapes, x, y, width, height, INK, 0)
    shapes[#shapes + 1] = { "picture", x = x, y = y, width = width, height = height, path = path }
  else
    add_rect(shapes, x, y, width, height, BLANK, 0)
    add_text(shapes, x, y + height / 2 - 6, width, 14, "not drawn", { colour = DIM, align = "center" })
  end
  add_rect(shapes, x, y, width, height, INK, 0.75)
end

--- How large a frame of the film's shape is in a room of this size.
---@return number width
---@return number height
local function frame(reel, width, height)
  local across, up = (reel.artifact.aspect or "16:9"):match "^(%d+):(%d+)$"
  across, up = across or 16, up or 9
  local scale = math.min(width / across, height / up)
  return across * scale, up * scale
end

--- How long a shot is held: "2.5 s".
local function held_of(panel)
  return ("%g s"):format(math.floor(panel.held * 100 + 0.5) / 100)
end

local function framing(shot)
  local parts = {}
  for _, field in ipairs { "size", "angle", "movement", "lens" } do
    parts[#parts + 1] = shot[field]
  end
  return table.concat(parts, " · ")
end

--- The parts of a text that are there, each on lines of its own.
local function paragraphs(...)
  local parts = {}
  for _, part in pairs { ... } do
    if part:find "%S" then
      parts[#parts + 1] = part
    end
  end
  return table.concat(parts, "\n")
end

--
-- Layouts: each puts one page's panels on it.
--

---@class PdfLayout
---@field landscape boolean
---@field panels fun(reel: Reel): integer on a page
---@field by_scene boolean? a scene has pages of its own
---@field draw fun(page: PdfPage, reel: Reel, panels: Panel[], path_of: fun(panel: Panel): string?)

--- What is left of a page below its header.
local function body_of(page)
  return MARGIN, MARGIN + HEADER, page.width - 2 * MARGIN, page.height - 2 * MARGIN - HEADER
end

local layouts = {}

--- What is told below a panel, each in a box that leaves room for a pencil: its label, its
--- share of the height while it is short, and the text.
local NOTES = {
  { "action", 4, function(shot) return shot.action or shot.description end },
  { "dialogue", 3, function(shot) return shot.dialogue end },
  { "sound", 2, function(shot) return shot.sound end },
}

local LINE = 60 -- characters that claim as much as one share

--- How high the boxes of a page are: alike in all its columns, and higher for long texts.
---@return number[] heights
local function note_heights(panels, height)
  local shares, total = {}, 0
  for i, note in ipairs(NOTES) do
    local longest = 0
    for _, panel in ipairs(panels) do
      longest = math.max(longest, #plain.text(note[3](panel.shot)))
    end
    shares[i] = note[2] + math.min(longest / LINE, 20)
    total = total + shares[i]
  end
  for i, share in ipairs(shares) do
    shares[i] = share / total * height
  end
  return shares
end

--- The boxes below a panel.
local function western_notes(shapes, shot, x, y, width, heights)
  for i, note in ipairs(NOTES) do
    local high = heights[i]
    add_rect(shapes, x, y, width, 0.5, RULE, 0)
    add_text(shapes, x, y + 4, width, 10, note[1]:upper(), { size = 6.5, colour = DIM })
    add_text(shapes, x, y + 14, width, high - 18, note[3](shot), { size = 10 })
    y = y + high
  end
  add_rect(shapes, x, y, width, 0.5, RULE, 0)
end

layouts.western = {
  landscape = true,
  by_scene = true,
  panels = function()
    return 3
  end,
  draw = function(page, reel, panels, path_of)
    local left, top, width, height = body_of(page)
    local gap, columns = 20, math.max(2, #panels)
    local column = (width - (columns - 1) * gap) / columns
    local wide, high = frame(reel, column, height * 0.55)
    local heights = note_heights(panels, height - high - 46)
    for i, panel in ipairs(panels) do
      local x = left + (i - 1) * (column + gap)
      add_picture(page.shapes, x + (column - wide) / 2, top, wide, high, path_of(panel))
      local y = top + high + 6
      add_text(page.shapes, x, y, column * 0.5, 16, panel.number, { size = 12, bold = true })
      local held = held_of(panel)
      add_text(page.shapes, x + column * 0.5, y + 2, column * 0.5, 14, held, { align = "right", colour = DIM })
      add_text(page.shapes, x, y + 17, column, 20, framing(panel.shot), { size = 8, colour = DIM })
      western_notes(page.shapes, panel.shot, x, y + 40, column, heights)
    end
  end,
}

local ROWS = 5

--- Columns of an e-konte: their headings and widths.
local KONTE = { { "Cut", 52 }, { "Picture", 190 }, { "Action", 140 }, { "Dialogue · sound", 101 }, { "Time", 40 } }

--- Seconds and frames: "5+12"; from a minute on, also minutes: "16:40+00".
local function konte_time(reel, frames)
  local seconds, rest = frames // reel.rate.timebase, frames % reel.rate.timebase
  if seconds < 60 then
    return ("%d+%02d"):format(seconds, rest)
  end
  return ("%d:%02d+%02d"):format(seconds // 60, seconds % 60, rest)
end

--- One row of it.
local function konte_row(shapes, reel, panel, columns, y, row, path_of)
  local shot = panel.shot
  local small = { size = 6.5, least = 5, colour = DIM }
  add_text(shapes, columns[1] + 4, y + 6, 44, 16, panel.number, { size = 11, bold = true, least = 6 })
  add_text(shapes, columns[1] + 4, y + 24, 44, row - 30, framing(shot):gsub(" · ", "\n"), small)
  local room = KONTE[2][2]
  local wide, high = frame(reel, room - 12, row - 12)
  add_picture(shapes, columns[2] + (room - wide) / 2, y + (row - high) / 2, wide, high, path_of(panel))
  add_text(shapes, columns[3] + 5, y + 5, KONTE[3][2] - 10, row - 10, shot.action or shot.description or "")
  local heard = paragraphs(shot.dialogue or "", shot.sound or "")
  add_text(shapes, columns[4] + 5, y + 5, KONTE[4][2] - 10, row - 10, heard)
  local time = konte_time(reel, panel.frames)
  add_text(shapes, columns[5] + 2, y + row / 2 - 7, KONTE[5][2] - 4, 14, time, { align = "center" })
end

--- What the page's cuts take together, and the film until there.
local function konte_total(shapes, reel, panels, x, y)
  local first, last = panels[1], panels[#panels]
  local ending = last.start + last.frames
  local total = ("page %s · film so far %s"):format(konte_time(reel, ending - first.start), konte_time(reel, ending))
  add_text(shapes, x, y, 200, 12, total, { align = "right", size = 8, colour = DIM })
end

layouts.konte = {
  landscape = false,
  panels = function()
    return ROWS
  end,
  draw = function(page, reel, panels, path_of)
    local x, top, width, height = body_of(page)
    local row = (height - 28) / ROWS
    local columns = {}
    for i, column in ipairs(KONTE) do
      columns[i] = x
      add_text(page.shapes, x + 4, top, column[2] - 8, 12, column[1], { size = 7, colour = DIM })
      x = x + column[2]
    end
    for i = 1, ROWS do
      local y = top + 14 + (i - 1) * row
      for j, column in ipairs(KONTE) do
        add_rect(page.shapes, columns[j], y, column[2], row, RULE, 0.5)
      end
      if panels[i] then
        konte_row(page.shapes, reel, panels[i], columns, y, row, path_of)
      end
    end
    konte_total(page.shapes, reel, panels, MARGIN + width - 204, top + 18 + ROWS * row)
  end,
}

--- What a picture of the contact sheet has below it, and between it and the next.
local CAPTION, GUTTER = 30, 12

--- How many pictures are side by side and one below the other: the fewest that fill the page
--- about as well as any number.
---@return integer across
---@return integer down
local function grid_of(reel, width, height)
  local most, best, rows = 0, 4, 1
  for across = 4, 10 do
    local wide, high = frame(reel, width / across - GUTTER, height - CAPTION)
    local down = math.max(1, height // (high + CAPTION))
    local area = across * down * wide * high
    if area > most * 1.03 then
      most, best, rows = area, across, down
    end
  end
  return best, rows
end

layouts.grid = {
  landscape = true,
  panels = function(reel)
    local across, down = grid_of(reel, LONG - 2 * MARGIN, SHORT - 2 * MARGIN - HEADER)
    return math.tointeger(across * down)
  end,
  draw = function(page, reel, panels, path_of)
    local left, top, width, height = body_of(page)
    local across, down = grid_of(reel, width, height)
    local cell, row = (width + GUTTER) / across, height / down
    local wide, high = frame(reel, cell - GUTTER, row - CAPTION)
    for i, panel in ipairs(panels) do
      local x = left + (i - 1) % across * cell
      local y = top + (i - 1) // across * row
      add_picture(page.shapes, x, y, wide, high, path_of(panel))
      add_text(page.shapes, x, y + high + 3, wide * 0.7, 11, panel.number, { size = 8, bold = true })
      local held = held_of(panel)
      add_text(page.shapes, x + wide * 0.7, y + high + 3, wide * 0.3, 11, held, {
        size = 7, align = "right", colour = DIM,
      })
      local name = plain.line(panel.shot.name)
      add_text(page.shapes, x, y + high + 13, wide, CAPTION - 15, name, { size = 7, least = 5.5 })
    end
  end,
}

--
-- Pages
--

--- A list cut into as few parts as have at most so many, as even as can be.
---@param panels Panel[]
---@param most integer
---@param parts Panel[][] where they go
local function cut(panels, most, parts)
  local count = math.max(1, math.ceil(#panels / most))
  for i = 1, count do
    local from, to = (i - 1) * #panels // count + 1, i * #panels // count
    parts[#parts + 1] = to >= from and table.move(panels, from, to, 1, {}) or nil
  end
end

--- The panels of each page.
---@param reel Reel
---@param layout PdfLayout
---@return Panel[][]
local function paginate(reel, layout)
  local most, pages = layout.panels(reel), {}
  if layout.by_scene then
    for _, scene in ipairs(reel.scenes) do
      cut(scene.panels, most, pages)
    end
    return pages
  end
  for from = 1, #reel.panels, most do
    pages[#pages + 1] = table.move(reel.panels, from, math.min(from + most - 1, #reel.panels), 1, {})
  end
  return pages
end

--- Title to the left, the scenes in the middle, the page to the right.
local function add_header(page, reel, panels, number, count)
  local width = (page.width - 2 * MARGIN) / 3
  local scene = panels[1].scene
  local scenes = ("%s. %s"):format(scene.number, plain.line(scene.scene.name))
  if panels[#panels].scene ~= scene then
    scenes = ("%s – %s"):format(scene.number, panels[#panels].scene.number)
  end
  add_text(page.shapes, MARGIN, MARGIN, width, 14, reel.title, { bold = true, least = 9 })
  add_text(page.shapes, MARGIN + width, MARGIN, width, 14, scenes, { align = "center", least = 9 })
  local place = ("%d / %d"):format(number, count)
  add_text(page.shapes, MARGIN + 2 * width, MARGIN, width, 14, place, { align = "right", colour = DIM })
  add_rect(page.shapes, MARGIN, MARGIN + 18, page.width - 2 * MARGIN, 0.5, RULE, 0)
end

--- The first of the film's pictures, for the title page.
local function first_picture(reel, path_of)
  for _, panel in ipairs(reel.panels) do
    local path = path_of(panel)
    if path then
      return path
    end
  end
end

local function title_page(page, reel, path_of)
  local narrative, shapes = reel.artifact.narrative or {}, page.shapes
  local width = math.min(page.width - 4 * MARGIN, 460)
  local left, y = (page.width - width) / 2, page.height * 0.26
  local picture = first_picture(reel, path_of)
  if picture then
    local wide, high = frame(reel, width, page.height * 0.4)
    y = page.height * 0.12
    add_picture(shapes, (page.width - wide) / 2, y, wide, high, picture)
    y = y + high + 24
  end
  add_text(shapes, left, y, width, 46, reel.title, { size = 32, least = 12, align = "center", bold = true })
  add_rect(shapes, page.width / 2 - 40, y + 54, 80, 0.75, RULE, 0)
  add_text(shapes, left, y + 68, width, 64, narrative.logline, { size = 12, least = 8, align = "center" })
  local scenes, shots = markup.count(#reel.scenes, "scene"), markup.count(#reel.panels, "shot")
  local facts = ("%s · %s · %s"):format(scenes, shots, markup.time(reel.held))
  add_text(shapes, left, page.height - 2 * MARGIN, width, 16, facts, { align = "center", colour = DIM })
end

--- The document, as host.pdf writes it.
---@param reel Reel
---@param name string the layout's
---@param path_of fun(panel: Panel): string? where a panel's picture is
---@return table document without its path
function M.document(reel, name, path_of)
  local layout = layouts[name]
  if not layout then
    fault.unknown({ message = ("there is no layout '%s'"):format(name) }, name, M.layouts, "the layouts are")
  end
  local width, height = SHORT, LONG
  if layout.landscape then
    width, height = LONG, SHORT
  end
  local function new_page()
    return { shapes = {}, width = width, height = height }
  end
  local first = new_page()
  title_page(first, reel, path_of)
  local pages = { first.shapes }
  local panels = paginate(reel, layout)
  for i, of_page in ipairs(panels) do
    local page = new_page()
    add_header(page, reel, of_page, i + 1, #panels + 1)
    layout.draw(page, reel, of_page, path_of)
    pages[i + 1] = page.shapes
  end
  return { width = width, height = height, title = plain.line(reel.title), pages = pages }
end

return M
