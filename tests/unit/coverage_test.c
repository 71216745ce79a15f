/* tests/unit/coverage_test.c -- host/draw/coverage.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/draw/coverage.h"

enum { WIDTH = 70, HEIGHT = 40 };

struct seen {
  uint8_t pixels[HEIGHT][WIDTH];
  uint32_t x, y; /* behind the last span */
  int spans;
};

static void see(void *arg, uint32_t x, uint32_t y, uint32_t count,
                uint32_t covered) {
  struct seen *seen = arg;
  assert_in_range(covered, 1, 255);
  assert_true(y > seen->y || (y == seen->y && x >= seen->x));
  assert_true(count > 0 && x + count <= WIDTH && y < HEIGHT);
  memset(&seen->pixels[y][x], (int)covered, count);
  seen->x = x + count;
  seen->y = y;
  seen->spans++;
}

/* What is told of the outline; twice, since nothing may be left over. */
static struct seen cover(struct sb_outline *outline) {
  struct sb_coverage coverage;
  struct seen seen = {0}, again = {0};
  assert_int_equal(sb_coverage_init(&coverage, WIDTH, HEIGHT), 0);
  assert_int_equal(sb_coverage_tell(&coverage, outline, see, &seen), 0);
  assert_int_equal(sb_coverage_tell(&coverage, outline, see, &again), 0);
  assert_memory_equal(seen.pixels, again.pixels, sizeof seen.pixels);
  sb_coverage_free(&coverage);
  sb_outline_free(outline);
  return seen;
}

static void add_box(struct sb_outline *outline, float left, float top,
                    float right, float bottom) {
  sb_outline_move(outline, left, top);
  sb_outline_line(outline, right, top);
  sb_outline_line(outline, right, bottom);
  sb_outline_line(outline, left, bottom);
  sb_outline_close(outline);
}

static void covers_whole_pixels_and_parts_of_them(void **state) {
  struct sb_outline outline = {0};
  (void)state;
  add_box(&outline, 2, 3, 5.5f, 5.25f);
  struct seen seen = cover(&outline);
  assert_int_equal(seen.pixels[2][3], 0);
  assert_int_equal(seen.pixels[3][1], 0);
  assert_int_equal(seen.pixels[3][2], 255);
  assert_int_equal(seen.pixels[4][4], 255);
  assert_int_equal(seen.pixels[4][5], 128);
  assert_int_equal(seen.pixels[4][6], 0);
  assert_int_equal(seen.pixels[5][3], 64);
  assert_int_equal(seen.pixels[5][5], 32);
}

static void reaches_all_edges(void **state) {
  struct sb_outline outline = {0};
  (void)state;
  add_box(&outline, 0, 0, WIDTH, HEIGHT);
  struct seen seen = cover(&outline);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) assert_int_equal(seen.pixels[y][x], 255);
  assert_int_equal(seen.spans, 2 * HEIGHT); /* the first pixel, and the rest */
}

static void joins_and_cuts_out(void **state) {
  struct sb_outline outline = {0};
  (void)state;
  add_box(&outline, 10, 10, 30, 30);
  add_box(&outline, 20, 20, 40, 35);
  add_box(&outline, 18, 12, 12, 18); /* the other way round */
  struct seen seen = cover(&outline);
  assert_int_equal(seen.pixels[25][25], 255);
  assert_int_equal(seen.pixels[32][38], 255);
  assert_int_equal(seen.pixels[11][11], 255);
  assert_int_equal(seen.pixels[15][15], 0);
}

static void covers_nothing_without_an_area(void **state) {
  struct sb_outline outline = {0};
  (void)state;
  sb_outline_move(&outline, 3, 3);
  sb_outline_line(&outline, 20, 30);
  sb_outline_move(&outline, 5, 5);
  assert_int_equal(cover(&outline).spans, 0);
}

/* How many of 32x32 points in a pixel lie in a triangle, of 255. */
static int sampled(const float *corner, int x, int y) {
  enum { SIDE = 32 };
  int inside = 0;
  for (int i = 0; i < SIDE * SIDE; i++) {
    int column = i % SIDE, row = i / SIDE;
    float px = (float)x + ((float)column + 0.5f) / SIDE;
    float py = (float)y + ((float)row + 0.5f) / SIDE;
    int left = 0;
    for (int k = 0; k < 3; k++) {
      const float *a = corner + 2 * k, *b = corner + 2 * ((k + 1) % 3);
      left += (b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0]) > 0;
    }
    inside += left == 0 || left == 3;
  }
  return inside * 255 / (SIDE * SIDE);
}

static void covers_what_points_show(void **state) {
  uint32_t chance = 9;
  (void)state;
  for (int round = 0; round < 20; round++) {
    float corner[6];
    struct sb_outline outline = {0};
    for (int i = 0; i < 6; i++) {
      chance = chance * 69069 + 1;
      corner[i] = (float)(chance >> 8) / 16777216 * (i % 2 ? HEIGHT : WIDTH);
      if (i % 2 == 0) continue;
      if (i == 1)
        sb_outline_move(&outline, corner[0], corner[1]);
      else
        sb_outline_line(&outline, corner[i - 1], corner[i]);
    }
    struct seen seen = cover(&outline);
    for (int y = 0; y < HEIGHT; y++)
      for (int x = 0; x < WIDTH; x++)
        assert_in_range(seen.pixels[y][x] + 12, sampled(corner, x, y),
                        sampled(corner, x, y) + 24);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(covers_whole_pixels_and_parts_of_them),
      cmocka_unit_test(reaches_all_edges),
      cmocka_unit_test(joins_and_cuts_out),
      cmocka_unit_test(covers_nothing_without_an_area),
      cmocka_unit_test(covers_what_points_show),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
