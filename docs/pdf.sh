#!/bin/sh
# docs/pdf.sh: makes docs/pdf.png, a page of each of the PDF's layouts side by side, from a
# real run. Needs imagemagick and poppler-utils.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
env -u OPENROUTER_API_KEY "$tree/build/sbhost" run "$tree/examples/lighthouse.lua" --data "$place" --quiet
for layout in western konte grid; do
  "$tree/build/sbhost" export "$tree/examples/lighthouse.lua" --data "$place" --format pdf --layout "$layout" \
    --out "$place/$layout.pdf" >"$place/log"
  pdftoppm -r 110 -f 2 -l 2 -singlefile -png "$place/$layout.pdf" "$place/$layout"
done
convert "$place/western.png" "$place/konte.png" "$place/grid.png" -resize x560 -bordercolor '#77756f' \
  -border 8 +append +dither -colors 128 PNG8:"$tree/docs/pdf.png"
ls -l "$tree/docs/pdf.png"
