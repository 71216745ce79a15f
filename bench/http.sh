#!/bin/sh
# bench/http.sh: what a call costs the client, beside bare libcurl (http.c), what
# memory a run of pictures takes, in and out, and how long many slow calls take;
# against nginx on loopback, and for the last a server of our own. Of costs CPU
# time alone is counted, so that neither the server nor the machine's other work
# matters much; the least of 5 runs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sbhost=${SBHOST:-$here/../build/sbhost}
place=$(mktemp -d)
slow=
trap 'kill "$(cat "$place/pid")" $slow 2>/dev/null || :; rm -rf "$place"' EXIT
chmod 755 "$place" # nginx does not stay root
cd "$place"

# The answers: 1.5 KB of text, and a picture of 1.5 MB in base64. A picture of
# 1.5 MB to be sent.
mkdir answers spill
head -c 1572864 /dev/urandom >reference
awk 'BEGIN {
  for (i = 0; i < 100; i++) words = words "a word or two "
  printf "{\"id\":\"gen-1\",\"choices\":[{\"message\":{\"content\":\"%s\"}}]," \
    "\"usage\":{\"prompt_tokens\":500,\"cost\":0.00125}}", words
}' >answers/text
{
  printf '{"data":[{"b64_json":"'
  head -c 1179648 /dev/urandom | base64 -w 0
  printf '"}]}'
} >answers/picture

port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 10000) }')
cat >nginx.conf <<END
daemon on;
pid $place/pid;
error_log $place/error.log;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path $place/body;
  proxy_temp_path $place/proxy;
  fastcgi_temp_path $place/fastcgi;
  uwsgi_temp_path $place/uwsgi;
  scgi_temp_path $place/scgi;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:$port;
    root $place/answers;
    error_page 405 =200 \$uri; # a POST to a file
  }
}
END
nginx -e "$place/error.log" -c "$place/nginx.conf"
url=http://127.0.0.1:$port

# shellcheck disable=SC2046 # a list of words
cc -O2 -o peer "$here/http.c" $(pkg-config --cflags --libs libcurl)

# least COMMAND...: the least first number of 5 runs, and what came with it
least() {
  for _ in 1 2 3 4 5; do "$@" || exit; done >runs
  sort -n runs | head -n 1
}

echo "10,000 calls of 2 KB up and 1.5 KB down, 64 in flight, CPU of the client"
bare=$(least ./peer "$url/text" 10000 64 | cut -d ' ' -f 1)
ours=$(least "$sbhost" lua "$here/http.lua" text "$url/text" 10000 64)
echo "$bare $ours" | awk '{
  printf "  %-34s %9.1f us/call\n", "libcurl alone", $1
  printf "  %-34s %9.1f us/call  %6.2f times libcurl alone\n", \
    "sbhost, JSON both ways", $2, $2 / $1
}'

# memory NAME: the row of a run that was measured in CPU and memory
memory() {
  awk -v name="$1" '{
    printf "  %-34s %9.2f ms/call  %6.1f MB at most\n", name, $1, $2 / 1024
  }'
}

echo "200 pictures of 1.5 MB in base64, 16 in flight, spilled"
least "$sbhost" lua "$here/http.lua" pictures "$url/picture" 200 16 spill |
  memory sbhost

echo "200 calls that send three pictures of 1.5 MB in base64, 16 in flight"
least "$sbhost" lua "$here/http.lua" sending "$url/text" 200 16 reference |
  memory sbhost

echo "2,000 calls of 200 ms, 500 in flight, wall time"
"$sbhost" lua "$here/http_slow.lua" 0.2 >address &
slow=$!
until [ -s address ]; do sleep 0.05; done
wall() {
  awk -v name="$1" '{
    printf "  %-34s %9.2f s        %6.2f times the ideal\n", name, $1, $1 / 0.8
  }'
}
bare() { ./peer "$@" | cut -d ' ' -f 2; }
least bare "$(cat address)" 2000 500 | wall "libcurl alone"
least "$sbhost" lua "$here/http.lua" waiting "$(cat address)" 2000 500 |
  wall sbhost
