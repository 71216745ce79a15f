/*
** host/picture/pixels.h -- a picture as pixels in memory: decoded from a file,
** or resized. Blocking and heavy: called from the pool.
*/
#ifndef SB_HOST_PIXELS_H
#define SB_HOST_PIXELS_H

#include <stdint.h>

#include "host/picture/picture.h"

/* Rows from the top, without gaps; a byte a channel, sRGB. */
struct sb_pixels {
  uint8_t *data;
  uint32_t width, height;
  int channels; /* 3: red, green, blue; 4: and alpha, not multiplied in */
};

/* Decodes a file, or `file`, which stays open; it is checked on the way. Only
   one picture is decoded at a time in the process, in memory bounded by its
   size. Returns as sb_picture_check does; picture may be NULL. Freed by
   sb_pixels_free. */
int sb_pixels_load(const char *path, struct sb_pixels *pixels,
                   struct sb_picture *picture, char *fault);
int sb_pixels_load_stream(FILE *file, struct sb_pixels *pixels,
                          struct sb_picture *picture, char *fault);

/* A rectangle of a picture, not empty and inside of it. */
struct sb_crop {
  uint32_t x, y, width, height;
};

/* Makes a frame's size the largest within it that has the crop's proportions.
 */
void sb_pixels_contain(struct sb_crop crop, uint32_t *width, uint32_t *height);

/* A crop of `from` at another size of at least 1x1. 0 or UV_ENOMEM. */
int sb_pixels_resize(const struct sb_pixels *from, struct sb_crop crop,
                     uint32_t width, uint32_t height, struct sb_pixels *to);

/* Whether all pixels are the same. */
int sb_pixels_blank(const struct sb_pixels *pixels);

void sb_pixels_free(struct sb_pixels *pixels);

#endif
