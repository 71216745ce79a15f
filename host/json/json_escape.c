/* host/json/json_escape.c -- the escapes of json.h's strings, read. */
#include <string.h>

#include "host/base/hex.h"
#include "host/json/json.h"
#include "host/json/json_string.h"

/* The number that four hexadecimal digits write, or -1. */
static int hex4(const char *at) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = sb_hex_value(at[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static int is_high(int unit) { return unit >= 0xd800 && unit <= 0xdbff; }
static int is_low(int unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

size_t sb_json_unicode_escape(const char *at, int *code) {
  int unit = hex4(at + 2);
  *code = unit;
  if (unit < 0) return 0;
  if (!is_high(unit) || at[6] != '\\' || at[7] != 'u') return 6;
  int low = hex4(at + 8);
  if (!is_low(low)) return 6;
  *code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  return 12;
}

/* Writes a code point that is no surrogate; returns its bytes. */
static size_t put_code(char *out, int code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | code >> 18);
  out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

static char unescaped(char letter) {
  switch (letter) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return letter; /* a quote, a backslash, a slash */
  }
}

size_t sb_json_unescape(const struct sb_json_reader *r, char *out) {
  const char *at = r->token, *end = at + r->token_len;
  char *to = out;
  while (at < end) {
    const char *slash = memchr(at, '\\', (size_t)(end - at));
    size_t run = (size_t)((slash != NULL ? slash : end) - at);
    memmove(to, at, run); /* out may be where the text is */
    to += run;
    at += run;
    if (slash == NULL) break;
    if (at[1] == 'u') {
      int code;
      at += sb_json_unicode_escape(at, &code);
      to += put_code(to, sb_json_is_surrogate(code) ? 0xfffd : code);
    } else {
      *to++ = unescaped(at[1]);
      at += 2;
    }
  }
  return (size_t)(to - out);
}

void sb_json_mend(char *text, size_t len) {
  static const char mended[] = {'f', 'f', 'f', 'd'};
  char *at = text, *end = text + len;
  while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
    if (at[1] != 'u') {
      at += 2;
      continue;
    }
    int code;
    size_t n = sb_json_unicode_escape(at, &code);
    if (sb_json_is_surrogate(code)) memcpy(at + 2, mended, 4);
    at += n;
  }
}
