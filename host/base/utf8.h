/*
** host/base/utf8.h -- is it UTF-8? As RFC 3629 has it: no overlong forms, no
** surrogates, nothing above U+10FFFF.
*/
#ifndef SB_HOST_UTF8_H
#define SB_HOST_UTF8_H

#include <stddef.h>

/* How many bytes, from 1 to 4, the character at `at` takes, of which `left`
   may be looked at; 0 when it is not one. */
static inline size_t sb_utf8_char(const char *at, size_t left) {
  const unsigned char *s = (const unsigned char *)at;
  if (left > 0 && s[0] < 0x80) return 1;
  if (left < 2 || (s[1] & 0xc0) != 0x80) return 0;
  if (s[0] >= 0xc2 && s[0] <= 0xdf) return 2;
  if (left < 3 || (s[2] & 0xc0) != 0x80) return 0;
  if ((s[0] & 0xf0) == 0xe0) {
    if (s[0] == 0xe0 && s[1] < 0xa0) return 0; /* overlong */
    if (s[0] == 0xed && s[1] > 0x9f) return 0; /* a surrogate */
    return 3;
  }
  if (left < 4 || (s[3] & 0xc0) != 0x80) return 0;
  if (s[0] < 0xf0 || s[0] > 0xf4) return 0;
  if (s[0] == 0xf0 && s[1] < 0x90) return 0; /* overlong */
  if (s[0] == 0xf4 && s[1] > 0x8f) return 0; /* above U+10FFFF */
  return 4;
}

/* Where the first byte is that is not UTF-8; len when all is. */
static inline size_t sb_utf8_valid(const char *text, size_t len) {
  size_t at = 0;
  while (at < len) {
    size_t n = sb_utf8_char(text + at, len - at);
    if (n == 0) break;
    at += n;
  }
  return at;
}

#endif
