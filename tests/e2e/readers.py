"""readers.py FORMAT FILE [TIMEBASE]: what Python's own readers find in an export, as JSON. An
edit list and a timeline must be as their formats' specifications say, or it fails."""

import csv
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ET


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as source:
        rows = list(csv.reader(source, strict=True))
    return {"columns": rows[0], "rows": [dict(zip(rows[0], row)) for row in rows[1:]],
            "widths": sorted({len(row) for row in rows})}


def read_json(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def file_at(url):
    """The file that a URL names, which must be there."""
    parts = urllib.parse.urlsplit(url)
    path = urllib.parse.unquote(parts.path, errors="strict")
    assert parts.scheme == "file" and parts.netloc in ("", "localhost") and not parts.query and not parts.fragment, url
    assert os.path.isfile(path), path
    return path


def read_otio(path):
    import jsonschema

    with open(os.path.join(os.path.dirname(__file__), "schemas", "otio.json"), encoding="utf-8") as source:
        schema = json.load(source)
    timeline = read_json(path)
    jsonschema.Draft202012Validator(schema).validate(timeline)
    for clip in timeline["tracks"]["children"][0]["children"]:
        reference = clip["media_reference"]
        reference["file"] = "target_url" in reference and file_at(reference["target_url"])
    return timeline


# A line of a CMX 3600 edit list: number, reel, track, transition, and four timecodes, each in
# columns of its own. There is one digit more from event 1000 on.
CODE = r"(\d\d:[0-5]\d:[0-5]\d:\d\d)"
EVENT = re.compile(rf"(\d{{3,4}})  (\w{{1,8}}) {{1,8}}(V) {{5}}(C) {{8}}{CODE} {CODE} {CODE} {CODE}")


def frames(code, timebase):
    hours, minutes, seconds, frame = map(int, code.split(":"))
    assert hours < 24 and frame < timebase, code
    return ((hours * 60 + minutes) * 60 + seconds) * timebase + frame


def read_edl(path):
    timebase = int(sys.argv[3])
    with open(path, encoding="utf-8", newline="") as source:
        text = source.read()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    lines = text.split("\n")
    assert lines[0].startswith("TITLE: ") and len(lines[0]) <= 77, lines[0]
    assert lines[1] == "FCM: NON-DROP FRAME" and lines[-1] == "", lines[1]
    events = []
    for line in filter(None, lines[2:]):
        assert len(line) <= 240, line
        match = EVENT.fullmatch(line)
        if match:
            first, last, start, end = (frames(code, timebase) for code in match.groups()[4:])
            assert int(match[1]) == len(events) + 1 and len(match[0]) == 73 + len(match[1]), line
            assert last - first == end - start > 0 and match[2] == "AX", line
            events.append({"source": [first, last], "record": [start, end]})
        else:
            name, _, value = line.partition(": ")
            assert name in ("* FROM CLIP NAME", "* COMMENT") and name not in events[-1], line
            events[-1][name] = value
    return {"title": lines[0][7:], "events": events}


def number(element, name):
    return int(element.findtext(name))


def rate_of(element):
    return [number(element, "rate/timebase"), element.findtext("rate/ntsc")]


def read_fcp7(path):
    root = ET.parse(path).getroot()
    sequence = root.find("sequence")
    clips = [
        {
            "id": clip.get("id"),
            "name": clip.findtext("name"),
            "span": [number(clip, name) for name in ("start", "end", "in", "out", "duration")],
            "rates": [rate_of(clip), rate_of(clip.find("file"))],
            "file_id": clip.find("file").get("id"),
            "file": file_at(clip.findtext("file/pathurl")),
            "file_name": clip.findtext("file/name"),
            "comment": clip.findtext("comments/mastercomment1"),
        }
        for clip in sequence.findall("media/video/track/clipitem")
    ]
    return {
        "root": [root.tag, root.get("version")],
        "name": sequence.findtext("name"),
        "duration": number(sequence, "duration"),
        "rate": rate_of(sequence),
        "timecode": [sequence.findtext("timecode/string"), number(sequence, "timecode/frame")],
        "tracks": len(sequence.findall("media/video/track")),
        "clips": clips,
        "markers": [[number(one, "in"), one.findtext("name"), one.findtext("comment")]
                    for one in sequence.findall("marker")],
        "tags": sorted({element.tag for element in root.iter()}),
    }


READERS = {"csv": read_csv, "json": read_json, "edl": read_edl, "otio": read_otio, "fcp7": read_fcp7}
print(json.dumps(READERS[sys.argv[1]](sys.argv[2])))
