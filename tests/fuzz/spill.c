/* tests/fuzz/spill.c -- host/net/spill.h: whatever comes and however it is
   cut, the text that comes out and the files are the same. */
#include <stdlib.h>
#include <string.h>

#include "host/net/spill.h"
#include "tests/fuzz/fuzz.h"

struct text {
  char *bytes;
  size_t len;
};

static int append(void *arg, const char *bytes, size_t len) {
  struct text *text = arg;
  text->bytes = realloc(text->bytes, text->len + len + 1);
  memcpy(text->bytes + text->len, bytes, len);
  text->len += len;
  return 0;
}

static struct sb_spill *scan(const char *in, size_t size, size_t step,
                             struct text *out) {
  struct sb_spill *spill;
  if (sb_spill_new("/tmp", 1 << 20, append, out, &spill) < 0) abort();
  for (size_t at = 0; at < size; at += step) {
    size_t n = size - at < step ? size - at : step;
    if (sb_spill_feed(spill, in + at, n) < 0) abort();
  }
  if (sb_spill_end(spill) < 0) abort();
  return spill;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct text whole = {0}, cut = {0};
  if (size > 65536) return 0;
  struct sb_spill *a = scan((const char *)data, size, size + 1, &whole);
  struct sb_spill *b = scan((const char *)data, size, 1 + size % 7, &cut);
  if (whole.len != cut.len || sb_spill_count(a) != sb_spill_count(b)) abort();
  if (whole.len > 0 && memcmp(whole.bytes, cut.bytes, whole.len) != 0) abort();
  for (size_t i = 0; i < sb_spill_count(a); i++) {
    const struct sb_spill_file *x = sb_spill_file(a, i);
    const struct sb_spill_file *y = sb_spill_file(b, i);
    if (x->bytes != y->bytes || !x->error != !y->error) abort();
  }
  sb_spill_free(a);
  sb_spill_free(b);
  free(whole.bytes);
  free(cut.bytes);
  return 0;
}
