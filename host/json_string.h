/*
** host/json_string.h -- what the files of json.h share about strings.
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

/* Has a byte of word its highest bit set, or is one a control, a quote or a
   backslash? For the three, a byte that is below the bound borrows into its
   highest bit; a borrow can only make a later byte look special too. */
static inline int sb_json_has_special(uint64_t word) {
  const uint64_t ones = UINT64_MAX / 255, highs = ones * 0x80;
  uint64_t quotes = word ^ (ones * '"'), slashes = word ^ (ones * '\\');
  uint64_t below = (word - ones * ' ') | (quotes - ones) | (slashes - ones);
  return ((word | below) & highs) != 0;
}

/* The first byte of from..end that is not plain, or end. */
static inline const char *sb_json_skip_plain(const char *from,
                                             const char *end) {
  uint64_t word;
  while (end - from >= (ptrdiff_t)sizeof word) {
    memcpy(&word, from, sizeof word);
    if (sb_json_has_special(word)) break;
    from += sizeof word;
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
