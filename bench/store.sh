#!/bin/sh
# bench/store.sh: calls of 4 KB made durable, an intent and an answer each, with
# fsync; by one task and by many at once. Beside it python's sqlite3 with the
# same settings and a commit for each.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${SBHOST:-$here/../build/sbhost}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

echo "answered calls of 4 KB, durable:"
"$sbhost" lua "$here/store.lua" "$place/memo.db" 1 1000
"$sbhost" lua "$here/store.lua" "$place/memo.db" 32 20000
"$sbhost" lua "$here/store.lua" "$place/memo.db" 200 20000
if command -v python3 >/dev/null; then
  python3 "$here/store.py" "$place/peer.db" 1000
fi
