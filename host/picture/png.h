/*
** host/picture/png.h -- pixels to PNG. Heavy: called from the pool.
*/
#ifndef SB_HOST_PNG_H
#define SB_HOST_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "host/picture/pixels.h"

/* Sets *data, to be freed, and *len to the whole file. 0 or UV_ENOMEM. */
int sb_png_encode(const struct sb_pixels *pixels, uint8_t **data, size_t *len);

#endif
