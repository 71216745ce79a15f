/* host/png.c -- see png.h. */
#include "host/png.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <zlib.h>

static const uint8_t signature[8] = "\x89PNG\r\n\x1A\n";

enum {
  LEVEL = 1,
  FILTER_UP = 2,
  CHUNK_FRAME = 12,                        /* size, type and checksum */
  HEAD_SIZE = 8 + 13 + CHUNK_FRAME,        /* signature and IHDR */
  FILE_FRAME = HEAD_SIZE + 2 * CHUNK_FRAME /* and the frames of IDAT, IEND */
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
  return put32(chunk + 8 + size, (uint32_t)crc32(0, chunk + 4, size + 4));
}

static uint8_t *put_head(uint8_t *out, const struct sb_pixels *pixels) {
  memcpy(out, signature, sizeof signature);
  uint8_t *chunk = out + sizeof signature;
  uint8_t *body = put32(put32(chunk + 8, pixels->width), pixels->height);
  const uint8_t coding[5] = {8, pixels->channels == 4 ? 6 : 2, 0, 0, 0};
  memcpy(body, coding, sizeof coding);
  return put_chunk(chunk, "IHDR", 13);
}

/* A row as its difference from the one above. */
static void filter(uint8_t *out, const uint8_t *row, const uint8_t *above,
                   size_t size) {
  *out++ = FILTER_UP;
  for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(row[i] - above[i]);
}

static void deflate_rows(z_stream *stream, const struct sb_pixels *pixels,
                         uint8_t *scratch) {
  size_t size = (size_t)pixels->width * (size_t)pixels->channels;
  uint8_t *filtered = scratch, *blank = scratch + size + 1;
  const uint8_t *above = blank;
  for (uint32_t y = 0; y < pixels->height; y++) {
    const uint8_t *row = pixels->data + y * size;
    filter(filtered, row, above, size);
    stream->next_in = filtered;
    stream->avail_in = (uInt)size + 1;
    deflate(stream, y + 1 < pixels->height ? Z_NO_FLUSH : Z_FINISH);
    above = row;
  }
}

int sb_png_encode(const struct sb_pixels *pixels, uint8_t **data, size_t *len) {
  size_t stride = (size_t)pixels->width * (size_t)pixels->channels;
  z_stream stream = {0};
  if (deflateInit(&stream, LEVEL) != Z_OK) return UV_ENOMEM;
  /* Room for the worst case: the rows then go in without a look at the rest. */
  uLong bound = deflateBound(&stream, (uLong)((stride + 1) * pixels->height));
  uint8_t *file = malloc(FILE_FRAME + bound);
  uint8_t *scratch = calloc(2, stride + 1);
  if (file != NULL && scratch != NULL) {
    uint8_t *idat = put_head(file, pixels);
    stream.next_out = idat + 8;
    stream.avail_out = (uInt)bound;
    deflate_rows(&stream, pixels, scratch);
    uint8_t *iend = put_chunk(idat, "IDAT", (uint32_t)stream.total_out);
    *len = (size_t)(put_chunk(iend, "IEND", 0) - file);
    *data = file;
  }
  deflateEnd(&stream);
  free(scratch);
  if (file != NULL && scratch != NULL) return 0;
  free(file);
  return UV_ENOMEM;
}
