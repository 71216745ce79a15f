/*
** host/paint.h -- what a shape is filled with: one colour, or a gradient along
** a line or around a point. Colours are sRGB, not multiplied by their alpha.
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
  uint8_t colours[256][4]; /* red, green, blue, alpha */
  const struct sb_paint *paint;
};

void sb_ramp_make(struct sb_ramp *ramp, const struct sb_paint *paint);

/* The colours of count pixels from x, y to the right, as indexes of the ramp.
   Returns 1 when all are the first index, the only one then written. */
int sb_ramp_row(const struct sb_ramp *ramp, uint32_t x, uint32_t y,
                uint32_t count, uint8_t *indexes);

#endif
