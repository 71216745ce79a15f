/* tests/unit/body_test.c -- host/net/body.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/base64.h"
#include "host/net/body.h"

static char dir[] = "/tmp/sb-body-XXXXXX";
static char path[64], other[64];

static int setup(void **state) {
  (void)state;
  if (mkdtemp(dir) == NULL) return -1;
  snprintf(path, sizeof path, "%s/picture", dir);
  snprintf(other, sizeof other, "%s/other", dir);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  return rmdir(dir);
}

static int remove_files(void **state) {
  (void)state;
  unlink(path);
  unlink(other);
  return 0;
}

static void write_file(const char *name, const char *bytes, size_t n) {
  FILE *file = fopen(name, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
}

/* All of the body in one string, read in steps of the size given. */
static char *read_all(struct sb_body *body, size_t step) {
  size_t length = (size_t)sb_body_length(body), filled = 0;
  char *text = malloc(length + step + 1);
  ssize_t n;
  while ((n = sb_body_read(body, text + filled, step)) > 0) filled += (size_t)n;
  assert_int_equal(n, 0);
  assert_int_equal(filled, length);
  text[filled] = '\0';
  return text;
}

static void encodes_a_file_between_texts(void **state) {
  static const size_t steps[] = {1, 2, 3, 4, 5, 7, 64, 1000, 65536};
  char bytes[1000] = {0}, expected[1400] = "{\"image\":\"";
  (void)state;
  for (size_t n = 0; n < sizeof bytes; n += 37) {
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(i * 7 + n);
    write_file(path, bytes, n);
    size_t len = strlen("{\"image\":\"");
    len += sb_base64_encode((const uint8_t *)bytes, n, expected + len);
    strcpy(expected + len, "\"}");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
      struct sb_body *body = sb_body_new();
      assert_int_equal(sb_body_add_text(body, "{\"image\":\"", 10), 0);
      assert_int_equal(sb_body_add_file(body, path, SB_BODY_BASE64), 0);
      assert_int_equal(sb_body_add_text(body, "\"}", 2), 0);
      assert_int_equal(sb_body_length(body), strlen(expected));
      char *text = read_all(body, steps[i]);
      assert_string_equal(text, expected);
      free(text);
      sb_body_free(body);
    }
  }
}

static void sends_a_raw_file_as_it_is(void **state) {
  static const size_t steps[] = {1, 3, 64, 65536};
  char bytes[1000], expected[1100];
  (void)state;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7);
  for (size_t n = 0; n < sizeof bytes; n += 333) {
    write_file(path, bytes, n);
    memcpy(expected, "--x\r\n", 5);
    memcpy(expected + 5, bytes, n);
    memcpy(expected + 5 + n, "\r\n--x--", 7);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
      struct sb_body *body = sb_body_new();
      assert_int_equal(sb_body_add_text(body, "--x\r\n", 5), 0);
      assert_int_equal(sb_body_add_file(body, path, SB_BODY_RAW), 0);
      assert_int_equal(sb_body_add_text(body, "\r\n--x--", 7), 0);
      assert_int_equal(sb_body_length(body), n + 12);
      char *text = read_all(body, steps[i]);
      assert_memory_equal(text, expected, n + 12);
      free(text);
      sb_body_free(body);
    }
  }
}

static void has_its_text_at_once_when_it_is_text_alone(void **state) {
  struct sb_body *body = sb_body_new();
  (void)state;
  assert_string_equal(sb_body_text(body), "");
  assert_int_equal(sb_body_add_text(body, "one ", 4), 0);
  assert_int_equal(sb_body_add_text(body, "two", 3), 0);
  assert_string_equal(sb_body_text(body), "one two");
  assert_int_equal(sb_body_length(body), 7);
  write_file(path, "x", 1);
  assert_int_equal(sb_body_add_file(body, path, SB_BODY_BASE64), 0);
  assert_null(sb_body_text(body));
  sb_body_free(body);
}

static void is_empty_without_parts(void **state) {
  struct sb_body *body = sb_body_new();
  char c;
  (void)state;
  assert_int_equal(sb_body_length(body), 0);
  assert_int_equal(sb_body_read(body, &c, 1), 0);
  sb_body_free(body);
}

static void expect_refused(const char *name, int rc, const char *expected) {
  struct sb_body *body = sb_body_new();
  const char *code = NULL;
  assert_int_equal(sb_body_add_file(body, name, SB_BODY_BASE64), rc);
  const char *message = sb_body_error(body, &code);
  assert_string_equal(code, expected);
  assert_non_null(strstr(message, name));
  sb_body_free(body);
}

static void takes_regular_files_only(void **state) {
  (void)state;
  expect_refused(path, UV_ENOENT, "ENOENT");
  expect_refused(dir, UV_EISDIR, "EISDIR");
  assert_int_equal(mkfifo(path, 0600), 0);
  expect_refused(path, UV_EINVAL, "EINVAL");
  assert_int_equal(unlink(path), 0);
  write_file(other, "x", 1);
  assert_int_equal(symlink(other, path), 0);
  expect_refused(path, UV_ELOOP, "ELOOP");
}

static void expect_change_noticed(struct sb_body *body) {
  char buf[64];
  const char *code = NULL;
  ssize_t n;
  while ((n = sb_body_read(body, buf, sizeof buf)) > 0) continue;
  assert_int_equal(n, UV_EIO);
  assert_non_null(strstr(sb_body_error(body, &code), path));
  assert_string_equal(code, "ECHANGED");
  assert_int_equal(sb_body_read(body, buf, sizeof buf), UV_EIO);
  sb_body_free(body);
}

static struct sb_body *body_of_file(enum sb_body_form form) {
  struct sb_body *body = sb_body_new();
  assert_int_equal(sb_body_add_file(body, path, form), 0);
  assert_null(sb_body_error(body, &(const char *){NULL}));
  return body;
}

static void expect_each_change_noticed(enum sb_body_form form) {
  write_file(path, "0123456789", 10);
  struct sb_body *body = body_of_file(form);
  assert_int_equal(truncate(path, 5), 0);
  expect_change_noticed(body);

  write_file(path, "0123456789", 10);
  body = body_of_file(form);
  assert_int_equal(truncate(path, 20), 0);
  expect_change_noticed(body);

  write_file(path, "0123456789", 10);
  body = body_of_file(form);
  const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  expect_change_noticed(body);
}

static void notices_a_file_that_changed(void **state) {
  (void)state;
  expect_each_change_noticed(SB_BODY_BASE64);
  expect_each_change_noticed(SB_BODY_RAW);
}

/* Whatever happens to its name meanwhile. */
static void sends_the_file_that_was_added(void **state) {
  (void)state;
  char buf[8] = "";
  write_file(path, "old", 3);
  write_file(other, "new", 3);
  struct sb_body *body = body_of_file(SB_BODY_RAW);
  assert_int_equal(rename(other, path), 0);
  assert_int_equal(link(path, other), 0);
  assert_int_equal(sb_body_read(body, buf, sizeof buf), 3);
  assert_string_equal(buf, "old");
  sb_body_free(body);

  body = body_of_file(SB_BODY_RAW);
  assert_int_equal(unlink(other), 0);
  assert_int_equal(sb_body_read(body, buf, sizeof buf), 3);
  assert_string_equal(buf, "new");
  sb_body_free(body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(encodes_a_file_between_texts, remove_files),
      cmocka_unit_test_teardown(sends_a_raw_file_as_it_is, remove_files),
      cmocka_unit_test_teardown(has_its_text_at_once_when_it_is_text_alone,
                                remove_files),
      cmocka_unit_test(is_empty_without_parts),
      cmocka_unit_test_teardown(takes_regular_files_only, remove_files),
      cmocka_unit_test_teardown(notices_a_file_that_changed, remove_files),
      cmocka_unit_test_teardown(sends_the_file_that_was_added, remove_files),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
