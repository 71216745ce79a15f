-- docs/terminal.lua: makes a page of what a terminal shows, text with colours as tmux
-- captures it, for docs/terminal.sh.
--
--   build/sbhost lua docs/terminal.lua < captured > page.html

local STYLES = {
  ["1"] = "font-weight: bold", ["2"] = "opacity: 0.6", ["31"] = "color: #ff7b72", ["32"] = "color: #3fb950",
}
local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function escaped(text)
  return (text:gsub("[&<>]", ENTITIES))
end

--- A line, each piece of it in the style that stands before it.
local function line_of(text)
  local pieces, styles = {}, {}
  for codes, piece in ("\27[0m" .. text):gmatch "\27%[([%d;]*)m([^\27]*)" do
    for code in (codes == "" and "0" or codes):gmatch "%d+" do
      if code == "0" or code == "39" then
        styles = {}
      else
        styles[#styles + 1] = STYLES[code]
      end
    end
    pieces[#pieces + 1] = ('<span style="%s">%s</span>'):format(table.concat(styles, "; "), escaped(piece))
  end
  return table.concat(pieces)
end

local lines = {}
for line in io.lines() do
  lines[#lines + 1] = line_of(line)
end
while lines[#lines] and not lines[#lines]:gsub("<[^>]*>", ""):find "%S" do
  lines[#lines] = nil
end
print [[<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #161b22; }
pre { margin: 0; padding: 18px 22px; color: #e6edf3; font: 15px/1.3 "DejaVu Sans Mono", monospace; }
</style>]]
print("<pre>" .. table.concat(lines, "\n") .. "</pre>")
