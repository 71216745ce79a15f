"""bench/store.py FILE CALLS: the same as bench/store.lua, one after the other."""

import sqlite3
import sys
import time

path, calls = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(path, isolation_level=None)
db.executescript("""
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE call (id INTEGER PRIMARY KEY, state INTEGER, key TEXT,
                       request TEXT, answer TEXT);
    CREATE INDEX answered ON call (key, id) WHERE state = 3;
""")
request, answer = "a word or two " * 146, "and more of it" * 293
began = time.monotonic()
for i in range(1, calls + 1):
    db.execute("INSERT INTO call VALUES (?, 0, ?, ?, NULL)", (i, f"{i * 2654435761:064x}", request))
    db.execute("UPDATE call SET state = 3, answer = ? WHERE id = ?", (answer, i))
seconds = time.monotonic() - began
print(f"  python3, {calls} calls, a commit each {calls / seconds:11.0f} calls/s")
