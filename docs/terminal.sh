#!/bin/sh
# docs/terminal.sh: makes terminal.png, the picture of a terminal in README, from a real
# run in tmux of a story against a provider that takes its time. Needs tmux, chromium
# and imagemagick.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
sbhost=$tree/build/sbhost
place=$(mktemp -d)
"$sbhost" mock --delay 900 >"$place/mock" &
mock=$!
trap 'kill $mock; tmux -S "$place/socket" kill-server 2>/dev/null; rm -rf "$place"' EXIT
until grep -q http: "$place/mock"; do
  kill -0 $mock
  sleep 0.1
done
url=$(grep -o 'http:[^ ]*' "$place/mock")

tmux -S "$place/socket" -f /dev/null new-session -d -x 96 -y 24 "TERM=xterm-256color; export TERM
  unset NO_COLOR OPENROUTER_API_KEY; cd '$tree'
  printf '\\033[1m\$ sbhost run examples/lighthouse.lua\\033[0m\\n'
  '$sbhost' run examples/lighthouse.lua --base-url '$url' --data '$place/data' --lane image=4; sleep 5"
while screen=$(tmux -S "$place/socket" capture-pane -ep); do
  if printf '%s' "$screen" | grep -q '  shot_images .* [5-9]/20'; then break; fi
  sleep 0.1
done
printf '%s\n' "$screen" | sed "s#$place/##; s# at $url##" |
  "$sbhost" lua "$tree/docs/terminal.lua" >"$place/terminal.html"
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
  --hide-scrollbars --user-data-dir="$place/chromium" --force-device-scale-factor=1.5 \
  --window-size=930,420 --screenshot="$place/terminal.png" "file://$place/terminal.html" 2>/dev/null
convert "$place/terminal.png" -bordercolor '#161b22' -trim -border 24 +dither -colors 48 PNG8:"$tree/docs/terminal.png"
ls -l "$tree/docs/terminal.png"
