/* tests/fuzz/name.c -- host/files/name.h: whatever it is made of, a slug is a
   safe file name, and its own slug. */
#include <stdlib.h>
#include <string.h>

#include "host/files/name.h"
#include "host/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void must(int ok) {
  if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char slug[SB_NAME_MAX + 1], again[SB_NAME_MAX + 1];
  if (size == 0 || size > 8192) return 0;
  size_t max = SB_NAME_MIN + *data;
  const char *text = (const char *)data + 1;
  must(sb_name_slug(text, size - 1, max, slug) == 0);
  size_t len = strlen(slug);
  must(len > 0 && len <= max && sb_utf8_valid(slug, len) == len);
  must(slug[0] != '-' && slug[len - 1] != '-' && strstr(slug, "--") == NULL);
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)slug[i];
    int plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    must(plain || c >= 0x80);
  }
  must(sb_name_slug(slug, len, max, again) == 0);
  must(strcmp(slug, again) == 0);
  sb_name_number(slug, len, 2 + size, max, again);
  must(strlen(again) <= max &&
       sb_utf8_valid(again, strlen(again)) == strlen(again));
  must(sb_name_width(text, size - 1) <= 2 * size);
  return 0;
}
