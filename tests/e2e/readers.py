"""readers.py FORMAT FILE: what Python's own readers find in an export, as JSON."""

import csv
import json
import sys
import xml.etree.ElementTree as ET


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as source:
        rows = list(csv.reader(source, strict=True))
    return {"columns": rows[0], "rows": [dict(zip(rows[0], row)) for row in rows[1:]],
            "widths": sorted({len(row) for row in rows})}


def read_json(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


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
            "file": clip.find("file").get("id"),
            "url": clip.findtext("file/pathurl"),
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


READERS = {"csv": read_csv, "json": read_json, "otio": read_json, "fcp7": read_fcp7}
print(json.dumps(READERS[sys.argv[1]](sys.argv[2])))
