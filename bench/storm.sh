#!/bin/sh
# bench/storm.sh: bench/storm.lua, with clocks that jump over what is waited for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
SHIM_SKIP=1 LD_PRELOAD=$here/../build/tests/durability/shim.so \
  exec "${SBHOST:-$here/../build/sbhost}" lua "$here/storm.lua"
