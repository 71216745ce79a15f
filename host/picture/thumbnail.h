/*
** host/picture/thumbnail.h -- a picture file as a JPEG of the size at which it
** is shown. Blocking and heavy: called from the pool.
*/
#ifndef SB_HOST_THUMBNAIL_H
#define SB_HOST_THUMBNAIL_H

#include <stdint.h>

#include "host/base/buffer.h"
#include "host/picture/picture.h"

struct sb_thumbnail {
  struct sb_buffer jpeg;
  uint32_t width, height;
};

/* The picture at path, made small enough for width x height and never larger
   than it is, as a JPEG of a quality from 1 to 100; what is transparent shows
   white. 0; or as sb_picture_check, with the path in the fault. Freed by
   sb_buffer_free, in either case. */
int sb_thumbnail_make(const char *path, double width, double height,
                      int quality, struct sb_thumbnail *thumbnail, char *fault);

#endif
