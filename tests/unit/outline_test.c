/* tests/unit/outline_test.c -- host/draw/outline.h, and what host/draw/canvas.h
   makes of it: coverage is measured as white on black. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/draw/canvas.h"

enum { SIDE = 100 };

static const struct sb_paint white = {.stop_count = 1,
                                      .stops = {{0, 0xFFFFFF, 1}}};

/* Fills the outline on a black canvas and returns the area that it covers, in
   pixels. */
static double draw(struct sb_canvas *canvas, struct sb_outline *outline) {
  double sum = 0;
  assert_int_equal(sb_canvas_init(canvas, SIDE, SIDE), 0);
  assert_int_equal(sb_canvas_fill(canvas, outline, &white), 0);
  sb_outline_free(outline);
  for (int i = 0; i < SIDE * SIDE; i++) sum += canvas->pixels.data[3 * i];
  return sum / 255;
}

static double area(struct sb_outline *outline) {
  struct sb_canvas canvas;
  double sum = draw(&canvas, outline);
  sb_canvas_free(&canvas);
  return sum;
}

static void assert_near(double value, double expected, double by) {
  if (!(fabs(value - expected) <= by))
    fail_msg("%f is not %f (by %f)", value, expected, by);
}

static void rectangle(struct sb_outline *outline, float left, float top,
                      float right, float bottom) {
  sb_outline_move(outline, left, top);
  sb_outline_line(outline, right, top);
  sb_outline_line(outline, right, bottom);
  sb_outline_line(outline, left, bottom);
  sb_outline_close(outline);
}

static int at(const struct sb_canvas *canvas, int x, int y) {
  return canvas->pixels.data[3 * (y * SIDE + x)];
}

static void covers_parts_of_pixels(void **state) {
  struct sb_outline outline = {0};
  struct sb_canvas canvas;
  (void)state;
  rectangle(&outline, 10.5f, 20, 12, 21.25f);
  assert_near(draw(&canvas, &outline), 1.5 * 1.25, 0.02);
  assert_int_equal(at(&canvas, 10, 20), 128);
  assert_int_equal(at(&canvas, 11, 20), 255);
  assert_int_equal(at(&canvas, 11, 21), 64);
  assert_int_equal(at(&canvas, 9, 20), 0);
  assert_int_equal(at(&canvas, 12, 20), 0);
  sb_canvas_free(&canvas);
}

static void flattens_curves_finely(void **state) {
  struct sb_outline ellipse = {0}, quad = {0}, cubic = {0};
  (void)state;
  sb_outline_ellipse(&ellipse, 50, 50, 40, 20, 30);
  assert_near(area(&ellipse), 3.14159265 * 40 * 20, 5);
  sb_outline_move(&quad, 0, 50);
  sb_outline_quad(&quad, 50, -50, 100, 50); /* a parabola: 2/3 of its box */
  assert_near(area(&quad), 100 * 50 * 2 / 3.0, 5);
  sb_outline_move(&cubic, 0, 90);
  sb_outline_cubic(&cubic, 0, 10, 100, 10, 100, 90); /* 3/5 of its hull */
  assert_near(area(&cubic), 100 * 80 * 3 / 5.0, 5);
}

static void makes_a_hole_of_the_other_direction(void **state) {
  struct sb_outline hole = {0}, both = {0};
  (void)state;
  rectangle(&hole, 10, 10, 60, 60);
  sb_outline_move(&hole, 20, 20);
  sb_outline_line(&hole, 20, 40);
  sb_outline_line(&hole, 40, 40);
  sb_outline_line(&hole, 40, 20);
  assert_near(area(&hole), 50 * 50 - 20 * 20, 0.01);
  rectangle(&both, 10, 10, 60, 60);
  rectangle(&both, 50, 50, 70, 70);
  assert_near(area(&both), 50 * 50 + 20 * 20 - 10 * 10, 0.01);
}

static void draws_what_is_on_the_canvas_of_a_larger_shape(void **state) {
  struct sb_outline around = {0}, corner = {0}, outside = {0}, far = {0};
  (void)state;
  rectangle(&around, -50000, -50000, 50000, 50000);
  assert_near(area(&around), SIDE * SIDE, 0.01);
  sb_outline_ellipse(&corner, 100, 0, 30, 30, 0);
  assert_near(area(&corner), 3.14159265 * 30 * 30 / 4, 2);
  rectangle(&outside, 100, 0, 200, 100);
  rectangle(&outside, -20, -20, 0, 120);
  assert_near(area(&outside), 0, 0);
  sb_outline_move(&far, -100000, 50); /* a wedge that narrows to the right */
  sb_outline_line(&far, 100, 50);
  sb_outline_line(&far, -100000, 100050);
  assert_near(area(&far), 50 * 50 * 3 / 2.0, 5);
}

static void strokes_with_a_round_pen(void **state) {
  struct sb_outline line = {0}, bend = {0}, ring = {0}, dot = {0}, to = {0};
  const double end = 3.14159265 * 25; /* two half discs */
  (void)state;
  sb_outline_move(&line, 20, 20);
  sb_outline_line(&line, 20, 20);
  sb_outline_line(&line, 80, 20);
  sb_outline_stroke(&line, 10, &to);
  assert_near(area(&to), 60 * 10 + end, 1);
  sb_outline_move(&bend, 20, 20);
  sb_outline_line(&bend, 70, 20);
  sb_outline_line(&bend, 70, 70);
  sb_outline_stroke(&bend, 10, &to);
  /* two bars that share a quarter of a square, rounded at the corner */
  assert_near(area(&to), 2 * 50 * 10 - 25 + end / 4 + end, 2);
  sb_outline_ellipse(&ring, 50, 50, 30, 30, 0);
  sb_outline_stroke(&ring, 10, &to);
  assert_near(area(&to), 3.14159265 * (35 * 35 - 25 * 25), 10);
  sb_outline_move(&dot, 50, 50);
  sb_outline_stroke(&dot, 10, &to);
  assert_near(area(&to), end, 2);
  sb_outline_free(&line);
  sb_outline_free(&bend);
  sb_outline_free(&ring);
  sb_outline_free(&dot);
}

static void begins_anew_where_a_contour_was_closed(void **state) {
  struct sb_outline outline = {0};
  (void)state;
  sb_outline_move(&outline, 10, 10);
  sb_outline_line(&outline, 20, 10);
  sb_outline_close(&outline);
  sb_outline_line(&outline, 10, 40);
  assert_int_equal(outline.count, 4);
  assert_int_equal(outline.points[2].begins, SB_CONTOUR_OPEN);
  assert_true(outline.points[2].x == 10 && outline.points[2].y == 10);
  assert_int_equal(sb_outline_contour_end(&outline, 0), 2);
  assert_int_equal(sb_outline_contour_end(&outline, 2), 4);
  sb_outline_free(&outline);
}

/* Shapes of any kind, all over and beyond: for the sanitizers. */
static void takes_any_shape(void **state) {
  uint32_t chance = 1;
  (void)state;
  for (int n = 0; n < 600; n++) {
    struct sb_outline outline = {0}, stroke = {0};
    float v[6];
    for (int k = 0; k < 12; k++) {
      float scale = n % 3 == 0 ? 1e5f : n % 3 == 1 ? 300.0f : 2.0f;
      for (int i = 0; i < 6; i++) {
        chance = chance * 69069 + 1;
        v[i] = 50 + scale * ((float)(chance >> 8) / (1 << 24) - 0.5f);
        if (n % 5 == 0) v[i] = roundf(v[i]);
      }
      switch (chance >> 28) {
      case 0:
        sb_outline_move(&outline, v[0], v[1]);
        break;
      case 1:
        sb_outline_close(&outline);
        break;
      case 2:
        sb_outline_quad(&outline, v[0], v[1], v[2], v[3]);
        break;
      case 3:
        sb_outline_cubic(&outline, v[0], v[1], v[2], v[3], v[4], v[5]);
        break;
      default:
        sb_outline_line(&outline, v[0], v[1]);
      }
    }
    sb_outline_stroke(&outline, 0.1f + fabsf(v[5]) / 10, &stroke);
    assert_in_range((long)area(&outline), 0, SIDE * SIDE);
    assert_in_range((long)area(&stroke), 0, SIDE * SIDE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(covers_parts_of_pixels),
      cmocka_unit_test(flattens_curves_finely),
      cmocka_unit_test(makes_a_hole_of_the_other_direction),
      cmocka_unit_test(draws_what_is_on_the_canvas_of_a_larger_shape),
      cmocka_unit_test(strokes_with_a_round_pen),
      cmocka_unit_test(begins_anew_where_a_contour_was_closed),
      cmocka_unit_test(takes_any_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
