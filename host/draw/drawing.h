/*
** host/draw/drawing.h -- a list of shapes, drawn one over the other into a PNG
** file. The list owns all that it points to; it is filled on one thread and
** drawn on another, in the pool.
*/
#ifndef SB_HOST_DRAWING_H
#define SB_HOST_DRAWING_H

#include <stddef.h>
#include <stdint.h>

#include "host/draw/canvas.h"
#include "host/draw/inset.h"
#include "host/base/sha256.h"
#include "host/draw/text.h"

enum sb_shape_kind {
  SB_SHAPE_FILL,   /* outline, paint */
  SB_SHAPE_STROKE, /* outline, paint, stroke_width */
  SB_SHAPE_TEXT,   /* text, bold, paint */
  SB_SHAPE_PICTURE,
  SB_SHAPE_GRAIN
};

struct sb_shape {
  enum sb_shape_kind kind;
  struct sb_paint paint;
  struct sb_outline outline;
  float stroke_width; /* pixels */
  struct sb_text text;
  int bold;
  char *string; /* what text.text points to; or the path of the picture */
  struct sb_inset *inset; /* or the picture, as one who is to drop it */
  int32_t x, y; /* the picture's frame, which it covers or is contained in */
  uint32_t width, height;
  int cover;
  float alpha;
  float grain; /* 0 to 1 of the whole scale */
  uint32_t seed;
};

struct sb_drawing {
  uint32_t width, height;
  struct sb_paint background;
  struct sb_shape *shapes;
  size_t count;
  int scratch; /* of no use after a crash: it need not be durable */
};

void sb_drawing_free(struct sb_drawing *drawing);

struct sb_drawing_written {
  size_t bytes;
  char sha256[SB_SHA256_HEX_SIZE];
};

/* Draws it into a file, in place of what was there; durable on return unless it
   is scratch. Uses up the shapes. 0; or a negative UV_E*, with what failed in
   fault, which has room for SB_PICTURE_FAULT_MAX bytes. */
int sb_drawing_write(struct sb_drawing *drawing, const char *path,
                     struct sb_drawing_written *written, char *fault);

#endif
