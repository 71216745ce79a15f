-- A model that answers with everything that could break a file, steer a terminal or run on a
-- page: every output is well formed, and inert.

local file = require "host.file"
local hostile = require "hostile"
local json = require "host.json"
local reading = require "reading"
local support = require "support"

local assert_inert = hostile.assert_inert

describe("a model that answers with all that is hostile", function()
  local failing = true
  local serving = hostile.provider(function()
    return failing
  end)
  local at = support.write { ["story.lua"] = support.story() }

  local function sbhost(command, ...)
    local arguments = { command, at .. "/story.lua", "--data", at .. "/data", ... }
    if command ~= "status" and command ~= "export" and command ~= "clean" then
      table.move({ "--base-url", serving.url }, 1, 2, #arguments + 1, arguments)
    end
    return support.run(arguments)
  end

  local run = sbhost "run"
  local board = json.decode(file.read(at .. "/data/small/artifact.json"))
  local scene = board.scenes[1].key
  local shot = ("shot_images[%s/%s]"):format(scene, board.scenes[1].shots[1].key)

  local function export(format, ...)
    local path = ("%s/out.%s"):format(at, format)
    local result = sbhost("export", "--format", format, "--out", path, ...)
    assert.equal(0, result.status, result.out .. result.err)
    assert_inert(result.out)
    return path
  end

  local function shell(command, ...)
    local result = support.shell(command:format(...))
    assert.equal(0, result.status, result.out .. result.err)
    return result.out
  end

  it("tells a terminal nothing, whatever is asked", function()
    assert.equal(1, run.status, run.out .. run.err)
    assert.truthy(run.out:find("failed: 400", 1, true), run.out)
    assert_inert(run.out .. run.err)
    for _, words in ipairs {
      { "status" }, { "plan" }, { "graph" }, { "graph", "--tasks" }, { "graph", "--tasks", "--format", "mermaid" },
      { "check" }, { "takes", "lore" }, { "takes", ("shots[%s]"):format(scene) }, { "why", shot }, { "prompt", shot },
      { "prompt", ("shots[%s]"):format(scene) }, { "redo", shot }, { "why", shot }, { "keep", "lore" }, { "edits" },
      { "unedit", "lore.title" }, { "why", "narrative" }, { "choose", "lore", "2" }, { "why", "narrative" },
      { "why", "no-such[" .. hostile.TEXT:gsub("%z", "") .. "]" }, { "doubt" },
    } do
      local result = sbhost(table.unpack(words))
      assert.is_true(#result.out + #result.err > 0, words[1])
      assert_inert(result.out .. result.err)
    end
  end)

  it("tells programs all of it, as JSON", function()
    failing = false
    local result = sbhost("run", "--json")
    assert.equal(0, result.status, result.out)
    for line in result.out:gmatch "[^\n]+" do
      assert(json.decode(line))
      assert.is_nil(line:find "%c", line)
    end
  end)

  it("leaves files and names that stay where they belong", function()
    local found = shell("find %s -type f", at)
    for path in found:gmatch "[^\n]+" do
      assert.is_nil(path:find("[%c;`$|\"'<>]", #at), path)
    end
    assert.is_nil(found:find("passwd[^%w-]"), found)
  end)

  it("is a page on which nothing runs", function()
    local html = assert(file.read(at .. "/data/small/storyboard.html"))
    local _, scripts = html:gsub("<script", "")
    assert.equal(1, scripts)
    assert.is_nil(html:find "[%z\1-\8\11\12\14-\31]")
    assert.is_nil(html:gsub('"[^"]*"', ""):find "<[^>]*onerror")
    _, scripts = assert(file.read(export "html")):gsub("<script", "")
    assert.equal(1, scripts)
  end)

  it("is paper that others read", function()
    for _, layout in ipairs { "western", "konte", "grid" } do
      local path = export("pdf", "--layout", layout)
      shell("qpdf --check %s", path)
      -- What runs from right to left is marked as that by pdftotext itself.
      assert_inert((shell("pdftotext %s -", path):gsub("\f", ""):gsub("\u{202B}", ""):gsub("\u{202C}", "")))
      assert.is_nil(assert(file.read(path)):find("/JavaScript", 1, true))
    end
  end)

  it("is a folder of pictures that sort as the film runs, and nothing beside it", function()
    local before = shell("find %s | sort", at)
    local folder, names = export "pictures", {}
    for name in shell("ls %s", folder):gmatch "[^\n]+" do
      names[#names + 1] = name:match "^(%d)_" .. name:match "_(%d+%a)_"
      assert.truthy(name:find "^%d_%d+%a_[%w%-\x80-\xFF]+%.png$", name)
      assert(utf8.len(name))
    end
    assert.same({ "110A", "210B", "320A", "420B" }, names)
    shell("cd %s && pngcheck -q *.png", folder)
    shell("rm -r %s", folder)
    assert.equal(before, shell("find %s | sort", at))
  end)

  it("is lists, cuts, subtitles and a screenplay of as many shots as there are", function()
    local rows = reading.python("readers.py", "csv", export "csv")
    assert.same({ { 17 }, 4 }, { rows.widths, #rows.rows })
    for _, row in ipairs(rows.rows) do
      for _, text in pairs(row) do
        assert_inert(text)
        assert.is_nil(text:find "^%s*[=+@-]" or text:find "^%s*＝", text)
      end
    end
    for _, format in ipairs { "fcp7", "otio", "json" } do
      reading.python("readers.py", format, export(format))
    end
    shell("xmllint --noout --relaxng %s/tests/e2e/schemas/xmeml.rng %s/out.fcp7", support.tree, at)
    local edl = export "edl"
    assert_inert(assert(file.read(edl)))
    assert.equal(4, #reading.python("readers.py", "edl", edl, 24).events)
    local srt = shell("ffmpeg -v error -i %s -f srt -", export "srt")
    assert_inert((srt:gsub("\r", "")))
    local _, cues = srt:gsub("%d\n%d%d:%d%d:%d%d,%d%d%d %-%-> ", "")
    assert.equal(4, cues)
    local screenplay = assert(file.read(export "fountain"))
    assert_inert(screenplay)
    assert.is_nil(screenplay:find("[[", 1, true) or screenplay:find("/*", 1, true))
    local _, headings = screenplay:gsub("\n\n%.[^%.]", "")
    assert.equal(#board.scenes, headings)
    serving.close()
  end)
end)
