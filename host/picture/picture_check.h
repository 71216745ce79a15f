/*
** host/picture/picture_check.h -- the three container checks behind picture.h,
** and what they share. A check finds the file at its beginning, and fills in
** width and height.
*/
#ifndef SB_HOST_PICTURE_CHECK_H
#define SB_HOST_PICTURE_CHECK_H

#include <stddef.h>

#include "host/picture/picture.h"

struct sb_picture_source {
  FILE *file;
  char *fault;
};

/* Reads exactly size bytes. A file that ends before is refused. */
int sb_picture_take(struct sb_picture_source *source, void *bytes, size_t size);
int sb_picture_skip(struct sb_picture_source *source, uint64_t size);

/* Refuses a size out of the limits. */
int sb_picture_check_size(struct sb_picture_source *source, uint32_t width,
                          uint32_t height);

int sb_picture_check_png(struct sb_picture_source *source,
                         struct sb_picture *picture);
int sb_picture_check_jpeg(struct sb_picture_source *source,
                          struct sb_picture *picture);
int sb_picture_check_webp(struct sb_picture_source *source,
                          struct sb_picture *picture);

static inline uint32_t sb_be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}
static inline uint32_t sb_be32(const uint8_t *p) {
  return sb_be16(p) << 16 | sb_be16(p + 2);
}
static inline uint32_t sb_le16(const uint8_t *p) {
  return (uint32_t)p[1] << 8 | p[0];
}
static inline uint32_t sb_le24(const uint8_t *p) {
  return (uint32_t)p[2] << 16 | sb_le16(p);
}
static inline uint32_t sb_le32(const uint8_t *p) {
  return sb_le16(p + 2) << 16 | sb_le16(p);
}

#endif
