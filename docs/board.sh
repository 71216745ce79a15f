#!/bin/sh
# docs/board.sh: makes docs/board.png, the picture of a board in README, from a real
# run. Needs chromium and imagemagick.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
env -u OPENROUTER_API_KEY "$tree/build/sbhost" run "$tree/examples/lighthouse.lua" --data "$place" --quiet
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
  --hide-scrollbars --user-data-dir="$place/chromium" --window-size=1280,4200 \
  --screenshot="$place/page.png" "file://$place/lighthouse/storyboard.html" 2>/dev/null
convert "$place/page.png" -crop 1280x1180+0+1900 +repage -resize 960x +dither -colors 160 PNG8:"$tree/docs/board.png"
