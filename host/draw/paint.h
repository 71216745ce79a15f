/*
** host/draw/paint.h -- what a shape is filled with: one colour, or a gradient
** along a line or around a point. Colours are sRGB, not multiplied by their
** alpha.
*/
#ifndef SB_HOST_PAINT_H
#define SB_HOST_PAINT_H

#include <stdint.h>

enum { SB_STOPS_MAX = 16 };

struct sb_stop {
  float at;     /* 0 to 1, not less than that of the stop before */
  uint32_t rgb; /* 0xRRGGBB */
  float alpha;  /* 0 to 1 */
};

enum sb_paint_kind {
  SB_PAINT_FLAT,   /* stops[0] alone */
  SB_PAINT_LINEAR, /* from x0, y0 to x1, y1; beyond them the ends go on */
  SB_PAINT_RADIAL  /* from x0, y0 to radius away */
};

struct sb_paint {
  enum sb_paint_kind kind;
  float x0, y0, x1, y1, radius; /* pixels */
  int stop_count;               /* 1 to SB_STOPS_MAX */
  struct sb_stop stops[SB_STOPS_MAX];
};

/* A paint made ready: its colours from beginning to end. */
struct sb_ramp {
  const struct sb_paint *paint;
  uint8_t colours[256][4]; /* red, green, blue, alpha */
  uint16_t add[256][4]; /* the same multiplied by its alpha, up to 255 * 255 */
  uint8_t keep[256][4]; /* 255 - alpha, three times */
  int clear;            /* so many at the beginning are of no alpha */
};

void sb_ramp_make(struct sb_ramp *ramp, const struct sb_paint *paint);

/* The colours of count pixels from x, y to the right, as indexes of the ramp.
   Returns 1 when all are the first index, the only one then written. */
int sb_ramp_row(const struct sb_ramp *ramp, uint32_t x, uint32_t y,
                uint32_t count, uint8_t *indexes);

/* The part of a row around the middle of a radial paint where it is clear, so
   that nothing need be painted: the first pixel, and the one after the last. 0
   when there is none. */
int sb_ramp_gap(const struct sb_ramp *ramp, uint32_t y, uint32_t *x,
                uint32_t *end);

/* value / 255, rounded; up to 255 * 255 */
static inline uint8_t sb_by_255(uint32_t value) {
  uint16_t more = (uint16_t)(value + 128);
  return (uint8_t)((more + (more >> 8)) >> 8);
}

#endif
