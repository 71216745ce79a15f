/* tests/unit/json_test.c -- host/json/json.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>
#include <uv.h>

#include "host/json/json.h"

/* A text with its length: some hold NULs. */
struct text {
  const char *bytes;
  size_t len;
};
#define T(literal)                                                             \
  { literal, sizeof(literal) - 1 }

static const struct text good[] = {
    T("null"),
    T(" true\r\n\t"),
    T("false"),
    T("0"),
    T("-0"),
    T("-1"),
    T("1e5"),
    T("1E+5"),
    T("1e-5"),
    T("0.5"),
    T("0e0"),
    T("-0.0e-0"),
    T("123456789012345678901234567890"),
    T("1e-999"),
    T("\"\""),
    T("[]"),
    T("{}"),
    T("[[],{}]"),
    T("[1,2]"),
    T("{\"a\":1,\"a\":2}"),
    T("{\"\":0}"),
    T("[ 1 , { \"a\" : [ ] } ]"),
    T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    T("\"\\u0000\\u00e9\\uFFFF\""),
    T("\"\\ud83d\\ude00\""),
    T("\"\\ud83d\""),
    T("\"\\ude00\\ud83d\""),
    T("\"\\ud83d\\u0041\""),
    T("\"\x7f\""),
    T("\"\xc2\x80\xdf\xbf\""),
    T("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\""),
    T("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
    T("\"\xe2\x80\xa8\xef\xbf\xbf\""),
    T("\"12345678901234567890123456789012\"")};

static const struct text bad[] = {T(""),
                                  T(" "),
                                  T("\xef\xbb\xbf{}"),
                                  T("nul"),
                                  T("nulll"),
                                  T("True"),
                                  T("NaN"),
                                  T("Infinity"),
                                  T("-Infinity"),
                                  T("-"),
                                  T("+1"),
                                  T("01"),
                                  T("-01"),
                                  T("1."),
                                  T(".5"),
                                  T("1.e1"),
                                  T("1e"),
                                  T("1e+"),
                                  T("0x10"),
                                  T("1_000"),
                                  T("1 2"),
                                  T("1e999"),
                                  T("-1e999"),
                                  T("'a'"),
                                  T("\""),
                                  T("\"a"),
                                  T("\"\\"),
                                  T("\"\\\""),
                                  T("\"\\x41\""),
                                  T("\"\\u12\""),
                                  T("\"\\u12g4\""),
                                  T("\"\\U0041\""),
                                  T("\"a\nb\""),
                                  T("\"a\tb\""),
                                  T("\"a\0b\""),
                                  T("\"\x1f\""),
                                  T("\"12345678\x01\""),
                                  T("\"\x80\""),
                                  T("\"\xc0\x80\""),
                                  T("\"\xc1\xbf\""),
                                  T("\"\xc3\""),
                                  T("\"\xe0\x9f\xbf\""),
                                  T("\"\xed\xa0\x80\""),
                                  T("\"\xf0\x8f\xbf\xbf\""),
                                  T("\"\xf4\x90\x80\x80\""),
                                  T("\"\xf8\x88\x80\x80\x80\""),
                                  T("\"\xff\""),
                                  T("\"\xe2\x80\""),
                                  T("["),
                                  T("]"),
                                  T("[1"),
                                  T("[1,"),
                                  T("[1,]"),
                                  T("[,1]"),
                                  T("[1 2]"),
                                  T("[1,,2]"),
                                  T("[1}"),
                                  T("{"),
                                  T("}"),
                                  T("{\"a\""),
                                  T("{\"a\":"),
                                  T("{\"a\":1"),
                                  T("{\"a\":1,}"),
                                  T("{a:1}"),
                                  T("{1:1}"),
                                  T("{\"a\" 1}"),
                                  T("{\"a\":1]"),
                                  T("{\"a\"::1}"),
                                  T("{,}"),
                                  T("[]]"),
                                  T("{}x"),
                                  T("// no\n1"),
                                  T("1/**/"),
                                  T("#1"),
                                  T("1\0"),
                                  T("\0"),
                                  T("[1\0]"),
                                  T("\xa0 1"),
                                  T("[\f1]"),
                                  T("[\v1]"),
                                  T("\xe2\x81\xa0[]")};

static int check(struct text text, struct sb_json_fault *fault) {
  int lone;
  return sb_json_check(text.bytes, text.len, NULL, &lone, fault);
}

static void accepts_what_the_rfc_does(void **state) {
  struct sb_json_fault fault;
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (check(good[i], &fault) != 0)
      fail_msg("%s: %s", good[i].bytes, fault.message);
}

static void refuses_all_else(void **state) {
  struct sb_json_fault fault;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (check(bad[i], &fault) != UV_EINVAL) fail_msg("%s", bad[i].bytes);
}

/* Every beginning of a text is refused, and none is read past its end: each is
   in memory of its own, where a sanitizer sees it. */
static void refuses_every_beginning(void **state) {
  static const char whole[] =
      "{\"a\": [1.5e3, -2, true, null, \"\\ud83d\\ude00\xf0\x9f\x98\x80\"]}";
  struct sb_json_fault fault;
  (void)state;
  for (size_t len = 0; len < sizeof whole; len++) {
    char *part = calloc(1, len + 1);
    assert_non_null(part);
    memcpy(part, whole, len);
    struct text text = {part, len};
    int rc = check(text, &fault);
    assert_int_equal(rc, len == sizeof whole - 1 ? 0 : UV_EINVAL);
    free(part);
  }
}

static void says_what_is_wrong_and_where(void **state) {
  struct sb_json_fault fault;
  (void)state;
  assert_int_equal(check((struct text)T("{\n  \"\xc3\xa9\": [1 2]\n}"), &fault),
                   UV_EINVAL);
  assert_string_equal(fault.message, "line 2, column 11 (byte 14): "
                                     "a comma or ] expected");
  assert_int_equal(fault.offset, 13);
  assert_int_equal(fault.line, 2);
  assert_int_equal(fault.column, 11);
  check((struct text)T("{\"a\":"), &fault);
  assert_string_equal(fault.message, "line 1, column 6 (byte 6): "
                                     "a value expected, but the text ends");
}

static void nested(char *text, size_t depth) {
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  text[2 * depth] = '\0';
}

static void keeps_to_its_limits(void **state) {
  struct sb_json_limits limits = {.depth = SB_JSON_MAX_DEPTH};
  struct sb_json_fault fault;
  static char text[2 * (SB_JSON_MAX_DEPTH + 1) + 1];
  int lone;
  (void)state;
  nested(text, SB_JSON_DEPTH);
  assert_int_equal(sb_json_check(text, strlen(text), NULL, &lone, &fault), 0);
  nested(text, SB_JSON_DEPTH + 1);
  assert_int_equal(sb_json_check(text, strlen(text), NULL, &lone, &fault),
                   UV_EINVAL);
  assert_non_null(strstr(fault.message, "nested deeper than 128 levels"));
  nested(text, SB_JSON_MAX_DEPTH);
  assert_int_equal(sb_json_check(text, strlen(text), &limits, &lone, &fault),
                   0);
  limits = (struct sb_json_limits){.bytes = 4};
  assert_int_equal(sb_json_check("1234", 4, &limits, &lone, &fault), 0);
  assert_int_equal(sb_json_check("12345", 5, &limits, &lone, &fault),
                   UV_EINVAL);
}

static void gives_the_events_in_order(void **state) {
  static const enum sb_json_event expected[] = {
      SB_JSON_OBJECT, SB_JSON_KEY,       SB_JSON_ARRAY,      SB_JSON_NUMBER,
      SB_JSON_STRING, SB_JSON_ARRAY_END, SB_JSON_KEY,        SB_JSON_OBJECT,
      SB_JSON_KEY,    SB_JSON_NULL,      SB_JSON_OBJECT_END, SB_JSON_OBJECT_END,
      SB_JSON_END,    SB_JSON_END};
  static const char text[] = "{\"a\":[1,\"x\"],\"b\":{\"c\":null}}";
  struct sb_json_reader reader;
  (void)state;
  sb_json_read(&reader, text, sizeof text - 1, NULL);
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    assert_int_equal(sb_json_next(&reader), expected[i]);
}

static void reads_integers_exactly(void **state) {
  static const struct {
    const char *text;
    int is_integer;
    int64_t value;
  } cases[] = {{"0", 1, 0},
               {"-0", 1, 0},
               {"9223372036854775807", 1, INT64_MAX},
               {"-9223372036854775808", 1, INT64_MIN},
               {"9223372036854775808", 0, 0},
               {"-9223372036854775809", 0, 0},
               {"99999999999999999999999", 0, 0},
               {"1.0", 0, 0},
               {"1e2", 0, 0}};
  struct sb_json_reader reader;
  int64_t value;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sb_json_read(&reader, cases[i].text, strlen(cases[i].text), NULL);
    assert_int_equal(sb_json_next(&reader), SB_JSON_NUMBER);
    assert_int_equal(sb_json_integer(&reader, &value), cases[i].is_integer);
    if (cases[i].is_integer) assert_true(value == cases[i].value);
  }
}

static void unescapes(void **state) {
  static const char text[] = "\"a\\n\\u00e9\\u20ac\\ud83d\\ude00\\u0000"
                             "\\ud83dx\\udc00\\\\u\"";
  static const char plain[] = "a\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0"
                              "\xef\xbf\xbdx\xef\xbf\xbd\\u";
  struct sb_json_reader reader;
  char out[sizeof text];
  (void)state;
  sb_json_read(&reader, text, sizeof text - 1, NULL);
  assert_int_equal(sb_json_next(&reader), SB_JSON_STRING);
  assert_true(reader.escaped && reader.lone);
  assert_int_equal(sb_json_unescape(&reader, out), sizeof plain - 1);
  assert_memory_equal(out, plain, sizeof plain - 1);
}

static void mends_half_an_emoji(void **state) {
  char text[] = "[\"\\ud83d\", \"\\ud83d\\ude00\", \"\\\\ud83d\", \"\\uDE00\"]";
  struct sb_json_fault fault;
  int lone;
  (void)state;
  assert_int_equal(sb_json_check(text, strlen(text), NULL, &lone, &fault), 0);
  assert_true(lone);
  sb_json_mend(text, strlen(text));
  assert_string_equal(
      text, "[\"\\ufffd\", \"\\ud83d\\ude00\", \"\\\\ud83d\", \"\\ufffd\"]");
  assert_int_equal(sb_json_check(text, strlen(text), NULL, &lone, &fault), 0);
  assert_false(lone);
}

static void writes(struct sb_buffer *buf, int rc, const char *expected) {
  assert_int_equal(rc, 0);
  assert_int_equal(buf->len, strlen(expected));
  assert_memory_equal(buf->data, expected, buf->len);
  sb_buffer_clear(buf);
}

static void writes_one_form_for_each_value(void **state) {
  struct sb_buffer buf;
  (void)state;
  sb_buffer_init(&buf, 1000);
  writes(&buf, sb_json_put_integer(&buf, INT64_MIN), "-9223372036854775808");
  writes(&buf, sb_json_put_integer(&buf, 0), "0");
  writes(&buf, sb_json_put_double(&buf, -0.0), "0");
  writes(&buf, sb_json_put_double(&buf, 0.1), "0.1");
  writes(&buf, sb_json_put_double(&buf, 1.0 / 3), "0.3333333333333333");
  writes(&buf, sb_json_put_double(&buf, 0.1 + 0.2), "0.30000000000000004");
  writes(&buf, sb_json_put_double(&buf, 1e15), "1000000000000000");
  writes(&buf, sb_json_put_double(&buf, 9007199254740992), "9007199254740992");
  writes(&buf, sb_json_put_double(&buf, 9225720368547758.0),
         "9225720368547758");
  writes(&buf, sb_json_put_double(&buf, 1e18), "1000000000000000000");
  writes(&buf, sb_json_put_double(&buf, -9223372036854775808.0),
         "-9223372036854775808");
  writes(&buf, sb_json_put_double(&buf, 9223372036854775808.0),
         "9.223372036854776e+18");
  writes(&buf, sb_json_put_double(&buf, 5e-324), "4.94065645841247e-324");
  writes(&buf, sb_json_put_string(&buf, "a/\"\\\n\x01\x7f\xe2\x80\xa8", 10),
         "\"a/\\\"\\\\\\n\\u0001\x7f\xe2\x80\xa8\"");
  writes(&buf, sb_json_put_string(&buf, "\0", 1), "\"\\u0000\"");
  writes(&buf, sb_json_put_newline(&buf, 2, 3), "\n      ");
  sb_buffer_free(&buf);
}

static void writes_nothing_of_what_it_refuses(void **state) {
  struct sb_buffer buf;
  (void)state;
  sb_buffer_init(&buf, 8);
  assert_int_equal(sb_json_put_string(&buf, "ok \xed\xa0\x80", 6), UV_EILSEQ);
  assert_int_equal(sb_json_put_string(&buf, "1234567", 7), UV_E2BIG);
  assert_int_equal(sb_json_put_double(&buf, NAN), UV_EINVAL);
  assert_int_equal(sb_json_put_double(&buf, -HUGE_VAL), UV_EINVAL);
  assert_int_equal(buf.len, 0);
  sb_buffer_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_what_the_rfc_does),
      cmocka_unit_test(refuses_all_else),
      cmocka_unit_test(refuses_every_beginning),
      cmocka_unit_test(says_what_is_wrong_and_where),
      cmocka_unit_test(keeps_to_its_limits),
      cmocka_unit_test(gives_the_events_in_order),
      cmocka_unit_test(reads_integers_exactly),
      cmocka_unit_test(unescapes),
      cmocka_unit_test(mends_half_an_emoji),
      cmocka_unit_test(writes_one_form_for_each_value),
      cmocka_unit_test(writes_nothing_of_what_it_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
