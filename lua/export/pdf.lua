-- lua/export/pdf.lua: the board on paper, in three layouts: "western" pages of three
-- panels, "konte" columns of five, as animation uses them, and a contact sheet
-- ("grid").

local fault = require "pipeline.fault"
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

--- A panel's picture in its frame, or the frame with what is missing in it.
local function add_picture(shapes, x, y, width, height, path)
  if path then
    shapes[#shapes + 1] = { "picture", x = x, y = y, width = width, height = height, path = path }
  else
    add_rect(shapes, x, y, width, height, BLANK, 0)
    add_text(shapes, x, y + height / 2 - 6, width, 14, "not drawn", { colour = DIM, align = "center" })
  end
  add_rect(shapes, x, y, width, height, INK, 0.75)
end

--- How high a frame is that is so wide.
local function frame_height(reel, width)
  local across, up = (reel.artifact.aspect or "16:9"):match "^(%d+):(%d+)$"
  return width * up / across
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

local function titled(title, text)
  return text and text:find "%S" and ("%s: %s"):format(title, text) or ""
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

layouts.western = {
  landscape = true,
  by_scene = true,
  panels = function()
    return 3
  end,
  draw = function(page, reel, panels, path_of)
    local left, top, width, height = body_of(page)
    local gap, columns = 16, math.max(2, #panels)
    local column = (width - (columns - 1) * gap) / columns
    local high = math.min(frame_height(reel, column), height * 0.6)
    for i, panel in ipairs(panels) do
      local shot, x = panel.shot, left + (i - 1) * (column + gap)
      add_picture(page.shapes, x, top, column, high, path_of(panel))
      local y = top + high + 6
      add_text(page.shapes, x, y, column * 0.7, 16, panel.number, { size = 12, bold = true })
      local held = ("%g s"):format(panel.held)
      add_text(page.shapes, x + column * 0.7, y + 2, column * 0.3, 14, held, { align = "right", colour = DIM })
      add_text(page.shapes, x, y + 17, column, 24, framing(shot), { size = 8, colour = DIM })
      local words = paragraphs(shot.action or shot.description or "", shot.dialogue or "", titled("Sound", shot.sound))
      add_text(page.shapes, x, y + 42, column, height - high - 50, words, { size = 10 })
    end
  end,
}

local ROWS = 5

--- Columns of an e-konte: their headings and widths.
local KONTE = { { "Cut", 52 }, { "Picture", 190 }, { "Action", 140 }, { "Dialogue · sound", 101 }, { "Time", 40 } }

--- One row of it.
local function konte_row(shapes, reel, panel, columns, y, row, path_of)
  local shot = panel.shot
  local seconds, frames = panel.frames // reel.rate.timebase, panel.frames % reel.rate.timebase
  local small = { size = 6.5, least = 5, colour = DIM }
  add_text(shapes, columns[1] + 4, y + 6, 44, 16, panel.number, { size = 11, bold = true, least = 6 })
  add_text(shapes, columns[1] + 4, y + 24, 44, row - 30, framing(shot):gsub(" · ", "\n"), small)
  local wide = KONTE[2][2] - 12
  local high = math.min(frame_height(reel, wide), row - 12)
  add_picture(shapes, columns[2] + 6, y + (row - high) / 2, wide, high, path_of(panel))
  add_text(shapes, columns[3] + 5, y + 5, KONTE[3][2] - 10, row - 10, shot.action or shot.description or "")
  local heard = paragraphs(shot.dialogue or "", shot.sound or "")
  add_text(shapes, columns[4] + 5, y + 5, KONTE[4][2] - 10, row - 10, heard)
  local time = ("%d+%02d"):format(seconds, frames)
  add_text(shapes, columns[5] + 2, y + row / 2 - 7, KONTE[5][2] - 4, 14, time, { align = "center" })
end

layouts.konte = {
  landscape = false,
  panels = function()
    return ROWS
  end,
  draw = function(page, reel, panels, path_of)
    local x, top, _, height = body_of(page)
    local row = (height - 16) / ROWS
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
  end,
}

local ACROSS = 4

layouts.grid = {
  landscape = true,
  panels = function(reel)
    local cell = (LONG - 2 * MARGIN) / ACROSS
    local high = frame_height(reel, cell - 12) + 30
    return ACROSS * math.max(1, (SHORT - 2 * MARGIN - HEADER) // high)
  end,
  draw = function(page, reel, panels, path_of)
    local left, top, width, height = body_of(page)
    local cell = width / ACROSS
    local high = math.min(frame_height(reel, cell - 12), height - 30)
    for i, panel in ipairs(panels) do
      local x = left + (i - 1) % ACROSS * cell + 6
      local y = top + (i - 1) // ACROSS * (high + 30)
      add_picture(page.shapes, x, y, cell - 12, high, path_of(panel))
      local caption = ("%s  %s"):format(panel.number, plain.line(panel.shot.name))
      add_text(page.shapes, x, y + high + 3, cell - 12, 22, caption, { size = 8, least = 6 })
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
  add_text(page.shapes, MARGIN, MARGIN, width, 14, reel.title, { bold = true })
  add_text(page.shapes, MARGIN + width, MARGIN, width, 14, scenes, { align = "center" })
  local place = ("%d / %d"):format(number, count)
  add_text(page.shapes, MARGIN + 2 * width, MARGIN, width, 14, place, { align = "right", colour = DIM })
  add_rect(page.shapes, MARGIN, MARGIN + 18, page.width - 2 * MARGIN, 0.5, RULE, 0)
end

local function title_page(page, reel)
  local narrative = reel.artifact.narrative or {}
  local width = page.width - 4 * MARGIN
  local middle = page.height * 0.36
  local large = { size = 34, least = 14, align = "center", bold = true }
  add_text(page.shapes, 2 * MARGIN, middle - 60, width, 60, reel.title, large)
  add_text(page.shapes, 2 * MARGIN, middle + 14, width, 80, narrative.logline, { size = 12, align = "center" })
  local seconds = math.floor(reel.held + 0.5)
  local facts = ("%d scenes · %d shots · %d:%02d"):format(#reel.scenes, #reel.panels, seconds // 60, seconds % 60)
  add_text(page.shapes, 2 * MARGIN, middle + 110, width, 16, facts, { align = "center", colour = DIM })
  add_rect(page.shapes, page.width / 2 - 40, middle + 2, 80, 0.75, RULE, 0)
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
  title_page(first, reel)
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
