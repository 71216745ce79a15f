-- The cut, as editing programs read it: edit list and timelines are as their formats'
-- specifications say, agree with each other, and are what OpenShot's own importers take.

local plain = require "export.plain"
local rates = require "pipeline.rates"
local reading = require "reading"
local support = require "support"

local HOSTILE, shot = reading.HOSTILE, reading.shot

--- Final Cut Pro 7 XML, held against a schema of the format by xmllint.
local function read_fcp7(at)
  local schema = support.tree .. "/tests/e2e/schemas/xmeml.rng"
  local checked = support.shell(("xmllint --noout --relaxng %s %s"):format(schema, reading.export(at, "fcp7")))
  assert.equal(0, checked.status, checked.err)
  return reading.python("readers.py", "fcp7", at .. "/out.fcp7")
end

--- Each shot's frames, by all three formats that have them; they must agree.
---@return integer[] lengths
---@return table fcp7
---@return table edl
local function cut_of(at, timebase, ntsc)
  local lengths, next_frame = {}, 3600 * timebase
  local edl = reading.read(at, "edl", timebase)
  for i, event in ipairs(edl.events) do
    assert.same({ 0, next_frame }, { event.source[1], event.record[1] })
    lengths[i], next_frame = event.source[2], event.record[2]
  end
  local speed = ntsc and timebase * 1000 / 1001 or timebase
  local otio = reading.read(at, "otio")
  assert.same({ 3600 * timebase, speed }, { otio.global_start_time.value, otio.global_start_time.rate })
  local clips = otio.tracks.children[1].children
  assert.equal(#lengths, #clips)
  local fcp7 = read_fcp7(at)
  assert.same({ "01:00:00:00", 3600 * timebase }, fcp7.timecode)
  assert.equal(next_frame - 3600 * timebase, fcp7.duration)
  local rate, start, drawn = { timebase, ntsc and "TRUE" or "FALSE" }, 0, 0
  assert.same(rate, fcp7.rate)
  for i, length in ipairs(lengths) do
    local source, reference = clips[i].source_range, clips[i].media_reference
    assert.same({ 0, length, speed }, { source.start_time.value, source.duration.value, source.duration.rate })
    if reference.file then
      drawn = drawn + 1
      local still = fcp7.clips[drawn]
      assert.same({ start, start + length, 0, length, length }, still.span)
      assert.same({ rate, rate }, still.rates)
      assert.equal(reference.file, still.file)
      assert.equal(reference.file:match "[^/]+$", edl.events[i]["* FROM CLIP NAME"])
      assert.equal(still.name, edl.events[i]["* COMMENT"]:match "^%S+")
      assert.equal(still.name, clips[i].name:match "^%S+")
    else
      assert.equal(edl.events[i]["* COMMENT"]:match "^%S+", edl.events[i]["* FROM CLIP NAME"])
    end
    start = start + length
  end
  assert.equal(drawn, #fcp7.clips)
  return lengths, fcp7, edl
end

describe("the cut", function()
  it("is an edit list and timelines that agree, with a gap where there is no picture", function()
    local hostile = reading.hostile()
    local _, xml, edl = cut_of(hostile, 24)
    assert.same({ "10A", "10C" }, { xml.clips[1].name, xml.clips[2].name })
    assert.equal(plain.line(HOSTILE), xml.name)
    assert.equal(plain.line(HOSTILE):sub(1, 40), edl.title:sub(1, 40))
    assert.equal(plain.line(HOSTILE), xml.clips[1].comment)
    assert.equal("BOSS: " .. plain.line(HOSTILE), xml.markers[2][3])
    assert.same({ 0, 48 }, { xml.markers[1][1], xml.markers[2][1] })
    local clips = reading.read(hostile, "otio").tracks.children[1].children
    assert.equal("MissingReference.1", clips[2].media_reference.OTIO_SCHEMA)
    assert.equal(HOSTILE, clips[1].metadata.sbhost.action)
    assert.equal(reading.ODD:match "[^/]+$", clips[1].media_reference.file:match "[^/]+$")
  end)

  it("counts frames of 23.976 as 24, holds a shot of no duration, and leaves missing pictures out", function()
    local lengths, xml = cut_of(reading.odd(), 24, true)
    assert.same({ 8, 30, 72, 47, 48 }, lengths) -- ends at 0.333, 1.567, 4.567, 6.567 and 8.567 seconds
    assert.same({ "20A", "20C", "20E" }, { xml.clips[1].name, xml.clips[2].name, xml.clips[3].name })
  end)

  it("agrees at every rate that a story may have", function()
    for _, rate in ipairs(rates.names) do
      local shots = { shot("a", { duration = 1 / 3 }), shot("b", { duration = 2.7 }), shot("c", { duration = 0.02 }) }
      local at = reading.project({ { key = "one", name = "One", shots = shots } }, ("rate = %s,"):format(rate))
      local of = rates.of(rate)
      assert.equal(3, #cut_of(at, of.timebase, of.ntsc))
    end
  end)

  it("gives each shot a frame of its own, however short it is", function()
    local short = {}
    for i = 1, 10 do
      short[i] = shot("s" .. i, { duration = 0.01 })
    end
    short[11] = shot "long"
    local lengths = cut_of(reading.project { { key = "one", name = "One", shots = short } }, 24)
    assert.same({ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 40 }, lengths) -- 2.1 seconds in all
  end)

  it("goes on after 999 events", function()
    local many = {}
    for i = 1, 1200 do
      many[i] = shot("s" .. i, { duration = 1.1 })
    end
    local scenes = { { key = "one", name = "One", shots = many } }
    local lengths = cut_of(reading.project(scenes, "rate = 29.97,"), 30, true)
    assert.equal(1200, #lengths)
    local total = 0
    for _, length in ipairs(lengths) do
      total = total + length
    end
    assert.equal(math.floor(1320 * 30000 / 1001 + 0.5), total)
  end)
end)

describe("OpenShot", function()
  local shots = {}
  for i, duration in ipairs { 2, 0.5, 3.25, 1.1, 7 } do
    local drawn = i ~= 3 and ("images/shot-%d.png"):format(i) or "images/gone.png"
    shots[i] = shot("s" .. i, { duration = duration, image_url = drawn })
  end

  --- What it makes of an export at a rate: each clip's picture and, in frames, where it begins
  --- and how long it is.
  local function imported(format, rate)
    if support.shell("test -d /usr/lib/python3/dist-packages/openshot_qt").status ~= 0 then
      assert(support.shell("apt-cache show openshot-qt").status ~= 0, "OpenShot is missing: ./dev test installs it")
      pending "this system has no package of OpenShot"
    end
    local at = reading.project({ { key = "one", name = "One", shots = shots } }, ("rate = %g,"):format(rate))
    local clips = {}
    for i, clip in ipairs(reading.python("imported.py", format, reading.export(at, format),
      at .. "/data/small/images", rate)) do
      assert.equal(0, clip["in"])
      -- The pictures are told apart by their widths: they were really read.
      assert.equal(64 + 2 * i, clip.width, clip.file)
      clips[i] = { clip.file:match "[^/]+$", math.floor(clip.start + 0.5), math.floor(clip.out + 0.5) }
      assert.near(clip.start, clips[i][2], 0.001)
      assert.near(clip.out, clips[i][3], 0.001)
    end
    return clips
  end

  --- Where the shots that have a picture stand, by hand.
  local function expected(rate, from)
    local clips, seconds, start = {}, 0, 0
    for i, one in ipairs(shots) do
      seconds = seconds + one.duration
      local ending = math.floor(seconds * rate + 0.5)
      clips[#clips + 1] = i ~= 3 and { ("shot-%d.png"):format(i), from + start, ending - start } or nil
      start = ending
    end
    return clips
  end

  for _, rate in ipairs { 24, 25, 30 } do
    it(("imports the edit list and Final Cut Pro 7 XML at %d frames a second"):format(rate), function()
      assert.same(expected(rate, 3600 * rate), imported("edl", rate))
      assert.same(expected(rate, 0), imported("fcp7", rate))
    end)
  end

  it("imports Final Cut Pro 7 XML at 29.97", function()
    assert.same(expected(30000 / 1001, 0), imported("fcp7", 29.97))
  end)
end)
