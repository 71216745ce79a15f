#!/bin/sh
# bench/board.sh: what storyboard.html costs: the loop that renders it, and the browser
# that shows one of 500 shots with a picture each. The second part needs chromium, node
# and npm.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${SBHOST:-$here/../build/sbhost}
"$sbhost" lua "$here/board.lua"
if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then
  echo "no chromium or no npm: the browser is not measured"
  exit 0
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
env -u OPENROUTER_API_KEY "$sbhost" run "$here/../examples/lighthouse.lua" --data "$place" --quiet
"$sbhost" lua "$here/board_page.lua" "$place/lighthouse"
cp "$here/board_page.mjs" "$place/"
(cd "$place" && npm install --silent --no-audit --no-fund playwright-core@1 >/dev/null)
node "$place/board_page.mjs" "$(command -v chromium)" "file://$place/lighthouse/storyboard.html"
