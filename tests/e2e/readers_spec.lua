-- What `sbhost export` writes, as readers see it that are not ours: Python's csv and json,
-- FFmpeg, fountain-js. What editing programs read is in cut_spec.lua.

local json = require "host.json"
local plain = require "export.plain"
local reading = require "reading"
local support = require "support"

local HOSTILE = reading.HOSTILE

--- The cues of subtitles, as FFmpeg writes them anew.
local function cues(at)
  local result = support.shell("ffmpeg -v error -i " .. reading.export(at, "srt") .. " -f srt -")
  assert.equal(0, result.status, result.err)
  assert.equal("", result.err)
  local list = {}
  for number, from, to, words in result.out:gsub("\r", ""):gmatch "(%d+)\n([%d:,]+) %-%-> ([%d:,]+)\n(.-)\n\n" do
    list[tonumber(number)] = { from, to, words }
  end
  return list
end

describe("an export, to readers that are not ours,", function()
  local hostile, odd = reading.hostile(), reading.odd()

  it("is a table of text, whatever is in it", function()
    local csv = reading.read(hostile, "csv")
    assert.same({ 17 }, csv.widths)
    assert.equal(3, #csv.rows)
    assert.equal("'" .. plain.text(HOSTILE), csv.rows[1].action)
    assert.equal("'" .. plain.text(HOSTILE), csv.rows[1].scene_name)
    assert.equal(plain.text(reading.LONG), csv.rows[3].action)
    for _, row in ipairs(csv.rows) do
      for _, text in pairs(row) do
        assert.is_nil(text:find "^[=+@%-\t]")
      end
    end
  end)

  it("is JSON with the texts as they are", function()
    local shots = reading.read(hostile, "json").scenes[1].shots
    assert.same({ HOSTILE, "10A", "00:00:02:00", 48 }, {
      shots[1].action, shots[1].number, shots[2].start, shots[2].frames,
    })
  end)

  it("is subtitles that say no more than was said", function()
    local list = cues(hostile)
    assert.equal(2, #list)
    assert.same({ "00:00:02,000", "00:00:04,000" }, { list[2][1], list[2][2] })
    assert.equal('BOSS: =1+1‹/clip›"\n*INT. X - DAY*', list[2][3]:match "^[^\n]*\n[^\n]*", list[2][3])
    assert.same({ { "00:00:00,000", "00:00:00,333", "BOSS: Now." }, { "00:00:01,567", "00:00:04,567", "BOSS: Then." } },
      cues(odd))
  end)

  it("is a screenplay of headings, action and speech", function()
    local at, message = support.npm("fountain-js@1", "fountain.mjs")
    if not at then
      pending(message)
    end
    local function tokens(of)
      local result = support.shell(("cd %s && node fountain.mjs %s"):format(at, reading.export(of, "fountain")))
      local types = {}
      local list = assert(json.decode(result.out), result.err).tokens
      for i, token in ipairs(list) do
        types[i] = token.type
      end
      return list, table.concat(types, " ")
    end
    local list, types = tokens(odd)
    local speech = "action dialogue_begin character dialogue dialogue_end"
    assert.equal(
      ("title notes scene_heading scene_heading %s action %s action action"):format(speech, speech), types)
    assert.same({ "None", "10", "One", "20" }, { list[3].text, list[3].number, list[4].text, list[4].number })
    assert.same({ "BOSS", "Now." }, { list[7].text, list[8].text })
    local strange = {}
    for i, token in ipairs((tokens(hostile))) do
      strange[token.type] = i
    end
    for _, plain_one in ipairs { "title", "notes", "scene_heading", "action", "dialogue_begin", "character", "dialogue",
      "dialogue_end" } do
      strange[plain_one] = nil
    end
    assert.same({}, strange)
  end)
end)
