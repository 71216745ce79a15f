"""imported.py FORMAT FILE FOLDER RATE: the clips that the video editor OpenShot makes of an
edit list (edl) or of Final Cut Pro 7 XML (fcp7), as JSON. Its own importers run, in a
project at RATE frames a second and without a window; files that they do not find are
looked for in FOLDER, as if a person had pointed there."""

import json
import os
import sys
import tempfile
import types
from unittest import mock

kind, path, folder, rate = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
os.environ["HOME"] = tempfile.mkdtemp()  # OpenShot makes folders of its own there
answer, sys.stdout = sys.stdout, sys.stderr  # and logs
sys.path.insert(0, "/usr/lib/python3/dist-packages/openshot_qt")

timebase = round(rate + 0.01)
speed = (timebase, 1) if rate == timebase else (timebase * 1000, 1001)


class Project:
    """What OpenShot keeps a project's data in, as far as its importers ask for it."""

    current_filepath = None

    def __init__(self):
        self.data = {"fps": {"num": speed[0], "den": speed[1]}, "layers": [{"number": 1000000}],
                     "clips": [], "files": []}

    def get(self, key):
        return self.data[key[0] if isinstance(key, list) else key]

    def generate_id(self):
        return str(sum(len(made) for made in self.data.values()))

    def insert(self, key, values):
        self.data[key[0]].append(values)


project = Project()
app = mock.MagicMock(project=project, updates=project, _tr=lambda text: text)
sys.modules["classes.app"] = types.ModuleType("classes.app")
sys.modules["classes.app"].get_app = lambda: app

from PyQt5.QtWidgets import QFileDialog, QMessageBox  # noqa: E402 (they need what stands above)
from classes.importers import edl, final_cut_pro  # noqa: E402
from windows.views import find_file  # noqa: E402

QFileDialog.getOpenFileName = lambda *_: (path, "")
QFileDialog.getExistingDirectory = lambda *_: ""  # nobody knows where else a file could be
QMessageBox.warning = lambda *_: None
find_file.known_paths.append(folder)

{"edl": edl.import_edl, "fcp7": final_cut_pro.import_xml}[kind]()
frames = speed[0] / speed[1]
json.dump(
    [
        {
            "file": clip["reader"]["path"],
            "title": clip["title"],
            "width": clip["reader"]["width"],
            "start": clip["position"] * frames,
            "in": clip["start"] * frames,
            "out": clip["end"] * frames,
        }
        for clip in project.data["clips"]
    ],
    answer,
)
answer.flush()  # OpenShot ends the process without it
