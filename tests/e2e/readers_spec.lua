-- What `sbhost export` writes, as readers see it that are not ours: Python's csv, json and
-- xml.etree, FFmpeg, fountain-js. Of edit lists and timelines, for which no package has a
-- reader, also what their formats ask for.

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local plain = require "export.plain"
local support = require "support"

local HOSTILE = '=1+1</clip>"\n\r\n\n*INT. X - DAY*\n[[note]] /* cut */ -->\u{202E}\u{200B}{\\an8}<i>&amp;]]>\t'
  .. "~la > c < #2# العربية 漢字 '; -- \u{1F3AC}"
local LONG = ("long "):rep(4000)

local function shot(name, changes)
  local one = { key = name, name = name, duration = 2, size = "wide", image_url = "images/a b.png" }
  for field, value in pairs(changes or {}) do
    one[field] = value
  end
  return one
end

--- A project on disk, as a run leaves it, with these scenes and one picture.
local function project(scenes, settings, title)
  local at = support.write {
    ["story.lua"] = support.story(settings),
    ["data/small/artifact.json"] = json.encode {
      aspect = "16:9",
      narrative = { title = title or "Clock", logline = "Who?" },
      scenes = scenes,
    },
  }
  assert(file.mkdir(at .. "/data/small/images"))
  assert(image.draw { path = at .. "/data/small/images/a b.png", width = 320, height = 180, shapes = {} })
  return at
end

---@return string path
local function export(at, format)
  local path = ("%s/out.%s"):format(at, format)
  local result = support.run {
    "export", at .. "/story.lua", "--data", at .. "/data", "--format", format, "--out", path,
  }
  assert.equal(0, result.status, result.out .. result.err)
  return path
end

--- What a reader in Python finds.
local function read(at, format)
  local command = ("python3 %s/tests/e2e/readers.py %s %s"):format(support.tree, format, export(at, format))
  local result = support.shell(command)
  assert.equal(0, result.status, result.err)
  return assert(json.decode(result.out))
end

--- The events of an edit list, with their times as frames.
local function events(at, timebase)
  local list = {}
  local function frames(code)
    local hours, minutes, seconds, frame = code:match "^(%d%d):(%d%d):(%d%d):(%d%d)$"
    assert(tonumber(frame) < timebase, code)
    return ((hours * 60 + minutes) * 60 + seconds) * timebase + frame
  end
  for line in assert(file.read(export(at, "edl"))):gmatch "[^\n]+" do
    local number, from, to, start, ending =
      line:match "^(%d%d%d+)  AX       V     C        (%S+) (%S+) (%S+) (%S+)$"
    if number then
      list[#list + 1] = { tonumber(number), frames(from), frames(to), frames(start), frames(ending) }
    else
      assert.truthy(line:find "^TITLE: " or line == "FCM: NON-DROP FRAME" or line:find "^%* ", line)
      assert.truthy(utf8.len(line), line)
    end
  end
  return list
end

--- Each shot's frames, by all three formats that have them; they must agree.
---@return integer[] lengths
---@return table fcp7
local function cut_of(at, timebase, ntsc)
  local lengths, next_frame = {}, 3600 * timebase
  for i, event in ipairs(events(at, timebase)) do
    assert.same({ i, 0, event[5] - event[4], next_frame }, { event[1], event[2], event[3], event[4] })
    assert.is_true(event[3] > 0)
    lengths[i], next_frame = event[3], event[5]
  end
  local speed = ntsc and timebase * 1000 / 1001 or timebase
  local otio = read(at, "otio")
  assert.same({ 3600 * timebase, speed }, { otio.global_start_time.value, otio.global_start_time.rate })
  local clips = otio.tracks.children[1].children
  assert.equal(#lengths, #clips)
  for i, clip in ipairs(clips) do
    assert.same({ "Clip.1", 0, lengths[i], speed }, {
      clip.OTIO_SCHEMA, clip.source_range.start_time.value, clip.source_range.duration.value,
      clip.source_range.duration.rate,
    })
  end
  local fcp7 = read(at, "fcp7")
  assert.same({ "xmeml", "5" }, fcp7.root)
  assert.same({ "01:00:00:00", 3600 * timebase }, fcp7.timecode)
  assert.equal(next_frame - 3600 * timebase, fcp7.duration)
  local rate, starts, total, ids = { timebase, ntsc and "TRUE" or "FALSE" }, {}, 0, {}
  for i, length in ipairs(lengths) do
    starts[total] = i
    total = total + length
  end
  assert.same(rate, fcp7.rate)
  for _, clip in ipairs(fcp7.clips) do
    local start = clip.span[1]
    local length = lengths[assert(starts[start], "no shot starts there")]
    assert.same({ start, start + length, 0, length, length }, clip.span)
    assert.same({ rate, rate }, clip.rates)
    assert.truthy(clip.url:find "^file://localhost/.*/a%%20b%.png$")
    assert.is_nil(ids[clip.id] or ids[clip.file])
    ids[clip.id], ids[clip.file] = true, true
  end
  return lengths, fcp7
end

--- The cues of subtitles, as FFmpeg writes them anew.
local function cues(at)
  local result = support.shell("ffmpeg -v error -i " .. export(at, "srt") .. " -f srt -")
  assert.equal(0, result.status, result.err)
  assert.equal("", result.err)
  local list = {}
  for number, from, to, words in result.out:gsub("\r", ""):gmatch "(%d+)\n([%d:,]+) %-%-> ([%d:,]+)\n(.-)\n\n" do
    list[tonumber(number)] = { from, to, words }
  end
  return list
end

describe("an export, to readers that are not ours,", function()
  local hostile = project({
    {
      key = "one",
      name = HOSTILE,
      description = HOSTILE,
      shots = {
        shot("a", { name = HOSTILE, action = HOSTILE, dialogue = HOSTILE, sound = HOSTILE, props = { HOSTILE } }),
        shot("b", { name = "", dialogue = "BOSS: " .. HOSTILE, image_url = "../../elsewhere.png" }),
        shot("c", { name = LONG, action = LONG, dialogue = "" }),
      },
    },
  }, nil, HOSTILE)
  local odd = project({
    { key = "none", name = "None", shots = json.array {} },
    {
      key = "one",
      name = "One",
      shots = {
        shot("a", { duration = 1 / 3, dialogue = "BOSS: Now." }),
        shot("b", { duration = 1.234, image_url = json.null }),
        shot("c", { duration = json.null, dialogue = "BOSS: Then." }),
        shot("d", { image_url = "images/gone.png" }),
        shot "e",
      },
    },
  }, "rate = 23.976,")

  it("is a table of text, whatever is in it", function()
    local csv = read(hostile, "csv")
    assert.same({ 17 }, csv.widths)
    assert.equal(3, #csv.rows)
    assert.equal("'" .. plain.text(HOSTILE), csv.rows[1].action)
    assert.equal("'" .. plain.text(HOSTILE), csv.rows[1].scene_name)
    assert.equal(plain.text(LONG), csv.rows[3].action)
    for _, row in ipairs(csv.rows) do
      for _, text in pairs(row) do
        assert.is_nil(text:find "^[=+@%-\t]")
      end
    end
  end)

  it("is JSON with the texts as they are", function()
    local shots = read(hostile, "json").scenes[1].shots
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

  it("is an edit list and timelines that agree, with a gap where there is no picture", function()
    local _, xml = cut_of(hostile, 24)
    assert.same({ "10A", "10C" }, { xml.clips[1].name, xml.clips[2].name })
    assert.equal(plain.line(HOSTILE), xml.name)
    assert.equal(plain.line(HOSTILE), xml.clips[1].comment)
    assert.equal("BOSS: " .. plain.line(HOSTILE), xml.markers[2][3])
    assert.same({ 0, 48 }, { xml.markers[1][1], xml.markers[2][1] })
    local clips = read(hostile, "otio").tracks.children[1].children
    assert.equal("ExternalReference.1", clips[1].media_reference.OTIO_SCHEMA)
    assert.equal("MissingReference.1", clips[2].media_reference.OTIO_SCHEMA)
    assert.equal(HOSTILE, clips[1].metadata.sbhost.action)
  end)

  it("counts frames of 23.976 as 24, holds a shot of no duration, and leaves missing pictures out", function()
    local lengths, xml = cut_of(odd, 24, true)
    assert.same({ 8, 30, 72, 47, 48 }, lengths) -- ends at 0.333, 1.567, 4.567, 6.567 and 8.567 seconds
    assert.same({ "20A", "20C", "20E" }, { xml.clips[1].name, xml.clips[2].name, xml.clips[3].name })
  end)

  it("gives each shot a frame of its own, however short it is", function()
    local short = {}
    for i = 1, 10 do
      short[i] = shot("s" .. i, { duration = 0.01 })
    end
    short[11] = shot "long"
    local lengths = cut_of(project { { key = "one", name = "One", shots = short } }, 24)
    assert.same({ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 40 }, lengths) -- 2.1 seconds in all
  end)

  it("goes on after 999 events", function()
    local many = {}
    for i = 1, 1200 do
      many[i] = shot("s" .. i, { duration = 1.1 })
    end
    local lengths = cut_of(project({ { key = "one", name = "One", shots = many } }, "rate = 29.97,"), 30, true)
    assert.equal(1200, #lengths)
    local total = 0
    for _, length in ipairs(lengths) do
      total = total + length
    end
    assert.equal(math.floor(1320 * 30000 / 1001 + 0.5), total)
  end)

  it("is a screenplay of headings, action and speech", function()
    local at, message = support.npm("fountain-js@1", "fountain.mjs")
    if not at then
      pending(message)
    end
    local function tokens(of)
      local result = support.shell(("cd %s && node fountain.mjs %s"):format(at, export(of, "fountain")))
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
