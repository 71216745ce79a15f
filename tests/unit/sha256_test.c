/* tests/unit/sha256_test.c -- host/base/sha256.h. The digests are those of FIPS
   180-4's examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/base/sha256.h"

static const char abc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char none[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void agrees_with_the_standard(void **state) {
  uint8_t digest[SB_SHA256_SIZE];
  char hex[SB_SHA256_HEX_SIZE];
  (void)state;
  sb_sha256_of("abc", 3, digest);
  sb_sha256_hex(digest, hex);
  assert_string_equal(hex, abc);
  sb_sha256_of("", 0, digest);
  sb_sha256_hex(digest, hex);
  assert_string_equal(hex, none);
}

static void takes_its_input_in_parts_and_begins_anew(void **state) {
  struct sb_sha256 hash;
  uint8_t digest[SB_SHA256_SIZE];
  char hex[SB_SHA256_HEX_SIZE];
  (void)state;
  for (int i = 0; i < 2; i++) {
    sb_sha256_init(&hash);
    sb_sha256_update(&hash, "a", 1);
    sb_sha256_update(&hash, "bc", 2);
    sb_sha256_final(&hash, digest);
    sb_sha256_hex(digest, hex);
    assert_string_equal(hex, abc);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_the_standard),
      cmocka_unit_test(takes_its_input_in_parts_and_begins_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
