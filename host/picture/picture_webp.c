/* host/picture/picture_webp.c -- whether a WebP file is whole. The format is
   that of Google's "WebP Container Specification". */
#include <string.h>
#include <uv.h>

#include "host/picture/picture_check.h"

enum { ANIMATION = 0x02 }; /* a flag of VP8X */

struct webp {
  struct sb_picture_source *source;
  struct sb_picture *picture;
  int extended, images; /* seen: VP8X first, how many VP8 or VP8L */
};

static int broken(struct webp *webp) {
  return sb_picture_refuse(webp->source->fault, "its chunks are broken");
}

/* A canvas (VP8X) comes before its picture, which has the same size. */
static int note_size(struct webp *webp, uint32_t width, uint32_t height) {
  struct sb_picture *picture = webp->picture;
  if (webp->extended && webp->images > 0 &&
      (picture->width != width || picture->height != height))
    return broken(webp);
  picture->width = width;
  picture->height = height;
  return sb_picture_check_size(webp->source, width, height);
}

static int read_lossy(struct webp *webp, const uint8_t *p) {
  if ((p[0] & 1) != 0 || memcmp(p + 3, "\x9D\x01\x2A", 3) != 0)
    return broken(webp); /* not a key frame, or without its start code */
  webp->images++;
  return note_size(webp, sb_le16(p + 6) & 0x3FFF, sb_le16(p + 8) & 0x3FFF);
}

static int read_lossless(struct webp *webp, const uint8_t *p) {
  if (p[0] != 0x2F) return broken(webp);
  uint32_t bits = sb_le32(p + 1);
  webp->images++;
  return note_size(webp, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
}

static int read_canvas(struct webp *webp, const uint8_t *p) {
  if (p[0] & ANIMATION)
    return sb_picture_refuse(webp->source->fault, "it is an animation");
  webp->extended = 1;
  return note_size(webp, sb_le24(p + 4) + 1, sb_le24(p + 7) + 1);
}

/* One chunk of at most `left` bytes; sets *used to its whole length. */
static int read_chunk(struct webp *webp, uint64_t left, uint64_t *used) {
  static const struct {
    char type[5];
    uint32_t need;
    int (*read)(struct webp *webp, const uint8_t *head);
  } known[] = {{"VP8 ", 10, read_lossy},
               {"VP8L", 5, read_lossless},
               {"VP8X", 10, read_canvas}};
  uint8_t head[8], body[10];
  int rc = sb_picture_take(webp->source, head, sizeof head);
  if (rc < 0) return rc;
  uint64_t size = sb_le32(head + 4), padded = size + (size & 1);
  if (sizeof head + padded > left) return broken(webp);
  *used = sizeof head + padded;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (memcmp(head, known[i].type, 4) != 0) continue;
    if (size < known[i].need) return broken(webp);
    rc = sb_picture_take(webp->source, body, known[i].need);
    if (rc == 0) rc = known[i].read(webp, body);
    if (rc < 0) return rc;
    padded -= known[i].need;
    break;
  }
  return sb_picture_skip(webp->source, padded);
}

int sb_picture_check_webp(struct sb_picture_source *source,
                          struct sb_picture *picture) {
  struct webp webp = {.source = source, .picture = picture};
  uint8_t head[12];
  int rc = sb_picture_take(source, head, sizeof head);
  if (rc < 0) return rc;
  uint64_t left = sb_le32(head + 4);
  if (left < 4) return broken(&webp);
  left -= 4; /* "WEBP" */
  while (left >= 8) {
    uint64_t used = 0;
    rc = read_chunk(&webp, left, &used);
    if (rc < 0) return rc;
    left -= used;
  }
  if (left > 0) return broken(&webp);
  if (webp.images != 1)
    return sb_picture_refuse(source->fault, "it has no picture of its own");
  if (getc(source->file) != EOF)
    return sb_picture_refuse(source->fault, "something follows its end");
  return 0;
}
