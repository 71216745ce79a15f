/* host/picture/jpeg.h -- pixels as a JPEG. Blocking. */
#ifndef SB_HOST_JPEG_H
#define SB_HOST_JPEG_H

#include "host/base/buffer.h"
#include "host/picture/pixels.h"

/* Appends the JPEG, of a quality from 1 to 100. Alpha is ignored. 0 or a
   negative UV_E*. */
int sb_jpeg_encode(const struct sb_pixels *pixels, int quality,
                   struct sb_buffer *jpeg);

#endif
