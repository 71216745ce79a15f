/* tests/unit/base64_test.c -- host/base/base64.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/base64.h"

enum { MOST = 500 };

static void fill(uint8_t *bytes, size_t n, unsigned seed) {
  for (size_t i = 0; i < n; i++) {
    seed = seed * 1103515245u + 12345u;
    bytes[i] = (uint8_t)(seed >> 16);
  }
}

/* RFC 4648, section 10 */
static void encodes_what_the_rfc_shows(void **state) {
  static const char *const pairs[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}};
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    char text[16] = "";
    size_t n = strlen(pairs[i][0]);
    assert_int_equal(sb_base64_encode((const uint8_t *)pairs[i][0], n, text),
                     sb_base64_length(n));
    assert_string_equal(text, pairs[i][1]);
  }
}

static void both_paths_agree_at_every_length(void **state) {
  uint8_t bytes[MOST], back[MOST];
  char text[2 * MOST], portable[2 * MOST];
  (void)state;
  for (size_t n = 0; n <= MOST; n++) {
    fill(bytes, n, (unsigned)n);
    size_t len = sb_base64_encode(bytes, n, text);
    assert_int_equal(sb_base64_encode_portable(bytes, n, portable), len);
    assert_memory_equal(text, portable, len);
    size_t whole = n / 3 * 4;
    assert_int_equal(sb_base64_decode(text, len, back), whole);
    assert_memory_equal(back, bytes, n / 3 * 3);
    assert_int_equal(sb_base64_decode_portable(text, len, back), whole);
    assert_memory_equal(back, bytes, n / 3 * 3);
  }
}

static void encodes_within_one_buffer(void **state) {
  uint8_t bytes[MOST];
  char text[2 * MOST], room[2 * MOST];
  (void)state;
  for (size_t n = 0; n <= MOST; n++) {
    fill(bytes, n, (unsigned)n);
    size_t len = sb_base64_encode(bytes, n, text);
    uint8_t *end = (uint8_t *)room + len - n;
    memcpy(end, bytes, n);
    sb_base64_encode(end, n, room);
    assert_memory_equal(room, text, len);
    memcpy(end, bytes, n);
    sb_base64_encode_portable(end, n, room);
    assert_memory_equal(room, text, len);
  }
}

/* Each of the 256 characters at each place of three rounds. */
static void stops_at_the_group_with_a_foreign_character(void **state) {
  char text[160];
  uint8_t bytes[120];
  (void)state;
  for (int c = 0; c < 256; c++) {
    int valid = sb_base64_value((unsigned char)c) >= 0;
    for (size_t at = 0; at < sizeof text; at++) {
      memset(text, 'Q', sizeof text);
      text[at] = (char)c;
      size_t expected = valid ? sizeof text : at / 4 * 4;
      assert_int_equal(sb_base64_decode(text, sizeof text, bytes), expected);
      assert_int_equal(sb_base64_decode_portable(text, sizeof text, bytes),
                       expected);
    }
  }
}

static void knows_the_two_alphabets(void **state) {
  int known = 0;
  uint8_t standard[36], url[36];
  (void)state;
  for (int c = 0; c < 256; c++) known += sb_base64_value((unsigned char)c) >= 0;
  assert_int_equal(known, 66);
  sb_base64_decode("+/+/AZaz09+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/", 48,
                   standard);
  sb_base64_decode("-_-_AZaz09-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_", 48, url);
  assert_memory_equal(standard, url, sizeof url);
}

/* Blocks of the exact size let a sanitizer see a byte too many. */
static void stays_within_its_blocks(void **state) {
  (void)state;
  for (size_t n = 0; n <= 100; n++) {
    size_t len = sb_base64_length(n);
    uint8_t *bytes = malloc(n), *back = malloc(len / 4 * 3);
    char *text = malloc(len);
    fill(bytes, n, 7);
    assert_int_equal(sb_base64_encode(bytes, n, text), len);
    assert_int_equal(sb_base64_decode(text, len, back), n / 3 * 4);
    free(text);
    free(back);
    free(bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(encodes_what_the_rfc_shows),
      cmocka_unit_test(both_paths_agree_at_every_length),
      cmocka_unit_test(encodes_within_one_buffer),
      cmocka_unit_test(stops_at_the_group_with_a_foreign_character),
      cmocka_unit_test(knows_the_two_alphabets),
      cmocka_unit_test(stays_within_its_blocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
