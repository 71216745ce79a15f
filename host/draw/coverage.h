/*
** host/draw/coverage.h -- how much of each pixel an outline covers: exact
** areas, told as spans, so that an outline costs what its edges cost, however
** much lies between them. One thread at a time.
*/
#ifndef SB_HOST_COVERAGE_H
#define SB_HOST_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "host/draw/outline.h"

struct sb_edge;
struct sb_row_sum;

struct sb_coverage {
  uint32_t width, height;
  struct sb_row_sum *sums; /* for each pixel of the row under way */
  uint64_t *touched;       /* which of them are not zero, a bit each */
  uint32_t *begin;         /* for each row the first edge that begins in it */
  struct sb_edge *edges;
  size_t room; /* of edges */
};

/* For outlines within 0, 0 to width, height. 0 or UV_ENOMEM; freed with
   sb_coverage_free also then. */
int sb_coverage_init(struct sb_coverage *coverage, uint32_t width,
                     uint32_t height);
void sb_coverage_free(struct sb_coverage *coverage);

/* Pixels from x, y to the right that are covered alike: 1 to 255. */
typedef void sb_coverage_span(void *arg, uint32_t x, uint32_t y, uint32_t count,
                              uint32_t covered);

/* Tells what the outline winds around, from top to bottom and left to right.
   All contours are taken as closed. 0 or UV_ENOMEM. */
int sb_coverage_tell(struct sb_coverage *coverage,
                     const struct sb_outline *outline, sb_coverage_span *span,
                     void *arg);

#endif
