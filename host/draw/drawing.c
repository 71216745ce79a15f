/* host/draw/drawing.c -- see drawing.h. */
#include "host/draw/drawing.h"

#include <stdlib.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/picture/picture.h"
#include "host/picture/png.h"

void sb_drawing_free(struct sb_drawing *drawing) {
  for (size_t i = 0; i < drawing->count; i++) {
    sb_outline_free(&drawing->shapes[i].outline);
    free(drawing->shapes[i].string);
    sb_inset_drop(drawing->shapes[i].inset);
  }
  free(drawing->shapes);
  *drawing = (struct sb_drawing){0};
}

static int draw_stroke(struct sb_canvas *canvas, const struct sb_shape *shape) {
  struct sb_outline covered = {0};
  sb_outline_stroke(&shape->outline, shape->stroke_width, &covered);
  int rc = sb_canvas_fill(canvas, &covered, &shape->paint);
  sb_outline_free(&covered);
  return rc;
}

static int draw_text(struct sb_canvas *canvas, const struct sb_shape *shape,
                     char *fault) {
  const struct sb_font *font;
  int rc = sb_font_open(shape->bold, &font);
  if (rc < 0) {
    sb_font_explain(shape->bold, fault, SB_PICTURE_FAULT_MAX);
    return rc;
  }
  struct sb_outline outline = {0};
  sb_text_outline(font, &shape->text, &outline);
  rc = sb_canvas_fill(canvas, &outline, &shape->paint);
  sb_outline_free(&outline);
  return rc;
}

/*
** pictures
*/

/* The middle of the picture that has the frame's proportions. */
static struct sb_crop crop_to_cover(const struct sb_pixels *from,
                                    const struct sb_shape *shape) {
  struct sb_crop crop = {0, 0, from->width, from->height};
  struct sb_crop frame = {0, 0, shape->width, shape->height};
  sb_pixels_contain(frame, &crop.width, &crop.height);
  crop.x = (from->width - crop.width) / 2;
  crop.y = (from->height - crop.height) / 2;
  return crop;
}

static int put_picture(struct sb_canvas *canvas, const struct sb_shape *shape,
                       const struct sb_pixels *from) {
  struct sb_crop crop = {0, 0, from->width, from->height};
  uint32_t width = shape->width, height = shape->height;
  if (shape->cover)
    crop = crop_to_cover(from, shape);
  else
    sb_pixels_contain(crop, &width, &height);
  int32_t x = shape->x + (int32_t)(shape->width - width) / 2;
  int32_t y = shape->y + (int32_t)(shape->height - height) / 2;
  if (width == from->width && height == from->height) {
    sb_canvas_put(canvas, from, x, y, shape->alpha);
    return 0;
  }
  struct sb_pixels to;
  int rc = sb_pixels_resize(from, crop, width, height, &to);
  if (rc < 0) return rc;
  sb_canvas_put(canvas, &to, x, y, shape->alpha);
  sb_pixels_free(&to);
  return 0;
}

static int draw_picture(struct sb_canvas *canvas, const struct sb_shape *shape,
                        char *fault) {
  struct sb_pixels from;
  if (shape->inset != NULL)
    return put_picture(canvas, shape, sb_inset_pixels(shape->inset));
  int rc = sb_pixels_load(shape->string, &from, NULL, fault);
  if (rc < 0) return sb_picture_blame(fault, shape->string, rc);
  rc = put_picture(canvas, shape, &from);
  sb_pixels_free(&from);
  return rc;
}

static int draw_shape(struct sb_canvas *canvas, struct sb_shape *shape,
                      char *fault) {
  switch (shape->kind) {
  case SB_SHAPE_FILL:
    return sb_canvas_fill(canvas, &shape->outline, &shape->paint);
  case SB_SHAPE_STROKE:
    return draw_stroke(canvas, shape);
  case SB_SHAPE_TEXT:
    return draw_text(canvas, shape, fault);
  case SB_SHAPE_PICTURE:
    return draw_picture(canvas, shape, fault);
  default:
    sb_canvas_grain(canvas, shape->grain, shape->seed);
    return 0;
  }
}

static int draw(struct sb_drawing *drawing, struct sb_canvas *canvas,
                char *fault) {
  int rc = sb_canvas_init(canvas, drawing->width, drawing->height);
  if (rc == 0) sb_canvas_cover(canvas, &drawing->background);
  for (size_t i = 0; rc == 0 && i < drawing->count; i++)
    rc = draw_shape(canvas, &drawing->shapes[i], fault);
  return rc;
}

int sb_drawing_write(struct sb_drawing *drawing, const char *path,
                     struct sb_drawing_written *written, char *fault) {
  struct sb_canvas canvas;
  uint8_t *data = NULL, digest[SB_SHA256_SIZE];
  fault[0] = '\0';
  int rc = draw(drawing, &canvas, fault);
  if (rc == 0) rc = sb_png_encode(&canvas.pixels, &data, &written->bytes);
  sb_canvas_free(&canvas);
  if (rc == 0) {
    sb_sha256_of(data, written->bytes, digest);
    sb_sha256_hex(digest, written->sha256);
    rc = (drawing->scratch ? sb_file_write_scratch
                           : sb_file_write)(path, data, written->bytes);
  }
  free(data);
  if (rc < 0 && fault[0] == '\0') return sb_picture_blame(fault, path, rc);
  return rc;
}
