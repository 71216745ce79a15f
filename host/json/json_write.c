/* host/json/json_write.c -- the writing half of json.h. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "host/json/json.h"
#include "host/json/json_string.h"
#include "host/base/utf8.h"

/* The letter of a byte's short escape, or 0. */
static char short_escape(char byte) {
  switch (byte) {
  case '"':
  case '\\':
    return byte;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return 0;
  }
}

static int put_escape(struct sb_buffer *buf, char byte) {
  char escape[8] = {'\\', short_escape(byte)};
  if (escape[1] != 0) return sb_buffer_append(buf, escape, 2);
  snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte & 0xff);
  return sb_buffer_append(buf, escape, 6);
}

static int put_characters(struct sb_buffer *buf, const char *at,
                          const char *end) {
  while (at < end) {
    const char *from = at;
    int rc;
    for (;;) { /* over all that goes out as it came */
      at = sb_json_skip_plain(at, end);
      if (at == end || (*at & 0x80) == 0) break;
      size_t n = sb_utf8_char(at, (size_t)(end - at));
      if (n == 0) return UV_EILSEQ;
      at += n;
    }
    if ((rc = sb_buffer_append(buf, from, (size_t)(at - from))) < 0) return rc;
    if (at < end && (rc = put_escape(buf, *at++)) < 0) return rc;
  }
  return 0;
}

int sb_json_put_string(struct sb_buffer *buf, const char *text, size_t len) {
  size_t before = buf->len;
  int rc = sb_buffer_append_byte(buf, '"');
  if (rc == 0) rc = put_characters(buf, text, text + len);
  if (rc == 0) rc = sb_buffer_append_byte(buf, '"');
  if (rc < 0) buf->len = before;
  return rc;
}

int sb_json_put_integer(struct sb_buffer *buf, int64_t value) {
  char digits[20]; /* -9223372036854775808 */
  char *end = digits + sizeof digits, *at = end;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) *--at = '-';
  return sb_buffer_append(buf, at, (size_t)(end - at));
}

int sb_json_is_integer(double value) {
  const double most = 9223372036854775808.0; /* 2^63 */
  return value >= -most && value < most && floor(value) == value;
}

int sb_json_put_double(struct sb_buffer *buf, double value) {
  char text[32];
  if (!isfinite(value)) return UV_EINVAL;
  if (sb_json_is_integer(value))
    return sb_json_put_integer(buf, (int64_t)value);
  for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  return sb_buffer_append(buf, text, strlen(text));
}

int sb_json_put_newline(struct sb_buffer *buf, int indent, int depth) {
  size_t spaces = (size_t)indent * (size_t)depth;
  int rc = sb_buffer_reserve(buf, spaces + 1);
  if (rc < 0) return rc;
  buf->data[buf->len] = '\n';
  memset(buf->data + buf->len + 1, ' ', spaces);
  buf->len += spaces + 1;
  return 0;
}
