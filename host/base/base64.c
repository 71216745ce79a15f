/* host/base/base64.c -- see base64.h. */
#include "host/base/base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define NONE (-1)
#define NONE_4 NONE, NONE, NONE, NONE
#define NONE_16 NONE_4, NONE_4, NONE_4, NONE_4

/* clang-format off */
static const int8_t values[256] = {
  NONE_16, NONE_16,
  NONE_4, NONE_4, NONE, NONE, NONE, 62 /* + */, NONE, 62 /* - */, NONE, 63 /* / */,
  52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NONE, NONE, NONE_4,
  NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NONE_4, 63 /* _ */,
  NONE, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NONE_4, NONE,
  NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16,
};
/* clang-format on */

int sb_base64_value(unsigned char c) { return values[c]; }

/* Writes only after it has read, and never past what it has read when the
   bytes lie at the end of the room. */
size_t sb_base64_encode_portable(const uint8_t *bytes, size_t n, char *text) {
  char *out = text;
  for (; n >= 3; n -= 3, bytes += 3, out += 4) {
    unsigned v = (unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | bytes[2];
    out[0] = alphabet[v >> 18];
    out[1] = alphabet[v >> 12 & 63];
    out[2] = alphabet[v >> 6 & 63];
    out[3] = alphabet[v & 63];
  }
  if (n == 0) return (size_t)(out - text);
  unsigned v =
      (unsigned)bytes[0] << 16 | (n == 2 ? (unsigned)bytes[1] << 8 : 0);
  out[0] = alphabet[v >> 18];
  out[1] = alphabet[v >> 12 & 63];
  out[2] = '=';
  if (n == 2) out[2] = alphabet[v >> 6 & 63];
  out[3] = '=';
  return (size_t)(out + 4 - text);
}

size_t sb_base64_decode_portable(const char *text, size_t n, uint8_t *bytes) {
  const unsigned char *in = (const unsigned char *)text;
  const unsigned char *end = in + n / 4 * 4;
  for (; in < end; in += 4, bytes += 3) {
    int a = values[in[0]], b = values[in[1]], c = values[in[2]],
        d = values[in[3]];
    if ((a | b | c | d) < 0) break;
    unsigned v =
        (unsigned)a << 18 | (unsigned)b << 12 | (unsigned)c << 6 | (unsigned)d;
    bytes[0] = (uint8_t)(v >> 16);
    bytes[1] = (uint8_t)(v >> 8);
    bytes[2] = (uint8_t)v;
  }
  return (size_t)((const char *)in - text);
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }

/* Six bits a byte to characters: each class of the alphabet adds, to the
   distance of the class before it, how much further its characters lie. */
AVX2 static __m256i to_text(__m256i bits) {
  __m256i text = _mm256_add_epi8(bits, _mm256_set1_epi8('A'));
  static const struct {
    char last; /* of the class before */
    char step;
  } classes[] = {{25, 6}, {51, -75}, {61, -15}, {62, 3}};
  for (int i = 0; i < 4; i++) {
    __m256i beyond = _mm256_cmpgt_epi8(bits, _mm256_set1_epi8(classes[i].last));
    __m256i step = _mm256_set1_epi8(classes[i].step);
    text = _mm256_add_epi8(text, _mm256_and_si256(beyond, step));
  }
  return text;
}

/* 24 bytes become 32 characters a round; a round reads 28. */
AVX2 static size_t encode_avx2(const uint8_t *bytes, size_t n, char *text) {
  const __m256i spread = _mm256_setr_epi8(
      1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, /* and the same */
      1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  char *out = text;
  for (; n >= 28; n -= 24, bytes += 24, out += 32) {
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 12));
    __m256i in = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
    /* Each 32 bits hold three bytes as b a c b; multiplying shifts the four
       groups of six bits, two at a time, to the bottom of their bytes. */
    __m256i odd =
        _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0fc0fc00)),
                           _mm256_set1_epi32(0x04000040));
    __m256i even =
        _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003f03f0)),
                           _mm256_set1_epi32(0x01000010));
    __m256i chars = to_text(_mm256_or_si256(odd, even));
    _mm256_storeu_si256((__m256i *)(void *)out, chars);
  }
  size_t done = (size_t)(out - text);
  return done + sb_base64_encode_portable(bytes, n, out);
}

/* Characters to six bits a byte; *valid gets a mask of those that were. */
AVX2 static __m256i to_bits(__m256i text, __m256i *valid) {
  static const struct {
    char first, last, step;
  } classes[] = {{'A', 'Z', -65}, {'a', 'z', -71}, {'0', '9', 4},
                 {'+', '+', 19},  {'/', '/', 16},  {'-', '-', 17},
                 {'_', '_', -32}};
  __m256i steps = _mm256_setzero_si256();
  __m256i any = _mm256_setzero_si256();
  for (int i = 0; i < 7; i++) {
    __m256i from = _mm256_set1_epi8((char)(classes[i].first - 1));
    __m256i to = _mm256_set1_epi8((char)(classes[i].last + 1));
    __m256i in = _mm256_and_si256(_mm256_cmpgt_epi8(text, from),
                                  _mm256_cmpgt_epi8(to, text));
    __m256i step = _mm256_set1_epi8(classes[i].step);
    steps = _mm256_or_si256(steps, _mm256_and_si256(in, step));
    any = _mm256_or_si256(any, in);
  }
  *valid = any;
  return _mm256_add_epi8(text, steps);
}

/* 32 characters become 24 bytes a round; a round writes 32, which is why the
   last 44 characters are left to the tables. */
AVX2 static size_t decode_avx2(const char *text, size_t n, uint8_t *bytes) {
  const __m256i pack = _mm256_setr_epi8(
      2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, /* and again */
      2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  const char *in = text;
  for (; n >= 44; n -= 32, in += 32, bytes += 24) {
    __m256i valid;
    __m256i bits =
        to_bits(_mm256_loadu_si256((const __m256i *)(const void *)in), &valid);
    if (_mm256_movemask_epi8(valid) != -1) break;
    __m256i pairs = _mm256_maddubs_epi16(bits, _mm256_set1_epi32(0x01400140));
    __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i out =
        _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(fours, pack), join);
    _mm256_storeu_si256((__m256i *)(void *)bytes, out);
  }
  size_t done = (size_t)(in - text);
  return done + sb_base64_decode_portable(in, n, bytes);
}

size_t sb_base64_encode(const uint8_t *bytes, size_t n, char *text) {
  return has_avx2() ? encode_avx2(bytes, n, text)
                    : sb_base64_encode_portable(bytes, n, text);
}

size_t sb_base64_decode(const char *text, size_t n, uint8_t *bytes) {
  return has_avx2() ? decode_avx2(text, n, bytes)
                    : sb_base64_decode_portable(text, n, bytes);
}

#else

size_t sb_base64_encode(const uint8_t *bytes, size_t n, char *text) {
  return sb_base64_encode_portable(bytes, n, text);
}

size_t sb_base64_decode(const char *text, size_t n, uint8_t *bytes) {
  return sb_base64_decode_portable(text, n, bytes);
}

#endif
