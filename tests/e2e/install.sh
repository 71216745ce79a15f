#!/bin/sh
# tests/e2e/install.sh CMAKE BUILD -- an installed program works from anywhere,
# through a link too, and without the tree's Lua files and its modules; with none it says so.
set -eu

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$1" --install "$2" --prefix "$place/usr" >/dev/null
ln -s "$place/usr/bin/sbhost" "$place/sbhost"
cat >"$place/root.lua" <<'END'
local root = require("host.program").root
assert(io.open(root .. "/cli/main.lua")):close()
assert(require("host.pdf").write)
print(root)
END

# What the help texts and README lead to.
for page in README.md docs/steps.md docs/events.md docs/providers.md \
  docs/board.png examples/music/steps/music_cues.lua; do
  [ -f "$place/usr/share/doc/sbhost/$page" ] || {
    echo "$page is not installed" >&2
    exit 1
  }
done

cd /
for program in "$place/usr/bin/sbhost" "$place/sbhost"; do
  root=$("$program" lua "$place/root.lua")
  case $root in
  "$place"/usr/*) ;;
  *)
    echo "$program takes its Lua files from $root" >&2
    exit 1
    ;;
  esac
done

# Without them it says so, and ends as it does on wrong use.
status=0
SBHOST_LUA=/nowhere "$place/sbhost" 2>"$place/said" || status=$?
if [ "$status" -ne 2 ] || ! grep -q "cannot find the Lua half" "$place/said"; then
  echo "without its Lua files: status $status" >&2
  cat "$place/said" >&2
  exit 1
fi
