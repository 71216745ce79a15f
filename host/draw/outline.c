/* host/draw/outline.c -- see outline.h. */
#include "host/draw/outline.h"

#include <math.h>
#include <stdlib.h>
#include <uv.h>

/* How far a flattened curve may be from the true one, in pixels: less than what
   one level of 8-bit coverage shows on a long edge. */
static const float tolerance = 0.05f;

enum { PIECES_MAX = 512 }; /* of one curve, however large */

void sb_outline_free(struct sb_outline *outline) {
  free(outline->points);
  *outline = (struct sb_outline){0};
}

static void add(struct sb_outline *outline, float x, float y,
                enum sb_contour begins) {
  if (outline->error < 0) return;
  if (outline->count == outline->room) {
    size_t room = outline->room == 0 ? 32 : outline->room * 2;
    struct sb_point *points = realloc(outline->points, room * sizeof *points);
    if (points == NULL) {
      outline->error = UV_ENOMEM;
      return;
    }
    outline->points = points;
    outline->room = room;
  }
  if (begins != SB_CONTOUR_GOES_ON) outline->start = outline->count;
  outline->points[outline->count++] = (struct sb_point){x, y, begins};
}

void sb_outline_move(struct sb_outline *outline, float x, float y) {
  add(outline, x, y, SB_CONTOUR_OPEN);
}

/* The last point; begins a contour when none is under way. */
static struct sb_point current(struct sb_outline *outline) {
  if (outline->count == 0) {
    sb_outline_move(outline, 0, 0);
  } else if (outline->points[outline->start].begins == SB_CONTOUR_CLOSED) {
    struct sb_point start = outline->points[outline->start];
    sb_outline_move(outline, start.x, start.y);
  }
  if (outline->error < 0) return (struct sb_point){0};
  return outline->points[outline->count - 1];
}

void sb_outline_line(struct sb_outline *outline, float x, float y) {
  current(outline);
  add(outline, x, y, SB_CONTOUR_GOES_ON);
}

/* How many chords keep a curve within the tolerance, by Wang's formula: degree
   n, and the largest second difference of its control points. */
static int curve_pieces(float degree, float difference) {
  float n = ceilf(sqrtf(degree * (degree - 1) / 8 * difference / tolerance));
  return n < 1 ? 1 : n > PIECES_MAX ? PIECES_MAX : (int)n;
}

void sb_outline_quad(struct sb_outline *outline, float cx, float cy, float x,
                     float y) {
  struct sb_point from = current(outline);
  int n = curve_pieces(2, hypotf(from.x - 2 * cx + x, from.y - 2 * cy + y));
  for (int i = 1; i <= n; i++) {
    float t = (float)i / (float)n, s = 1 - t;
    float a = s * s, b = 2 * s * t, c = t * t;
    add(outline, a * from.x + b * cx + c * x, a * from.y + b * cy + c * y,
        SB_CONTOUR_GOES_ON);
  }
}

void sb_outline_cubic(struct sb_outline *outline, float ax, float ay, float bx,
                      float by, float x, float y) {
  struct sb_point from = current(outline);
  float first = hypotf(from.x - 2 * ax + bx, from.y - 2 * ay + by);
  float second = hypotf(ax - 2 * bx + x, ay - 2 * by + y);
  int n = curve_pieces(3, fmaxf(first, second));
  for (int i = 1; i <= n; i++) {
    float t = (float)i / (float)n, s = 1 - t;
    float a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
    add(outline, a * from.x + b * ax + c * bx + d * x,
        a * from.y + b * ay + c * by + d * y, SB_CONTOUR_GOES_ON);
  }
}

void sb_outline_close(struct sb_outline *outline) {
  if (outline->count > 0 && outline->error == 0)
    outline->points[outline->start].begins = SB_CONTOUR_CLOSED;
}

int sb_outline_arc_pieces(float radius, float angle) {
  float step = radius > tolerance ? 2 * acosf(1 - tolerance / radius) : SB_PI;
  float n = ceilf(fabsf(angle) / step);
  return n < 1 ? 1 : n > PIECES_MAX ? PIECES_MAX : (int)n;
}

void sb_outline_ellipse(struct sb_outline *outline, float cx, float cy,
                        float rx, float ry, float turn) {
  float along = cosf(turn * SB_PI / 180), across = sinf(turn * SB_PI / 180);
  int n = sb_outline_arc_pieces(fmaxf(rx, ry), 2 * SB_PI);
  if (n < 8) n = 8;
  for (int i = 0; i < n; i++) {
    float angle = 2 * SB_PI * (float)i / (float)n;
    float x = rx * cosf(angle), y = ry * sinf(angle);
    add(outline, cx + x * along - y * across, cy + x * across + y * along,
        i == 0 ? SB_CONTOUR_CLOSED : SB_CONTOUR_GOES_ON);
  }
}

size_t sb_outline_contour_end(const struct sb_outline *outline, size_t start) {
  size_t end = start + 1;
  while (end < outline->count &&
         outline->points[end].begins == SB_CONTOUR_GOES_ON)
    end++;
  return end;
}

int sb_outline_bounds(const struct sb_outline *outline, float *left, float *top,
                      float *right, float *bottom) {
  const struct sb_point *p = outline->points, *end = p + outline->count;
  if (outline->count == 0) return 0;
  *left = *right = p->x;
  *top = *bottom = p->y;
  for (; p < end; p++) { /* fminf and fmaxf are calls, for the sake of NaN */
    if (p->x < *left) *left = p->x;
    if (p->x > *right) *right = p->x;
    if (p->y < *top) *top = p->y;
    if (p->y > *bottom) *bottom = p->y;
  }
  return 1;
}
