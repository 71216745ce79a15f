/* tests/unit/name_test.c -- host/files/name.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "host/files/name.h"
#include "host/base/utf8.h"

static void slugs(const char *text, size_t len, const char *expected) {
  char out[SB_NAME_DEFAULT + 1], again[SB_NAME_DEFAULT + 1];
  assert_int_equal(sb_name_slug(text, len, SB_NAME_DEFAULT, out), 0);
  assert_string_equal(out, expected);
  assert_int_equal(sb_name_slug(out, strlen(out), SB_NAME_DEFAULT, again), 0);
  assert_string_equal(again, expected);
}

static void keeps_letters_and_digits_of_any_script(void **state) {
  static const char *const cases[][2] = {
      {"The Storm", "the-storm"},
      {"  Mind -- the   gap!  ", "mind-the-gap"},
      {"Scene 12: d\xc3\xa9j\xc3\xa0 vu", "scene-12-d\xc3\xa9j\xc3\xa0-vu"},
      {"\xe7\x81\xaf\xe5\x8f\xb0 \xe5\xae\x88", /* lighthouse keeper */
       "\xe7\x81\xaf\xe5\x8f\xb0-\xe5\xae\x88"},
      {"\xd0\x9c\xd0\x90\xd0\xaf\xd0\x9a", "\xd0\xbc\xd0\xb0\xd1\x8f\xd0\xba"},
      {"Stra\xc3\x9f"
       "e",
       "strasse"},
      {"\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8", /* Hindi, with a vowel sign */
       "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    slugs(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

static void is_safe_whatever_it_is_given(void **state) {
  static const char *const cases[][2] = {
      {"../../etc/passwd", "etc-passwd"},
      {"/etc/passwd", "etc-passwd"},
      {"C:\\Windows\\x", "c-windows-x"},
      {"", "item"},
      {"*", "item"},
      {"...", "item"},
      {".hidden", "hidden"},
      {"-rf", "rf"},
      {"trailing. ", "trailing"},
      {"a?b*c[d]<e>|f\"g", "a-b-c-d-e-f-g"},
      {"\xf0\x9f\x94\xa5\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "item"}, /* emoji */
      {"\xe2\x9d\xa4\xef\xb8\x8f", "item"}, /* heart, variation selector */
      {"\xcc\x81", "item"},                 /* an accent on nothing */
      {"!\xcc\x81x", "x"},
      {"\xe3\x85\xa4", "item"},                 /* a letter that is not seen */
      {"fa\xc2\xadmily", "family"},             /* soft hyphen */
      {"exe\xe2\x80\xaegnp.cod", "exegnp-cod"}, /* right-to-left override */
      {"\xe2\x80\x8f\xd7\xa9\xd6\xb8\xd7\x9c\xd7\x95\xd7\x9d\xe2\x80\x8e",
       "\xd7\xa9\xd6\xb8\xd7\x9c\xd7\x95\xd7\x9d"}, /* Hebrew, marked */
      {"\xff\xfe", "item"},
      {"a\xff"
       "b\xc3",
       "a-b"},
      {"\xed\xa0\x80z", "z"},
      {"line\none\ttab\x7f", "line-one-tab"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    slugs(cases[i][0], strlen(cases[i][0]), cases[i][1]);
  slugs("a/b\0c", 5, "a-b-c");
}

static void is_no_device_of_windows(void **state) {
  static const char *const cases[][2] = {{"CON", "item-con"},
                                         {"con.png", "con-png"},
                                         {"nul", "item-nul"},
                                         {"Aux.", "item-aux"},
                                         {" PRN ", "item-prn"},
                                         {"COM1", "item-com1"},
                                         {"LPT9", "item-lpt9"},
                                         {"COM\xc2\xb2", "item-com\xc2\xb2"},
                                         {"com0", "com0"},
                                         {"COM10", "com10"},
                                         {"c\xcc\x81on", "\xc4\x87on"},
                                         {"icon", "icon"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    slugs(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

static void is_one_for_names_that_look_alike(void **state) {
  (void)state;
  slugs("CAF\xc3\x89", 5, "caf\xc3\xa9");  /* composed */
  slugs("Cafe\xcc\x81", 6, "caf\xc3\xa9"); /* decomposed */
  slugs("\xe2\x84\xaa", 3, "k");           /* the sign for Kelvin */
  slugs("\xe1\xbe\xb3", 3, "\xce\xb1\xce\xb9");
}

static void is_cut_between_characters(void **state) {
  char text[12000], out[SB_NAME_MAX + 1];
  (void)state;
  for (size_t i = 0; i < sizeof text; i += 3)
    memcpy(text + i, "\xe7\x81\xaf", 3);
  for (size_t max = SB_NAME_MIN; max <= SB_NAME_MAX; max++) {
    assert_int_equal(sb_name_slug(text, sizeof text, max, out), 0);
    assert_int_equal(strlen(out), max / 3 * 3);
    assert_int_equal(sb_utf8_valid(out, strlen(out)), strlen(out));
  }
  assert_int_equal(sb_name_slug("fourteen chars - more", 21, 16, out), 0);
  assert_string_equal(out, "fourteen-chars-m");
  assert_int_equal(sb_name_slug("fifteen letters more", 20, 16, out), 0);
  assert_string_equal(out, "fifteen-letters");
}

static void numbers_within_the_limit(void **state) {
  char out[SB_NAME_MIN + 1];
  (void)state;
  sb_name_number("storm", 5, 2, SB_NAME_MIN, out);
  assert_string_equal(out, "storm-2");
  sb_name_number("1234567890123456", 16, 12, SB_NAME_MIN, out);
  assert_string_equal(out, "1234567890123-12");
  sb_name_number("123456789012-\xc3\xa9", 15, 3, SB_NAME_MIN, out);
  assert_string_equal(out, "123456789012-3");
}

static void measures_columns(void **state) {
  (void)state;
  assert_int_equal(sb_name_width("", 0), 0);
  assert_int_equal(sb_name_width("abc", 3), 3);
  assert_int_equal(sb_name_width("e\xcc\x81", 3), 1);
  assert_int_equal(sb_name_width("\xe7\x81\xaf", 3), 2);
  assert_int_equal(sb_name_width("\xf0\x9f\x94\xa5", 4), 2);
  assert_int_equal(sb_name_width("a\xff\x1b", 3), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_letters_and_digits_of_any_script),
      cmocka_unit_test(is_safe_whatever_it_is_given),
      cmocka_unit_test(is_no_device_of_windows),
      cmocka_unit_test(is_one_for_names_that_look_alike),
      cmocka_unit_test(is_cut_between_characters),
      cmocka_unit_test(numbers_within_the_limit),
      cmocka_unit_test(measures_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
