/* tests/unit/text_test.c -- host/draw/text.h and host/draw/font.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/draw/text.h"

static const struct sb_font *font;

static int open_font(void **state) {
  (void)state;
  return sb_font_open(0, &font);
}

struct box {
  float left, top, right, bottom;
};

static struct box layout(struct sb_text text, const char *words) {
  struct sb_outline outline = {0};
  struct box box = {0};
  text.text = words;
  text.len = strlen(words);
  if (text.size == 0) text.size = 20;
  sb_text_outline(font, &text, &outline);
  assert_int_equal(outline.error, 0);
  sb_outline_bounds(&outline, &box.left, &box.top, &box.right, &box.bottom);
  sb_outline_free(&outline);
  return box;
}

static float width(const char *words) {
  return sb_font_width(font, 20, words, strlen(words));
}

static int same(struct box a, struct box b) {
  return a.left == b.left && a.top == b.top && a.right == b.right &&
         a.bottom == b.bottom;
}

static void measures_as_the_font_says(void **state) {
  (void)state;
  /* DejaVu Sans: an n is 1298 of 2048 units wide */
  assert_true(width("n") > 12.67f && width("n") < 12.69f);
  assert_true(width("nn") == 2 * width("n"));
  assert_true(width("AV") < width("A") + width("V")); /* kerning */
  assert_true(width("") == 0);
}

static void stands_on_its_baseline(void **state) {
  struct box box = layout((struct sb_text){.x = 10, .y = 50}, "H");
  (void)state;
  assert_true(box.bottom == 50);
  assert_true(box.top > 34 && box.top < 36); /* capitals are 0.729 em high */
  assert_true(box.left > 10 && box.left < 13);
}

static void aligns_to_its_place(void **state) {
  (void)state;
  struct box left = layout((struct sb_text){.x = 100}, "nnnn");
  struct box center =
      layout((struct sb_text){.x = 100, .align = SB_ALIGN_CENTER}, "nnnn");
  struct box right =
      layout((struct sb_text){.x = 100, .align = SB_ALIGN_RIGHT}, "nnnn");
  assert_true(left.left > 100 && right.right < 100);
  assert_true(left.left - center.left > width("nn") - 0.1f);
  assert_true(center.left - right.left > width("nn") - 0.1f);
}

static void breaks_lines_at_spaces(void **state) {
  struct sb_text text = {.max_width = width("nnn nn") + 1};
  (void)state;
  assert_true(same(layout(text, "nnn nn nnnn"), layout(text, "nnn nn\nnnnn")));
  assert_true(same(layout(text, "nnn nnnn"), layout(text, "nnn\nnnnn")));
  /* a word that is too long alone is broken where it must be */
  assert_true(same(layout(text, "nnnnnnnnn"), layout(text, "nnnnn\nnnnn")));
}

static void ends_in_an_ellipsis_what_does_not_fit(void **state) {
  struct sb_text text = {.max_width = width("nnnn") + 1, .max_lines = 2};
  (void)state;
  assert_true(same(layout(text, "nnnn nn"), layout(text, "nnnn\nnn")));
  struct box cut = layout(text, "nnnn nnnn nnnn");
  assert_true(cut.right <= text.max_width);
  assert_true(cut.bottom < 20 * 1.25f + 1);
  text.max_lines = 1;
  assert_true(same(layout(text, "nnnn nnnn"), layout(text, "nn\xE2\x80\xA6")));
}

static void takes_what_the_font_lacks_from_the_fallback(void **state) {
  (void)state;
  if (access("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
             R_OK) != 0)
    skip();
  struct box lantern = layout((struct sb_text){0}, "\xE7\x81\xAF");
  struct box boxed = layout((struct sb_text){0}, "\xF4\x8F\xBF\xBD");
  assert_true(lantern.right - lantern.left > 5);
  assert_false(same(lantern, boxed));
}

static void draws_a_box_for_what_the_font_lacks(void **state) {
  (void)state;
  struct box lacking = layout((struct sb_text){0}, "\xF4\x8F\xBF\xBD");
  assert_true(lacking.right - lacking.left > 5);
  /* bytes that are not UTF-8 */
  struct box broken = layout((struct sb_text){0}, "\xFF");
  assert_true(same(broken, layout((struct sb_text){0}, "\xEF\xBF\xBD")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(measures_as_the_font_says),
      cmocka_unit_test(stands_on_its_baseline),
      cmocka_unit_test(aligns_to_its_place),
      cmocka_unit_test(breaks_lines_at_spaces),
      cmocka_unit_test(ends_in_an_ellipsis_what_does_not_fit),
      cmocka_unit_test(takes_what_the_font_lacks_from_the_fallback),
      cmocka_unit_test(draws_a_box_for_what_the_font_lacks),
  };
  return cmocka_run_group_tests(tests, open_font, NULL);
}
