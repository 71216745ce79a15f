/*
** host/draw/inset.h -- a picture that was decoded and made to fit a frame once,
*to
** be put into any number of drawings. It is shared between threads, and goes
*with
** the last who has it.
*/
#ifndef SB_HOST_INSET_H
#define SB_HOST_INSET_H

#include "host/picture/pixels.h"

struct sb_inset;

/* All of a picture as large as a frame lets it be. Blocking and heavy: called
   from the pool. 0, with *inset, which is to be dropped; or as sb_pixels_load.
 */
int sb_inset_make(const char *path, uint32_t width, uint32_t height,
                  struct sb_inset **inset, char *fault);

/* The same for another who is to drop it. */
struct sb_inset *sb_inset_share(struct sb_inset *inset);

void sb_inset_drop(struct sb_inset *inset); /* NULL is fine */

const struct sb_pixels *sb_inset_pixels(const struct sb_inset *inset);

#endif
