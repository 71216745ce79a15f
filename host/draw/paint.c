/* host/draw/paint.c -- see paint.h. */
#include "host/draw/paint.h"

#include <math.h>

static uint8_t channel(uint32_t rgb, int shift) {
  return (uint8_t)(rgb >> shift & 0xFF);
}

static uint8_t mix(float a, float b, float share) {
  return (uint8_t)(a + (b - a) * share + 0.5f);
}

static void set(struct sb_ramp *ramp, int i, const struct sb_stop *a,
                const struct sb_stop *b, float share) {
  uint8_t *colour = ramp->colours[i];
  uint8_t alpha = mix(a->alpha * 255, b->alpha * 255, share);
  for (int k = 0; k < 3; k++) {
    int shift = 16 - 8 * k;
    colour[k] = mix(channel(a->rgb, shift), channel(b->rgb, shift), share);
    ramp->add[i][k] = (uint16_t)(colour[k] * alpha);
    ramp->keep[i][k] = (uint8_t)(255 - alpha);
  }
  colour[3] = alpha;
  if (alpha == 0 && ramp->clear == i) ramp->clear = i + 1;
}

void sb_ramp_make(struct sb_ramp *ramp, const struct sb_paint *paint) {
  const struct sb_stop *stop = paint->stops;
  const struct sb_stop *last = stop + paint->stop_count - 1;
  ramp->paint = paint;
  ramp->clear = 0;
  for (int i = 0; i < (paint->kind == SB_PAINT_FLAT ? 1 : 256); i++) {
    float at = (float)i / 255;
    while (stop < last && stop[1].at < at) stop++;
    float share = 0;
    const struct sb_stop *next = stop < last ? stop + 1 : stop;
    if (at > stop->at && next->at > stop->at)
      share = fminf((at - stop->at) / (next->at - stop->at), 1);
    set(ramp, i, stop, next, share);
  }
}

static uint8_t index_of(float share) {
  float at = share * 255 + 0.5f;
  at = at > 0 ? at : 0;
  return (uint8_t)(int)(at < 255 ? at : 255);
}

static int linear_row(const struct sb_paint *paint, float x, float y,
                      uint32_t count, uint8_t *indexes) {
  float dx = paint->x1 - paint->x0, dy = paint->y1 - paint->y0;
  float square = dx * dx + dy * dy;
  float scale = square > 0 ? 1 / square : 0;
  float share = ((x - paint->x0) * dx + (y - paint->y0) * dy) * scale;
  float step = dx * scale;
  if (step == 0) {
    indexes[0] = index_of(share);
    return 1;
  }
  for (uint32_t i = 0; i < count; i++)
    indexes[i] = index_of(share + (float)i * step);
  return 0;
}

static int radial_row(const struct sb_paint *paint, float x, float y,
                      uint32_t count, uint8_t *indexes) {
  float scale = paint->radius > 0 ? 1 / paint->radius : 0;
  float dx = (x - paint->x0) * scale, dy = (y - paint->y0) * scale;
  for (uint32_t i = 0; i < count; i++) {
    float across = dx + (float)i * scale;
    indexes[i] = index_of(sqrtf(across * across + dy * dy));
  }
  return 0;
}

int sb_ramp_row(const struct sb_ramp *ramp, uint32_t x, uint32_t y,
                uint32_t count, uint8_t *indexes) {
  float left = (float)x + 0.5f, middle = (float)y + 0.5f;
  switch (ramp->paint->kind) {
  case SB_PAINT_LINEAR:
    return linear_row(ramp->paint, left, middle, count, indexes);
  case SB_PAINT_RADIAL:
    return radial_row(ramp->paint, left, middle, count, indexes);
  default:
    indexes[0] = 0;
    return 1;
  }
}

int sb_ramp_gap(const struct sb_ramp *ramp, uint32_t y, uint32_t *x,
                uint32_t *end) {
  const struct sb_paint *paint = ramp->paint;
  if (paint->kind != SB_PAINT_RADIAL || ramp->clear < 2) return 0;
  /* Half an index less than where the next begins, for the rounding. */
  float radius = ((float)ramp->clear - 1) / 255 * paint->radius;
  float dy = (float)y + 0.5f - paint->y0;
  float half = radius * radius - dy * dy;
  if (half <= 0) return 0;
  half = sqrtf(half);
  float left = fmaxf(ceilf(paint->x0 - half - 0.5f), 0);
  float right = fmaxf(floorf(paint->x0 + half + 0.5f), 0);
  *x = (uint32_t)left;
  *end = (uint32_t)right;
  return left < right;
}
