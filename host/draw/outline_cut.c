/* host/draw/outline_cut.c -- an outline cut to a rectangle, side by side, after
   Sutherland and Hodgman; see outline.h. */
#include "host/draw/outline.h"

struct side {   /* keeps what has sign * value <= sign * bound */
  int vertical; /* the value is y */
  float sign, bound;
};

static float beyond(const struct side *side, const struct sb_point *p) {
  return side->sign * ((side->vertical ? p->y : p->x) - side->bound);
}

static struct sb_point crossing(const struct side *side,
                                const struct sb_point *a,
                                const struct sb_point *b) {
  float out_a = beyond(side, a), out_b = beyond(side, b);
  float share = out_a / (out_a - out_b);
  struct sb_point p = {a->x + (b->x - a->x) * share,
                       a->y + (b->y - a->y) * share, SB_CONTOUR_GOES_ON};
  *(side->vertical ? &p.y : &p.x) = side->bound; /* whatever the rounding */
  return p;
}

static void cut_contour(const struct side *side, const struct sb_point *points,
                        size_t count, struct sb_outline *to) {
  int begun = 0;
  for (size_t i = 0; i < count; i++) {
    const struct sb_point *a = &points[i], *b = &points[(i + 1) % count];
    struct sb_point kept[2];
    int n = 0, a_in = beyond(side, a) <= 0, b_in = beyond(side, b) <= 0;
    if (a_in) kept[n++] = *a;
    if (a_in != b_in) kept[n++] = crossing(side, a, b);
    for (int k = 0; k < n; k++) {
      if (begun)
        sb_outline_line(to, kept[k].x, kept[k].y);
      else
        sb_outline_move(to, kept[k].x, kept[k].y);
      begun = 1;
    }
  }
}

void sb_outline_cut(struct sb_outline *outline, float width, float height) {
  const struct side sides[] = {
      {0, -1, 0}, {0, 1, width}, {1, -1, 0}, {1, 1, height}};
  for (int i = 0; i < 4; i++) {
    float least[2], most[2];
    if (!sb_outline_bounds(outline, &least[0], &least[1], &most[0], &most[1]))
      return;
    const struct side *side = &sides[i];
    const float *extreme = side->sign < 0 ? least : most;
    if (side->sign * (extreme[side->vertical] - side->bound) <= 0) continue;
    struct sb_outline kept = {.error = outline->error};
    for (size_t start = 0, end; start < outline->count; start = end) {
      end = sb_outline_contour_end(outline, start);
      cut_contour(side, outline->points + start, end - start, &kept);
    }
    sb_outline_free(outline);
    *outline = kept;
  }
}
