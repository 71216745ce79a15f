/* host/picture/picture_png.c -- whether a PNG file is whole. The format is that
   of W3C's "Portable Network Graphics (PNG) Specification". */
#include <string.h>

#include "host/picture/pack.h"
#include "host/picture/picture_check.h"

enum { SIGNATURE_SIZE = 8, IHDR_SIZE = 13, CRC_SIZE = 4 };

struct png {
  struct sb_picture_source *source;
  struct sb_picture *picture;
  uint8_t colour;              /* colour type of IHDR */
  int palette, data, data_end; /* seen: PLTE, IDAT, a chunk after the IDATs */
};

struct chunk {
  uint32_t size;
  char type[5];
};

/* The chunk's body and checksum; the first `keep` bytes of it go to `kept`. */
static int read_body(struct png *png, const struct chunk *chunk, uint8_t *kept,
                     uint32_t keep) {
  uint8_t block[16384];
  uint32_t crc = sb_crc32(0, chunk->type, 4);
  for (uint32_t left = chunk->size; left > 0;) {
    uint32_t part = left < sizeof block ? left : (uint32_t)sizeof block;
    int rc = sb_picture_take(png->source, block, part);
    if (rc < 0) return rc;
    if (left == chunk->size && keep > 0)
      memcpy(kept, block, keep < part ? keep : part);
    crc = sb_crc32(crc, block, part);
    left -= part;
  }
  uint8_t sum[CRC_SIZE];
  int rc = sb_picture_take(png->source, sum, sizeof sum);
  if (rc < 0) return rc;
  if (sb_be32(sum) != crc)
    return sb_picture_refuse(png->source->fault,
                             "its chunk %s has a wrong checksum", chunk->type);
  return 0;
}

static int depth_fits(uint8_t colour, uint8_t depth) {
  switch (colour) {
  case 0: /* grey */
    return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
  case 3: /* palette */
    return depth == 1 || depth == 2 || depth == 4 || depth == 8;
  case 2: /* RGB */
  case 4: /* grey and alpha */
  case 6: /* RGB and alpha */
    return depth == 8 || depth == 16;
  default:
    return 0;
  }
}

static int read_header(struct png *png, const struct chunk *chunk) {
  uint8_t header[IHDR_SIZE] = {0};
  if (strcmp(chunk->type, "IHDR") != 0 || chunk->size != IHDR_SIZE)
    return sb_picture_refuse(png->source->fault, "it has no header");
  int rc = read_body(png, chunk, header, IHDR_SIZE);
  if (rc < 0) return rc;
  png->picture->width = sb_be32(header);
  png->picture->height = sb_be32(header + 4);
  png->colour = header[9];
  if (!depth_fits(png->colour, header[8]) || header[10] != 0 ||
      header[11] != 0 || header[12] > 1)
    return sb_picture_refuse(png->source->fault,
                             "its header names a coding that PNG has not");
  return sb_picture_check_size(png->source, png->picture->width,
                               png->picture->height);
}

static int read_type(struct png *png, struct chunk *chunk) {
  uint8_t head[8];
  int rc = sb_picture_take(png->source, head, sizeof head);
  if (rc < 0) return rc;
  chunk->size = sb_be32(head);
  memcpy(chunk->type, head + 4, 4);
  chunk->type[4] = '\0';
  int letters = 1;
  for (int i = 0; i < 4; i++) {
    char c = (char)(chunk->type[i] & ~0x20);
    letters = letters && c >= 'A' && c <= 'Z';
  }
  if (!letters || chunk->size > INT32_MAX)
    return sb_picture_refuse(png->source->fault, "its chunks are broken");
  return 0;
}

/* The order that decoders rely on; 1 when the chunk is the last. */
static int note_chunk(struct png *png, const struct chunk *chunk) {
  char *fault = png->source->fault;
  if (strcmp(chunk->type, "IDAT") == 0) {
    if (png->data_end)
      return sb_picture_refuse(fault, "its pixel data is torn apart");
    if (png->colour == 3 && !png->palette)
      return sb_picture_refuse(fault, "it has no palette");
    png->data = 1;
    return 0;
  }
  png->data_end = png->data;
  if (strcmp(chunk->type, "IEND") == 0) {
    if (!png->data) return sb_picture_refuse(fault, "it has no pixel data");
    return 1;
  }
  if (strcmp(chunk->type, "PLTE") == 0) {
    if (png->palette || png->data || chunk->size == 0 || chunk->size > 768 ||
        chunk->size % 3 != 0)
      return sb_picture_refuse(fault, "its palette is broken");
    png->palette = 1;
    return 0;
  }
  if ((chunk->type[0] & 0x20) == 0) /* upper case: must be understood */
    return sb_picture_refuse(fault, "its chunk %s is not known", chunk->type);
  return 0;
}

int sb_picture_check_png(struct sb_picture_source *source,
                         struct sb_picture *picture) {
  struct png png = {.source = source, .picture = picture};
  struct chunk chunk;
  int rc = sb_picture_skip(source, SIGNATURE_SIZE);
  if (rc == 0) rc = read_type(&png, &chunk);
  if (rc == 0) rc = read_header(&png, &chunk);
  int last = 0;
  while (rc == 0 && !last) {
    rc = read_type(&png, &chunk);
    if (rc == 0) rc = last = note_chunk(&png, &chunk);
    if (rc >= 0) rc = read_body(&png, &chunk, NULL, 0);
  }
  if (rc < 0) return rc;
  if (getc(source->file) != EOF)
    return sb_picture_refuse(source->fault, "something follows its end");
  return 0;
}
