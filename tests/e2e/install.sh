#!/bin/sh
# tests/e2e/install.sh CMAKE BUILD -- an installed program works from anywhere,
# through a link too, and without the tree's Lua files.
set -eu

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$1" --install "$2" --prefix "$place/usr" >/dev/null
ln -s "$place/usr/bin/sbhost" "$place/sbhost"
cat >"$place/root.lua" <<'END'
local root = require("host.program").root
assert(io.open(root .. "/cli/main.lua")):close()
print(root)
END

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
