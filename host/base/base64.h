/*
** host/base/base64.h -- base64 at memory speed: AVX2 where the processor has
** it, tables elsewhere, picked at run time. Any thread.
*/
#ifndef SB_HOST_BASE64_H
#define SB_HOST_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* How many characters n bytes become, the padding counted. */
static inline size_t sb_base64_length(size_t n) { return (n + 2) / 3 * 4; }

/* Writes sb_base64_length(n) characters of the standard alphabet, padded, no
   NUL, and returns how many. The bytes may lie at the very end of the room
   that the characters need, so that one buffer serves for both. */
size_t sb_base64_encode(const uint8_t *bytes, size_t n, char *text);

/* Decodes groups of four characters, of the standard and the URL alphabet,
   for as long as whole groups are there and hold nothing else. Returns how
   many characters that were, a multiple of 4, for 3 bytes each 4. What stops
   it (padding, a line break, the end) is the caller's to look at. */
size_t sb_base64_decode(const char *text, size_t n, uint8_t *bytes);

/* The six bits that a character stands for, or -1. */
int sb_base64_value(unsigned char c);

/* The table paths alone, for tests and for processors without vectors. */
size_t sb_base64_encode_portable(const uint8_t *bytes, size_t n, char *text);
size_t sb_base64_decode_portable(const char *text, size_t n, uint8_t *bytes);

#endif
