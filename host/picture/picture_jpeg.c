/* host/picture/picture_jpeg.c -- whether a JPEG file is whole. The format is
   that of ITU-T T.81, annex B. */
#include <uv.h>

#include "host/picture/picture_check.h"

enum {
  RST0 = 0xD0,
  RST7 = 0xD7,
  SOI = 0xD8,
  EOI = 0xD9,
  SOS = 0xDA,
  TEM = 0x01,
  SOF0 = 0xC0, /* baseline */
  SOF2 = 0xC2, /* progressive */
  SOF15 = 0xCF,
  DHT = 0xC4,
  JPG = 0xC8,
  DAC = 0xCC
};

static int next_byte(struct sb_picture_source *source) {
  /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own */
  int c = getc_unlocked(source->file);
  if (c != EOF) return c;
  if (ferror(source->file)) return UV_EIO;
  return sb_picture_refuse(source->fault, "it ends too early");
}

static int read_marker(struct sb_picture_source *source) {
  int c = next_byte(source);
  if (c >= 0 && c != 0xFF)
    return sb_picture_refuse(source->fault, "its markers are broken");
  while (c == 0xFF) c = next_byte(source); /* any number of fill bytes */
  return c;
}

/* The coded data of a scan, up to the marker that ends it, which is returned.
 */
static int skip_scan(struct sb_picture_source *source) {
  for (;;) {
    int c = next_byte(source);
    if (c < 0) return c;
    if (c != 0xFF) continue;
    while (c == 0xFF) c = next_byte(source);
    if (c != 0 && (c < RST0 || c > RST7)) return c;
  }
}

static int is_frame(int marker) {
  return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG &&
         marker != DAC;
}

static int read_frame(struct sb_picture_source *source, int marker,
                      uint32_t size, struct sb_picture *picture) {
  uint8_t frame[6];
  if (marker > SOF2)
    return sb_picture_refuse(source->fault, "its kind of JPEG is not known");
  if (size < sizeof frame || picture->width != 0)
    return sb_picture_refuse(source->fault, "its frame is broken");
  int rc = sb_picture_take(source, frame, sizeof frame);
  if (rc < 0) return rc;
  picture->height = sb_be16(frame + 1);
  picture->width = sb_be16(frame + 3);
  if (frame[0] != 8 || (frame[5] != 1 && frame[5] != 3 && frame[5] != 4))
    return sb_picture_refuse(source->fault,
                             "its %d bits of %d colours are not known",
                             frame[0], frame[5]);
  rc = sb_picture_check_size(source, picture->width, picture->height);
  return rc < 0 ? rc : sb_picture_skip(source, size - sizeof frame);
}

/* Huffman tables. stb_image before 2.28, Debian 12's among them, writes beyond
   its own when one names more codes than there are. */
static int read_tables(struct sb_picture_source *source, uint32_t size) {
  uint8_t table[17]; /* what it is for, and how many codes of 1 to 16 bits */
  while (size >= sizeof table) {
    uint32_t codes = 0;
    int rc = sb_picture_take(source, table, sizeof table);
    if (rc < 0) return rc;
    for (int i = 1; i <= 16; i++) codes += table[i];
    size -= (uint32_t)sizeof table;
    if (codes > 256 || codes > size) break;
    rc = sb_picture_skip(source, codes);
    if (rc < 0) return rc;
    size -= codes;
    if (size == 0) return 0;
  }
  return sb_picture_refuse(source->fault, "its tables are broken");
}

/* What follows a marker; returns the next marker. */
static int read_segment(struct sb_picture_source *source, int marker,
                        struct sb_picture *picture) {
  if (marker == TEM || (marker >= RST0 && marker <= RST7))
    return read_marker(source);
  uint8_t length[2];
  int rc = sb_picture_take(source, length, sizeof length);
  if (rc < 0) return rc;
  if (sb_be16(length) < sizeof length)
    return sb_picture_refuse(source->fault, "its markers are broken");
  uint32_t size = sb_be16(length) - (uint32_t)sizeof length;
  if (marker == SOS && picture->width == 0)
    return sb_picture_refuse(source->fault, "it has no frame");
  if (is_frame(marker))
    rc = read_frame(source, marker, size, picture);
  else if (marker == DHT)
    rc = read_tables(source, size);
  else
    rc = sb_picture_skip(source, size);
  if (rc < 0) return rc;
  return marker == SOS ? skip_scan(source) : read_marker(source);
}

int sb_picture_check_jpeg(struct sb_picture_source *source,
                          struct sb_picture *picture) {
  int scans = 0;
  picture->width = picture->height = 0;
  int marker = read_marker(source); /* SOI, which told the type */
  if (marker >= 0) marker = read_marker(source);
  while (marker >= 0 && marker != EOI) {
    if (marker == SOI || marker == 0)
      return sb_picture_refuse(source->fault, "its markers are broken");
    scans += marker == SOS;
    marker = read_segment(source, marker, picture);
  }
  if (marker < 0) return marker;
  if (scans == 0)
    return sb_picture_refuse(source->fault, "it has no pixel data");
  return 0; /* cameras append previews and the like after EOI */
}
