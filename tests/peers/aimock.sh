#!/bin/sh
# tests/peers/aimock.sh [SBHOST] -- a board from aimock, a mock of many providers
# that somebody else has written (npm package @copilotkit/aimock), as OpenAI and as
# OpenRouter. Wants node and npm, and the network for the package; ends with 77 where
# npm has none.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${1:-$here/../../build/sbhost}
at=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock"; rm -rf "$at"' EXIT

cp "$here/aimock.mjs" "$at/"
if ! (cd "$at" && npm install --no-save --no-audit --no-fund --fetch-retries=1 @copilotkit/aimock@1) >"$at/npm" 2>&1; then
  cat "$at/npm"
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|SELF_SIGNED_CERT_IN_CHAIN' "$at/npm"; then
    exit 77
  fi
  exit 1
fi
node "$at/aimock.mjs" >"$at/url" 2>"$at/err" &
mock=$!
tries=0
until [ -s "$at/url" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 100 ]; then
    cat "$at/err"
    exit 1
  fi
  sleep 0.1
done
url=$(cat "$at/url")

cat >"$at/story.lua" <<'STORY'
local story = require "pipeline.story"
return story {
  project = "peer",
  prompt = "A clock maker repairs a clock that counts backwards.",
  counts = { scenes = 2, shots = 2 },
}
STORY

# A board has 3 props, 2 stages and 4 shots.
check() {
  name=$1
  shift
  "$sbhost" run "$at/story.lua" --data "$at/$name" "$@"
  pictures=$(find "$at/$name/peer/images" -name '*.png' | wc -l)
  named=$(grep -o '"image_url": "[^"]*"' "$at/$name/peer/artifact.json" | sort -u | wc -l)
  echo "$name: $pictures pictures, $named named in the board"
  [ "$named" -eq 9 ]
}

OPENAI_API_KEY=peer-key check openai --provider openai --base-url "$url/v1" --model image=gpt-image-1
OPENROUTER_API_KEY=peer-key check openrouter --provider openrouter --base-url "$url/api/v1"
