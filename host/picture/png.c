/* host/picture/png.c -- see png.h. */
#include "host/picture/png.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/picture/pack.h"

static const uint8_t signature[8] = "\x89PNG\r\n\x1A\n";

enum {
  FILTER_UP = 2,
  CHUNK_FRAME = 12,                /* size, type and checksum */
  HEAD_SIZE = 8 + 13 + CHUNK_FRAME /* signature and IHDR */
};

static uint8_t *put32(uint8_t *out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    *out++ = (uint8_t)(value >> shift);
  return out;
}

/* Frames the body that lies at chunk + 8 already. */
static uint8_t *put_chunk(uint8_t *chunk, const char *type, uint32_t size) {
  put32(chunk, size);
  memcpy(chunk + 4, type, 4);
  return put32(chunk + 8 + size, sb_crc32(0, chunk + 4, size + 4));
}

static uint8_t *put_head(uint8_t *out, const struct sb_pixels *pixels) {
  memcpy(out, signature, sizeof signature);
  uint8_t *chunk = out + sizeof signature;
  uint8_t *body = put32(put32(chunk + 8, pixels->width), pixels->height);
  const uint8_t coding[5] = {8, pixels->channels == 4 ? 6 : 2, 0, 0, 0};
  memcpy(body, coding, sizeof coding);
  return put_chunk(chunk, "IHDR", 13);
}

/* All rows, each as its difference from the one above. */
static void filter(uint8_t *out, const struct sb_pixels *pixels) {
  size_t size = (size_t)pixels->width * (size_t)pixels->channels;
  const uint8_t *row = pixels->data;
  *out++ = FILTER_UP;
  memcpy(out, row, size);
  for (uint32_t y = 1; y < pixels->height; y++) {
    const uint8_t *above = row;
    row += size;
    out += size;
    *out++ = FILTER_UP;
    for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(row[i] - above[i]);
  }
}

int sb_png_encode(const struct sb_pixels *pixels, uint8_t **data, size_t *len) {
  size_t stride = (size_t)pixels->width * (size_t)pixels->channels + 1;
  size_t size = stride * pixels->height, packed;
  uint8_t *filtered = malloc(size);
  *data = NULL;
  if (filtered == NULL) return UV_ENOMEM;
  filter(filtered, pixels);
  int rc = sb_pack(filtered, (uint32_t)size, HEAD_SIZE + 8, 4 + CHUNK_FRAME,
                   data, &packed);
  free(filtered);
  if (rc < 0) return rc;
  uint8_t *idat = put_head(*data, pixels);
  uint8_t *iend = put_chunk(idat, "IDAT", (uint32_t)packed);
  *len = (size_t)(put_chunk(iend, "IEND", 0) - *data);
  return 0;
}
