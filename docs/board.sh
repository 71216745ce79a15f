#!/bin/sh
# docs/board.sh: makes the pictures of a board in README from a real run: a scene of it
# (board.png), its title page in the dark (board-dark.png), and on paper
# (board-print.png). Needs chromium, imagemagick and poppler-utils.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
env -u OPENROUTER_API_KEY "$tree/build/sbhost" run "$tree/examples/lighthouse.lua" --data "$place" --quiet
page=file://$place/lighthouse/storyboard.html

# browse OPTION...: the browser, without a window, once pictures are there.
browse() {
  chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --hide-scrollbars --user-data-dir="$place/chromium" "$@" 2>/dev/null
}

# small NAME COLOURS [OPTION...]: a screenshot as README shows it.
small() {
  name=$1 colours=$2
  shift 2
  convert "$place/$name.png" "$@" +dither -colors "$colours" PNG8:"$tree/docs/$name.png"
}

browse --window-size=1440,1190 --screenshot="$place/board.png" "$page#scene=the-last-ordinary-hour"
small board 160 -resize 1200x
browse --window-size=1440,1900 --screenshot="$place/board-dark.png" "$page#theme=dark"
small board-dark 96 -resize 1000x
browse --no-pdf-header-footer --print-to-pdf="$place/board.pdf" "$page"
pdftoppm -r 60 -l 4 -png "$place/board.pdf" "$place/paper"
montage "$place"/paper-*.png -tile 4x1 -geometry +10+10 -background '#77756f' "$place/board-print.png"
small board-print 96
ls -l "$tree"/docs/board*.png
