/*
** host/json/json_string.h -- what the files of json.h share about strings.
**
** Plain bytes mean themselves in a JSON string, and are nearly all that reader
** and writer meet: ASCII from the space on, without quote and backslash.
*/
#ifndef SB_HOST_JSON_STRING_H
#define SB_HOST_JSON_STRING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int sb_json_is_plain(char byte) {
  return byte >= ' ' && byte != '"' && byte != '\\' && (byte & 0x80) == 0;
}

/* The first byte of from..end that is not plain, or end. Long runs go by in
   blocks, whose loop of a known length the compiler turns into a few vector
   instructions. */
static inline const char *sb_json_skip_plain(const char *from,
                                             const char *end) {
  enum { BLOCK = 32 };
  while (end - from >= BLOCK) {
    unsigned char special = 0;
    for (int i = 0; i < BLOCK; i++)
      special |= (unsigned char)!sb_json_is_plain(from[i]);
    if (special) break;
    from += BLOCK;
  }
  while (from < end && sb_json_is_plain(*from)) from++;
  return from;
}

/* Reads the \uXXXX at `at`, and the second of a pair too: sets *code, and
   returns how many bytes that was; 0 when the digits are wrong. Half a pair
   gives a code that is a surrogate. */
size_t sb_json_unicode_escape(const char *at, int *code);

static inline int sb_json_is_surrogate(int code) {
  return code >= 0xd800 && code <= 0xdfff;
}

#endif
