/* host/draw/canvas.c -- see canvas.h. */
#include "host/draw/canvas.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

int sb_canvas_init(struct sb_canvas *canvas, uint32_t width, uint32_t height) {
  *canvas = (struct sb_canvas){
      .pixels = {.width = width, .height = height, .channels = 3}};
  canvas->pixels.data = calloc((size_t)width * height, 3);
  canvas->add =
      malloc(((size_t)width * 3 + 1) * (sizeof *canvas->add + 1) + width);
  if (canvas->add != NULL) {
    canvas->keep = (uint8_t *)(canvas->add + (size_t)width * 3 + 1);
    canvas->indexes = canvas->keep + (size_t)width * 3 + 1;
  }
  int rc = sb_coverage_init(&canvas->coverage, width, height);
  if (canvas->pixels.data == NULL || canvas->add == NULL) rc = UV_ENOMEM;
  return rc;
}

void sb_canvas_free(struct sb_canvas *canvas) {
  free(canvas->pixels.data);
  free(canvas->add);
  sb_coverage_free(&canvas->coverage);
  *canvas = (struct sb_canvas){0};
}

/*
** blending
*/

static void blend(uint8_t *pixel, const uint8_t *colour, uint32_t alpha) {
  for (int i = 0; i < 3; i++)
    pixel[i] = sb_by_255(pixel[i] * (255 - alpha) + colour[i] * alpha);
}

static uint8_t *pixel_at(struct sb_canvas *canvas, uint32_t x, uint32_t y) {
  return canvas->pixels.data + ((size_t)y * canvas->pixels.width + x) * 3;
}

static void set_run(uint8_t *pixel, uint32_t count, const uint8_t *colour) {
  size_t size = (size_t)count * 3, done = 3;
  memcpy(pixel, colour, 3);
  for (; done < size; done *= 2) /* what is set, once more behind it */
    memcpy(pixel + done, pixel, done < size - done ? done : size - done);
}

static void blend_run(uint8_t *pixel, uint32_t count, const uint8_t *colour,
                      uint32_t alpha) {
  enum { PIECE = 48 }; /* bytes: a loop of a known length is faster */
  uint16_t add[PIECE];
  uint32_t size = count * 3, keep = 255 - alpha;
  for (uint32_t i = 0; size >= PIECE && i < PIECE; i++)
    add[i] = (uint16_t)(colour[i % 3] * alpha);
  for (; size >= PIECE; size -= PIECE, pixel += PIECE)
    for (int i = 0; i < PIECE; i++)
      pixel[i] = sb_by_255(pixel[i] * keep + add[i]);
  for (; size > 0; size -= 3, pixel += 3) blend(pixel, colour, alpha);
}

/* The colours of a gradient, one a pixel. */
static void blend_ramp(struct sb_canvas *canvas, uint8_t *pixel, uint32_t count,
                       const struct sb_ramp *ramp) {
  uint16_t *add = canvas->add;
  uint8_t *keep = canvas->keep;
  for (uint32_t i = 0; i < count; i++) { /* the fourth is written over */
    uint8_t at = canvas->indexes[i];
    memcpy(add + 3 * (size_t)i, ramp->add[at], sizeof ramp->add[at]);
    memcpy(keep + 3 * (size_t)i, ramp->keep[at], sizeof ramp->keep[at]);
  }
  for (uint32_t i = 0; i < count * 3; i++)
    pixel[i] = sb_by_255((uint32_t)pixel[i] * keep[i] + add[i]);
}

/* The same where they cover but a part. */
static void blend_part(uint8_t *pixel, uint32_t count,
                       const struct sb_ramp *ramp, const uint8_t *indexes,
                       uint32_t covered) {
  for (uint32_t i = 0; i < count; i++, pixel += 3) {
    const uint8_t *colour = ramp->colours[indexes[i]];
    blend(pixel, colour, sb_by_255(covered * (uint32_t)colour[3]));
  }
}

struct brush {
  struct sb_canvas *canvas;
  struct sb_ramp ramp;
};

/* Paints pixels that are covered alike. */
static void paint_run(struct brush *brush, uint32_t x, uint32_t y,
                      uint32_t count, uint32_t covered) {
  struct sb_canvas *canvas = brush->canvas;
  uint8_t *pixel = pixel_at(canvas, x, y), *indexes = canvas->indexes;
  if (!sb_ramp_row(&brush->ramp, x, y, count, indexes)) {
    if (covered == 255)
      blend_ramp(canvas, pixel, count, &brush->ramp);
    else
      blend_part(pixel, count, &brush->ramp, indexes, covered);
    return;
  }
  const uint8_t *colour = brush->ramp.colours[indexes[0]];
  uint32_t alpha = sb_by_255(covered * (uint32_t)colour[3]);
  if (alpha == 255)
    set_run(pixel, count, colour);
  else if (alpha > 0)
    blend_run(pixel, count, colour, alpha);
}

static void paint_span(void *arg, uint32_t x, uint32_t y, uint32_t count,
                       uint32_t covered) {
  struct brush *brush = arg;
  uint32_t gap, gap_end, end = x + count;
  if (!sb_ramp_gap(&brush->ramp, y, &gap, &gap_end) || gap >= end ||
      gap_end <= x) {
    paint_run(brush, x, y, count, covered);
    return;
  }
  if (x < gap) paint_run(brush, x, y, gap - x, covered);
  if (gap_end < end) paint_run(brush, gap_end, y, end - gap_end, covered);
}

void sb_canvas_cover(struct sb_canvas *canvas, const struct sb_paint *paint) {
  struct brush brush = {.canvas = canvas};
  sb_ramp_make(&brush.ramp, paint);
  for (uint32_t y = 0; y < canvas->pixels.height; y++)
    paint_span(&brush, 0, y, canvas->pixels.width, 255);
}

int sb_canvas_fill(struct sb_canvas *canvas, struct sb_outline *outline,
                   const struct sb_paint *paint) {
  struct brush brush = {.canvas = canvas};
  sb_outline_cut(outline, (float)canvas->pixels.width,
                 (float)canvas->pixels.height);
  if (outline->error < 0) return outline->error;
  sb_ramp_make(&brush.ramp, paint);
  return sb_coverage_tell(&canvas->coverage, outline, paint_span, &brush);
}

/*
** pictures and grain
*/

static void put_row(uint8_t *to, const uint8_t *from, int channels,
                    uint32_t count, uint32_t opacity) {
  for (uint32_t i = 0; i < count; i++, to += 3, from += channels) {
    uint32_t alpha = channels == 4 ? sb_by_255(from[3] * opacity) : opacity;
    blend(to, from, alpha);
  }
}

static uint32_t within(int32_t value, uint32_t end) {
  return value < 0 ? 0 : (uint32_t)value < end ? (uint32_t)value : end;
}

void sb_canvas_put(struct sb_canvas *canvas, const struct sb_pixels *pixels,
                   int32_t x, int32_t y, float alpha) {
  const struct sb_pixels *on = &canvas->pixels;
  uint32_t left = within(x, on->width), top = within(y, on->height);
  uint32_t right = within(x + (int32_t)pixels->width, on->width);
  uint32_t bottom = within(y + (int32_t)pixels->height, on->height);
  uint32_t opacity = (uint32_t)(alpha * 255 + 0.5f);
  for (uint32_t row = top; row < bottom && left < right; row++) {
    size_t at = (size_t)((int32_t)row - y) * pixels->width +
                (size_t)((int32_t)left - x);
    put_row(pixel_at(canvas, left, row),
            pixels->data + at * (size_t)pixels->channels, pixels->channels,
            right - left, opacity);
  }
}

/* Marsaglia's xorshift. */
static uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

static uint8_t shifted(uint8_t value, int32_t by) {
  int32_t sum = value + by;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* A row of chances, each for two pixels, from -span to span. */
static void fill_grain(int8_t *grain, uint32_t width, int32_t span,
                       uint32_t *state) {
  int32_t by = 0;
  for (uint32_t x = 0; x < width; x++) {
    if (x % 2 == 0) {
      uint32_t chance = next_random(state) >> 16;
      by = (int32_t)(chance * (uint32_t)(2 * span + 1) >> 16) - span;
    }
    grain[x] = (int8_t)by;
  }
}

void sb_canvas_grain(struct sb_canvas *canvas, float amount, uint32_t seed) {
  uint32_t state = seed * 2654435761u | 1; /* never 0, where it would stay */
  uint32_t width = canvas->pixels.width, height = canvas->pixels.height;
  int8_t *grain = (int8_t *)canvas->indexes;
  for (uint32_t y = 0; y < height; y++) {
    uint8_t *pixel = pixel_at(canvas, 0, y);
    if (y % 2 == 0)
      fill_grain(grain, width, (int32_t)(amount * 127 + 0.5f), &state);
    for (uint32_t x = 0; x < width; x++, pixel += 3)
      for (int k = 0; k < 3; k++) pixel[k] = shifted(pixel[k], grain[x]);
  }
}
