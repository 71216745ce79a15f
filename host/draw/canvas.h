/*
** host/draw/canvas.h -- a picture that is drawn on: opaque RGB pixels, covered
** by shapes with antialiased edges. Heavy: used in the pool, one thread at a
** time. Colours are blended as 8-bit sRGB.
*/
#ifndef SB_HOST_CANVAS_H
#define SB_HOST_CANVAS_H

#include <stddef.h>
#include <stdint.h>

#include "host/draw/coverage.h"
#include "host/draw/outline.h"
#include "host/draw/paint.h"
#include "host/picture/pixels.h"

struct sb_canvas {
  struct sb_pixels pixels; /* of 3 channels */
  struct sb_coverage coverage;
  /* Of the row under way, in one block. */
  uint16_t *add;           /* what comes to each byte of 255 times itself */
  uint8_t *keep, *indexes; /* how much of each stays; places on the ramp */
};

/* A black canvas; the size is within the limits of host/picture/picture.h. 0 or
   UV_ENOMEM. Freed with sb_canvas_free, also when it failed. */
int sb_canvas_init(struct sb_canvas *canvas, uint32_t width, uint32_t height);
void sb_canvas_free(struct sb_canvas *canvas);

/* Paints all of it. */
void sb_canvas_cover(struct sb_canvas *canvas, const struct sb_paint *paint);

/* Paints what the outline winds around, as far as it is on the canvas; the rest
   of the outline is gone afterwards. 0 or UV_ENOMEM. */
int sb_canvas_fill(struct sb_canvas *canvas, struct sb_outline *outline,
                   const struct sb_paint *paint);

/* Puts pixels with their top left corner at x, y, as far as they are on the
   canvas. */
void sb_canvas_put(struct sb_canvas *canvas, const struct sb_pixels *pixels,
                   int32_t x, int32_t y, float alpha);

/* Makes spots of 2x2 pixels lighter or darker by chance, by `amount` (0 to 1)
   of half the scale at most. The same seed gives the same grain. Spots of one
   pixel would make the PNG twice as large and slow to write. */
void sb_canvas_grain(struct sb_canvas *canvas, float amount, uint32_t seed);

#endif
