#!/bin/sh
# bench/noop.sh: a finished story of 10,000 tasks run again with nothing to do, and a
# hundredth of it for the line that time and memory grow along; beside it ninja with as
# many targets. Further sizes, in scenes of some 20 tasks, may be given: 5200 makes
# 100,000 tasks and takes some minutes to answer first.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${SBHOST:-$here/../build/sbhost}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

for scenes in 5 520 "$@"; do
  "$sbhost" lua "$here/noop.lua" "$place/$scenes" "$scenes"
done

if command -v ninja >/dev/null; then
  mkdir "$place/ninja"
  cd "$place/ninja"
  cat >build.ninja <<'END'
rule touch
  command = touch $out
END
  seq 10000 | sed 's/.*/build out&: touch/' >>build.ninja
  ninja -j2 >/dev/null
  for _ in 1 2 3 4 5; do
    /usr/bin/time -f %e ninja 2>&1 >/dev/null
  done | sort -n | sed -n '3s/$/ s: ninja, 10000 targets, nothing to do/p'
fi
