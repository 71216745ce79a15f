/* host/canvas.c -- see canvas.h. */
#include "host/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/stb.h"

int sb_canvas_init(struct sb_canvas *canvas, uint32_t width, uint32_t height) {
  *canvas = (struct sb_canvas){
      .pixels = {.width = width, .height = height, .channels = 3}};
  canvas->pixels.data = calloc((size_t)width * height, 3);
  canvas->indexes = malloc(width);
  return canvas->pixels.data == NULL || canvas->indexes == NULL ? UV_ENOMEM : 0;
}

void sb_canvas_free(struct sb_canvas *canvas) {
  free(canvas->pixels.data);
  free(canvas->mask);
  free(canvas->indexes);
  *canvas = (struct sb_canvas){0};
}

/*
** blending
*/

static uint32_t by_255(uint32_t value) { /* value / 255, rounded */
  value += 128;
  return (value + (value >> 8)) >> 8;
}

static void blend(uint8_t *pixel, const uint8_t *colour, uint32_t alpha) {
  for (int i = 0; i < 3; i++)
    pixel[i] = (uint8_t)by_255(pixel[i] * (255 - alpha) + colour[i] * alpha);
}

static uint8_t *pixel_at(struct sb_canvas *canvas, uint32_t x, uint32_t y) {
  return canvas->pixels.data + ((size_t)y * canvas->pixels.width + x) * 3;
}

/* How many bytes from the first one on are the same as it. */
static uint32_t run_length(const uint8_t *bytes, uint32_t count) {
  uint64_t eight, same = bytes[0] * UINT64_C(0x0101010101010101);
  uint32_t n = 1;
  while (n + 8 <= count && (memcpy(&eight, bytes + n, 8), eight == same))
    n += 8;
  while (n < count && bytes[n] == bytes[0]) n++;
  return n;
}

static void set_run(uint8_t *pixel, uint32_t count, const uint8_t *colour) {
  size_t size = (size_t)count * 3, done = 3;
  memcpy(pixel, colour, 3);
  for (; done < size; done *= 2) /* what is set, once more behind it */
    memcpy(pixel + done, pixel, done < size - done ? done : size - done);
}

static void blend_run(uint8_t *pixel, uint32_t count, const uint8_t *colour,
                      uint32_t alpha) {
  uint32_t add[3];
  for (int i = 0; i < 3; i++) add[i] = colour[i] * alpha;
  for (uint8_t *end = pixel + (size_t)count * 3; pixel < end; pixel += 3)
    for (int i = 0; i < 3; i++)
      pixel[i] = (uint8_t)by_255(pixel[i] * (255 - alpha) + add[i]);
}

/* One colour where the mask covers. Most of a mask is all or nothing. */
static void blend_flat(uint8_t *pixel, const uint8_t *mask, uint32_t count,
                       const uint8_t *colour) {
  for (uint32_t i = 0, run; i < count; i += run) {
    run = run_length(mask + i, count - i);
    uint32_t alpha = by_255(mask[i] * (uint32_t)colour[3]);
    if (alpha == 255)
      set_run(pixel + (size_t)i * 3, run, colour);
    else if (alpha > 0)
      blend_run(pixel + (size_t)i * 3, run, colour, alpha);
  }
}

static void blend_ramp(uint8_t *pixel, const uint8_t *mask, uint32_t count,
                       const struct sb_ramp *ramp, const uint8_t *indexes) {
  for (uint32_t i = 0; i < count; i++, pixel += 3) {
    const uint8_t *colour = ramp->colours[indexes[i]];
    if (mask[i] == 0 || colour[3] == 0) continue;
    blend(pixel, colour, by_255(mask[i] * (uint32_t)colour[3]));
  }
}

struct area { /* of the canvas, in whole pixels */
  uint32_t x, y, width, height;
};

/* The mask has a row of `stride` bytes for each of the area, or for all of them
   when the stride is 0. */
static void paint_area(struct sb_canvas *canvas, struct area area,
                       const uint8_t *mask, size_t stride,
                       const struct sb_paint *paint) {
  struct sb_ramp ramp;
  sb_ramp_make(&ramp, paint);
  for (uint32_t row = 0; row < area.height; row++, mask += stride) {
    uint32_t y = area.y + row;
    uint8_t *pixel = pixel_at(canvas, area.x, y);
    if (sb_ramp_row(&ramp, area.x, y, area.width, canvas->indexes))
      blend_flat(pixel, mask, area.width, ramp.colours[canvas->indexes[0]]);
    else
      blend_ramp(pixel, mask, area.width, &ramp, canvas->indexes);
  }
}

/* Room for a mask of that size. 0 or UV_ENOMEM. */
static int need_mask(struct sb_canvas *canvas, size_t size) {
  if (canvas->mask_size >= size) return 0;
  free(canvas->mask);
  canvas->mask = malloc(size);
  canvas->mask_size = canvas->mask == NULL ? 0 : size;
  return canvas->mask == NULL ? UV_ENOMEM : 0;
}

int sb_canvas_cover(struct sb_canvas *canvas, const struct sb_paint *paint) {
  struct area all = {0, 0, canvas->pixels.width, canvas->pixels.height};
  int rc = need_mask(canvas, all.width);
  if (rc < 0) return rc;
  memset(canvas->mask, 255, all.width);
  paint_area(canvas, all, canvas->mask, 0, paint);
  return 0;
}

/*
** filling
*/

/* The outline as the rasteriser wants it; NULL on lack of memory. */
static sb_stb_vertex *to_vertices(const struct sb_outline *outline) {
  sb_stb_vertex *vertices = calloc(outline->count, sizeof *vertices);
  if (vertices == NULL) return NULL;
  for (size_t i = 0; i < outline->count; i++) {
    const struct sb_point *p = &outline->points[i];
    vertices[i].x = p->x;
    vertices[i].y = p->y;
    vertices[i].type =
        p->begins == SB_CONTOUR_GOES_ON ? STBTT_vline : STBTT_vmove;
  }
  return vertices;
}

/* The pixels that the outline touches; it lies on the canvas. */
static struct area area_of(const struct sb_outline *outline) {
  float left, top, right, bottom;
  if (!sb_outline_bounds(outline, &left, &top, &right, &bottom))
    return (struct area){0};
  struct area area = {(uint32_t)left, (uint32_t)top, 0, 0};
  area.width = (uint32_t)ceilf(right) - area.x;
  area.height = (uint32_t)ceilf(bottom) - area.y;
  return area;
}

int sb_canvas_fill(struct sb_canvas *canvas, struct sb_outline *outline,
                   const struct sb_paint *paint) {
  sb_outline_cut(outline, (float)canvas->pixels.width,
                 (float)canvas->pixels.height);
  if (outline->error < 0) return outline->error;
  struct area area = area_of(outline);
  if (area.width == 0 || area.height == 0) return 0;
  /* With a column to spare the edges at the right keep to the fast path. */
  size_t stride = area.width + 1;
  int rc = need_mask(canvas, stride * area.height);
  if (rc < 0) return rc;
  sb_stb_vertex *vertices = to_vertices(outline);
  if (vertices == NULL) return UV_ENOMEM;
  stbtt__bitmap bitmap = {.w = (int)stride,
                          .h = (int)area.height,
                          .stride = (int)stride,
                          .pixels = canvas->mask};
  rc = sb_stb_rasterize(&bitmap, vertices, (int)outline->count, (int)area.x,
                        (int)area.y);
  free(vertices);
  if (rc < 0) return UV_ENOMEM;
  paint_area(canvas, area, canvas->mask, stride, paint);
  return 0;
}

/*
** pictures and grain
*/

static void put_row(uint8_t *to, const uint8_t *from, int channels,
                    uint32_t count, uint32_t opacity) {
  for (uint32_t i = 0; i < count; i++, to += 3, from += channels) {
    uint32_t alpha = channels == 4 ? by_255(from[3] * opacity) : opacity;
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
