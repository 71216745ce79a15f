/* host/draw/coverage.c -- see coverage.h. */
#include "host/draw/coverage.h"

#include <math.h>
#include <stdlib.h>
#include <uv.h>

/*
** In each row an edge adds to the pixels that it runs through: to `own` the
** area of the pixel that lies to the right of it, to `after` its height within
** the pixel, which is what it covers of every pixel further right; both with
** the sign of its direction. So a pixel's `own` and all `after` to the left of
** it add up to how much the outline winds around it.
*/
struct sb_row_sum {
  float own, after;
};

struct sb_edge { /* from its top to its bottom */
  float x, top, bottom;
  float slope; /* of x for each y */
  float sign;
  uint32_t next; /* of those that begin in the same row, or are under way */
};

#define NO_EDGE UINT32_MAX

int sb_coverage_init(struct sb_coverage *coverage, uint32_t width,
                     uint32_t height) {
  *coverage = (struct sb_coverage){.width = width, .height = height};
  coverage->sums = calloc((size_t)width + 1, sizeof *coverage->sums);
  coverage->touched = calloc((size_t)width / 64 + 1, sizeof(uint64_t));
  coverage->begin = malloc((size_t)height * sizeof *coverage->begin);
  if (coverage->sums == NULL || coverage->touched == NULL ||
      coverage->begin == NULL)
    return UV_ENOMEM;
  for (uint32_t y = 0; y < height; y++) coverage->begin[y] = NO_EDGE;
  return 0;
}

void sb_coverage_free(struct sb_coverage *coverage) {
  free(coverage->sums);
  free(coverage->touched);
  free(coverage->begin);
  free(coverage->edges);
  *coverage = (struct sb_coverage){0};
}

/*
** edges
*/

static int need_edges(struct sb_coverage *coverage, size_t count) {
  if (coverage->room >= count) return 0;
  size_t room = count * 2;
  struct sb_edge *edges = realloc(coverage->edges, room * sizeof *edges);
  if (edges == NULL) return UV_ENOMEM;
  coverage->edges = edges;
  coverage->room = room;
  return 0;
}

struct rows { /* that the outline reaches */
  uint32_t first, end;
};

static void add_edge(struct sb_coverage *coverage, uint32_t index,
                     const struct sb_point *a, const struct sb_point *b,
                     struct rows *rows) {
  const struct sb_point *top = a->y < b->y ? a : b, *low = top == a ? b : a;
  uint32_t row = (uint32_t)top->y;
  if (top->y == low->y || row >= coverage->height) return;
  coverage->edges[index] =
      (struct sb_edge){.x = top->x,
                       .top = top->y,
                       .bottom = low->y,
                       .slope = (low->x - top->x) / (low->y - top->y),
                       .sign = top == a ? 1 : -1,
                       .next = coverage->begin[row]};
  coverage->begin[row] = index;
  if (row < rows->first) rows->first = row;
  if (low->y > (float)rows->end) rows->end = (uint32_t)ceilf(low->y);
}

static struct rows add_edges(struct sb_coverage *coverage,
                             const struct sb_outline *outline) {
  const struct sb_point *points = outline->points;
  struct rows rows = {coverage->height, 0};
  for (size_t start = 0, end; start < outline->count; start = end) {
    end = sb_outline_contour_end(outline, start);
    for (size_t i = start; i < end; i++)
      add_edge(coverage, (uint32_t)i, &points[i],
               &points[i + 1 < end ? i + 1 : start], &rows);
  }
  return rows;
}

/*
** rows
*/

static void add(struct sb_coverage *coverage, uint32_t x, float height,
                float right) {
  coverage->sums[x].own += height * right;
  coverage->sums[x].after += height;
  coverage->touched[x / 64] |= UINT64_C(1) << x % 64;
}

/* A line from x0 to x1 through a row, whichever way, of that height in it. */
static void add_line(struct sb_coverage *coverage, float x0, float x1,
                     float height) {
  float left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
  uint32_t x = (uint32_t)left, last = (uint32_t)right;
  if (x == last) {
    add(coverage, x, height, 1 - ((left + right) / 2 - (float)x));
    return;
  }
  float each = height / (right - left);
  float part = (float)(x + 1) - left;
  add(coverage, x, part * each, part / 2);
  while (++x < last) add(coverage, x, each, 0.5f);
  part = right - (float)last;
  add(coverage, last, part * each, 1 - part / 2);
}

static float within(float x, float end) {
  return x < 0 ? 0 : x > end ? end : x;
}

static void add_row_of(struct sb_coverage *coverage, const struct sb_edge *edge,
                       uint32_t y) {
  float top = edge->top > (float)y ? edge->top : (float)y;
  float bottom = edge->bottom < (float)y + 1 ? edge->bottom : (float)y + 1;
  float end = (float)coverage->width;
  float x0 = within(edge->x + (top - edge->top) * edge->slope, end);
  float x1 = within(edge->x + (bottom - edge->top) * edge->slope, end);
  add_line(coverage, x0, x1, (bottom - top) * edge->sign);
}

/* All edges of a row. Returns those of them that go on. */
static uint32_t add_row(struct sb_coverage *coverage, uint32_t y,
                        uint32_t under_way) {
  const uint32_t lists[] = {under_way, coverage->begin[y]};
  uint32_t go_on = NO_EDGE;
  coverage->begin[y] = NO_EDGE;
  for (int i = 0; i < 2; i++)
    for (uint32_t at = lists[i], next; at != NO_EDGE; at = next) {
      struct sb_edge *edge = &coverage->edges[at];
      next = edge->next;
      add_row_of(coverage, edge, y);
      if (edge->bottom <= (float)y + 1) continue;
      edge->next = go_on;
      go_on = at;
    }
  return go_on;
}

static uint32_t level(float sum) {
  float covered = fabsf(sum) * 255 + 0.5f;
  return covered > 255 ? 255 : (uint32_t)covered;
}

struct listener {
  sb_coverage_span *span;
  void *arg;
  uint32_t y, from; /* the first pixel that was not told */
  float sum;        /* of all `after` to the left of it */
};

static void tell(struct listener *to, uint32_t end, float sum) {
  uint32_t covered = level(sum);
  if (end > to->from && covered > 0)
    to->span(to->arg, to->from, to->y, end - to->from, covered);
  to->from = end;
}

/* Tells a row and clears it. */
static void tell_row(struct sb_coverage *coverage, struct listener *to) {
  to->from = 0;
  to->sum = 0;
  for (uint32_t word = 0; word <= coverage->width / 64; word++)
    for (; coverage->touched[word] != 0;
         coverage->touched[word] &= coverage->touched[word] - 1) {
      uint32_t bit = (uint32_t)__builtin_ctzll(coverage->touched[word]);
      struct sb_row_sum *at = &coverage->sums[word * 64 + bit];
      tell(to, word * 64 + bit, to->sum);
      if (to->from < coverage->width) tell(to, to->from + 1, to->sum + at->own);
      to->sum += at->after;
      *at = (struct sb_row_sum){0};
    }
}

int sb_coverage_tell(struct sb_coverage *coverage,
                     const struct sb_outline *outline, sb_coverage_span *span,
                     void *arg) {
  struct listener to = {.span = span, .arg = arg};
  int rc = need_edges(coverage, outline->count);
  if (rc < 0) return rc;
  struct rows rows = add_edges(coverage, outline);
  uint32_t under_way = NO_EDGE;
  for (to.y = rows.first; to.y < rows.end; to.y++) {
    under_way = add_row(coverage, to.y, under_way);
    tell_row(coverage, &to);
  }
  return 0;
}
