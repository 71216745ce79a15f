/* host/picture/thumbnail.c -- see thumbnail.h. */
#include "host/picture/thumbnail.h"

#include <math.h>
#include <uv.h>

#include "host/picture/jpeg.h"
#include "host/picture/pixels.h"

enum { JPEG_MAX = 1 << 30 };

/* Puts white behind what is transparent: a JPEG has no alpha. */
static void flatten(struct sb_pixels *pixels) {
  if (pixels->channels != 4) return;
  size_t count = (size_t)pixels->width * pixels->height;
  for (size_t i = 0; i < count; i++) {
    uint8_t *pixel = pixels->data + 4 * i;
    for (int c = 0; c < 3; c++)
      pixel[c] =
          (uint8_t)((pixel[c] * pixel[3] + 255 * (255 - pixel[3])) / 255);
  }
}

/* Decodes a picture, no larger than it has to be. */
static int load(const char *path, double width, double height,
                struct sb_pixels *pixels, char *fault) {
  struct sb_pixels whole = {0};
  int rc = sb_pixels_load(path, &whole, NULL, fault);
  if (rc < 0) return rc;
  flatten(&whole);
  double scale = fmin(width / whole.width, height / whole.height);
  if (scale >= 1) {
    *pixels = whole;
    return 0;
  }
  struct sb_crop all = {0, 0, whole.width, whole.height};
  rc = sb_pixels_resize(&whole, all, (uint32_t)fmax(1, whole.width * scale),
                        (uint32_t)fmax(1, whole.height * scale), pixels);
  sb_pixels_free(&whole);
  return rc;
}

int sb_thumbnail_make(const char *path, double width, double height,
                      int quality, struct sb_thumbnail *thumbnail,
                      char *fault) {
  struct sb_pixels pixels = {0};
  sb_buffer_init(&thumbnail->jpeg, JPEG_MAX);
  int rc = load(path, width, height, &pixels, fault);
  if (rc == 0) {
    thumbnail->width = pixels.width;
    thumbnail->height = pixels.height;
    rc = sb_jpeg_encode(&pixels, quality, &thumbnail->jpeg);
    sb_pixels_free(&pixels);
  }
  return rc < 0 ? sb_picture_blame(fault, path, rc) : 0;
}
