/* tests/unit/canvas_test.c -- host/draw/canvas.h and host/draw/paint.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/draw/canvas.h"

static int setup(void **state) {
  static struct sb_canvas canvas;
  *state = &canvas;
  return sb_canvas_init(&canvas, 64, 32);
}

static int teardown(void **state) {
  sb_canvas_free(*state);
  return 0;
}

static uint32_t at(const struct sb_canvas *canvas, int x, int y) {
  const uint8_t *p = canvas->pixels.data + 3 * (y * 64 + x);
  return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void paints_through_alpha(void **state) {
  struct sb_paint solid = {.stop_count = 1, .stops = {{0, 0x204060, 1}}};
  struct sb_paint half = {.stop_count = 1, .stops = {{0, 0xFFFFFF, 0.5f}}};
  sb_canvas_cover(*state, &solid);
  assert_int_equal(at(*state, 0, 0), 0x204060);
  assert_int_equal(at(*state, 63, 31), 0x204060);
  sb_canvas_cover(*state, &half);
  assert_int_equal(at(*state, 63, 31), 0x90A0B0);
}

static void goes_from_stop_to_stop_along_a_line(void **state) {
  struct sb_paint paint = {
      .kind = SB_PAINT_LINEAR,
      .x0 = 8,
      .x1 = 40,
      .stop_count = 3,
      .stops = {{0, 0xFF0000, 1}, {0.5f, 0x0000FF, 1}, {1, 0x00FF00, 1}}};
  sb_canvas_cover(*state, &paint);
  assert_int_equal(at(*state, 0, 5), 0xFF0000);
  assert_int_equal(at(*state, 63, 5), 0x00FF00);
  assert_in_range(at(*state, 24, 5) & 0xFF, 245, 255);
  assert_in_range(at(*state, 16, 5) >> 16, 110, 145);
  assert_int_equal(at(*state, 16, 5), at(*state, 16, 30));
}

static void fades_around_a_point(void **state) {
  struct sb_paint paint = {.kind = SB_PAINT_RADIAL,
                           .x0 = 32,
                           .y0 = 16,
                           .radius = 10,
                           .stop_count = 2,
                           .stops = {{0, 0xFFFFFF, 1}, {1, 0xFFFFFF, 0}}};
  sb_canvas_cover(*state, &paint);
  assert_in_range(at(*state, 32, 16) & 0xFF, 230, 255);
  assert_in_range(at(*state, 37, 16) & 0xFF, 90, 140);
  assert_int_equal(at(*state, 37, 15), at(*state, 26, 16));
  assert_int_equal(at(*state, 32, 28), 0);
}

static void puts_what_is_on_the_canvas(void **state) {
  uint8_t four[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
  struct sb_pixels pixels = {four, 2, 2, 3};
  sb_canvas_put(*state, &pixels, -1, -1, 1);
  assert_int_equal(at(*state, 0, 0), 0x040404);
  assert_int_equal(at(*state, 1, 0), 0);
  sb_canvas_put(*state, &pixels, 63, 31, 1);
  assert_int_equal(at(*state, 63, 31), 0x010101);
  sb_canvas_put(*state, &pixels, 64, 0, 1);
  sb_canvas_put(*state, &pixels, 0, -2, 1);
  assert_int_equal(at(*state, 0, 0), 0x040404);
}

static void puts_transparent_pixels_as_such(void **state) {
  uint8_t two[] = {200, 100, 50, 0, 200, 100, 50, 255};
  struct sb_pixels pixels = {two, 2, 1, 4};
  sb_canvas_put(*state, &pixels, 3, 3, 1);
  assert_int_equal(at(*state, 3, 3), 0);
  assert_int_equal(at(*state, 4, 3), 0xC86432);
}

static void grain_is_bounded_and_the_same_for_a_seed(void **state) {
  struct sb_paint grey = {.stop_count = 1, .stops = {{0, 0x808080, 1}}};
  struct sb_canvas *canvas = *state;
  uint8_t first[64 * 32 * 3];
  int lowest = 255, highest = 0;
  sb_canvas_cover(canvas, &grey);
  sb_canvas_grain(canvas, 0.1f, 3);
  memcpy(first, canvas->pixels.data, sizeof first);
  for (size_t i = 0; i < sizeof first; i++) {
    if (first[i] < lowest) lowest = first[i];
    if (first[i] > highest) highest = first[i];
  }
  assert_in_range(lowest, 128 - 13, 128 - 9);
  assert_in_range(highest, 128 + 9, 128 + 13);
  sb_canvas_cover(canvas, &grey);
  sb_canvas_grain(canvas, 0.1f, 3);
  assert_memory_equal(first, canvas->pixels.data, sizeof first);
  sb_canvas_cover(canvas, &grey);
  sb_canvas_grain(canvas, 0.1f, 4);
  assert_memory_not_equal(first, canvas->pixels.data, sizeof first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(paints_through_alpha, setup, teardown),
      cmocka_unit_test_setup_teardown(goes_from_stop_to_stop_along_a_line,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(fades_around_a_point, setup, teardown),
      cmocka_unit_test_setup_teardown(puts_what_is_on_the_canvas, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(puts_transparent_pixels_as_such, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(grain_is_bounded_and_the_same_for_a_seed,
                                      setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
