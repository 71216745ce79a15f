/*
** host/picture/picture_save.h -- taking a picture in: checked, as PNG, durable,
** under a name that was free. Blocking and heavy: called from the pool.
*/
#ifndef SB_HOST_PICTURE_SAVE_H
#define SB_HOST_PICTURE_SAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/picture/picture.h"
#include "host/base/sha256.h"

struct sb_picture_saved {
  char *path; /* freed by the caller */
  uint32_t width, height;
  uint64_t bytes;
  char sha256[SB_SHA256_HEX_SIZE];
};

/* Puts the picture `source`, which stays, at dir/stem.png. A PNG is copied byte
   for byte; JPEG and WebP are converted. It is a file of its own, so that
   whoever writes into it leaves the source as it is. When the name is taken by
   another content, stem-2 is tried, then stem-3 and so on; when by the same,
   that file is the one. Durable on return.
   Refused besides what sb_picture_check refuses, unless it is a person's own: a
   picture too small to be one that was asked for (under 64 pixels a side, or
   1024 bytes), and one that is of a single colour. A PNG is decoded to see that
   only when its bytes are suspiciously few for its size. Returns as
   sb_picture_check does, but always with a fault, which begins with the path of
   the file or folder it is about. */
int sb_picture_save(const char *source, const char *dir, const char *stem,
                    bool is_own, struct sb_picture_saved *saved, char *fault);

#endif
