/* tests/fuzz/picture.c -- host/picture/picture.h: any bytes are judged, and
   what passes is within the limits. What passes is decoded too
   (host/picture/pixels.h), unless it is large, or broken inside. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "host/picture/pixels.h"
#include "tests/fuzz/fuzz.h"

enum { DECODED_MAX = 1000000 }; /* pixels: larger ones only take longer */

static void decode(FILE *file, const struct sb_picture *picture) {
  struct sb_pixels pixels;
  char fault[SB_PICTURE_FAULT_MAX];
  rewind(file);
  if (sb_pixels_load_stream(file, &pixels, NULL, fault) < 0) return;
  if (pixels.width != picture->width || pixels.height != picture->height)
    abort();
  (void)sb_pixels_blank(&pixels); /* looks at every byte */
  sb_pixels_free(&pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sb_picture picture;
  char fault[SB_PICTURE_FAULT_MAX] = "";
  if (size == 0) return 0;
  FILE *file = fmemopen((void *)(uintptr_t)data, size, "rb");
  if (file == NULL) abort();
  int rc = sb_picture_check_stream(file, &picture, fault);
  if (rc < 0 && (rc != UV_EFTYPE || fault[0] == '\0')) abort();
  if (rc == 0) {
    if (picture.bytes != size || picture.width == 0 || picture.height == 0 ||
        picture.width > SB_PICTURE_SIDE_MAX ||
        picture.height > SB_PICTURE_SIDE_MAX)
      abort();
    if ((uint64_t)picture.width * picture.height <= DECODED_MAX)
      decode(file, &picture);
  }
  (void)fclose(file);
  return 0;
}
