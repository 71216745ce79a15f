/* tests/fuzz/picture.c -- host/picture.h: any bytes are judged, and what passes
   is within the limits. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "host/picture.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sb_picture picture;
  char fault[SB_PICTURE_FAULT_MAX] = "";
  if (size == 0) return 0;
  FILE *file = fmemopen((void *)(uintptr_t)data, size, "rb");
  if (file == NULL) abort();
  int rc = sb_picture_check_stream(file, &picture, fault);
  fclose(file);
  if (rc < 0) {
    if (rc != UV_EFTYPE || fault[0] == '\0') abort();
    return 0;
  }
  if (picture.bytes != size || picture.width == 0 || picture.height == 0 ||
      picture.width > SB_PICTURE_SIDE_MAX ||
      picture.height > SB_PICTURE_SIDE_MAX)
    abort();
  return 0;
}
