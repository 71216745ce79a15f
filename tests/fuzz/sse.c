/* tests/fuzz/sse.c -- host/net/sse.h: whatever comes and however it is cut, the
   events are the same, and no longer than the stream. */
#include <stdlib.h>
#include <string.h>

#include "host/net/sse.h"
#include "tests/fuzz/fuzz.h"

struct heard {
  uint64_t hash; /* of all data, and where events end */
  size_t bytes;
};

static void mix(struct heard *heard, unsigned value) {
  heard->hash = (heard->hash ^ value) * 1099511628211u;
}

static int hear_piece(void *arg, const char *data, size_t len) {
  struct heard *heard = arg;
  for (size_t i = 0; i < len; i++) mix(heard, (unsigned char)data[i]);
  heard->bytes += len;
  return 0;
}

static int hear_event(void *arg) {
  mix(arg, 256);
  return 0;
}

static struct heard hear(const char *in, size_t size, size_t step) {
  struct heard heard = {0};
  struct sb_sse sse;
  sb_sse_init(&sse, hear_piece, hear_event, &heard);
  for (size_t at = 0; at < size; at += step) {
    size_t n = size - at < step ? size - at : step;
    if (sb_sse_feed(&sse, in + at, n) < 0) abort();
  }
  if (sb_sse_end(&sse) < 0) abort();
  return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 65536) return 0;
  struct heard whole = hear((const char *)data, size, size + 1);
  struct heard cut = hear((const char *)data, size, 1 + size % 7);
  struct heard bytes = hear((const char *)data, size, 1);
  if (whole.hash != cut.hash || whole.hash != bytes.hash) abort();
  if (whole.bytes != cut.bytes || whole.bytes > size) abort();
  return 0;
}
