/* host/draw/outline_stroke.c -- what a pen covers along an outline; see
   outline.h. */
#include <math.h>

#include "host/draw/outline.h"

/*
** A rectangle along each segment, and in the gap that opens on the
** outer side of each bend a slice of a disc. All have one direction and share
** their edges, so that their coverages add up to that of the whole.
*/

struct pen {
  struct sb_outline *to;
  float radius;
};

struct vector {
  float x, y;
};

static int direction(const struct sb_point *a, const struct sb_point *b,
                     struct vector *unit) {
  float x = b->x - a->x, y = b->y - a->y, length = hypotf(x, y);
  if (length < 1e-6f) return 0;
  *unit = (struct vector){x / length, y / length};
  return 1;
}

static void stroke_segment(const struct pen *with, const struct sb_point *a,
                           const struct sb_point *b, struct vector unit) {
  float x = -unit.y * with->radius, y = unit.x * with->radius;
  sb_outline_move(with->to, a->x - x, a->y - y);
  sb_outline_line(with->to, b->x - x, b->y - y);
  sb_outline_line(with->to, b->x + x, b->y + y);
  sb_outline_line(with->to, a->x + x, a->y + y);
  sb_outline_close(with->to);
}

/* The slice around `at` from the angle `from` on, of `sweep` > 0 radians. */
static void stroke_slice(const struct pen *with, const struct sb_point *at,
                         float from, float sweep) {
  int n = sb_outline_arc_pieces(with->radius, sweep);
  sb_outline_move(with->to, at->x, at->y);
  for (int i = 0; i <= n; i++) {
    float angle = from + sweep * (float)i / (float)n;
    sb_outline_line(with->to, at->x + with->radius * cosf(angle),
                    at->y + with->radius * sinf(angle));
  }
  sb_outline_close(with->to);
}

static void stroke_bend(const struct pen *with, const struct sb_point *at,
                        struct vector in, struct vector out) {
  float turn = atan2f(in.x * out.y - in.y * out.x, in.x * out.x + in.y * out.y);
  if (turn > 0) /* to the right: the gap is on the left, behind -90 degrees */
    stroke_slice(with, at, atan2f(in.y, in.x) - SB_PI / 2, turn);
  else if (turn < 0)
    stroke_slice(with, at, atan2f(out.y, out.x) + SB_PI / 2, -turn);
}

static void stroke_end(const struct pen *with, const struct sb_point *at,
                       struct vector out) {
  stroke_slice(with, at, atan2f(out.y, out.x) - SB_PI / 2, SB_PI);
}

static void stroke_contour(const struct pen *with,
                           const struct sb_point *points, size_t count) {
  int closed = points[0].begins == SB_CONTOUR_CLOSED;
  struct vector first = {0, 0}, last = {0, 0}, unit;
  int any = 0;
  size_t at = 0; /* the last point that differed from the one before it */
  for (size_t i = 1; i < count + (closed ? 1 : 0); i++) {
    const struct sb_point *a = &points[at], *b = &points[i % count];
    if (!direction(a, b, &unit)) continue;
    stroke_segment(with, a, b, unit);
    if (any)
      stroke_bend(with, a, last, unit);
    else
      first = unit;
    any = 1;
    last = unit;
    at = i % count;
  }
  if (!any) { /* a dot */
    stroke_slice(with, &points[0], 0, 2 * SB_PI);
  } else if (closed) {
    stroke_bend(with, &points[0], last, first);
  } else {
    stroke_end(with, &points[0], (struct vector){-first.x, -first.y});
    stroke_end(with, &points[at], last);
  }
}

void sb_outline_stroke(const struct sb_outline *from, float width,
                       struct sb_outline *to) {
  struct pen with = {to, width / 2};
  if (from->error < 0) to->error = from->error;
  for (size_t start = 0, end; start < from->count; start = end) {
    end = sb_outline_contour_end(from, start);
    stroke_contour(&with, from->points + start, end - start);
  }
}
