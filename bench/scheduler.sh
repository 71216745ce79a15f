#!/bin/sh
# bench/scheduler.sh: what a node of a graph costs, and what the program costs
# to start. Whole processes are timed, from exec to exit: the least of 5 means
# of several runs each. Peers that are installed run a graph of the same shape.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${SBHOST:-$here/../build/sbhost}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

# least RUNS COMMAND...: microseconds of a run
least() {
  runs=$1
  shift
  best=
  for _ in 1 2 3 4 5; do
    i=0
    start=$(date +%s%N)
    while [ $i -lt "$runs" ]; do
      "$@" >/dev/null
      i=$((i + 1))
    done
    mean=$((($(date +%s%N) - start) / runs / 1000))
    if [ -z "$best" ] || [ "$mean" -lt "$best" ]; then best=$mean; fi
  done
  echo "$best"
}

# row NAME MICROSECONDS NODES [OURS]
row() {
  awk -v name="$1" -v us="$2" -v nodes="$3" -v ours="${4:-}" 'BEGIN {
    printf "  %-34s %9.1f ms", name, us / 1000
    if (nodes > 0) printf "  %7.3f us/node", us / nodes
    if (ours != "") printf "  %6.1f times sbhost", us / ours
    print ""
  }'
}

# The same graph as files that are up to date. A generator's outputs need no
# entry in ninja's log to be so.
ninja_files() {
  awk -v layers="$1" -v width="$2" 'BEGIN {
    print "rule touch\n  command = touch $out\n  generator = 1"
    for (layer = 0; layer < layers; layer++)
      for (i = 0; i < width; i++) {
        printf "build n%d_%d: touch", layer, i
        if (layer > 0)
          printf " n%d_%d n%d_%d", layer - 1, i, layer - 1, (i + 1) % width
        print ""
      }
  }' >build.ninja
  layer=0
  while [ $layer -lt "$1" ]; do
    seq -f "n${layer}_%g" 0 $(($2 - 1)) | xargs touch
    layer=$((layer + 1))
  done
  ninja >/dev/null
}

echo "start to end of a process"
row "/bin/true, for comparison" "$(least 50 /bin/true)" 0
row "sbhost --version" "$(least 50 "$sbhost" --version)" 0
: >empty.lua
row "sbhost lua, an empty script" "$(least 50 "$sbhost" lua empty.lua)" 0

echo "100 layers of 100 no-op nodes, two parents each"
ours=$(least 20 "$sbhost" lua "$here/scheduler.lua" 100 100)
row "sbhost" "$ours" 10000
if command -v ninja >/dev/null; then
  ninja_files 100 100
  row "ninja, all up to date" "$(least 20 ninja)" 10000 "$ours"
fi
if command -v node >/dev/null; then
  row "node, promises" \
    "$(least 5 node "$here/scheduler.mjs" 100 100)" 10000 "$ours"
fi
if command -v python3 >/dev/null; then
  # the interpreter itself, where python3 is a script that looks for it
  python=$(python3 -c 'import sys; print(sys.executable)')
  row "python3, asyncio tasks" \
    "$(least 5 "$python" "$here/scheduler.py" 100 100)" 10000 "$ours"
fi

echo "1,000 layers of 1,000 no-op nodes, two parents each"
row "sbhost" "$(least 1 "$sbhost" lua "$here/scheduler.lua" 1000 1000)" 1000000
