/* tests/unit/buffer_test.c -- host/base/buffer.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <uv.h>

#include "host/base/buffer.h"

static void keeps_what_is_appended(void **state) {
  struct sb_buffer buf;
  (void)state;
  sb_buffer_init(&buf, 1 << 20);
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(sb_buffer_append(&buf, "ab\0", 3), 0);
    assert_int_equal(sb_buffer_append_byte(&buf, 'c'), 0);
    assert_int_equal(sb_buffer_append_text(&buf, "de"), 0);
  }
  assert_int_equal(buf.len, 6000);
  for (size_t i = 0; i < buf.len; i += 6)
    assert_memory_equal(buf.data + i, "ab\0cde", 6);
  sb_buffer_free(&buf);
}

static void refuses_what_passes_the_limit_and_stays_as_it_was(void **state) {
  struct sb_buffer buf;
  (void)state;
  sb_buffer_init(&buf, 10);
  assert_int_equal(sb_buffer_append(&buf, "123456", 6), 0);
  assert_int_equal(sb_buffer_append(&buf, "78901", 5), UV_E2BIG);
  assert_int_equal(sb_buffer_reserve(&buf, SIZE_MAX), UV_E2BIG);
  assert_int_equal(buf.len, 6);
  assert_int_equal(sb_buffer_append(&buf, "7890", 4), 0);
  assert_int_equal(sb_buffer_append_byte(&buf, '1'), UV_E2BIG);
  assert_memory_equal(buf.data, "1234567890", 10);
  sb_buffer_free(&buf);
}

static void hands_over_its_bytes(void **state) {
  struct sb_buffer buf;
  size_t len;
  (void)state;
  sb_buffer_init(&buf, 100);
  assert_null(sb_buffer_take(&buf, &len));
  assert_int_equal(sb_buffer_append_text(&buf, "mine"), 0);
  char *bytes = sb_buffer_take(&buf, &len);
  assert_int_equal(len, 4);
  assert_memory_equal(bytes, "mine", 4);
  free(bytes);
  assert_int_equal(buf.len, 0);
  assert_int_equal(sb_buffer_append_text(&buf, "again"), 0);
  sb_buffer_free(&buf);
  sb_buffer_free(&buf);
}

static void keeps_its_memory_within_another_limit(void **state) {
  struct sb_buffer buf;
  (void)state;
  sb_buffer_init(&buf, 1000);
  assert_int_equal(sb_buffer_append(&buf, "123456", 6), 0);
  const char *data = buf.data;
  sb_buffer_reuse(&buf, 500);
  assert_ptr_equal(buf.data, data);
  assert_int_equal(buf.len, 0);
  sb_buffer_reuse(&buf, 4);
  assert_int_equal(sb_buffer_append(&buf, "12345", 5), UV_E2BIG);
  assert_int_equal(sb_buffer_append(&buf, "1234", 4), 0);
  sb_buffer_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_what_is_appended),
      cmocka_unit_test(refuses_what_passes_the_limit_and_stays_as_it_was),
      cmocka_unit_test(hands_over_its_bytes),
      cmocka_unit_test(keeps_its_memory_within_another_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
