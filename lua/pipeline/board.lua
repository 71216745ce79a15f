-- lua/pipeline/board.lua: storyboard.html, the board to look at: one file with the
-- pictures beside it. What is rendered of a scene is kept for the next time, and
-- rendering lets others run every few milliseconds.

local fault = require "pipeline.fault"
local fit = require "pipeline.spec.fit"
local front = require "pipeline.board.front"
local loop = require "host.loop"
local markup = require "pipeline.board.markup"
local name = require "host.name"
local numbers = require "pipeline.numbers"
local program = require "host.program"
local scene = require "pipeline.board.scene"
local specs = require "pipeline.spec"

local add = markup.add

---@class Board
---@field project string
---@field scheme string how shots are numbered
---@field private spec pipeline.Spec
---@field private added table<string, pipeline.Field[]> the fields that the story added, by what they are fields of
---@field private rendered table<string, { stamp: string, html: string, facts: SceneFacts }> by scene key
local Board = {}
Board.__index = Board

local M = {}

local SLICE = 0.002 -- seconds of the loop's time before others are let run

--- A file of the page's own, once read.
---@type table<string, string>
local sources = setmetatable({}, {
  __index = function(self, source)
    local path = ("%s/pipeline/board/%s"):format(program.root, source)
    local handle <close>, message = io.open(path, "rb")
    if not handle then
      fault.raise { message = "cannot read " .. message }
    end
    self[source] = handle:read "a"
    return self[source]
  end,
})

--- The fields of a spec that not every story has, of each record that the board shows.
---@param spec pipeline.Spec
---@return table<string, pipeline.Field[]>
local function added_fields(spec)
  local core, added = specs.new(require "pipeline.storyboard"), {}
  for _, schema in ipairs {
    "", "lore", "narrative", "props[]", "scenes[]", "scenes[].stage_setting_shot", "scenes[].shots[]",
  } do
    added[schema] = {}
    for _, field in ipairs(spec:field(schema).fields) do
      if not core:field(schema).by_name[field.name] then
        table.insert(added[schema], field)
      end
    end
  end
  return added
end

--- The pages of a project, one after the other as it grows.
---@param project string its name, where the story has no title
---@param scheme? string how shots are numbered
---@param spec? pipeline.Spec what a story declares, if more than all do
---@return Board
function M.new(project, scheme, spec)
  spec = spec or specs.new(require "pipeline.storyboard")
  return setmetatable({
    project = project,
    scheme = scheme or numbers.default,
    spec = spec,
    added = added_fields(spec),
    rendered = {},
  }, Board)
end

--- The same text as long as the same artifact makes the same page.
---@return string
function Board:stamp()
  local page = markup.source_hash(sources["page.css"] .. sources["page.js"])
  return table.concat({ self.scheme, program.version, page, self.spec:hash() }, " ")
end

--- Lets others run when this task has had the loop for long enough.
---@return fun() pause
local function pacer()
  local since = loop.now()
  return function()
    if loop.now() - since > SLICE then
      loop.sleep(0)
      since = loop.now()
    end
  end
end

---@param value table a scene
---@param numbered SceneNumbers
---@return SceneFacts
local function facts_of(value, numbered)
  local stage, missing = value.stage_setting_shot or {}, 0
  for _, shot in ipairs(value.shots or {}) do
    missing = missing + (shot.image_url and 0 or 1)
  end
  return {
    key = value.key or "",
    name = value.name or "",
    number = numbered.scene,
    panels = #(value.shots or {}),
    missing = missing + (stage.image_url and 0 or 1),
    seconds = scene.seconds(value),
    props = value.props or {},
    image = stage.image_url,
  }
end

--- The scenes, rendered anew where something has changed.
---@param tree host.artifact.Tree
---@param standing Standing?
---@param address_of AddressOf
---@param pause fun()
---@return string[] html
---@return SceneFacts[] facts
function Board:scenes(tree, standing, address_of, pause)
  local html, facts, kept = {}, {}, {}
  for i, numbered in ipairs(numbers.of_artifact(tree, self.scheme)) do
    local key = tree:get { "scenes", i, "key" }
    if type(key) ~= "string" or kept[key] then
      key = name.unique("scene-" .. i, kept)
    end
    local stamp = table.concat({
      tree:hash { "scenes", i }, numbered.stage, numbered.shots[1] or "", standing and standing:version(key) or "",
    }, " ")
    local one = self.rendered[key]
    if not one or one.stamp ~= stamp then
      local value = fit.fit(self.spec:field "scenes", { tree:get { "scenes", i } })[1] or {}
      value.key = key
      local rendered = scene.render(value, numbered, standing, self.added, address_of)
      one = { stamp = stamp, html = rendered, facts = facts_of(value, numbered) }
    end
    kept[key], html[i], facts[i] = one, one.html, one.facts
    pause()
  end
  self.rendered = kept
  return html, facts
end

--- A style's or script's element and what names it in the policy.
---@return string element
---@return string source
local function inline(tag, text)
  return ("<%s>%s</%s>"):format(tag, text, tag), markup.source_hash(text)
end

---@param out string[]
---@param title string
---@param aspect string
---@param pictures string where the policy lets them come from
local function head(out, title, aspect, pictures)
  local across, down = aspect:match "^(%d+):(%d+)$"
  local frame = (":root { --frame: %s / %s; }\n"):format(across or 16, down or 9)
  local style, style_hash = inline("style", frame .. sources["page.css"])
  local _, script_hash = inline("script", sources["page.js"])
  add(out, '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>%s</title>', title)
  add(out, '<meta name="viewport" content="width=device-width, initial-scale=1">')
  add(out, '<meta name="generator" content="sbhost %s">', program.version)
  out[#out + 1] = ('<meta http-equiv="Content-Security-Policy" content="%s">'):format(table.concat({
    "default-src 'none'", "img-src " .. pictures, "style-src " .. style_hash, "script-src " .. script_hash,
    "base-uri 'none'", "form-action 'none'",
  }, "; "))
  out[#out + 1] = style .. "</head><body>"
end

--- What one steers the page with; without the script there is nothing to steer.
---@param out string[]
---@param title string
---@param scenes SceneFacts[]
---@param props table[]
local function bar(out, title, scenes, props)
  out[#out + 1] = '<nav class="bar" aria-label="Board">'
  add(out, '<a class="home" href="#top" lang="" dir="auto">%s</a>', title)
  out[#out + 1] = '<div class="tools" hidden><label>Scene <select id="scene"><option value="">all</option>'
  for _, one in ipairs(scenes) do
    add(out, '<option value="%s" lang="" dir="auto">%s &nbsp;%s</option>', one.key, one.number, one.name)
  end
  out[#out + 1] = '</select></label><label>With <select id="with"><option value="">anyone</option>'
  front.options(out, props)
  out[#out + 1] = [[</select></label>
<button type="button" id="all" hidden>Show all</button><output id="count"></output>
<button type="button" id="details" aria-pressed="false">Details</button>
<button type="button" id="theme">Dark</button>
<button type="button" id="help" aria-label="Keys">?</button></div></nav>]]
end

-- The two dialogs that the script fills and opens.
local DIALOGS = [[
<dialog id="box" aria-label="Panel"><div class="stand"></div>
<div class="leaf"><button type="button" id="previous" aria-label="Previous">&#8592;</button><output id="place"></output>
<button type="button" id="next" aria-label="Next">&#8594;</button>
<button type="button" id="close" aria-label="Close">Close</button></div></dialog>
<dialog id="keys" aria-label="Keys"><h2>Keys</h2><dl>
<div><dt><kbd>&#8592;</kbd> <kbd>&#8594;</kbd></dt><dd>previous and next panel</dd></div>
<div><dt><kbd>Enter</kbd></dt><dd>enlarge it</dd></div>
<div><dt><kbd>Esc</kbd></dt><dd>back to the board</dd></div>
<div><dt><kbd>p</kbd> <kbd>n</kbd></dt><dd>previous and next scene</dd></div>
<div><dt><kbd>s</kbd></dt><dd>choose a scene</dd></div>
<div><dt><kbd>w</kbd></dt><dd>choose who or what is seen</dd></div>
<div><dt><kbd>a</kbd></dt><dd>show all again</dd></div>
<div><dt><kbd>d</kbd></dt><dd>details: what each frame shows, and who</dd></div>
<div><dt><kbd>t</kbd></dt><dd>light or dark</dd></div>
<div><dt><kbd>?</kbd></dt><dd>these keys</dd></div></dl>
<form method="dialog"><button>Close</button></form></dialog>]]

--- The board as it stands; what is missing says why. Waits now and then.
---@param tree host.artifact.Tree
---@param standing Standing?
---@param address_of AddressOf? where pictures are, if not beside the page: in it, as data
---@return string html
function Board:render(tree, standing, address_of)
  local pause = pacer()
  local board = {}
  for _, field in ipairs(self.spec.root.fields) do
    if field.name ~= "scenes" then
      board[field.name] = fit.fit(field, tree:get { field.name })
    end
  end
  local title = (board.narrative or {}).title or (board.lore or {}).title or self.project
  local props = board.props or {}
  local pictures = address_of and "data:" or "'self' file:"
  address_of = address_of or markup.url
  local html, scenes = self:scenes(tree, standing, address_of, pause)
  local out = {}
  head(out, title, board.aspect or "16:9", pictures)
  bar(out, title, scenes, props)
  out[#out + 1] = "<main>"
  front.title(out, board, title, scenes, standing)
  front.story(out, board, self.added, address_of)
  front.order(out, scenes, address_of, pause)
  front.cast(out, props, scenes, standing, self.added["props[]"], address_of, pause)
  table.move(html, 1, #html, #out + 1, out)
  add(out, '</main><footer>Written on %s by sbhost %s. Load the page again to see what has come since.</footer>',
    os.date "%d %B %Y at %H:%M:%S", program.version)
  out[#out + 1] = DIALOGS
  out[#out + 1] = (inline("script", sources["page.js"]))
  out[#out + 1] = "</body></html>\n"
  return table.concat(out, "\n")
end

return M
